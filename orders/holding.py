"""Showing an order to a person: it is held until somebody has seen to it, and an alert says so."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from core import alerts
from core.models import Alert
from orders.models import Order

KIND = "order-held"


def hold(order_pk: int, store_pk: int, reason: str) -> None:
    """Hold the order for that reason (an untranslated text); the newest reason stands. With the caller's transaction."""
    Order.objects.filter(pk=order_pk).update(hold_reason=reason)
    alerts.raise_alert(
        store_pk,
        KIND,
        _subject(order_pk),
        gettext_noop("An order needs a person"),
        gettext_noop("%(reason)s"),
        params={"reason": reason},
        severity=Alert.Severity.URGENT,
        link=reverse("admin:orders_order_change", args=[order_pk]),
    )


def release(order_pk: int, reason: str, *, by: str = "system") -> bool:
    """The trouble is over; False when it is held for another reason, or not at all."""
    if not Order.objects.filter(pk=order_pk, hold_reason=reason).exclude(hold_reason="").update(hold_reason=""):
        return False
    alerts.resolve_alert(KIND, _subject(order_pk), by=by)
    return True


def _subject(order_pk: int) -> str:
    return f"orders.order:{order_pk}"
