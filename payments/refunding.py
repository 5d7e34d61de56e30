"""Giving money back: asked for under one number until the provider has answered, then followed until it has arrived.

"Accepted" is not "refunded": the books move when the provider says that the money has gone.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, Subquery, Sum
from django.db.models.functions import Coalesce

from core import clock, duework
from core.crashing import step
from core.duework import handles
from core.models import JournalEntry
from orders import holding, paying
from payments import ledger, refund_requests, troubles
from payments.gateways import Declined, NumberUnknown, RefundReport, gateway
from payments.models import Payment, Refund
from payments.polling import NEVER_ARRIVED, next_look
from payments.states import REFUND, lock, lock_alone, lock_of_payment, read_payment
from payments.verdicts import (
    DOUBT_REFUND,
    DOUBT_REFUND_TOO_MUCH,
    ELSEWHERE,
    KNOWN,
    REFUND_FAILED,
    REFUNDED,
    UNDER_WAY,
    UNKNOWN_NUMBER,
    Doubtful,
)


# Half a day of a provider's absence, or of an empty merchant balance, before a person is asked.
@handles(Refund, lease=90, max_attempts=30)
def carry_out(refund: Refund) -> None:
    """Ask for the refund, or ask how it stands."""
    if refund.state == Refund.State.FAILED and refund.handled_at is None:
        _ask_once_more(refund)
        return
    if refund.state not in (Refund.State.DUE, Refund.State.PROCESSING):
        refund.finish()
        return
    try:
        report = _ask(refund)
        with step("take in a refund's answer"):
            take_in(refund, report, actor=f"provider:{refund.payment.provider}")
            if report.state == "processing":
                refund.postpone(_next_question(refund))
            else:
                refund.concluded = True
    except Declined as error:
        with step("take in a refund's refusal"):
            lock(refund.payment.order_id)
            _fail(refund, str(error), actor="system")
            refund.concluded = True
    except Doubtful as doubt:
        refund.park(str(doubt))


def _ask_once_more(refund: Refund) -> None:
    """A person wants to know how a failed refund stands now. One that the provider never had is due once more, under its number."""
    try:
        report = gateway(refund.payment.provider).query_refund(refund)
        with step("take in a refund's answer"):
            take_in(refund, report, actor=f"provider:{refund.payment.provider}")
            if report.state == "processing":
                refund.postpone(next_look(refund.created_at, clock.now(), settings.REFUND_POLL_SECONDS))
            elif report.state == "failed":
                refund.finish(verdict=report.detail[:200])
            else:
                refund.concluded = True
    except NumberUnknown:
        if refund.cause == Refund.Cause.ELSEWHERE:
            refund.finish(verdict=NEVER_ARRIVED)
            return
        with step("take up a failed refund"):
            lock(refund.payment.order_id)
            if not refund_requests.reserve(refund.payment, refund.amount):
                refund.park(DOUBT_REFUND_TOO_MUCH)
                return
            REFUND.move(refund, Refund.State.DUE, actor="system", verdict="")
            troubles.over(refund.payment.order_id, REFUND_FAILED)
            refund.postpone(clock.now())
            duework.ring(refund)
    except Declined as error:
        refund.finish(verdict=str(error)[:200])
    except Doubtful as doubt:
        refund.park(str(doubt))


def _next_question(refund: Refund) -> datetime | None:
    """None when a person pays it back, and says so (payments.by_hand)."""
    if gateway(refund.payment.provider).by_hand:
        return None
    return next_look(refund.created_at, clock.now(), settings.REFUND_POLL_SECONDS)


def _ask(refund: Refund) -> RefundReport:
    """Ask for the refund or, where the provider may have it, how it stands. Raises Declined only of one that is surely not there.

    A refusal of the question itself (another account, keys that are not accepted) says nothing about the refund: it is Doubtful. To take
    it for failed would let the same money go back under another number.
    """
    provider = gateway(refund.payment.provider)
    if refund.state == Refund.State.PROCESSING:
        try:
            return _ask_how_it_stands(refund)
        except NumberUnknown:
            if refund.cause == Refund.Cause.ELSEWHERE:
                # Nobody here has asked for it, and nobody here does.
                raise Doubtful(NEVER_ARRIVED) from None
            return provider.refund(refund)
    try:
        return provider.refund(refund)
    except Declined:
        if refund.attempts == 1 and not refund.last_error:
            raise
        # It was asked for before, and what became of that is not known.
        with suppress(NumberUnknown):
            return _ask_how_it_stands(refund)
        raise


def _ask_how_it_stands(refund: Refund) -> RefundReport:
    try:
        return gateway(refund.payment.provider).query_refund(refund)
    except Declined as error:
        raise Doubtful(str(error)) from None


def take_in_told(provider: str, report: RefundReport, *, actor: str) -> str:
    """Take in what was told of a refund, ours or one made at the provider, inside the caller's transaction. Raises Doubtful."""
    lock_of_payment(provider, report.payment_number)
    refund = _find(provider, report)
    if refund is not None:
        if not report.payment_number:
            _lock(refund)
        elif refund.payment.number != report.payment_number:
            raise Doubtful(DOUBT_REFUND)
        if report.state == "failed" and _taken_up_again(refund):
            # Told late: the failure from which it was taken up. How it stands now is asked, at once.
            Refund.objects.filter(pk=refund.pk, done_at=None).update(due_at=clock.now())
            duework.ring(refund)
            return UNDER_WAY
        return _take_in(refund, report, actor)
    payment = read_payment(provider, report.payment_number)
    if payment is None or payment.state != Payment.State.SUCCEEDED:
        raise Doubtful(UNKNOWN_NUMBER)
    if report.state == "failed":
        return REFUND_FAILED
    if report.mismatch or not report.amount:
        raise Doubtful(DOUBT_REFUND)
    refund = refund_requests.take_in_elsewhere(payment, report.number or report.provider_refund_id, report, actor=actor)
    if refund is None:
        raise Doubtful(DOUBT_REFUND_TOO_MUCH)
    if refund.state == Refund.State.SUCCEEDED:
        _book(refund)
    refund_requests.stop_order(payment, actor)
    return ELSEWHERE


