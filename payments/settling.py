"""Taking in that a payment was made: compare, book, and pay the order; all in one transaction, and once.

What was paid too late, twice or in another amount does not pay the order: it is booked as owed back, and a refund is due at once.
"""

from django.utils.translation import gettext_noop

from core import clock, duework
from core.texts import pick
from orders.models import Order
from orders.paying import mark_paid
from payments import ledger
from payments.gateways import PaymentReport
from payments.models import Payment, Refund
from payments.states import PAYMENT, lock

SETTLED = gettext_noop("Paid the order.")
KNOWN = gettext_noop("Was known already.")
LATE = gettext_noop("Paid after the order was cancelled; goes back by itself.")
DOUBLE = gettext_noop("The order had been paid already; goes back by itself.")
WRONG_AMOUNT = gettext_noop("Not the amount of the order; goes back by itself.")

DOUBT_IDENTITY = gettext_noop("App, merchant or payer are not those of the payment.")
DOUBT_AMOUNT = gettext_noop("The amount is not that of the payment.")
DOUBT_CURRENCY = gettext_noop("The currency is not that of the payment.")
DOUBT_NUMBER = gettext_noop("This payment was made by another transaction.")

# What the payer reads: Chinese, English.
REASONS = {
    LATE: ("订单已取消，自动退款", "The order was cancelled"),
    DOUBLE: ("重复支付，自动退款", "Paid twice"),
    WRONG_AMOUNT: ("金额不符，自动退款", "Another amount than due"),
}


class Doubtful(Exception):
    """What was told does not fit what is known. Nothing has changed; a person has to look. The text is one of the DOUBT_… above."""


def settle(payment: Payment, report: PaymentReport, *, actor: str, asked: bool) -> str:
    """Take in a report of success about this payment, inside the caller's transaction; the verdict is one of the words above.

    ``asked``: the report is the provider's answer to a question of ours. A notification with another amount is not believed (the
    payment stays open, and asking will tell); an answer with another amount is, and the money goes back. Raises Doubtful.
    """
    if report.mismatch:
        raise Doubtful(DOUBT_IDENTITY)
    order = lock(payment.order_id)
    payment.refresh_from_db(fields=["state", "transaction_id", "settles"])
    if payment.state == Payment.State.SUCCEEDED:
        if payment.transaction_id != report.transaction_id:
            raise Doubtful(DOUBT_NUMBER)
        return KNOWN
    if report.currency != payment.currency:
        raise Doubtful(DOUBT_CURRENCY)
    if report.amount != payment.amount and not asked:
        raise Doubtful(DOUBT_AMOUNT)
    verdict = _verdict(order, payment, report)
    _succeed(payment, report, verdict, actor)
    if verdict == SETTLED:
        mark_paid(order, paid_at=payment.succeeded_at or clock.now(), actor=actor)
    else:
        _give_back(payment, order, verdict)
    # Whatever else was opened for this order is to be closed at its provider, soon.
    Payment.objects.filter(order=order, state=Payment.State.OPENED).update(due_at=clock.now())
    return verdict


def _verdict(order: Order, payment: Payment, report: PaymentReport) -> str:
    if report.amount != payment.amount or payment.amount != order.total:
        return WRONG_AMOUNT
    if order.state == Order.State.PENDING:
        return SETTLED
    return LATE if order.state == Order.State.CANCELLED else DOUBLE


def _succeed(payment: Payment, report: PaymentReport, verdict: str, actor: str) -> None:
    now = clock.now()
    PAYMENT.move(
        payment,
        Payment.State.SUCCEEDED,
        actor=actor,
        why=verdict,
        data={"transaction_id": report.transaction_id},
        settles=verdict == SETTLED,
        transaction_id=report.transaction_id,
        paid_amount=report.amount,
        verdict="" if verdict == SETTLED else verdict,
        succeeded_at=min(report.paid_at or now, now),
        done_at=now,
        parked_at=None,
        claimed_until=None,
        claim="",
        last_error="",
    )
    ledger.book_payment(payment, report.amount or 0)


def _give_back(payment: Payment, order: Order, verdict: str) -> None:
    if verdict == WRONG_AMOUNT:
        Order.objects.filter(pk=order.pk).update(hold_reason=verdict)
    if not payment.paid_amount:
        return
    refund = Refund.objects.create(
        store_id=payment.store_id,
        payment=payment,
        number=f"{payment.number}-r1",
        amount=payment.paid_amount,
        currency=payment.currency,
        reason=pick(*REASONS[verdict], order.store.default_language),
        due_at=clock.now(),
    )
    duework.ring(refund)
