"""Stock: counters that never go below zero, the holds on them, and a row for each movement."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import TenantModel


class Stock(TenantModel):
    """How many of a variant are there (``on_hand``) and how many of those are promised to orders (``held``).

    Changed by conditional UPDATEs in ``shop.stock`` alone; the checks below stand behind them.
    """

    variant = models.OneToOneField("shop.Variant", on_delete=models.CASCADE, related_name="stock")
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    held = models.PositiveIntegerField(_("held"), default=0)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [models.CheckConstraint(condition=Q(held__lte=F("on_hand")), name="stock_held_within_on_hand")]

    def __str__(self) -> str:
        return self.variant.sku or str(self.variant.product)

    @property
    def available(self) -> int:
        """What can still be sold."""
        return self.on_hand - self.held


class StockHold(TenantModel):
    """So many of a variant are promised to ``reference`` (an order), until they are released or leave the house."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RELEASED = "released", _("released")
        TAKEN = "taken", _("taken")

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="holds")
    reference = models.CharField(max_length=60, db_index=True)
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stock", "reference"], name="stock_hold_once")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity}"


class StockMovement(TenantModel):
    """One change of a stock's counters; the sum of a stock's rows is its counters. Rows are only ever added."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        COUNTED = "counted", _("counted")
        HELD = "held", _("held for an order")
        RELEASED = "released", _("released")
        SHIPPED = "shipped", _("shipped")
        RETURNED = "returned", _("returned")

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    on_hand_delta = models.IntegerField(_("on hand"), default=0)
    held_delta = models.IntegerField(_("held"), default=0)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    actor = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stock", "reference", "kind"],
                condition=Q(kind__in=["held", "released"]),
                name="stock_moved_once_for_a_reference",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand_delta:+} {self.held_delta:+}"
