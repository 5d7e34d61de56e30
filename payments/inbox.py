"""Applying notifications that were stored: one transaction for what it changes and for the mark that it is done."""

from django.db import transaction
from django.utils.translation import gettext_noop

from core.duework import handles
from payments import refunding, settling
from payments.gateways import Malformed, PaymentReport, RefundReport, gateway
from payments.models import Notification, Payment, Refund
from payments.settling import Doubtful

UNKNOWN_NUMBER = gettext_noop("Nothing in this store has this number.")
NOT_READABLE = gettext_noop("Its content cannot be read.")
NOTHING_TO_DO = gettext_noop("Changes nothing here.")


@handles(Notification, lease=60)
def apply(notification: Notification) -> None:
    """Apply one notification. What does not fit is parked with a verdict: it would fit no better the next time."""
    try:
        report = gateway(notification.provider).read(notification)
        with transaction.atomic():
            verdict = _apply(notification, report)
            Notification.objects.filter(pk=notification.pk).update(verdict=verdict)
            notification.finish()
    except Malformed:
        _park(notification, NOT_READABLE)
    except Doubtful as doubt:
        _park(notification, str(doubt))


def _apply(notification: Notification, report: PaymentReport | RefundReport | None) -> str:
    actor = f"provider:{notification.provider}"
    if isinstance(report, PaymentReport):
        payment = Payment.objects.filter(provider=notification.provider, number=report.number).first()
        if payment is None:
            raise Doubtful(UNKNOWN_NUMBER)
        if report.state != "succeeded":
            return NOTHING_TO_DO
        return settling.settle(payment, report, actor=actor, asked=False)
    if isinstance(report, RefundReport):
        refund = (
            Refund.objects.filter(payment__provider=notification.provider, number=report.number)
            .select_related("payment")
            .first()
        )
        if refund is None:
            raise Doubtful(UNKNOWN_NUMBER)
        return refunding.take_in(refund, report, actor=actor)
    return NOTHING_TO_DO


def _park(notification: Notification, verdict: str) -> None:
    with transaction.atomic():
        Notification.objects.filter(pk=notification.pk).update(verdict=verdict)
        notification.park(verdict)
