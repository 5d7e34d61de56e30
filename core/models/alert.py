"""What a person has to be told. How alerts are raised and resolved: ``core.alerts``; who gets them: ``shop.alerting``."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.models.due import DueWork
from core.models.tenancy import TenantModel


class Alert(TenantModel, DueWork):
    """One trouble of one subject, open until somebody or the house itself resolves it. Its delivery is the work that is due.

    Title and text are kept as they are written in the code, with parameters, so that each reader gets them in their language.
    """

    class Severity(models.TextChoices):
        WARNING = "warning", pgettext_lazy("alert", "warning")
        URGENT = "urgent", pgettext_lazy("alert", "urgent")

    # Of the trouble (parked, difference, dispute), and what it is about (payments.refund:12).
    kind = models.SlugField(_("kind"), max_length=30, db_index=False)
    subject = models.CharField(_("subject"), max_length=100)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.WARNING)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    params = models.JSONField(default=dict, blank=True)
    link = models.CharField(max_length=300, blank=True)  # path of the page that shows the subject
    at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last seen"))
    times = models.PositiveIntegerField(_("times"), default=1)
    # Somebody has taken the subject back to work; cleared when it fails again.
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.CharField(max_length=60, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.CharField(max_length=60, blank=True)
    # Each channel by itself: what has arrived is not sent again because another channel failed.
    mailed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [*DueWork.Meta.indexes, models.Index(fields=["kind", "subject"], name="alert_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind", "subject"], condition=Q(resolved_at__isnull=True), name="alert_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The title in the active language."""
        return in_words(self.title, self.params)

    @property
    def shown_text(self) -> str:
        """The text in the active language."""
        return in_words(self.text, self.params)


def in_words(template: str, params: dict[str, Any]) -> str:
    """The message in the active language; parameters that are words of the house (a state, a reason) are translated too."""
    if not template:
        return ""
    shown = {name: gettext(value) if isinstance(value, str) and value else value for name, value in params.items()}
    for name, value in shown.items():
        # A sentence of the house, where the message goes on with a full stop of its own.
        if isinstance(value, str) and f"%({name})s." in template:
            shown[name] = value.rstrip(".。")
    try:
        return capfirst(gettext(template) % shown)
    except (KeyError, TypeError, ValueError):
        # Written by an older or newer version of the house: better unpolished than not at all.
        return f"{template} {params}"
