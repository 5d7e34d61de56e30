"""Closing unpaid orders, those to be paid on delivery among them. The provider is asked first: what it says was paid is paid, and
only then is the stock given back.

This room states that an order is to be closed and what closing does. Asking, and carrying the duty out, is the payments room's.
"""

from django.db import transaction

from core import clock, duework
from core.crashing import step
from core.states import IllegalMove, record
from orders.models import Duty, Order, Parcel
from orders.packing import lock_order
from orders.states import CAME_BACK, IN_THE_HOUSE, ORDER
from shop import stock
from shop.models import StockMovement

# Of a parcel that was taken apart, in the journal.
STOPPED = "stopped"


def request_close(order: Order, cause: str, *, actor: str) -> None:
    """Have an unpaid order closed as soon as the provider agrees. Asking twice is harmless; the first cause stands.

    ``cause`` is one of Order.CancelCause. Raises IllegalMove (409) when the order is neither pending nor confirmed with all of it still
    in the house.
    """
    with step("ask for an order to be closed"):
        duty = (
            Duty.objects.select_for_update().select_related("order").filter(order=order, kind=Duty.Kind.CLOSE).first()
        )
        if duty is None or not _may_close(duty):
            state = Order.objects.values_list("state", flat=True).get(pk=order.pk)
            raise IllegalMove(f"order:{order.pk}", state, Order.State.CANCELLED)
        if duty.cause and duty.done_at is None:
            return
        changes = {"cause": cause, "asked_by": actor, "due_at": clock.now(), "parked_at": None, "attempts": 0}
        # Of a confirmed order it had been done with.
        Duty.objects.filter(pk=duty.pk).update(done_at=None, **changes)
        duework.ring(duty)


def _may_close(duty: Duty) -> bool:
    if duty.order.state == Order.State.CONFIRMED:
        return can_stop(duty.order)
    return duty.order.state == Order.State.PENDING and duty.done_at is None


def close(order: Order, cause: str, *, actor: str) -> None:
    """Cancel the order and give its stock back; who asked for it stands in the journal, else ``actor``.

    The caller has made sure that nothing was and nothing will be paid for it, and has finished the close duty before, in the same
    transaction: the duty first, then the order, the stock last. Raises StaleState or IllegalMove when the order is not pending.
    """
    with transaction.atomic():
        asked_by = Duty.objects.filter(order=order, kind=Duty.Kind.CLOSE).values_list("asked_by", flat=True).first()
        ORDER.move(
            order,
            Order.State.CANCELLED,
            actor=asked_by or actor,
            why=cause,
            cancelled_at=clock.now(),
            cancel_cause=cause,
        )
        stock.release(order.stock_reference, actor=asked_by or actor)


def can_stop(order: Order) -> bool:
    """Whether the order is paid, or confirmed, and nothing of it has left the house."""
    shipped = Parcel.objects.filter(order=order).exclude(state__in=IN_THE_HOUSE)
    return order.state in (Order.State.PAID, Order.State.CONFIRMED) and not shipped.exists()


def stop(order_pk: int, *, actor: str, cause: str = Order.CancelCause.REFUNDED) -> bool:
    """Cancel an order of which nothing has left the house, because all that was paid for it goes back, or it was to be paid on delivery
    and is no longer wanted; its goods are free again.

    False, and nothing has changed, when something was shipped, or there is nothing left to stop. Call it as the last step of a
    transaction that holds the lock on the order's money: the stock's rows are locked from here on.
    """
    # The worker that allocates the goods holds this row; once it is ours, its parcels are there or will never be.
    fulfil = Duty.objects.select_for_update().filter(order=order_pk, kind=Duty.Kind.FULFIL).first()
    order = lock_order(order_pk)
    if not can_stop(order):
        return False
    parcels = list(Parcel.objects.filter(order=order))
    if fulfil is not None and fulfil.done_at is None:
        Duty.objects.filter(pk=fulfil.pk).update(done_at=clock.now(), claimed_until=None, claim="", parked_at=None)
    for parcel in parcels:
        record(parcel, "parcel", actor=actor, was=parcel.state, to=STOPPED)
        parcel.delete()
    ORDER.move(order, Order.State.CANCELLED, actor=actor, why=cause, cancelled_at=clock.now(), cancel_cause=cause)
    stock.release(order.stock_reference, actor=actor)
    return True


def take_back(order: Order, *, restock: bool, actor: str) -> None:
    """Cancel a shipped order that was to be paid on delivery and whose parcels have all come back.

    ``restock``: its goods can be sold again.

    Call it in a transaction that holds the lock on the order's money. Raises IllegalMove or StaleState for any other order.
    """
    parcels = Parcel.objects.filter(order=order)
    came_back = parcels.exists() and not parcels.exclude(state=Parcel.State.RETURNED).exists()
    if order.state != Order.State.SHIPPED or not order.to_collect or not came_back:
        raise IllegalMove(f"order:{order.pk}", order.state, Order.State.CANCELLED)
    cause = Order.CancelCause.CAME_BACK
    ORDER.move(order, Order.State.CANCELLED, actor=actor, why=cause, cancelled_at=clock.now(), cancel_cause=cause)
    Order.objects.filter(pk=order.pk, hold_reason=CAME_BACK).update(hold_reason="")
    if restock:
        for line in order.lines.order_by("variant__stock"):
            if line.variant_id is not None:
                stock.change(
                    line.variant_id, line.quantity, StockMovement.Kind.RETURNED, actor=actor, reference=order.stock_reference
                )  # fmt: skip
