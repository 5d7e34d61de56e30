"""Asking the provider about an attempt, and ending it there. No transaction is open while it answers."""

from dataclasses import replace

from core import clock
from core.crashing import step
from orders import holding
from payments.gateways import AlreadyPaid, NumberUnknown, PaymentReport, Unavailable, gateway
from payments.models import Payment
from payments.settling import settle
from payments.states import PAYMENT, lock
from payments.verdicts import DOUBT_IDENTITY, Doubtful


def ask(payment: Payment) -> PaymentReport:
    """Ask how the payment stands, and take in what has been paid. Raises GatewayError or Doubtful."""
    report = replace(gateway(payment.provider).query(payment), confirmed=True)
    if report.number != payment.number:
        raise Doubtful(DOUBT_IDENTITY)
    if report.state == "succeeded":
        with step("settle what was asked about"):
            settle(payment.provider, report, actor=f"provider:{payment.provider}")
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
    with step("end an attempt"):
        lock(payment.order_id)
        payment.refresh_from_db(fields=["state"])
        if payment.state == Payment.State.OPENED:
            end_locked(payment, state, why=why, actor=actor)


def end_locked(payment: Payment, state: str, *, why: str, actor: str) -> None:
    """The same for an open attempt, inside the caller's transaction, which holds the order's lock."""
    now = clock.now()
    PAYMENT.move(
        payment, state, actor=actor, why=why, verdict=why if state == Payment.State.FAILED else "",
        closed_at=now, done_at=now, parked_at=None, claimed_until=None, claim="", last_error="",
    )  # fmt: skip


def hold(payment: Payment, doubt: Doubtful) -> None:
    """Show the order to a person."""
    with step("hold an order"):
        holding.hold(payment.order_id, payment.store_id, str(doubt))
