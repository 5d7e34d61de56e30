"""Applying notifications that were stored: one transaction for what it changes and for the mark that it is done."""

from core import duework
from core.crashing import step
from core.duework import handles
from payments import disputes, refunding, settling
from payments.gateways import DisputeReport, Malformed, NumberUnknown, PaymentReport, RefundReport, Report, gateway
from payments.models import Notification
from payments.verdicts import NOT_READABLE, NOTHING_TO_DO, UNKNOWN_NUMBER, Doubtful


@handles(Notification, lease=60)
def apply(notification: Notification) -> None:
    """Apply one notification. What does not fit is parked with a verdict: it would fit no better the next time."""
    try:
        report = gateway(notification.provider).read(notification)
    except Malformed:
        notification.park(NOT_READABLE, verdict=NOT_READABLE)
        return
    except NumberUnknown:
        # Of what it tells the provider itself knows nothing: another account's, or made up by who has the secret.
        notification.park(UNKNOWN_NUMBER, verdict=UNKNOWN_NUMBER)
        return
    numbers = _numbers(report)
    try:
        with step("apply a notification"):
            notification.finish(verdict=_apply(notification, report), **numbers)
    except Doubtful as doubt:
        notification.park(str(doubt), verdict=str(doubt), **numbers)


def replay(notification: Notification, *, actor: str) -> bool:
    """Have a notification applied once more, whatever became of it: what it changed is known and stays. False while it is under way.

    The verdict so far is kept in the journal.
    """
    return duework.again(notification, actor, notification.verdict)


def _numbers(report: Report | None) -> dict[str, str]:
    """What it is about: our number and the provider's."""
    ours = theirs = ""
    if isinstance(report, PaymentReport):
        ours, theirs = report.number, report.transaction_id
    elif isinstance(report, RefundReport):
        ours, theirs = report.number or report.payment_number, report.provider_refund_id
    elif isinstance(report, DisputeReport):
        ours, theirs = report.number, report.dispute_id
    return {"number": ours[:64], "provider_number": theirs[:64]}


def _apply(notification: Notification, report: Report | None) -> str:
    provider = notification.provider
    actor = f"provider:{provider}"
    if isinstance(report, PaymentReport) and report.state == "succeeded":
        return settling.settle(provider, report, actor=actor)
    if isinstance(report, RefundReport):
        return refunding.take_in_told(provider, report, actor=actor)
    if isinstance(report, DisputeReport):
        return disputes.take_in(provider, report, actor=actor)
    return NOTHING_TO_DO
