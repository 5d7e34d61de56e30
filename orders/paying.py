"""An order has been paid, or may be shipped before it is. How that is known is the business of the payments room."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from core import clock, duework
from core.models import JournalEntry
from core.states import IllegalMove
from orders.models import Duty, Order
from orders.states import ORDER
from shop import stock

# Of these an order may still be paid after it was cancelled. What the store has cancelled or refunded stays so.
REOPENED = frozenset({Order.CancelCause.EXPIRED, Order.CancelCause.SHOPPER})


def mark_paid(order: Order, *, paid_at: datetime, actor: str, journal: list[JournalEntry] | None = None) -> None:
    """Take the order as paid: it is no longer to be closed, and is to be fulfilled.

    An order that is paid on delivery was due to be fulfilled before, and keeps its state when it has been shipped. Call it in the
    transaction that settles the payment; ``journal`` as in ``Machine.move``. Raises StaleState or IllegalMove when the order neither
    waits for money nor is owed some: the money is then to go back.
    """
    why = "paid" if order.total else "nothing to pay"
    if order.on_delivery and order.paid_at is None and order.state not in (Order.State.PENDING, Order.State.CANCELLED):
        if order.state == Order.State.CONFIRMED:
            ORDER.move(order, Order.State.PAID, actor=actor, why=why, journal=journal, paid_at=paid_at)
        elif not Order.objects.filter(pk=order.pk, paid_at=None, state=order.state).update(paid_at=paid_at):
            raise IllegalMove(f"order:{order.pk}", order.state, Order.State.PAID)
        return
    _release_for_fulfilment(order, Order.State.PAID, why, actor, journal, paid_at=paid_at)


def confirm_on_delivery(order: Order, *, actor: str) -> None:
    """Let an unpaid order be packed and shipped; it is to be paid on delivery. Raises StaleState or IllegalMove when it is not pending."""
    with transaction.atomic():
        _release_for_fulfilment(
            order, Order.State.CONFIRMED, "", actor, None, on_delivery=True, confirmed_at=clock.now()
        )


def wait_until(order: Order, until: datetime) -> None:
    """Give the shopper until then to pay an unpaid order: its goods stay held so long. Never takes time away.

    Call it in a transaction that holds the lock on the order's money, which is the duty to close it.
    """
    if order.expires_at >= until:
        return
    Duty.objects.filter(order=order, kind=Duty.Kind.CLOSE, cause="").update(due_at=until)
    Order.objects.filter(pk=order.pk).update(expires_at=until)
    order.expires_at = until


def reopen(order: Order, *, paid_at: datetime, actor: str, journal: list[JournalEntry] | None = None) -> bool:
    """Take a cancelled order as paid, if its goods can be had once more; False when they cannot, or it was cancelled for good.

    Call it in the transaction that settles the payment, as its last step: the stock's rows are locked from here on.
    """
    if order.state != Order.State.CANCELLED or order.cancel_cause not in REOPENED or order.reopened_at:
        return False
    quantities: dict[int, int] = {}
    for line in order.lines.all():
        if line.variant_id is None:
            return False
        quantities[line.variant_id] = quantities.get(line.variant_id, 0) + line.quantity
    own: list[JournalEntry] = []
    was = {name: getattr(order, name) for name in ("state", "cancel_cause", "cancelled_at", "reopened_at", "paid_at")}
    try:
        with transaction.atomic():
            ORDER.move(
                order, Order.State.PENDING, actor=actor, why="paid after it was cancelled", journal=own,
                reopened_at=clock.now(), cancel_cause="", cancelled_at=None,
            )  # fmt: skip
            mark_paid(order, paid_at=paid_at, actor=actor, journal=own)
            stock.hold(order.stock_reference, quantities, actor=actor)
    except stock.StockShort:
        for name, value in was.items():
            setattr(order, name, value)
        return False
    if journal is None:
        JournalEntry.objects.bulk_create(own)
    else:
        journal += own
    return True


def note_refunded(order_pk: int, *, refunded: Combinable, paid: int) -> None:
    """Write beside the order's state how much of what paid it has gone back (minor units; ``refunded`` as the database finds it)."""
    states = Order.RefundState
    state = Case(
        When(LessThanOrEqual(refunded, 0), then=Value(states.NONE)),
        When(GreaterThanOrEqual(refunded, paid), then=Value(states.FULL)),
        default=Value(states.PART),
    )
    Order.objects.filter(pk=order_pk).update(refund_state=state)


def _release_for_fulfilment(
    order: Order, to: str, why: str, actor: str, journal: list[JournalEntry] | None, **columns: Any
) -> None:
    # The duty first, then the order, as in closing: two that take rows in one order never wait in a circle.
    Duty.objects.filter(order=order, kind=Duty.Kind.CLOSE, done_at=None).update(
        done_at=clock.now(), claimed_until=None, claim="", parked_at=None
    )
    ORDER.move(order, to, actor=actor, why=why, journal=journal, **columns)
    _due_for_fulfilment(order)


def _due_for_fulfilment(order: Order) -> None:
    again = Duty.objects.filter(order=order, kind=Duty.Kind.FULFIL)
    # Confirmed, cancelled and paid after all: there is one duty of a kind, and it is due once more.
    if order.on_delivery and order.reopened_at and again.update(due_at=clock.now(), done_at=None, attempts=0):
        duework.ring(again.get())
        return
    duty = Duty.objects.create(store_id=order.store_id, order=order, kind=Duty.Kind.FULFIL, due_at=clock.now())
    duework.ring(duty)
