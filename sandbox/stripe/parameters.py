"""Which parameters each call takes. What is not here is refused, also where Stripe itself would know more."""

from __future__ import annotations

from sandbox.fields import Fields, Flag, Group, Text, Whole
from sandbox.stripe.facts import CANCEL_REASONS, REFUND_REASONS
from sandbox.stripe.forms import Metadata, Range, Texts
from sandbox.stripe.methods import TYPES

EXPAND: Fields = {"expand": Texts()}
CLIENT_SECRET: Fields = {"client_secret": Text()}

_LINES: Fields = {name: Text() for name in ("city", "country", "line1", "line2", "postal_code", "state")}
_METHOD: Fields = {
    "payment_method": Text(),
    "payment_method_data": Group(
        {
            "type": Text(allowed=TYPES, required=True),
            "billing_details": Group(
                {"address": Group(_LINES), "email": Text(), "name": Text(), "phone": Text(), "tax_id": Text()}
            ),
            "wechat_pay": Group({}),
        }
    ),
    "payment_method_options": Group(
        {
            # mini_program is no value that callers may send (the SDKs have these three).
            "wechat_pay": Group({"client": Text(allowed=("android", "ios", "web")), "app_id": Text()}),
            "card": Group({"request_three_d_secure": Text(allowed=("any", "automatic", "challenge"))}),
        }
    ),
    "return_url": Text(),
}
INTENT: Fields = {
    **EXPAND,
    **_METHOD,
    "amount": Whole(least=-(10**12), required=True),
    "currency": Text(required=True),
    "automatic_payment_methods": Group(
        {"enabled": Flag(required=True), "allow_redirects": Text(allowed=("always", "never"))}
    ),
    "payment_method_types": Texts(),
    "capture_method": Text(allowed=("automatic", "automatic_async", "manual")),
    "confirm": Flag(),
    "description": Text(1000),
    "metadata": Metadata(),
    "receipt_email": Text(800),
    "statement_descriptor": Text(22),
    "statement_descriptor_suffix": Text(22),
}
CONFIRM: Fields = {**EXPAND, **_METHOD, **CLIENT_SECRET}
CAPTURE: Fields = {**EXPAND, "amount_to_capture": Whole(1)}
CANCEL: Fields = {**EXPAND, "cancellation_reason": Text(allowed=CANCEL_REASONS)}
REFUND: Fields = {
    **EXPAND,
    "payment_intent": Text(),
    "charge": Text(),
    "amount": Whole(1),
    "reason": Text(allowed=REFUND_REASONS),
    "metadata": Metadata(),
}
_PAGES: Fields = {
    **EXPAND,
    "limit": Whole(1, 100),
    "starting_after": Text(),
    "ending_before": Text(),
    "created": Range(),
}
# What a list can be narrowed by, beside its moment.
INTENTS: Fields = _PAGES
OF_INTENT: Fields = {**_PAGES, "payment_intent": Text()}
REFUNDS: Fields = {**OF_INTENT, "charge": Text()}
TRANSACTIONS: Fields = {**_PAGES, "type": Text(), "currency": Text(), "source": Text(), "payout": Text()}
EVENTS: Fields = {**_PAGES, "type": Text()}
PAYOUTS: Fields = {**_PAGES, "status": Text(allowed=("paid", "pending", "in_transit", "canceled", "failed"))}
