"""Asking for money to go back: who may, how much, and when it is due. Carrying it out is ``payments.refunding``.

Each refund reserves its amount on the payment by a conditional UPDATE, behind which a CHECK stands: of twenty refunds of 60 on a payment
of 100 one finds room. From an amount that the store sets, a second person has to agree before anything is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Max, Sum, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from core import clock, duework
from core.crashing import step
from core.money import format_minor
from core.problems import Problem
from core.states import record
from orders import closing
from payments import refund_lines, troubles
from payments.gateways import RefundReport, gateway
from payments.models import Dispute, Payment, Refund
from payments.refund_lines import Part
from payments.states import REFUND, lock
from payments.verdicts import REFUND_FAILED

UNDER_WAY_OR_DONE = frozenset({Refund.State.DUE, Refund.State.PROCESSING, Refund.State.SUCCEEDED})


@dataclass(frozen=True)
class Preview:
    """What a refund would do. Amounts in minor units; ``left`` is what could still go back after it.

    ``stops_order``: nothing of the order has left the house, and it is cancelled. ``refused`` says why it cannot be made, ``problem``
    is the type of that; empty when it can.
    """

    amount: int
    refundable: int
    left: int
    due_at: datetime | None
    needs_second_person: bool
    stops_order: bool
    refused: str = ""
    problem: str = ""


def preview(payment: Payment, amount: int) -> Preview:
    """What refunding so much of the payment would do, as things stand. Changes nothing."""
    problem, refused = _objection(payment, amount)
    return Preview(
        amount=amount,
        refundable=payment.refundable,
        left=max(payment.refundable - amount, 0),
        due_at=None if problem else _due_at(payment),
        needs_second_person=needs_second_person(payment, amount),
        stops_order=_all_goes_back(payment, payment.refundable - amount) and closing.can_stop(payment.order),
        refused=refused,
        problem=problem,
    )


def stops_order(refund: Refund) -> bool:
    """Whether agreeing to a refund that waits would stop its order, as things stand."""
    payment = refund.payment
    return _all_goes_back(payment, payment.refundable, refund) and closing.can_stop(payment.order)


def needs_second_person(payment: Payment, amount: int) -> bool:
    """Whether a refund of so much has to be agreed to by somebody else than who asks for it.

    What was given back of the payment so far without a second person counts too: many small refunds are a large one.
    """
    limit = payment.store.refund_approval_from
    if limit is None:
        return False
    alone = Refund.objects.filter(payment=payment, cause=Refund.Cause.STAFF, decided_by="", state__in=UNDER_WAY_OR_DONE)
    return _sum(alone) + amount >= limit


def request(
    payment: Payment,
    amount: int,
    reason: str,
    *,
    actor: str,
    lines: Sequence[Part] = (),
    key: str = "",
    stops: bool = False,
    instead_of: Refund | None = None,
) -> Refund:
    """Ask for a refund of a payment that was made; ``lines`` are the order's lines with quantity and amount it is for.

    It is due at once, or waits for a second person. A full refund of an order of which nothing was shipped cancels it. ``key`` names
    the confirmation: a second call with it finds the refund of the first. ``stops``: the person was told that the order is stopped.
    ``instead_of``: a refund that failed, which is seen to by this one.

    Raises Problem (409): ``refund-too-much``, ``refund-invalid``, ``refund-not-paid``, ``refund-too-many``, ``refund-too-late``,
    ``refund-disputed``, ``refund-lines``; ``refund-shipped`` when goods have left, and ``stops``.
    """
    if not reason.strip():
        raise Problem("refund-invalid", 409, _("Say why the money goes back."))
    with step("request a refund"):
        lock(payment.order_id)
        if key and (known := Refund.objects.filter(payment=payment, request_key=key).first()):
            return known
        payment = Payment.objects.select_related("store", "order").get(pk=payment.pk)
        problem, refused = _objection(payment, amount)
        if problem:
            raise Problem(problem, 409, refused)
        refund_lines.check(payment, lines, amount)
        waits = needs_second_person(payment, amount)
        refund = _create(
            payment, amount, Refund.Cause.STAFF, reason, actor=actor, request_key=key or None,
            state=Refund.State.REQUESTED if waits else Refund.State.DUE, goods=[refund_lines.goods(*line) for line in lines],
        )  # fmt: skip
        if instead_of is not None:
            _see_to(instead_of, actor, refund.number)
        if not waits:
            stop_order(payment, actor, stops)
    return refund


def approve(refund: Refund, *, actor: str, stops: bool = False) -> None:
    """Agree to a refund that somebody else asked for; it is due from now on. ``stops`` as in ``request``.

    Raises Problem ``same-person`` (403), ``refund-disputed`` and ``refund-shipped`` (409), StaleState, IllegalMove.
    """
    if actor == refund.requested_by:
        raise Problem("same-person", 403, _("Somebody else has to agree to a refund of this amount."))
    with step("approve a refund"):
        lock(refund.payment.order_id)
        payment = Payment.objects.get(pk=refund.payment_id)
        # A bank may have taken the money while the refund waited, whose own amount is not in what is refundable any more.
        problem, refused = _disputed(payment, payment.refundable)
        if problem:
            raise Problem(problem, 409, refused)
        due_at = _due_at(payment)
        REFUND.move(refund, Refund.State.DUE, actor=actor, decided_by=actor, due_at=due_at)
        duework.ring(refund)
        stop_order(payment, actor, stops)


def refuse(refund: Refund, *, actor: str, why: str) -> None:
    """Say no to a refund that waits for a second person; who asked for it may withdraw it so. Raises StaleState, IllegalMove."""
    with step("refuse a refund"):
        lock(refund.payment.order_id)
        REFUND.move(
            refund, Refund.State.REFUSED, actor=actor, why=why, decided_by=actor, verdict=why[:200], done_at=clock.now()
        )
        unreserve(refund)


def ask_again(refund: Refund, *, actor: str) -> None:
    """Have the provider asked how a failed refund stands now, under the same number. Raises Problem ``illegal-state`` (409)."""
    if refund.state != Refund.State.FAILED or refund.handled_at or not duework.again(refund, actor, refund.verdict):
        raise Problem("illegal-state", 409, _("This is no longer possible."))


def see_to(refund: Refund, *, actor: str, note: str) -> None:
    """A person has seen to a failed refund otherwise: it is shown no more. Raises Problem: ``refund-invalid``, ``illegal-state`` (409)."""
    if not note.strip():
        raise Problem("refund-invalid", 409, _("Write what was done about it."))
    with step("see to a failed refund"):
        lock(refund.payment.order_id)
        _see_to(refund, actor, note.strip())


def give_back(payment: Payment, amount: int, cause: str, reason: str) -> Refund:
    """Have money go back by itself, at once; inside the caller's transaction, which holds the order's lock. Nobody has to agree."""
    return _create(payment, amount, cause, reason, state=Refund.State.DUE, actor="system")


def take_in_elsewhere(payment: Payment, number: str, report: RefundReport, *, actor: str) -> Refund | None:
    """A refund of ``report.amount`` that was made at the provider, not here: kept as it stands there, inside the caller's transaction.

    Why it was made, nobody here has been told. None when the payment has not got that much left: then what is told cannot be.
    """
    assert report.amount is not None
    if not reserve(payment, report.amount):
        return None
    now = clock.now()
    gone = report.state == "succeeded"
    refund = Refund.objects.create(
        store_id=payment.store_id,
        payment=payment,
        number=number,
        amount=report.amount,
        currency=payment.currency,
        cause=Refund.Cause.ELSEWHERE,
        state=Refund.State.SUCCEEDED if gone else Refund.State.PROCESSING,
        provider_refund_id=report.provider_refund_id or None,
        requested_by=f"provider:{payment.provider}",
        due_at=now,
        succeeded_at=min(report.succeeded_at or now, now) if gone else None,
        done_at=now if gone else None,
    )
    record(refund, "refund", actor=actor, to=refund.state)
    return refund


def reserve(payment: Payment, amount: int) -> bool:
    """Set so much of the payment aside for a refund; False when it has not got that much left."""
    rows = Payment.objects.filter(pk=payment.pk, paid_amount__gte=F("refund_reserved") + amount)
    if not rows.update(refund_reserved=F("refund_reserved") + amount):
        return False
    payment.refund_reserved += amount
    return True


def unreserve(refund: Refund) -> None:
    """This refund will not happen: its amount can go back otherwise."""
    Payment.objects.filter(pk=refund.payment_id).update(refund_reserved=F("refund_reserved") - refund.amount)


def _see_to(refund: Refund, actor: str, note: str) -> None:
    rows = Refund.objects.filter(pk=refund.pk, state=Refund.State.FAILED, handled_at=None)
    if not rows.update(handled_at=clock.now(), done_at=clock.now(), parked_at=None):
        raise Problem("illegal-state", 409, _("This is no longer possible."))
    record(refund, "refund", actor=actor, was=refund.state, to=refund.state, why=note, data={"handled": True})
    troubles.over(refund.payment.order_id, REFUND_FAILED)


def _create(
    payment: Payment, amount: int, cause: str, reason: str, *, state: str, actor: str, **columns: Any
) -> Refund:
    if not reserve(payment, amount):
        raise Problem("refund-too-much", 409, _too_much(payment))
    refund = Refund.objects.create(
        store_id=payment.store_id,
        payment=payment,
        number=f"{payment.number}-r{Refund.objects.filter(payment=payment).count() + 1}",
        amount=amount,
        currency=payment.currency,
        reason=reason.strip()[:80],
        cause=cause,
        state=state,
        requested_by=actor,
        due_at=_due_at(payment) if state == Refund.State.DUE else None,
        **columns,
    )
    record(refund, "refund", actor=actor, to=state, why=reason, data={"amount": amount})
    if state == Refund.State.DUE:
        duework.ring(refund)
    return refund


def _objection(payment: Payment, amount: int) -> tuple[str, str]:
    """Why this cannot be refunded: the problem's type and its words; empty when it can."""
    rules = gateway(payment.provider).refund_rules
    if payment.state != Payment.State.SUCCEEDED or payment.succeeded_at is None:
        return "refund-not-paid", _("Nothing was paid by this payment.")
    if amount < 1:
        return "refund-invalid", _("A refund is at least the smallest unit of the currency.")
    if amount > payment.refundable:
        return "refund-too-much", _too_much(payment)
    if rules.most is not None and _at_the_provider(payment).count() >= rules.most:
        return "refund-too-many", _("The provider allows %(most)s refunds of one payment.") % {"most": rules.most}
    if rules.within is not None and clock.now() - payment.succeeded_at > rules.within:
        return "refund-too-late", _("The provider allows refunds for %(days)s days.") % {"days": rules.within.days}
    return _disputed(payment, payment.refundable - amount)


