"""The money of one order: what came in, what went back, what is on its way, what is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from payments.models import Dispute, Payment, Refund


@dataclass(frozen=True)
class OrderMoney:
    """Sums over all attempts of an order, in minor units of its currency."""

    captured: int
    refunded: int
    going_back: int
    taken_back: int

    @property
    def kept(self) -> int:
        """What the store has of it once everything that is on its way has arrived."""
        return self.captured - self.refunded - self.going_back - self.taken_back


def money_of(payments: Iterable[Payment]) -> OrderMoney:
    """The sums of these attempts; reads their ``refunds`` and ``disputes``, which the caller prefetches."""
    captured = refunded = reserved = taken_back = 0
    for payment in payments:
        captured += payment.paid_amount or 0
        reserved += payment.refund_reserved
        refunded += sum(refund.amount for refund in payment.refunds.all() if refund.state == Refund.State.SUCCEEDED)
        taken_back += sum(dispute.amount for dispute in payment.disputes.all() if dispute.state != Dispute.State.WON)
    return OrderMoney(captured, refunded, reserved - refunded, taken_back)
