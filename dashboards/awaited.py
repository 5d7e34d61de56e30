"""Money that staff take in and pay back themselves, as the page of an order shows it. What they do about it: ``dashboards.collecting``."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from orders.models import Order, Parcel
from payments import gateways
from payments.models import Payment, Receipt, Refund


@dataclass(frozen=True)
class Awaited:
    """Money of one attempt that staff take in. Amounts in minor units; ``missing`` is negative when too much came."""

    payment: Payment
    label: str
    receipts: list[Receipt]
    is_open: bool

    @property
    def received(self) -> int:
        return sum(receipt.amount for receipt in self.receipts)

    @property
    def missing(self) -> int:
        return self.payment.amount - self.received


def awaited(payment: Payment) -> Awaited:
    """What is awaited by that attempt; after another amount was given back all of it, if the order is still to be paid on delivery."""
    is_over = payment.state == Payment.State.SUCCEEDED
    return Awaited(
        payment,
        str(gateways.gateway(payment.provider).label),
        [] if is_over else list(payment.receipts.all()),
        payment.order.to_collect > 0 if is_over else payment.state == Payment.State.OPENED,
    )


def context(order: Order) -> dict[str, Any]:
    """``awaited``, ``to_pay_back`` and ``came_back`` for the page of an order."""
    payments = list(
        Payment.objects.filter(order=order, provider__in=gateways.by_hand())
        .select_related("order")
        .prefetch_related("receipts")
    )
    living = [payment for payment in payments if payment.state != Payment.State.SUCCEEDED]
    refunds = Refund.objects.filter(payment__in=payments, state__in=[Refund.State.DUE, Refund.State.PROCESSING])
    return {
        "awaited": [awaited(payment) for payment in living or (payments[:1] if order.to_collect else [])],
        "to_pay_back": refunds.order_by("pk"),
        "came_back": _came_back(order),
        "today": timezone.localdate(),
    }


def _came_back(order: Order) -> bool:
    if order.state != Order.State.SHIPPED or not order.to_collect:
        return False
    return set(Parcel.objects.filter(order=order).values_list("state", flat=True)) == {Parcel.State.RETURNED}
