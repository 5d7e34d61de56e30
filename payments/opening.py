"""Opening a payment: what the shopper's program needs to pay an order.

The intent is committed with its number before the provider hears of it; then the provider is asked, with no transaction open; then its
answer is stored. Whoever dies in between is followed by one who finds the same number and asks for the same thing. An attempt that is
open is used again; a new number is taken only after the old one can no longer be paid.
"""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock
from core.crashing import step
from core.problems import Problem
from core.states import record
from orders.models import Order
from orders.states import is_closing
from payments import asking, gateways
from payments.gateways import AlreadyClosed, AlreadyPaid, Declined, Gateway, GatewayError, NumberReused
from payments.models import Payment
from payments.polling import next_look
from payments.states import lock
from payments.verdicts import Doubtful

# A prepay id with less life than this is renewed: the shopper needs time to pay.
MARGIN = timedelta(minutes=5)
TRIES = 3
EXPIRED = gettext_noop("Expired at the provider.")
CHANGED = gettext_noop("Opened anew with other details.")


def open_payment(
    order: Order, *, actor: str, client_ip: str = "", provider: str = "", channel: str = gateways.MINIAPP
) -> tuple[Payment, dict[str, str]]:
    """The open attempt to pay this order, and the parameters for the shopper's program. Calls the provider when it must.

    ``provider``: one of gateways.suitable(order, channel), the first of them by default. ``payment.order`` shows what became of the
    order: one that is paid by hand may wait longer, or be confirmed. Raises Problem: ``not-payable`` or ``already-paid`` (409),
    ``payment-refused`` (502), ``payment-unavailable`` (503).
    """
    gateway = _choose(order, provider, channel)
    for _try in range(TRIES):
        payment, draft = _intend(order, gateway, actor, client_ip)
        if not gateway.same(payment.request, draft):
            _close(payment, CHANGED)
            continue
        if _is_ready(payment) or _prepay(gateway, payment, actor):
            return payment, gateway.parameters(payment)
    raise _unavailable()


def _choose(order: Order, provider: str, channel: str) -> Gateway:
    offered = gateways.suitable(order, channel)
    if provider and provider not in offered:
        raise Problem("not-payable", 409, _("This store does not offer that way to pay."))
    if not offered:
        raise Problem("not-payable", 409, _("This store cannot take payments yet."))
    return gateways.gateway(provider or offered[0])


def _intend(order: Order, gateway: Gateway, actor: str, client_ip: str) -> tuple[Payment, dict[str, Any]]:
    """The open attempt, made and committed if there is none, and what would be asked of the provider today."""
    with step("intend a payment"):
        order = lock(order.pk)
        _check_payable(order)
        attempts = Payment.objects.filter(order=order, provider=gateway.name)
        payment = attempts.filter(state=Payment.State.OPENED).first()
        if payment is not None:
            payment.order = order
            return payment, gateway.draft(order, payment.number, client_ip)
        payment = new_attempt(order, gateway, actor=actor, client_ip=client_ip)
        return payment, payment.request


def new_attempt(order: Order, gateway: Gateway, *, actor: str, client_ip: str = "") -> Payment:
    """A further attempt, under a number of its own, inside the caller's transaction, which holds the order's lock."""
    # Of all providers together: a refund's number is made of it, and is one number here, whichever provider it goes to.
    number = f"{order.public_id}-{Payment.objects.filter(order=order).count() + 1}"
    now = clock.now()
    payment: Payment = Payment.objects.create(
        store=order.store,
        order=order,
        provider=gateway.name,
        number=number,
        amount=order.total,
        currency=order.currency,
        request=gateway.draft(order, number, client_ip),
        # Nobody can be asked about money that staff take in.
        due_at=None if gateway.by_hand else next_look(now, now),
    )
    record(payment, "payment", actor=actor, to=payment.state)
    return payment


def _check_payable(order: Order) -> None:
    if order.state != Order.State.PENDING:
        raise Problem("not-payable", 409, _("This order is not waiting for a payment."), state=order.state)
    if is_closing(order):
        raise Problem("not-payable", 409, _("The time to pay this order is over."), state=order.state)


def _is_ready(payment: Payment) -> bool:
    expires_at = payment.reference_expires_at
    return bool(payment.provider_reference) and expires_at is not None and expires_at > clock.now() + MARGIN


def _prepay(gateway: Gateway, payment: Payment, actor: str) -> bool:
    """Ask the provider and store its answer. False when the attempt has ended instead and another one is to be made."""
    try:
        prepaid = gateway.prepay(payment)
    except AlreadyPaid:
        _take_in(payment)
        raise Problem("already-paid", 409, _("This order has been paid.")) from None
    except AlreadyClosed:
        asking.end(payment, Payment.State.CLOSED, why=EXPIRED)
        return False
    except NumberReused:
        _close(payment, CHANGED)
        return False
    except Declined as error:
        if payment.provider_reference:
            # The shopper has been given it, and could still pay by it.
            _close(payment, str(error)[:200])
        else:
            asking.end(payment, Payment.State.FAILED, why=str(error)[:200])
        raise Problem("payment-refused", 502, _("The payment provider refused.")) from error
    except GatewayError as error:
        raise _unavailable() from error
    answer = {
        "provider_reference": prepaid.reference,
        "reference_expires_at": prepaid.expires_at,
        "provider_data": prepaid.data,
    }
    with step("store the prepay answer"):
        if gateway.by_hand:
            payment.order = lock(payment.order_id)
            _check_payable(payment.order)
        kept = Payment.objects.filter(pk=payment.pk, state=Payment.State.OPENED).update(**answer)
        if kept and gateway.by_hand:
            gateway.agreed(payment, payment.order, actor=actor)
            if payment.order.state != Order.State.PENDING:
                rivals = Payment.objects.filter(order=payment.order_id, state=Payment.State.OPENED)
                rivals.exclude(pk=payment.pk).update(due_at=clock.now())
    for name, value in answer.items():
        setattr(payment, name, value)
    if not kept:
        # Closed while the provider was opening it: nobody has been given this id, and nobody shall pay by it.
        _close(payment, CHANGED)
    return bool(kept)


def _close(payment: Payment, why: str) -> None:
    try:
        asking.close(payment, why=why)
    except (GatewayError, Doubtful) as error:
        raise _unavailable() from error


def _take_in(payment: Payment) -> None:
    try:
        asking.ask(payment)
    except (GatewayError, Doubtful) as error:
        raise _unavailable() from error


def _unavailable() -> Problem:
    return Problem("payment-unavailable", 503, _("The payment provider does not answer. Try again in a moment."))
