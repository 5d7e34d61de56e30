"""Attempts to pay, and disputes about what was paid."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import DueWork, TenantModel


class Payment(TenantModel, DueWork):
    """One attempt to pay an order at a provider. Asking the provider how it stands is due work until it has ended.

    ``number`` is ours (WeChat Pay: out_trade_no), committed before the provider hears of it; ``transaction_id`` is the provider's.
    Amounts in minor units. ``settles``: this is the payment that paid the order; what else was paid for it goes back.
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
    # What the provider knows the open attempt by (WeChat Pay: prepay_id, Stripe: PaymentIntent), and until when that serves.
    provider_reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    reference_expires_at = models.DateTimeField(null=True)
    # What else of its answer the shopper's program needs; never a secret of the merchant.
    provider_data: Any = models.JSONField(default=dict, editable=False)
    transaction_id = models.CharField(_("provider's number"), max_length=64, null=True, blank=True)
    paid_amount = models.PositiveBigIntegerField(_("amount paid"), null=True)
    # The sum of the refunds that have not failed: moves by conditional UPDATE, so that no two refunds take the same money.
    refund_reserved = models.PositiveBigIntegerField(_("gone back or on its way"), default=0)
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
        indexes = [
            *DueWork.Meta.indexes,
            models.Index(fields=["store", "provider", "succeeded_at"], name="payment_by_day"),
            models.Index(fields=["store", "succeeded_at"], name="payment_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="payment_number_once"),
            models.UniqueConstraint(fields=["provider", "transaction_id"], name="payment_transaction_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(settles=True), name="payment_settles_once"),
            models.UniqueConstraint(fields=["order", "provider"], condition=Q(state="opened"), name="payment_one_open"),
            models.CheckConstraint(
                condition=Q(settles=False) | Q(state="succeeded"), name="payment_settling_succeeded"
            ),
            models.CheckConstraint(
                condition=Q(refund_reserved=0) | Q(refund_reserved__lte=F("paid_amount")),
                name="payment_refunds_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def refundable(self) -> int:
        """What of it can still go back, in minor units."""
        return (self.paid_amount or 0) - self.refund_reserved


class Dispute(TenantModel):
    """The payer's bank takes a payment back (a chargeback). The money is gone while it is open, and for good when it is lost."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_dispute_id = models.CharField(_("provider's number"), max_length=64, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.provider_dispute_id
