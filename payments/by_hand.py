"""What staff say about money that no provider tells of: what came in, what went back, what will not come.

Each function is harmless when it is called twice with the same words: the second click finds what the first has done.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock
from core.crashing import step
from core.problems import Problem
from core.states import record
from orders import closing
from orders.models import Order
from payments import asking, opening, refunding
from payments.gateways import RefundReport, gateway
from payments.models import Payment, Receipt, Refund
from payments.offline.gateway import received
from payments.settling import settle
from payments.states import lock
from payments.verdicts import INCOMPLETE, KNOWN, SETTLED

NOT_COMING = gettext_noop("The parcel came back unpaid.")


def take_in(
    order: Order, provider: str, amount: int, reference: str, *, actor: str, received_on: date | None = None
) -> str:
    """So much (minor units) came in for the order in that way; the verdict is one of ``payments.verdicts``.

    The exact amount settles the payment. While another amount than due is there the order waits, and is shown: for the rest, or for
    ``give_back``. What comes for an order that is cancelled or paid otherwise is taken in as a provider's late payment would be.
    Raises Problem: ``receipt-invalid``, ``reference-used``, ``not-payable`` (409).
    """
    reference, day = reference.strip(), received_on or timezone.localdate()
    if amount < 1 or not 1 <= len(reference) <= 30 or day > timezone.localdate():
        raise Problem(
            "receipt-invalid", 409, _("Give an amount, a reference of at most 30 characters, and a day that has come.")
        )
    with step("note a receipt"):
        order = lock(order.pk)
        noted = Receipt.objects.filter(payment__order=order, provider=provider, reference=reference).first()
        if noted is not None:
            if noted.amount == amount:
                return KNOWN
            raise _used()
        payment = _attempt(order, provider, actor)
        try:
            with transaction.atomic():
                Receipt.objects.create(
                    store=order.store, payment=payment, provider=provider, amount=amount, reference=reference,
                    received_on=day, actor=actor,
                )  # fmt: skip
        except IntegrityError:
            raise _used() from None
        data = {"amount": amount, "reference": reference}
        record(payment, "payment", actor=actor, was=payment.state, to=payment.state, why="money came in", data=data)
        if payment.state == Payment.State.OPENED and received(payment) != payment.amount:
            Order.objects.filter(pk=order.pk).update(hold_reason=INCOMPLETE)
            return INCOMPLETE
        return _settle(payment, actor)


def give_back(payment: Payment, *, actor: str) -> str:
    """Wait no longer for the rest: what came in pays nothing and is owed back. Raises Problem ``nothing-received`` (409)."""
    with step("give back what came in"):
        lock(payment.order_id)
        payment.refresh_from_db()
        if not received(payment):
            raise Problem("nothing-received", 409, _("Nothing has come in for this payment."))
        return _settle(payment, actor)


def paid_back(refund: Refund, reference: str, *, actor: str) -> str:
    """The money of this refund has gone back, under that reference. Raises Problem ``receipt-invalid``, IllegalMove, Doubtful."""
    reference = reference.strip()
    if not 1 <= len(reference) <= 30:
        raise Problem("receipt-invalid", 409, _("Give a reference of at most 30 characters."))
    identity = f"{refund.number}:{reference}"[:64]
    return _tell(refund, RefundReport(refund.number, "succeeded", refund.amount, identity, clock.now()), actor)


def not_paid_back(refund: Refund, why: str, *, actor: str) -> str:
    """This refund could not be paid back; the order is shown to a person. Raises Problem ``receipt-invalid``, IllegalMove."""
    if not why.strip():
        raise Problem("receipt-invalid", 409, _("Say why it could not be paid back."))
    return _tell(refund, RefundReport(refund.number, "failed", refund.amount, detail=why.strip()), actor)


def came_back(order: Order, *, restock: bool, actor: str) -> None:
    """Close a shipped order that was to be paid on delivery and came back unpaid; ``restock``: its goods can be sold again.

    Raises IllegalMove or StaleState for any other order, Problem ``money-received`` (409) when something was paid for it.
    """
    with step("take back an unpaid parcel"):
        order = lock(order.pk)
        for payment in Payment.objects.filter(order=order, state=Payment.State.OPENED):
            if received(payment):
                raise Problem("money-received", 409, _("Something was paid for it: give that back first."))
            asking.end_locked(payment, Payment.State.CLOSED, why=NOT_COMING, actor=actor)
        closing.take_back(order, restock=restock, actor=actor)


def _attempt(order: Order, provider: str, actor: str) -> Payment:
    """The attempt that this money is for: the open one, else the newest that nothing came in for."""
    attempts = Payment.objects.filter(order=order, provider=provider)
    unpaid = attempts.exclude(state=Payment.State.SUCCEEDED)
    found = unpaid.filter(state=Payment.State.OPENED).first() or unpaid.order_by("-pk").first()
    if found is not None:
        return found
    if not attempts.exists() or not order.to_collect:
        raise Problem("not-payable", 409, _("This order does not wait for money in this way."))
    # What came first was another amount and was given back; the order still waits.
    return opening.new_attempt(order, gateway(provider), actor=actor)


def _settle(payment: Payment, actor: str) -> str:
    verdict = settle(payment.provider, gateway(payment.provider).query(payment), actor=actor)
    if verdict == SETTLED:
        Order.objects.filter(pk=payment.order_id, hold_reason=INCOMPLETE).update(hold_reason="")
    return verdict


def _tell(refund: Refund, report: RefundReport, actor: str) -> str:
    if not gateway(refund.payment.provider).by_hand:
        raise Problem("not-by-hand", 409, _("Its provider pays this refund back."))
    with step("take in what staff say of a refund"):
        return refunding.take_in(refund, report, actor=actor)


def _used() -> Problem:
    return Problem("reference-used", 409, _("This reference has been noted before, for another amount or order."))