def _disputed(payment: Payment, left: int) -> tuple[str, str]:
    """The same, where what would be ``left`` of the payment is less than what the payer's bank has taken back."""
    taken_back = _sum(Dispute.objects.filter(payment=payment).exclude(state=Dispute.State.WON))
    if taken_back > max(left, 0):
        return "refund-disputed", _("The payer's bank has taken this money back: it would go back twice.")
    return "", ""


def _sum(rows: Any) -> int:
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def _too_much(payment: Payment) -> str:
    left = format_minor(payment.refundable, payment.currency)
    return _("Only %(left)s of this payment can still go back.") % {"left": left}


def _at_the_provider(payment: Payment) -> Any:
    return Refund.objects.filter(payment=payment).exclude(state=Refund.State.REFUSED)


def _due_at(payment: Payment) -> datetime:
    """Now, or as long after the last refund of this payment as its provider wants them apart."""
    now = clock.now()
    # Of a refund that the provider has, ``due_at`` is the next question how it stands: it was asked for before now.
    asked_at = Case(When(state=Refund.State.DUE, then=F("due_at")), default=Least(F("due_at"), Value(now)))
    last = _at_the_provider(payment).filter(due_at__isnull=False).aggregate(last=Max(asked_at))["last"]
    spacing = gateway(payment.provider).refund_rules.spacing
    return max(now, last + spacing) if last and spacing else now


def _all_goes_back(payment: Payment, left: int, agreed: Refund | None = None) -> bool:
    """Whether all that paid the order goes back, when ``left`` of it is not asked for: no other refund waits for a second person."""
    waiting = Refund.objects.filter(payment=payment, state=Refund.State.REQUESTED)
    return payment.settles and left == 0 and not waiting.exclude(pk=agreed.pk if agreed else 0).exists()


def stop_order(payment: Payment, actor: str, expected: bool = False) -> None:
    """Stop the order when all of its money goes back and nothing has left the house; the last step of the caller's transaction.

    ``payment`` was read under the order's lock. Raises Problem ``refund-shipped`` (409) when stopping was ``expected`` and cannot be.
    """
    stopped = _all_goes_back(payment, payment.refundable) and closing.stop(payment.order_id, actor=actor)
    if expected and not stopped:
        raise Problem("refund-shipped", 409, _("Something of the order has been shipped meanwhile. Look at it again."))
