"""Asking the provider about an attempt, and ending it there. No transaction is open while it answers."""

from django.db import transaction

from core import clock
from orders.models import Order
from payments.gateways import AlreadyPaid, NumberUnknown, PaymentReport, Unavailable, gateway
from payments.models import Payment
from payments.settling import Doubtful, settle
from payments.states import PAYMENT, lock


def ask(payment: Payment) -> PaymentReport:
    """Ask how the payment stands, and take in what has been paid. Raises GatewayError or settling.Doubtful."""
    report = gateway(payment.provider).query(payment)
    if report.state == "succeeded":
        with transaction.atomic():
            settle(payment, report, actor=f"provider:{payment.provider}", asked=True)
    return report


def close(payment: Payment, *, why: str, actor: str = "system") -> None:
    """See to it that this attempt can no longer be paid; if it has been, that is taken in. Raises GatewayError or Doubtful."""
    try:
        gateway(payment.provider).close(payment)
    except AlreadyPaid:
        try:
            report = ask(payment)
        except NumberUnknown as error:
            raise Unavailable(f"paid, and unknown: {error}") from None
        if report.state != "succeeded":
            raise Unavailable(f"paid, and {report.state}") from None
        return
    end(payment, Payment.State.CLOSED, why=why, actor=actor)


def end(payment: Payment, state: str, *, why: str, actor: str = "system") -> None:
    """Note that the attempt is over, unless it has ended otherwise meanwhile."""
    now = clock.now()
    with transaction.atomic():
        lock(payment.order_id)
        payment.refresh_from_db(fields=["state"])
        if payment.state != Payment.State.OPENED:
            return
        PAYMENT.move(
            payment, state, actor=actor, why=why, verdict=why if state == Payment.State.FAILED else "",
            closed_at=now, done_at=now, parked_at=None, claimed_until=None, claim="", last_error="",
        )  # fmt: skip


def hold(payment: Payment, doubt: Doubtful) -> None:
    """Show the order to a person."""
    Order.objects.filter(pk=payment.order_id).update(hold_reason=str(doubt))
