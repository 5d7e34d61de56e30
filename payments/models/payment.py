"""Attempts to pay, refunds, and the ledger."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import DueWork, TenantModel


class Payment(TenantModel, DueWork):
    """One attempt to pay an order at a provider. Asking the provider how it stands is due work until it has ended.

    ``number`` is ours (WeChat Pay: out_trade_no), committed before the provider hears of it; ``transaction_id`` is the provider's.
    Amount in minor units. ``settles``: this is the payment that paid the order; what else was paid for it goes back.
    """

    class State(models.TextChoices):
        OPENED = "opened", _("waiting for the shopper")
        SUCCEEDED = "succeeded", _("paid")
        CLOSED = "closed", _("closed")
        FAILED = "failed", _("failed")

    public_id = PublicIdField()
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(_("provider"), max_length=20)
    number = models.CharField(_("our number"), max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPENED)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    # What the provider is asked to open, word for word: asking again must be asking for the same.
    request: Any = models.JSONField(default=dict, editable=False)
    # WeChat Pay's prepay_id, and until when it may be used
    provider_reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    reference_expires_at = models.DateTimeField(null=True)
    transaction_id = models.CharField(_("provider's number"), max_length=64, null=True, blank=True)
    paid_amount = models.PositiveBigIntegerField(_("amount paid"), null=True)
    settles = models.BooleanField(_("paid the order"), default=False)
    verdict = models.CharField(
        _("verdict"), max_length=200, blank=True, help_text=_("Why this payment did not pay the order.")
    )
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    succeeded_at = models.DateTimeField(_("paid"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="payment_number_once"),
            models.UniqueConstraint(fields=["provider", "transaction_id"], name="payment_transaction_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(settles=True), name="payment_settles_once"),
            models.UniqueConstraint(fields=["order", "provider"], condition=Q(state="opened"), name="payment_one_open"),
            models.CheckConstraint(
                condition=Q(settles=False) | Q(state="succeeded"), name="payment_settling_succeeded"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Refund(TenantModel, DueWork):
    """Money that goes back, under one ``number`` however often the provider is asked. Carrying it out is due work."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        PROCESSING = "processing", _("at the provider")
        SUCCEEDED = "succeeded", _("refunded")
        FAILED = "failed", _("failed")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    number = models.CharField(_("our number"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DUE)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=80)
    provider_refund_id = models.CharField(_("provider's number"), max_length=64, null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=200, blank=True, help_text=_("Why it did not succeed."))
    created_at = models.DateTimeField(auto_now_add=True)
    succeeded_at = models.DateTimeField(null=True)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="refund_number_once"),
            models.UniqueConstraint(fields=["provider_refund_id"], name="refund_at_provider_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class LedgerEntry(TenantModel):
    """One side of a booking; the entries of a ``group`` add up to nothing in each currency. Rows are only ever added."""

    class Account(models.TextChoices):
        PROVIDER = "provider", _("at the provider")
        SALES = "sales", _("sales")
        OWED_BACK = "owed_back", _("owed back to shoppers")

    group = models.CharField(max_length=60, db_index=True)
    account = models.CharField(max_length=12, choices=Account.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["group", "account"], name="ledger_once_a_group")]

    def __str__(self) -> str:
        return f"{self.group} {self.account} {self.amount:+}"
