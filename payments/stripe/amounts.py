"""Amounts as Stripe counts them (docs.stripe.com/currencies): in the smallest unit, with a few currencies of its own mind."""

from payments.gateways import Declined

# What a store may sell in and Stripe takes from payers anywhere. Which of them an account settles in is the account's business.
CURRENCIES = frozenset({
    "AUD", "BHD", "CAD", "CLP", "CNY", "EUR", "GBP", "HKD", "ISK", "JOD", "JPY", "KRW", "KWD", "OMR", "SGD", "TND", "USD", "VND",
})  # fmt: skip
WECHAT_PAY_CURRENCIES = frozenset({
    "AUD", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "JPY", "NOK", "SEK", "SGD", "USD",
})  # fmt: skip
# Without a smaller unit (ISO 4217), and yet written with two decimals at Stripe, which must be zero.
_WITH_TWO_ZEROS = frozenset({"ISK"})
# Three decimals, of which the last must be zero.
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def to_stripe(amount: int, currency: str) -> int:
    """An amount in minor units as Stripe writes it."""
    return amount * 100 if currency in _WITH_TWO_ZEROS else amount


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe wrote in minor units; what is less than one of them is dropped, and the amount then fits nothing."""
    return amount // 100 if currency in _WITH_TWO_ZEROS else amount


def check(amount: int, currency: str) -> None:
    """Raises Declined for an amount (minor units) that Stripe does not take in this currency."""
    if currency in _THREE_DECIMALS and amount % 10:
        raise Declined(f"Stripe takes {currency} in steps of ten of its smallest unit")
