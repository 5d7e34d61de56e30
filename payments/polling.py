"""Payments whose notification never came: the provider is asked on a ladder of steps, once a step, until the attempt has ended.

Also ends attempts that are no longer wanted, because the order was paid otherwise or is cancelled.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop

from core import clock
from core.duework import handles
from orders.models import Order
from payments import asking
from payments.gateways import GatewayError, NumberUnknown, gateway
from payments.models import Payment
from payments.verdicts import Doubtful

NOT_WANTED = gettext_noop("The order no longer waits for it.")
NEVER_ARRIVED = gettext_noop("The provider never heard of it.")
CLOSED_THERE = gettext_noop("Closed at the provider.")


def next_look(since: datetime, now: datetime, steps: Sequence[int] | None = None) -> datetime:
    """When to ask next about something that began at ``since``.

    ``steps`` are the seconds between questions, the last one for ever (``settings.PAYMENT_POLL_SECONDS``). The answer hangs on the age
    alone: asked in between, or by two, it is the same step.
    """
    steps = steps or settings.PAYMENT_POLL_SECONDS
    at, index = since, 0
    while at <= now:
        rest = len(steps) - 1
        if index >= rest:
            # Straight to the step after now; the age may be weeks.
            step = timedelta(seconds=steps[-1])
            return at + ((now - at) // step + 1) * step
        at += timedelta(seconds=steps[index])
        index += 1
    return at


@handles(Payment, lease=90)
def look(payment: Payment) -> None:
    """Ask about one attempt, or end it. A provider that does not answer is asked at the next step."""
    if payment.state != Payment.State.OPENED:
        payment.finish()
        return
    try:
        _look(payment)
    except GatewayError as error:
        payment.postpone(next_look(payment.opened_at, clock.now()), f"{type(error).__name__}: {error}"[:500])
    except Doubtful as doubt:
        asking.hold(payment, doubt)
        payment.park(str(doubt))


def _is_wanted(payment: Payment) -> bool:
    """Whether the order still waits for this attempt: until it is paid otherwise, or cancelled."""
    order = payment.order
    if order.on_delivery and gateway(payment.provider).by_hand:
        return order.to_collect > 0
    return order.state == Order.State.PENDING


def _look(payment: Payment) -> None:
    if not _is_wanted(payment):
        asking.close(payment, why=NOT_WANTED)
    elif gateway(payment.provider).by_hand:
        # Nobody can be asked: it waits until staff say what came in.
        payment.postpone(None)
        return
    else:
        try:
            report = asking.ask(payment)
        except NumberUnknown:
            # The process that opened it died before it could ask, and more than a step ago.
            asking.close(payment, why=NEVER_ARRIVED)
        else:
            if report.state == "open":
                payment.postpone(next_look(payment.opened_at, clock.now()))
                return
            if report.state == "closed":
                asking.end(payment, Payment.State.CLOSED, why=CLOSED_THERE)
    # Settled or ended: that concluded the row too, in its own transaction.
    payment.concluded = True
