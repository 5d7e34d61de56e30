"""Money is an integer of minor units (fen, cents) beside its ISO 4217 currency; never a float, never a Decimal in between."""

import re
from collections.abc import Sequence
from decimal import Decimal

# Digits after the point, where they are not two (ISO 4217).
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}
_SIGNS = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "HKD": "HK$",
    "SGD": "S$",
    "AUD": "A$",
    "CAD": "C$",
    "KRW": "₩",
}
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD", "AUD", "CAD", "KRW")
_AMOUNT = re.compile(r"(?:\d{1,20}|\d{1,3}(?:,\d{3}){1,6})(?:\.\d{0,10})?|\.\d{1,10}", re.ASCII)
# What a bigint column and a provider's integer both take without a second thought.
LIMIT = 10**12


def exponent(currency: str) -> int:
    """How many digits of this currency stand after the point."""
    return _EXPONENTS.get(currency, 2)


def format_minor(amount: int, currency: str) -> str:
    """``format_minor(12800, "CNY")`` → ``"¥128.00"``."""
    digits = exponent(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    text = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return ("-" if amount < 0 else "") + _SIGNS.get(currency, currency + " ") + text


def parse_major(text: str, currency: str) -> int:
    """Minor units of what a person or a file wrote: ``parse_major("1,128.5", "CNY")`` → ``112850``.

    A comma stands between thousands and nowhere else: ``9,99`` is no amount, for nobody knows whether it means 9.99 or 999.
    Raises ValueError when it is no plain number, is negative, too large, or has more digits than the currency.
    """
    if not _AMOUNT.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not an amount")
    minor = Decimal(text.strip().replace(",", "")).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{text!r} has more than {exponent(currency)} decimals")
    if not 0 <= minor <= LIMIT:
        raise ValueError(f"{text!r} is out of range")
    return int(minor)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over lines by weight; the remainder goes to the last, so that the parts add up to the total."""
    if not weights:
        raise ValueError("nothing to split over")
    whole = sum(weights)
    parts = [total * weight // whole if whole else 0 for weight in weights]
    parts[-1] += total - sum(parts)
    return parts
