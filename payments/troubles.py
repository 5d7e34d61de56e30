"""Taking the word about a trouble of its money off an order, which may have more than one: the word that stands is the newest alone."""

from orders import holding
from orders.models import Order
from payments.models import Dispute, Refund
from payments.verdicts import DISPUTED, REFUND_FAILED


def over(order_pk: int, reason: str) -> None:
    """That trouble is over, inside the caller's transaction, which holds the order's lock.

    The order stays shown to a person for as long as a bank has money of it, or a refund has failed that nobody has seen to.
    """
    left = _left(order_pk)
    if left == reason:
        return
    holding.release(order_pk, reason)
    order = Order.objects.only("hold_reason", "store_id").get(pk=order_pk)
    if left and not order.hold_reason:
        holding.hold(order_pk, order.store_id, left)


def _left(order_pk: int) -> str:
    if Dispute.objects.filter(payment__order=order_pk, state=Dispute.State.OPEN).exists():
        return DISPUTED
    failed = Refund.objects.filter(payment__order=order_pk, state=Refund.State.FAILED, handled_at=None)
    return REFUND_FAILED if failed.exists() else ""
