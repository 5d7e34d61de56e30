"""Days compared with the providers' statements: what the provider listed, and where it differs from what is known here."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField
from core.models import DueWork, TenantModel
from payments.models.payment import Payment
from payments.models.refund import Refund


class Reconciliation(TenantModel, DueWork):
    """One day (of the provider's calendar) of one store at one provider. Fetching and comparing its statement is due work.

    ``there`` and ``here`` are the day's sums as the statement and as the ledger has them, by currency and in minor units:
    ``{"CNY": {"payments": 3, "paid": 38400, "refunds": 1, "refunded": 12800, "fees": 230}}``; here there are no fees.
    """

    provider = models.CharField(_("provider"), max_length=20)
    day = models.DateField(_("day"))
    lines = models.PositiveIntegerField(_("lines"), default=0)
    there: Any = models.JSONField(_("in the statement"), default=dict, editable=False)
    here: Any = models.JSONField(_("in the books"), default=dict, editable=False)
    fetched_at = models.DateTimeField(_("fetched"), null=True, editable=False)
    compared_at = models.DateTimeField(_("compared"), null=True, editable=False)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["store", "provider", "day"], name="reconciliation_once_a_day")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class ProvidersRow(TenantModel):
    """What a row of a provider's statement says of money, of whichever kind the statement is."""

    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    provider_id = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class StatementRow(ProvidersRow):
    """One line of a statement, kept as evidence; the columns are those of ``gateways.StatementLine``."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="rows")
    number = models.CharField(max_length=64)
    payment_number = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    # When this line was last seen: what a later statement of the same day no longer lists is dropped.
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["store", "provider", "kind", "provider_id"], name="statement_row_by_id"),
            models.Index(fields=["store", "provider", "kind", "number"], name="statement_row_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "kind", "provider_id"], name="statement_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"


class MovementRow(ProvidersRow):
    """Money that became the store's, or left it, as ``gateways.Movement``; ``booked_at`` says that the ledger has it."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="movements")
    movement_id = models.CharField(max_length=64)
    booked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["store", "provider"], condition=Q(booked_at__isnull=True), name="movement_to_book")
        ]
        constraints = [
            models.UniqueConstraint(fields=["store", "provider", "movement_id"], name="movement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.movement_id}"


class Difference(TenantModel):
    """Something that a statement and the books do not agree about: a task for staff until it is explained, or resolves itself.

    ``subject`` is the provider's word for what it is about (``payment:4200…``): the same trouble is one row however often the day is
    compared. ``expected`` is what is known here, ``found`` what the statement says; null when there is nothing.
    """

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("payment missing here")
        MISSING_THERE = "missing_there", _("missing in the statement")
        NUMBER = "number", _("another number")
        AMOUNT = "amount", _("another amount")
        STATE = "state", _("another state")
        REFUND = "refund", _("refund nobody here knows")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("difference", "open")
        EXPLAINED = "explained", pgettext_lazy("difference", "explained")
        RESOLVED = "resolved", pgettext_lazy("difference", "resolved by itself")

    public_id = PublicIdField()
    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="differences")
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="differences")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="differences")
    row = models.ForeignKey(StatementRow, on_delete=models.SET_NULL, null=True, related_name="+")
    expected: Any = models.JSONField(null=True)
    found: Any = models.JSONField(null=True)
    # What the provider said when it was last asked about this.
    answer = models.CharField(_("provider's answer"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    explained_at = models.DateTimeField(_("closed"), null=True)
    explained_by = models.CharField(_("closed by"), max_length=60, blank=True)
    explanation = models.CharField(_("explanation"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["store", "state", "-id"], name="difference_board"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["store", "provider", "kind", "subject"], name="difference_once"),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(explained_at__isnull=False) & ~Q(explanation="")),
                name="difference_closed_with_a_word",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
