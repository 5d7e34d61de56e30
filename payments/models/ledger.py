"""The ledger: double entry, append-only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TenantModel
from payments.models.payment import Payment


class LedgerEntry(TenantModel):
    """One side of a booking; the entries of a ``group`` add up to nothing in each currency. Rows are only ever added.

    Amounts in minor units; what a store has (at the provider, in the bank) and what it costs it are positive, what it earned or owes is
    negative. A trigger of the database refuses to change or delete a row.
    """

    class Account(models.TextChoices):
        SHOPPER = "shopper", _("owed back to shoppers")
        CLEARING = "clearing", _("at the provider")
        SETTLED = "settled", _("settled")
        DISPUTED = "disputed", _("taken back by a bank")
        REVENUE = "revenue", _("revenue")
        REFUNDS = "refunds", _("refunds")
        FEES = "fees", _("provider's fees")

    group = models.CharField(max_length=60, db_index=True)
    account = models.CharField(max_length=12, choices=Account.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="entries")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["id"]
        indexes = [models.Index(fields=["store", "account", "at"], name="ledger_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["group", "account"], name="ledger_once_a_group"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.account} {self.amount:+}"
