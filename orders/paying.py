"""An order has been paid. How that is known is the business of the payments room."""

from datetime import datetime

from django.db import transaction

from core import clock, duework
from orders.models import Duty, Order
from orders.states import ORDER


def mark_paid(order: Order, *, paid_at: datetime, actor: str) -> None:
    """Take the order as paid: it is no longer to be closed, and is to be fulfilled.

    Call it in the transaction that settles the payment. Raises StaleState or IllegalMove when the order is no longer pending: the
    money is then to go back.
    """
    with transaction.atomic():
        # The duty first, then the order, as in closing: two that take rows in one order never wait in a circle.
        Duty.objects.filter(order=order, kind=Duty.Kind.CLOSE, done_at=None).update(
            done_at=clock.now(), claimed_until=None, claim="", parked_at=None
        )
        ORDER.move(
            order, Order.State.PAID, actor=actor, why="paid" if order.total else "nothing to pay", paid_at=paid_at
        )
        duty = Duty.objects.create(store_id=order.store_id, order=order, kind=Duty.Kind.FULFIL, due_at=clock.now())
        duework.ring(duty)
