"""Showing people what a provider told, without what it tells of the payer as a person."""

import json
from typing import Any

# By name, wherever they stand: WeChat Pay's, then Stripe's.
PERSONAL = frozenset(
    {"openid", "sub_openid", "unionid", "sp_openid", "user_received_account"}
    | {"email", "receipt_email", "phone", "name", "address", "line1", "line2", "postal_code", "ip_address", "fingerprint", "last4"}
)  # fmt: skip
# Nobody sends a document that is nested deeper; reading one that is must not break the page.
DEPTH = 20


def masked(document: Any, depth: int = 0) -> Any:
    """The same document with personal fields shortened to their ends: ``oUpF…Wk0``."""
    if depth > DEPTH:
        return "…"
    if isinstance(document, dict):
        return {
            name: _short(value) if name in PERSONAL else masked(value, depth + 1) for name, value in document.items()
        }
    return [masked(value, depth + 1) for value in document] if isinstance(document, list) else document


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict | list):
        return "…"
    text = str(value)
    return f"{text[:2]}…{text[-2:]}" if len(text) > 8 else "…"


def pretty(document: Any) -> str:
    """The document as people read it, personal fields masked."""
    return json.dumps(masked(document), ensure_ascii=False, indent=2)


def parsed(body: str) -> Any:
    """The body as a document; None when it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
