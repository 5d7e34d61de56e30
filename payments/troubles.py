"""Taking the word about a trouble of its money off an order, which may have more than one: the word that stands is the newest alone."""

from django.db.models import Exists, OuterRef

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
    order = Order.objects.only("store_id").filter(pk=order_pk, hold_reason="").first() if left else None
    if order is not None:
        holding.hold(order_pk, order.store_id, left)


def _left(order_pk: int) -> str:
    disputed = Dispute.objects.filter(payment__order=OuterRef("pk"), state=Dispute.State.OPEN)
    failed = Refund.objects.filter(payment__order=OuterRef("pk"), state=Refund.State.FAILED, handled_at=None)
    taken_back, not_gone = Order.objects.values_list(Exists(disputed), Exists(failed)).get(pk=order_pk)
    return DISPUTED if taken_back else REFUND_FAILED if not_gone else ""
