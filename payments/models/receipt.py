"""Receipts: money that a person has seen come in."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TenantModel
from payments.models.payment import Payment


class Receipt(TenantModel):
    """So much came in for a payment that nobody but staff can tell about: cash, a transfer. Amount in minor units.

    A reference stands once with a payment, and that of a bank's transaction once in a store: what is noted twice is one receipt.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="receipts")
    provider = models.CharField(max_length=20)
    amount = models.PositiveBigIntegerField(_("amount"))
    reference = models.CharField(_("reference"), max_length=30)
    received_on = models.DateField(_("received on"))
    actor = models.CharField(_("noted by"), max_length=60)
    noted_at = models.DateTimeField(_("noted"), auto_now_add=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="receipt_once_a_payment"),
            models.UniqueConstraint(
                fields=["store", "reference"], condition=Q(provider="bank_transfer"), name="receipt_of_a_bank_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="receipt_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.reference