def _find(provider: str, report: RefundReport) -> Refund | None:
    """The refund with our number, or else with the provider's."""
    by_number, by_id = Q(number=report.number or ""), Q(provider_refund_id=report.provider_refund_id or "")
    found = Refund.objects.filter(by_number | by_id, payment__provider=provider).select_related("payment")
    return max(found, key=lambda refund: refund.number == report.number, default=None)


def _taken_up_again(refund: Refund) -> bool:
    """Whether it is under way, after it had failed."""
    if refund.state != Refund.State.PROCESSING:
        return False
    went_on = JournalEntry.objects.filter(
        subject=f"refund:{refund.pk}", from_state=Refund.State.FAILED, to_state=Refund.State.PROCESSING
    )
    return went_on.exists()


def take_in(refund: Refund, report: RefundReport, *, actor: str) -> str:
    """Take in how a refund stands, inside the caller's transaction; a verdict in words. Raises Doubtful."""
    _lock(refund)
    return _take_in(refund, report, actor)


def _lock(refund: Refund) -> None:
    """Nobody else moves money of its order from here on, and it is read as it is now."""
    lock_alone(refund.payment.order_id)
    refund.refresh_from_db(fields=["state", "succeeded_at"])


def _take_in(refund: Refund, report: RefundReport, actor: str) -> str:
    if report.mismatch or report.amount != refund.amount:
        raise Doubtful(DOUBT_REFUND)
    if refund.state == Refund.State.SUCCEEDED:
        # What was told may have been overtaken by the success; what was answered to a question is how it stands.
        if not (report.state == "failed" and report.confirmed):
            return KNOWN
        _take_back(refund, report.detail, actor)
        return REFUND_FAILED
    if report.state == "failed":
        if refund.state != Refund.State.FAILED:
            _fail(refund, report.detail, actor=actor, provider_refund_id=report.provider_refund_id or None)
        return REFUND_FAILED
    if refund.succeeded_at is not None:
        # It went, came back and was booked as returned: that it went once more cannot be.
        raise Doubtful(DOUBT_REFUND)
    failed = refund.state == Refund.State.FAILED
    if failed and not refund_requests.reserve(refund.payment, refund.amount):
        raise Doubtful(DOUBT_REFUND_TOO_MUCH)
    if report.state == "succeeded":
        _succeed(refund, report, actor)
    elif refund.state != Refund.State.PROCESSING:
        REFUND.move(refund, Refund.State.PROCESSING, actor=actor, provider_refund_id=report.provider_refund_id or None)
    if failed:
        troubles.over(refund.payment.order_id, REFUND_FAILED)
    return REFUNDED if report.state == "succeeded" else UNDER_WAY


def _succeed(refund: Refund, report: RefundReport, actor: str) -> None:
    now = clock.now()
    REFUND.move(
        refund, Refund.State.SUCCEEDED, actor=actor, provider_refund_id=report.provider_refund_id or None, verdict="",
        succeeded_at=min(report.succeeded_at or now, now), done_at=now, parked_at=None, claimed_until=None, claim="",
    )  # fmt: skip
    _book(refund)


def _book(refund: Refund) -> None:
    ledger.book_refund(refund)
    _note_refunded(refund.payment)


def _take_back(refund: Refund, verdict: str, actor: str) -> None:
    """The payer's bank has sent back what had gone: it is the store's again, and still owed."""
    REFUND.move(refund, Refund.State.FAILED, actor=actor, why=verdict, verdict=verdict[:200])
    ledger.book_returned_refund(refund)
    refund_requests.unreserve(refund)
    _note_refunded(refund.payment)
    holding.hold(refund.payment.order_id, refund.store_id, REFUND_FAILED)


def _note_refunded(payment: Payment) -> None:
    if payment.settles:
        done = Refund.objects.filter(payment=payment, state=Refund.State.SUCCEEDED)
        refunded = Subquery(done.order_by().values("payment").values_list(Sum("amount")))
        paying.note_refunded(payment.order_id, refunded=Coalesce(refunded, 0), paid=payment.paid_amount or 0)


def _fail(refund: Refund, verdict: str, *, actor: str, **columns: Any) -> None:
    """It will not happen by itself: the books stay as they are, and the order is shown to a person."""
    REFUND.move(
        refund, Refund.State.FAILED, actor=actor, why=verdict, verdict=verdict[:200],
        done_at=clock.now(), claimed_until=None, claim="", **columns,
    )  # fmt: skip
    refund_requests.unreserve(refund)
    holding.hold(refund.payment.order_id, refund.store_id, REFUND_FAILED)
