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
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["store", "provider", "event_id"], name="notification_once")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"
