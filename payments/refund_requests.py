"""Asking for money to go back: who may, how much, and when it is due. Carrying it out is ``payments.refunding``.

Each refund reserves its amount on the payment by a conditional UPDATE, behind which a CHECK stands: of twenty refunds of 60 on a payment
of 100 one finds room. From an amount that the store sets, a second person has to agree before anything is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from core import clock, duework
from core.crashing import step
from core.money import format_minor
from core.problems import Problem
from core.states import record
from core.texts import pick
from orders import closing
from orders.models import OrderLine
from payments.gateways import gateway
from payments.models import Payment, Refund
from payments.states import REFUND, lock
from shop.models import Store


@dataclass(frozen=True)
class Preview:
    """What a refund would do. Amounts in minor units. ``refused`` says why it cannot be made; empty when it can."""

    amount: int
    refundable: int
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
        due_at=None if problem else _due_at(payment),
        needs_second_person=needs_second_person(payment.store, amount),
        stops_order=payment.settles and amount == payment.refundable and payment.order.shipped_at is None,
        refused=refused,
        problem=problem,
    )


def needs_second_person(store: Store, amount: int) -> bool:
    """Whether a refund of so much has to be agreed to by somebody else than who asks for it."""
    return store.refund_approval_from is not None and amount >= store.refund_approval_from


def request(
    payment: Payment, amount: int, reason: str, *, actor: str, lines: Sequence[tuple[OrderLine, int, int]] = ()
) -> Refund:
    """Ask for a refund of a payment that was made; ``lines`` are the order's lines with quantity and amount it is for.

    It is due at once, or waits for a second person. A full refund of an order of which nothing was shipped cancels it. Raises Problem:
    ``refund-too-much``, ``refund-invalid``, ``refund-not-paid``, ``refund-too-many``, ``refund-too-late`` (409).
    """
    if not reason.strip():
        raise Problem("refund-invalid", 409, _("Say why the money goes back."))
    if lines and sum(part for _line, _quantity, part in lines) > amount:
        raise Problem("refund-invalid", 409, _("The lines come to more than the refund."))
    with step("request a refund"):
        lock(payment.order_id)
        payment = Payment.objects.select_related("store", "order").get(pk=payment.pk)
        problem, refused = _objection(payment, amount)
        if problem:
            raise Problem(problem, 409, refused)
        waits = needs_second_person(payment.store, amount)
        state = Refund.State.REQUESTED if waits else Refund.State.DUE
        refund = _create(
            payment, amount, Refund.Cause.STAFF, reason, state=state, actor=actor, goods=[_goods(*line) for line in lines]
        )  # fmt: skip
        if not waits:
            _stop_order(refund, actor)
    return refund


def approve(refund: Refund, *, actor: str) -> None:
    """Agree to a refund that somebody else asked for; it is due from now on.

    Raises Problem ``same-person`` (403), StaleState, IllegalMove.
    """
    if actor == refund.requested_by:
        raise Problem("same-person", 403, _("Somebody else has to agree to a refund of this amount."))
    with step("approve a refund"):
        lock(refund.payment.order_id)
        due_at = _due_at(refund.payment)
        REFUND.move(refund, Refund.State.DUE, actor=actor, decided_by=actor, due_at=due_at)
        duework.ring(refund)
        _stop_order(refund, actor)


def refuse(refund: Refund, *, actor: str, why: str) -> None:
    """Say no to a refund that waits for a second person; who asked for it may withdraw it so. Raises StaleState, IllegalMove."""
    with step("refuse a refund"):
        lock(refund.payment.order_id)
        REFUND.move(
            refund, Refund.State.REFUSED, actor=actor, why=why, decided_by=actor, verdict=why[:200], done_at=clock.now()
        )
        unreserve(refund)


def give_back(payment: Payment, amount: int, cause: str, reason: str) -> Refund:
    """Have money go back by itself, at once; inside the caller's transaction, which holds the order's lock. Nobody has to agree."""
    return _create(payment, amount, cause, reason, state=Refund.State.DUE, actor="system")


def take_in_elsewhere(payment: Payment, number: str, amount: int, provider_refund_id: str) -> Refund | None:
    """A refund that was made at the provider, not here: kept as one under way, inside the caller's transaction.

    None when the payment has not got that much left: then what is told cannot be.
    """
    if not reserve(payment, amount):
        return None
    refund = Refund.objects.create(
        store_id=payment.store_id,
        payment=payment,
        number=number,
        amount=amount,
        currency=payment.currency,
        reason=pick("在支付平台退款", "Refunded at the provider", payment.store.default_language),
        cause=Refund.Cause.ELSEWHERE,
        state=Refund.State.PROCESSING,
        provider_refund_id=provider_refund_id or None,
        requested_by=f"provider:{payment.provider}",
    )
    record(refund, "refund", actor=refund.requested_by, to=refund.state)
    return refund


def reserve(payment: Payment, amount: int) -> bool:
    """Set so much of the payment aside for a refund; False when it has not got that much left."""
    rows = Payment.objects.filter(pk=payment.pk, paid_amount__gte=F("refund_reserved") + amount)
    return bool(rows.update(refund_reserved=F("refund_reserved") + amount))


def unreserve(refund: Refund) -> None:
    """This refund will not happen: its amount can go back otherwise."""
    Payment.objects.filter(pk=refund.payment_id).update(refund_reserved=F("refund_reserved") - refund.amount)


def _create(
    payment: Payment, amount: int, cause: str, reason: str, *, state: str, actor: str, goods: Any = ()
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
        goods=list(goods),
        requested_by=actor,
        due_at=_due_at(payment) if state == Refund.State.DUE else None,
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
    return "", ""


def _too_much(payment: Payment) -> str:
    left = format_minor(payment.refundable, payment.currency)
    return _("Only %(left)s of this payment can still go back.") % {"left": left}


def _at_the_provider(payment: Payment) -> Any:
    return Refund.objects.filter(payment=payment).exclude(state=Refund.State.REFUSED)


def _due_at(payment: Payment) -> datetime:
    """Now, or as long after the last refund of this payment as its provider wants them apart."""
    last = _at_the_provider(payment).aggregate(last=Max("due_at"))["last"]
    spacing = gateway(payment.provider).refund_rules.spacing
    now = clock.now()
    return max(now, last + spacing) if last and spacing else now


def _goods(line: OrderLine, quantity: int, amount: int) -> dict[str, Any]:
    return {
        "sku": line.sku or line.public_id,
        "name": line.title_zh or line.title_en,
        "unit_price": line.unit_price,
        "quantity": quantity,
        "amount": amount,
    }


def _stop_order(refund: Refund, actor: str) -> None:
    payment = Payment.objects.get(pk=refund.payment_id)
    if payment.settles and payment.refundable == 0:
        closing.stop(payment.order_id, actor=actor)
