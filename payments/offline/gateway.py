"""What ways to pay without a provider have in common: the store's settings say how, and staff say what came in (payments.by_hand).

The contract is the same as a provider's. Opening one asks nobody; what it "answers" when it is queried is what staff have noted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.db.models import Sum

from core import clock
from core.texts import text
from orders.models import Order
from payments import gateways
from payments.gateways import AlreadyPaid, Event, Forged, Instruction, PaymentReport, Prepaid, RefundReport
from payments.models import Notification, Payment, Receipt, Refund
from shop.models import OfflineMethod, Store


def received(payment: Payment) -> int:
    """What staff have noted for this attempt so far, in minor units."""
    return Receipt.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0


class OfflineGateway(gateways.Gateway):
    """``name`` is that of a kind of ``shop.models.OfflineMethod``."""

    by_hand = True

    def method(self, store: Store) -> OfflineMethod | None:
        """The store's settings for it; None when it is not offered."""
        found: OfflineMethod | None = OfflineMethod.objects.filter(store=store, kind=self.name, enabled=True).first()
        return found

    def offered(self, store: Store) -> bool:
        return self.method(store) is not None

    def suits(self, order: Order) -> bool:
        method = self.method(order.store)
        if method is None or (method.most_amount is not None and order.total > method.most_amount):
            return False
        regions = [line.strip() for line in method.regions.splitlines() if line.strip()]
        place = (order.province, order.city, order.district)
        return not regions or any(part.startswith(region) for part in place for region in regions)

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        return {"amount": order.total, "currency": order.currency}

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return draft == other

    def prepay(self, payment: Payment) -> Prepaid:
        method = self.method(payment.store)
        return Prepaid(payment.number, clock.now() + timedelta(days=method.days if method else 1))

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {}

    def instructions(self, payment: Payment) -> Iterable[Instruction]:
        """The store's own, a line each: ``Account: 6222…`` has a name and something to copy, a sentence has not."""
        method = self.method(payment.store)
        for line in text(method, "instructions").splitlines() if method else ():
            name, colon, value = (part.strip() for part in line.replace("：", ":", 1).partition(":"))
            if name:
                yield Instruction(name, value) if colon and value else Instruction("", line.strip())

    def query(self, payment: Payment) -> PaymentReport:
        amount = received(payment)
        if not amount:
            return PaymentReport(payment.number, "open")
        newest = Receipt.objects.filter(payment=payment).latest("id")
        return PaymentReport(
            payment.number,
            "succeeded",
            amount,
            payment.currency,
            # Our number makes it one of its kind: a courier's settlement has one reference for many orders.
            f"{payment.number}:{newest.reference}"[:64],
            newest.noted_at,
            confirmed=True,
        )

    def close(self, payment: Payment) -> None:
        if received(payment):
            raise AlreadyPaid("something came in")

    def refund(self, refund: Refund) -> RefundReport:
        return RefundReport(refund.number, "processing", refund.amount)

    def query_refund(self, refund: Refund) -> RefundReport:
        return self.refund(refund)

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        raise Forged("nobody notifies of it")

    def read(self, notification: Notification) -> NoReturn:
        raise gateways.Malformed("nobody notifies of it")
