"""Giving money back: asked for under one number until the provider has answered, then followed until it has arrived.

"Accepted" is not "refunded": the books move when the provider says that the money has gone.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from core import clock
from core.duework import handles
from orders.models import Order
from payments import ledger
from payments.gateways import Declined, NumberUnknown, RefundReport, gateway
from payments.models import Refund
from payments.polling import next_look
from payments.settling import KNOWN, Doubtful
from payments.states import REFUND

REFUNDED = gettext_noop("Refunded.")
UNDER_WAY = gettext_noop("Accepted; not yet refunded.")
FAILED = gettext_noop("A refund did not succeed.")
DOUBT_REFUND = gettext_noop("Merchant, number or amount are not those of the refund.")


# Half a day of a provider's absence, or of an empty merchant balance, before a person is asked.
@handles(Refund, lease=90, max_attempts=30)
def carry_out(refund: Refund) -> None:
    """Ask for the refund, or ask how it stands."""
    if refund.state in (Refund.State.SUCCEEDED, Refund.State.FAILED):
        refund.finish()
        return
    try:
        report = _ask(refund)
        with transaction.atomic():
            take_in(refund, report, actor=f"provider:{refund.payment.provider}")
            if report.state == "processing":
                refund.postpone(next_look(refund.created_at, clock.now(), settings.REFUND_POLL_SECONDS))
            else:
                refund.concluded = True
    except Declined as error:
        with transaction.atomic():
            _fail(refund, str(error), actor="system")
            refund.concluded = True
    except Doubtful as doubt:
        refund.park(str(doubt))


def _ask(refund: Refund) -> RefundReport:
    provider = gateway(refund.payment.provider)
    if refund.state == Refund.State.PROCESSING:
        try:
            return provider.query_refund(refund)
        except NumberUnknown:
            pass
    return provider.refund(refund)


def take_in(refund: Refund, report: RefundReport, *, actor: str) -> str:
    """Take in how a refund stands, inside the caller's transaction; a verdict in words. Raises Doubtful."""
    refund.refresh_from_db(fields=["state"], from_queryset=Refund.objects.select_for_update())
    if report.mismatch or report.amount != refund.amount:
        raise Doubtful(DOUBT_REFUND)
    if refund.state == Refund.State.SUCCEEDED:
        return KNOWN
    if report.state == "succeeded":
        now = clock.now()
        REFUND.move(
            refund, Refund.State.SUCCEEDED, actor=actor, provider_refund_id=report.provider_refund_id, verdict="",
            succeeded_at=min(report.succeeded_at or now, now), done_at=now, parked_at=None, claimed_until=None, claim="",
        )  # fmt: skip
        ledger.book_refund(refund)
        return REFUNDED
    if report.state == "failed":
        if refund.state != Refund.State.FAILED:
            _fail(refund, report.detail, actor=actor, provider_refund_id=report.provider_refund_id)
        return FAILED
    if refund.state == Refund.State.DUE:
        REFUND.move(refund, Refund.State.PROCESSING, actor=actor, provider_refund_id=report.provider_refund_id)
    return UNDER_WAY


def _fail(refund: Refund, verdict: str, *, actor: str, **columns: Any) -> None:
    """It will not happen by itself: the books stay as they are, and the order is shown to a person."""
    REFUND.move(
        refund, Refund.State.FAILED, actor=actor, why=verdict, verdict=verdict[:200],
        done_at=clock.now(), claimed_until=None, claim="", **columns,
    )  # fmt: skip
    Order.objects.filter(pk=refund.payment.order_id).update(hold_reason=FAILED)
