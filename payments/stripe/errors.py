"""What Stripe's errors mean to the house (docs.stripe.com/error-codes)."""

import re
from typing import Any

from payments.gateways import (
    AlreadyClosed,
    AlreadyPaid,
    BeingPaid,
    Declined,
    GatewayError,
    NumberReused,
    NumberUnknown,
    Unavailable,
)

_BY_CODE: dict[str, type[GatewayError]] = {
    "resource_missing": NumberUnknown,
    "lock_timeout": Unavailable,
    "rate_limit": Unavailable,
    "idempotency_key_in_use": Unavailable,
    # The merchant's balance: it fills by itself with the next sales.
    "balance_insufficient": Unavailable,
    "insufficient_funds": Unavailable,
}
# An intent that cannot be cancelled or confirmed any more, because it stands so.
BY_STATUS: dict[str, type[GatewayError]] = {
    "succeeded": AlreadyPaid,
    "canceled": AlreadyClosed,
    "processing": BeingPaid,
}
_SECRET = re.compile(r"\b(?:[sr]k_|whsec_|pi_\w+_secret_)[\w*]+")


def error_for(status: int, error: dict[str, Any], request_id: str) -> GatewayError:
    """The error which this answer of Stripe stands for. Its text names no secret, whatever Stripe wrote."""
    code, message = str(error.get("code") or ""), str(error.get("message") or "no message")
    kind: type[GatewayError] | None = None
    if code == "payment_intent_unexpected_state":
        intent = error.get("payment_intent")
        kind = BY_STATUS.get(str(intent.get("status"))) if isinstance(intent, dict) else None
    elif status < 400 or status >= 500 or status in (409, 429):
        kind = Unavailable
    elif error.get("type") == "idempotency_error":
        kind = NumberReused
    elif error.get("type") != "card_error":
        kind = _BY_CODE.get(code)
    if status in (401, 403):
        # Stripe's words quote the key.
        message = "the secret key is not accepted" if status == 401 else "the secret key has no right to do this"
    text = f"HTTP {status} {_SECRET.sub('…', message)} ({request_id})"[:300]
    return (kind or Declined)(text, (code or str(error.get("type") or status))[:60])
