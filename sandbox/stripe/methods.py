"""Payment methods: WeChat Pay, and the cards for tests by their well-known ids."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.stripe import documents
from sandbox.stripe.errors import Invalid, missing, no_such
from sandbox.stripe.facts import TEST_CARDS, Document
from sandbox.world import World

TYPES = ("card", "wechat_pay")


def given(world: World, account: str, params: dict[str, Any]) -> Document | None:
    """The payment method that a request names or describes; None when it does neither. Raises Invalid."""
    if "payment_method" in params and "payment_method_data" in params:
        raise Invalid(400, "You may only specify one of payment_method, payment_method_data.", param="payment_method")
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        if data["type"] == "card":
            # Card numbers never pass a merchant's server; the cards for tests have ids.
            raise missing("payment_method_data[card]")
        return made(world, data["type"], data.get("billing_details"))
    if "payment_method" not in params:
        return None
    identifier = params["payment_method"]
    if identifier in TEST_CARDS:
        return made(world, "card", None, identifier)
    kept = documents.find(world, account, identifier, "payment_method")
    if kept is None:
        raise no_such("PaymentMethod", identifier, "payment_method", 400)
    return kept


def made(world: World, kind: str, billing: Document | None = None, test_card: str = "pm_card_visa") -> Document:
    """A payment method that is not kept yet."""
    brand, last4 = TEST_CARDS[test_card]
    card = {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": secrets.token_hex(8),
        "funding": "credit",
        "last4": last4,
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return {
        "id": documents.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
        | (billing or {}),
        "created": documents.now(world),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: card if kind == "card" else {},
    }


def keep(world: World, account: str, method: Document) -> None:
    if documents.find(world, account, method["id"]) is None:
        documents.add(world, account, method)
