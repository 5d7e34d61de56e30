"""Refunds: money that goes back."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import DueWork, TenantModel
from payments.models.payment import Payment


class Refund(TenantModel, DueWork):
    """Money that goes back, under one ``number`` however often the provider is asked. Carrying it out is due work.

    While it is ``requested`` a second person has to agree, and nothing is due yet. Amount in minor units.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("waits for a second person")
        DUE = "due", _("due")
        PROCESSING = "processing", _("at the provider")
        SUCCEEDED = "succeeded", _("refunded")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("refused")

    class Cause(models.TextChoices):
        LATE = "late", _("paid after the order was cancelled")
        DOUBLE = "double", _("paid twice")
        WRONG_AMOUNT = "amount", _("another amount than due")
        STAFF = "staff", _("by the store")
        ELSEWHERE = "elsewhere", _("made at the provider")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    number = models.CharField(_("our number"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DUE)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices, default=Cause.STAFF)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=80, help_text=_("The payer may read it."))
    # [{"line", "sku", "name", "unit_price", "quantity", "amount"}]: which goods it is for, where that is known; ``line`` is the public
    # id of the order's line; minor units.
    goods: Any = models.JSONField(_("goods"), default=list, blank=True)
    provider_refund_id = models.CharField(_("provider's number"), max_length=64, null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=200, blank=True, help_text=_("Why it did not succeed."))
    requested_by = models.CharField(_("asked for by"), max_length=60, default="system")
    decided_by = models.CharField(_("agreed to or refused by"), max_length=60, blank=True)
    # Of one confirmation by a person: a second click finds the refund of the first.
    request_key = models.CharField(max_length=64, null=True, editable=False)
    handled_at = models.DateTimeField(
        _("seen to"), null=True, help_text=_("It failed, and a person has seen to it otherwise.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    succeeded_at = models.DateTimeField(null=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        indexes = [
            *DueWork.Meta.indexes,
            models.Index(fields=["store", "created_at"], name="refund_by_asking"),
            models.Index(fields=["store", "succeeded_at"], name="refund_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="refund_number_once"),
            models.UniqueConstraint(fields=["provider_refund_id"], name="refund_at_provider_once"),
            models.UniqueConstraint(fields=["payment", "request_key"], name="refund_once_a_confirmation"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shown_reason(self) -> str:
        """What whoever asked for it wrote; where nobody here did, what caused it."""
        return self.reason or str(self.get_cause_display())
