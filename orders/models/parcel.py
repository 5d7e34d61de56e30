"""Parcels and their way."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField
from core.models import DueWork, TenantModel


class Parcel(TenantModel, DueWork):
    """What is packed and shipped together. While it travels, asking the carrier for news is due work.

    Which state follows which: ``orders.states``.
    """

    class State(models.TextChoices):
        PACKING = "packing", pgettext_lazy("parcel", "to pack")
        PACKED = "packed", pgettext_lazy("parcel", "to ship")
        SHIPPED = "shipped", pgettext_lazy("parcel", "shipped")
        IN_TRANSIT = "in_transit", pgettext_lazy("parcel", "on its way")
        OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("parcel", "out for delivery")
        DELIVERED = "delivered", pgettext_lazy("parcel", "delivered")
        PROBLEM = "problem", pgettext_lazy("parcel", "problem")
        RETURNED = "returned", pgettext_lazy("parcel", "returned")

    public_id = PublicIdField()
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="parcels")
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.PACKING)
    carrier = models.CharField(_("carrier"), max_length=20, blank=True)
    waybill = models.CharField(_("waybill"), max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    packed_at = models.DateTimeField(pgettext_lazy("parcel", "packed"), null=True)
    shipped_at = models.DateTimeField(pgettext_lazy("parcel", "shipped"), null=True)
    delivered_at = models.DateTimeField(pgettext_lazy("parcel", "delivered"), null=True)
    # when the carrier was told of the waybill; without it there is nothing to ask
    registered_at = models.DateTimeField(null=True, editable=False)

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "carrier", "waybill"], condition=~Q(waybill=""), name="waybill_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["packing", "packed"]) | (~Q(carrier="") & ~Q(waybill="")),
                name="shipped_parcel_has_waybill",
            ),
        ]

    def __str__(self) -> str:
        return self.waybill or self.public_id


class ParcelLine(TenantModel):
    """How many of an order line are in a parcel."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="parcel_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line}"


class TrackingEvent(TenantModel):
    """One station of a parcel's way, as the carrier told it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="events")
    happened_at = models.DateTimeField()
    status = models.CharField(max_length=20)
    text_zh = models.CharField(max_length=300, blank=True)
    text_en = models.CharField(max_length=300, blank=True)
    location = models.CharField(max_length=100, blank=True)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "happened_at", "status", "text_zh"], name="tracking_event_once")
        ]

    def __str__(self) -> str:
        return self.text_en or self.text_zh
