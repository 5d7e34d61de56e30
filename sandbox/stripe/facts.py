"""What Stripe lays down: version, currencies, minimum amounts, cards for tests, event types, the retry ladder."""

from __future__ import annotations

from typing import Any

API_VERSION = "2026-06-24.dahlia"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# docs.stripe.com/currencies
ZERO_DECIMAL = _names("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf")
# The last digit must be 0.
THREE_DECIMAL = _names("bhd jod kwd omr tnd")
OTHER_CURRENCIES = _names(
    "aed ars aud brl cad chf cny cop czk dkk egp eur gbp hkd huf idr ils inr kes mad mop mxn myr nok nzd pen php pkr pln "
    "qar ron sar sek sgd thb try twd usd uyu zar"
)
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | OTHER_CURRENCIES
WECHAT_PAY_CURRENCIES = _names("aud cad cny eur gbp hkd jpy sgd usd dkk nok sek chf")
# The smallest charge. Where Stripe asks for the equivalent in the settlement currency there is no number here, and 1
# is enough: the sandbox knows no exchange rates.
MINIMUM = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
MAXIMUM = 99_999_999

# Card for tests -> its brand and last four digits; the digits decide what the bank does (docs.stripe.com/testing).
TEST_CARDS = {
    "pm_card_visa": ("visa", "4242"),
    "pm_card_mastercard": ("mastercard", "4444"),
    "pm_card_chargeDeclined": ("visa", "0002"),
    "pm_card_visa_chargeDeclined": ("visa", "0002"),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("visa", "9995"),
    "pm_card_chargeDeclinedExpiredCard": ("visa", "0069"),
    "pm_card_chargeDeclinedProcessingError": ("visa", "0119"),
    "pm_card_authenticationRequired": ("visa", "3184"),
    "pm_card_threeDSecure2Required": ("visa", "3220"),
}
# Last four digits -> code, decline code, message.
DECLINES = {
    "0002": ("card_declined", "generic_decline", "Your card was declined."),
    "9995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "0069": ("expired_card", "expired_card", "Your card has expired."),
    "0119": ("processing_error", "processing_error", "An error occurred while processing your card. Try again later."),
}
ASKS_THE_HOLDER = frozenset({"3184", "3220"})

EVENT_TYPES = (
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.failed",
    "charge.captured",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.paid",
)

# Seconds between a failed delivery and the next. Stripe says: with back-off, for up to three days; the steps are ours.
LADDER = (60, 300, 1800, 7200, 18000, 36000, 43200, 43200, 43200, 43200)

REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CANCEL_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
DISPUTE_REASONS = (
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)

Document = dict[str, Any]


def written(amount: int, currency: str) -> str:
    """An amount in minor units for a person: 12.50 USD, 500 JPY."""
    digits = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}.{rest:0{digits}d} {currency.upper()}" if digits else f"{whole} {currency.upper()}"
