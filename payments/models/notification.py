"""The inbox: what providers told, as they told it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import DueWork, TenantModel


class Notification(TenantModel, DueWork):
    """One verified notification, stored once (provider, store and event id) before it is acknowledged; applying it is due work."""

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event id"), max_length=64)
    event_type = models.CharField(_("event"), max_length=60)
    body = models.TextField(_("as it came"))
    headers: Any = models.JSONField(default=dict)
    verdict = models.CharField(_("verdict"), max_length=200, blank=True)
    # What it is about, written when it is applied, to be searched by: our number of the payment or the refund, and the provider's.
    number = models.CharField(_("our number"), max_length=64, blank=True, db_index=True)
    provider_number = models.CharField(_("provider's number"), max_length=64, blank=True, db_index=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["store", "provider", "event_id"], name="notification_once")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class RefusedNotification(TenantModel):
    """How many notifications were refused on a day for a reason. Nothing of them is kept: they are not the provider's, or not whole."""

    provider = models.CharField(_("provider"), max_length=20)
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=120)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("refused notification")
        verbose_name_plural = _("refused notifications")
        ordering = ["-day", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["store", "provider", "day", "reason"], name="refused_once_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.count}"
