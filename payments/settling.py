"""Taking in that a payment was made: compare, book, and pay the order; all in one transaction, and once.

What was paid after the order was cancelled opens it again if its goods can still be had. What was paid too late for that, twice or in
another amount does not pay the order: it is booked as owed back, and a refund is due at once.
"""

from datetime import datetime

from core import clock
from core.models import JournalEntry
from core.texts import pick
from orders import holding, paying
from orders.models import Order
from payments import ledger, refund_requests
from payments.gateways import PaymentReport, gateway
from payments.models import Payment, Refund
from payments.states import PAYMENT, lock_payment
from payments.verdicts import (
    DOUBLE,
    DOUBT_AMOUNT,
    DOUBT_CURRENCY,
    DOUBT_IDENTITY,
    DOUBT_NUMBER,
    KNOWN,
    LATE,
    REOPENED,
    SETTLED,
    UNKNOWN_NUMBER,
    WRONG_AMOUNT,
    Doubtful,
)

# What the payer reads: Chinese, English.
REASONS = {
    LATE: (Refund.Cause.LATE, "订单已取消，自动退款", "The order was cancelled"),
    DOUBLE: (Refund.Cause.DOUBLE, "重复支付，自动退款", "Paid twice"),
    WRONG_AMOUNT: (Refund.Cause.WRONG_AMOUNT, "金额不符，自动退款", "Another amount than due"),
}


def settle(provider: str, report: PaymentReport, *, actor: str) -> str:
    """Take in a report of success, inside the caller's transaction; the verdict is one of ``payments.verdicts``.

    A notification with another amount is not believed (the payment stays open, and asking will tell); the provider's answer to a
    question of ours (``report.confirmed``) is, and the money goes back. Raises Doubtful.
    """
    payment = lock_payment(provider, report.number)
    if payment is None:
        raise Doubtful(UNKNOWN_NUMBER)
    if gateway(provider).mismatch(payment, report):
        raise Doubtful(DOUBT_IDENTITY)
    if payment.state == Payment.State.SUCCEEDED:
        if payment.transaction_id != report.transaction_id:
            raise Doubtful(DOUBT_NUMBER)
        return KNOWN
    if report.currency != payment.currency:
        raise Doubtful(DOUBT_CURRENCY)
    if report.amount != payment.amount and not report.confirmed:
        raise Doubtful(DOUBT_AMOUNT)
    now = clock.now()
    # Whatever else was opened for this order is to be closed at its provider, soon.
    rivals = Payment.objects.filter(order=payment.order_id, state=Payment.State.OPENED).exclude(pk=payment.pk)
    rivals.update(due_at=now)
    journal: list[JournalEntry] = []
    paid_at = min(report.paid_at or now, now)
    verdict = _pay(payment.order, payment, report, paid_at, actor, journal)
    _succeed(payment, report, verdict, paid_at, actor, journal)
    JournalEntry.objects.bulk_create(journal)
    if verdict in REASONS:
        _give_back(payment, verdict)
    return verdict


def _pay(
    order: Order, payment: Payment, report: PaymentReport, paid_at: datetime, actor: str, journal: list[JournalEntry]
) -> str:
    """Pay the order with it, if it can be; what became of it."""
    if report.amount != payment.amount or payment.amount != order.total:
        return WRONG_AMOUNT
    if order.state == Order.State.CANCELLED:
        return REOPENED if paying.reopen(order, paid_at=paid_at, actor=actor, journal=journal) else LATE
    if order.paid_at is not None:
        return DOUBLE
    paying.mark_paid(order, paid_at=paid_at, actor=actor, journal=journal)
    return SETTLED


def _succeed(
    payment: Payment, report: PaymentReport, verdict: str, paid_at: datetime, actor: str, journal: list[JournalEntry]
) -> None:
    settles = verdict in (SETTLED, REOPENED)
    PAYMENT.move(
        payment,
        Payment.State.SUCCEEDED,
        actor=actor,
        why=verdict,
        data={"transaction_id": report.transaction_id},
        journal=journal,
        settles=settles,
        transaction_id=report.transaction_id,
        paid_amount=report.amount,
        verdict="" if settles else verdict,
        succeeded_at=paid_at,
        done_at=clock.now(),
        parked_at=None,
        claimed_until=None,
        claim="",
        last_error="",
    )
    ledger.book_payment(payment, report.amount or 0)


def _give_back(payment: Payment, verdict: str) -> None:
    if verdict == WRONG_AMOUNT:
        holding.hold(payment.order_id, payment.store_id, verdict)
    cause, zh, en = REASONS[verdict]
    if payment.paid_amount:
        reason = pick(zh, en, payment.order.store.default_language)
        refund_requests.give_back(payment, payment.paid_amount, cause, reason)
