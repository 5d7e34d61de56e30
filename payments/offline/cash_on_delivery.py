"""Cash on delivery: choosing it confirms the order, which is shipped unpaid; staff say what the courier brought."""

from django.utils.translation import gettext, gettext_lazy

from orders import paying
from orders.models import Order
from payments.models import Payment
from payments.offline.gateway import OfflineGateway
from shop.models import OfflineMethod


class CashOnDelivery(OfflineGateway):
    """The attempt stays open, and with it what is to be collected, until the money is there."""

    name = OfflineMethod.Kind.CASH_ON_DELIVERY.value
    label = gettext_lazy("Cash on delivery")

    def description(self, order: Order) -> str:
        return gettext("Pay the courier when your parcel arrives.")

    def agreed(self, payment: Payment, order: Order, *, actor: str) -> None:
        paying.confirm_on_delivery(order, actor=actor)
