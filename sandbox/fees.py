"""What WeChat Pay keeps of a payment, in whole fen, and what of it comes back with a refund."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def of_payment(total: int, percent: float) -> int:
    """The fee of a payment of `total` fen at a rate in percent, rounded half up."""
    return _whole(Decimal(total) * Decimal(str(percent)) / 100)


def returned(fee: int, refunded: int, total: int) -> int:
    """What has come back of a fee once `refunded` of `total` fen have; all of it with the last fen."""
    return _whole(Decimal(fee) * refunded / total)


def rate(percent: float) -> str:
    """A rate as bills write it: 0.6 is 0.60%."""
    return f"{Decimal(str(percent)):.2f}%"


def _whole(fen: Decimal) -> int:
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))
