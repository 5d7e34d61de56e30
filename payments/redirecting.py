"""Sending a refund that could not arrive to a bank card instead: the payer's, or the merchant's own.

The card is sent and forgotten: it stands in no row, no journal and no log. So no worker could repeat the call: it is made once, while
the person waits. Before it the refund is under way again, its money set aside, and due to be asked about: whoever dies in between, or
hears nothing, is followed by that question.
"""

from datetime import timedelta

from django.utils.translation import gettext as _

from core import clock, outbound
from core.crashing import step
from core.problems import Problem
from core.states import record
from payments import refund_requests, troubles
from payments.gateways import BankCard, GatewayError, RefundReport, Unavailable, gateway
from payments.models import Refund
from payments.refunding import take_in
from payments.states import REFUND, lock
from payments.verdicts import REFUND_FAILED, Doubtful

# A person waits for the answer; the question how it stands comes after that.
SECONDS = 15
ASK_AFTER = timedelta(seconds=30)
# In the journal: where it was sent, or that the provider would not.
TO_CARD, TO_STORE, REFUSED = {"redirected": "card"}, {"redirected": "store"}, {"redirected": "refused"}


def may_redirect(refund: Refund) -> bool:
    """Whether this refund can be sent to a bank card, as things stand."""
    failed = refund.state == Refund.State.FAILED and refund.handled_at is None and refund.done_at is not None
    return failed and gateway(refund.payment.provider).may_redirect(refund)


def redirect(refund: Refund, card: BankCard | None, *, actor: str) -> bool:
    """Send it to the payer's card or, without one, to the merchant's own account. False when there was no answer that can be used:
    then the provider is asked in a moment how it stands.

    Raises Problem (409): ``illegal-state`` when it is not, or no longer, one that could not arrive; ``refund-too-much`` when its money
    has gone back otherwise; ``refund-refused`` when the provider will not.
    """
    _intend(refund, card, actor)
    try:
        with outbound.within(SECONDS):
            report, refusal = _send(refund, card)
        with step("take in the answer about another account"):
            if refusal and report.state == "failed":
                record(refund, "refund", actor=actor, was=refund.state, to=refund.state, why=refusal, data=REFUSED)
            take_in(refund, report, actor=f"provider:{refund.payment.provider}")
    except (GatewayError, Doubtful):
        return False
    if report.state == "failed":
        why = {"why": refusal or report.detail}
        raise Problem("refund-refused", 409, _("The provider does not send it there: %(why)s") % why)
    return True


def _send(refund: Refund, card: BankCard | None) -> tuple[RefundReport, str]:
    """How it stands then, and what the provider has against it."""
    provider = gateway(refund.payment.provider)
    try:
        return provider.redirect(refund, card), ""
    except Unavailable:
        raise
    except GatewayError as error:
        # Perhaps because it is under way already, by somebody whose answer was lost: how it stands is what counts.
        return provider.query_refund(refund), str(error)


def _intend(refund: Refund, card: BankCard | None, actor: str) -> None:
    with step("send a refund to another account"):
        lock(refund.payment.order_id)
        refund.refresh_from_db()
        if not may_redirect(refund):
            raise Problem("illegal-state", 409, _("This is no longer possible."))
        if not refund_requests.reserve(refund.payment, refund.amount):
            raise Problem("refund-too-much", 409, _("Its money has gone back otherwise."))
        # The verdict stays: only what could not arrive can be sent elsewhere, and it may turn out that this could not either.
        REFUND.move(
            refund, Refund.State.PROCESSING, actor=actor, why=card.shown if card else "", data=TO_CARD if card else TO_STORE,
            done_at=None, attempts=0, due_at=clock.now() + ASK_AFTER,
        )  # fmt: skip
        troubles.over(refund.payment.order_id, REFUND_FAILED)
