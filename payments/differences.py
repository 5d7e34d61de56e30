"""What is done about a difference: the provider is asked, what it confirms is taken in, and a person explains the rest."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock
from core.crashing import step
from core.problems import Problem
from payments import asking, refunding
from payments.gateways import GatewayError, RefundReport, gateway
from payments.models import Difference, Refund
from payments.states import DIFFERENCE
from payments.verdicts import Doubtful

Kind, State = Difference.Kind, Difference.State

MADE_THERE = gettext_noop("Made at the provider, which confirms it; booked.")
BOOKED_BY_HAND = gettext_noop("Booked on the statement's word.")
SAYS_PAID = gettext_noop("It says that this is paid.")
SAYS_NOT_PAID = gettext_noop("It says that this is not paid.")
SAYS_REFUNDED = gettext_noop("It says that this is refunded.")
SAYS_UNDER_WAY = gettext_noop("It says that this refund is under way.")
SAYS_FAILED = gettext_noop("It says that this refund did not succeed.")
OTHER_REFUND = gettext_noop("It knows this refund with another amount or payment.")
_REFUND_ANSWERS = {"succeeded": SAYS_REFUNDED, "processing": SAYS_UNDER_WAY, "failed": SAYS_FAILED}


def can_be_asked(difference: Difference) -> bool:
    """Whether there is anything here to ask the provider about."""
    return difference.payment_id is not None


def can_be_booked(difference: Difference) -> bool:
    """Whether a refund that was made elsewhere can be booked on the statement's word, because its payment is known."""
    return difference.kind == Kind.REFUND and difference.payment_id is not None and difference.state == State.OPEN


def ask(difference: Difference) -> None:
    """Ask the provider about it and take in what it confirms; no transaction may be open. What it said is kept with the difference.

    A refund that nobody here knew is booked, and the difference explained by that, when the provider confirms amount and payment.
    """
    if not can_be_asked(difference):
        return
    try:
        answer = _ask(difference)
    except (GatewayError, Doubtful) as error:
        answer = str(error)
    Difference.objects.filter(pk=difference.pk).update(asked_at=clock.now(), answer=answer[:200])


def _ask(difference: Difference) -> str:
    payment, refund = difference.payment, difference.refund
    assert payment is not None
    provider = gateway(difference.provider)
    if difference.kind == Kind.REFUND:
        number = difference.found["number"] or difference.found["provider_id"]
        report = provider.find_refund(payment, number)
        if report.state == "failed":
            return SAYS_FAILED
        if report.mismatch or report.amount != difference.found["amount"] or report.payment_number != payment.number:
            return OTHER_REFUND
        with step("take in a refund of a statement"):
            refunding.take_in_told(difference.provider, report, actor=f"provider:{difference.provider}")
            _explained(difference, MADE_THERE, actor="system")
        return _REFUND_ANSWERS[report.state]
    if refund is not None:
        if refund.state in (Refund.State.REQUESTED, Refund.State.REFUSED):
            return ""
        report = provider.query_refund(refund)
        with step("take in a refund of a statement"):
            refunding.take_in(refund, report, actor=f"provider:{difference.provider}")
        return _REFUND_ANSWERS[report.state]
    return SAYS_PAID if asking.ask(payment).state == "succeeded" else SAYS_NOT_PAID


def book(difference: Difference, *, actor: str) -> None:
    """Book a refund on the statement's word, where the provider cannot be asked about it. Raises Problem ``not-bookable`` (409)."""
    if not can_be_booked(difference):
        raise Problem("not-bookable", 409, _("This cannot be booked: ask the provider, or explain it."))
    payment, found = difference.payment, difference.found
    assert payment is not None
    report = RefundReport(
        number=found["number"],
        state=found["state"],
        amount=found["amount"],
        provider_refund_id=found["provider_id"],
        succeeded_at=datetime.fromisoformat(found["at"]),
        payment_number=payment.number,
    )
    try:
        with step("book a refund of a statement"):
            if found["currency"] != payment.currency:
                raise Problem("not-bookable", 409, _("It is in another currency than the payment."))
            refunding.take_in_told(difference.provider, report, actor=actor)
            _explained(difference, BOOKED_BY_HAND, actor=actor)
    except Doubtful as doubt:
        raise Problem("not-bookable", 409, _(str(doubt))) from None


def explain(rows: Sequence[Difference], word: str, *, actor: str) -> int:
    """Close these differences with a word why, all or none. Returns how many were open. Raises Problem ``word-missing`` (409)."""
    word = word.strip()
    if not word:
        raise Problem("word-missing", 409, _("Say in a word why they differ."))
    with step("explain differences"):
        # In one order, so that two who close the same rows do not wait for each other in a circle.
        pks = [row.pk for row in rows]
        locked = Difference.objects.select_for_update().filter(pk__in=pks, state=State.OPEN).order_by("pk")
        return sum(_explained(row, word, actor=actor) for row in locked)


def _explained(difference: Difference, word: str, *, actor: str) -> bool:
    DIFFERENCE.move(
        difference, State.EXPLAINED, actor=actor, why=word, explanation=word[:200], explained_by=actor, explained_at=clock.now()
    )  # fmt: skip
    return True
