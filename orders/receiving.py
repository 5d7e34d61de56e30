"""Receiving: the shopper says that everything has come, or the store's days have passed since it was delivered."""

from django.db import transaction

from core import clock
from core.duework import handles
from orders.models import Duty, Order
from orders.packing import lock_order
from orders.states import ORDER


def receive(order: Order, *, actor: str, why: str = "") -> None:
    """Take a shipped order as received. Raises IllegalMove or StaleState when it is not shipped (any more)."""
    with transaction.atomic():
        current = lock_order(order.pk)
        ORDER.move(current, Order.State.RECEIVED, actor=actor, why=why, received_at=clock.now())
        Duty.objects.filter(order=current, kind=Duty.Kind.RECEIVE, done_at=None).update(
            done_at=clock.now(), claimed_until=None, claim="", parked_at=None
        )
    order.state, order.received_at = current.state, current.received_at


@handles(Duty, Duty.Kind.RECEIVE)
def receive_after_days(duty: Duty) -> None:
    """Nobody has complained for long enough."""
    with transaction.atomic():
        order = lock_order(duty.order_id)
        if order.state == Order.State.SHIPPED:
            ORDER.move(order, Order.State.RECEIVED, actor="system", why="days passed", received_at=clock.now())
        duty.finish()
