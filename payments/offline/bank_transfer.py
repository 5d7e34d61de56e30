"""Bank transfer: the shopper gets the store's account and a reference to write, and days instead of minutes; staff say what arrived."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext, gettext_lazy, ngettext

from core.money import format_minor
from orders import paying
from orders.models import Order
from payments.gateways import Instruction
from payments.models import Payment
from payments.offline.gateway import OfflineGateway
from shop.models import OfflineMethod


class BankTransfer(OfflineGateway):
    """While it is open the order's goods stay held; after the store's days it expires as any unpaid order."""

    name = OfflineMethod.Kind.BANK_TRANSFER.value
    label = gettext_lazy("Bank transfer")

    def description(self, order: Order) -> str:
        method = self.method(order.store)
        days = method.days if method else 0
        return ngettext(
            "Transfer it within %(days)s day; the goods are kept for you.",
            "Transfer it within %(days)s days; the goods are kept for you.",
            days,
        ) % {"days": days}

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {"reference": payment.order.number}

    def agreed(self, payment: Payment, order: Order, *, actor: str) -> None:
        method = self.method(order.store)
        # Counted from the order and not from today: choosing it again gains nothing.
        paying.wait_until(order, order.placed_at + timedelta(days=method.days if method else 0))

    def instructions(self, payment: Payment) -> Iterable[Instruction]:
        yield from super().instructions(payment)
        yield Instruction(gettext("Amount"), format_minor(payment.amount, payment.currency))
        yield Instruction(gettext("Reference to write"), payment.order.number)
