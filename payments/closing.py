"""Closing unpaid orders, also those that were to be paid on delivery: the provider is asked first, and what it says was paid is paid."""

from datetime import timedelta

from django.utils.translation import gettext_noop

from core import clock
from core.crashing import step
from core.duework import handles
from orders import closing
from orders.models import Duty, Order
from payments import asking
from payments.gateways import BeingPaid
from payments.models import Payment
from payments.states import lock
from payments.verdicts import Doubtful

OVER = gettext_noop("The order is being closed.")
# The payer has the payment on the screen; a moment later it is known. What is still in process long after the order's end (a bank may
# take days over a debit) is asked about less and less often.
WHILE_BEING_PAID = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


# A provider that is down for half a day must not leave the stock held for ever, nor give it back unasked.
@handles(Duty, Duty.Kind.CLOSE, lease=120, max_attempts=30)
def close_order(duty: Duty) -> None:
    """End every open attempt at its provider, then cancel the order and give its stock back."""
    for payment in Payment.objects.filter(order=duty.order_id, state=Payment.State.OPENED).select_related(
        "store", "order"
    ):
        try:
            asking.close(payment, why=OVER)
        except BeingPaid:
            now = clock.now()
            overdue = max(now - payment.order.expires_at, timedelta(0))
            duty.postpone(now + min(WHILE_BEING_PAID + overdue / 10, LONGEST_PAUSE))
            return
        except Doubtful as doubt:
            asking.hold(payment, doubt)
            duty.park(str(doubt))
            return
    with step("close an order"):
        order = lock(duty.order_id)
        if order.state not in (Order.State.PENDING, Order.State.CONFIRMED):
            # Paid after all, which concluded the duty.
            _conclude(duty)
        elif Payment.objects.filter(order=order, state=Payment.State.OPENED).exists():
            duty.postpone(clock.now())
        elif order.state == Order.State.CONFIRMED:
            duty.finish()
            # False when a parcel has left meanwhile: then it goes on its way, and its money with it.
            closing.stop(order.pk, actor=duty.asked_by or "system", cause=duty.cause or Order.CancelCause.STAFF)
        else:
            duty.finish()
            closing.close(order, duty.cause or Order.CancelCause.EXPIRED, actor="system")


def _conclude(duty: Duty) -> None:
    duty.refresh_from_db(fields=["done_at"])
    if duty.done_at is None:
        duty.finish()
    duty.concluded = True
