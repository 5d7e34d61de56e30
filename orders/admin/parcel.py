"""Parcels, to look at: where each is, and every station of its way."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import text
from orders.admin.showing import goods_of, parcel_state
from orders.carriers import CARRIERS, carrier_name
from orders.models import Parcel, ParcelLine, TrackingEvent
from shop import roles
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.showing import ago, two_lines


class StationInline(TenantInline):
    model = TrackingEvent
    area = roles.ORDERS
    read_only = True
    fields = ("when", "what", "location")
    readonly_fields = fields
    hide_title = True
    verbose_name_plural = _("Stations, the latest first")

    @admin.display(description=_("when"))
    def when(self, event: TrackingEvent) -> SafeString | str:
        return ago(event.happened_at)

    @admin.display(description=_("what"))
    def what(self, event: TrackingEvent) -> str:
        return text(event, "text")


class CarrierFilter(admin.SimpleListFilter):
    title = _("carrier")
    parameter_name = "carrier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, carrier_name(code)) for code in CARRIERS]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(carrier=self.value()) if self.value() else queryset


@admin.register(Parcel)
class ParcelAdmin(TenantAdmin):
    """Read only: parcels are packed and shipped on the board, and moved on by their carriers."""

    area = roles.ORDERS
    read_only = True
    list_display = ("parcel_shown", "state_shown", "order_shown", "left", "arrived")
    list_filter = ("state", CarrierFilter)
    search_fields = ("waybill", "order__name", "order__phone")
    search_help_text = _("Waybill, name or phone")
    ordering = ("-id",)
    inlines = (StationInline,)
    fields = (
        ("parcel_shown", "state_shown"), ("order_shown", "tracking_page"), "contents", ("packed", "left", "arrived"), "trouble",
    )  # fmt: skip
    readonly_fields = (
        "parcel_shown", "state_shown", "order_shown", "tracking_page", "contents", "packed", "left", "arrived", "trouble",
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        contents = Prefetch("lines", queryset=ParcelLine.objects.select_related("line"))
        return super().get_queryset(request).select_related("order").prefetch_related(contents)

    @admin.display(description=_("parcel"), ordering="-id")
    def parcel_shown(self, parcel: Parcel) -> SafeString:
        return two_lines(parcel.waybill or _("no waybill yet"), carrier_name(parcel.carrier))

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, parcel: Parcel) -> SafeString:
        return parcel_state(parcel)

    @admin.display(description=_("order"))
    def order_shown(self, parcel: Parcel) -> SafeString:
        return two_lines(parcel.order.number, parcel.order.name)

    @admin.display(description=_("at the carrier"))
    def tracking_page(self, parcel: Parcel) -> SafeString | str:
        carrier = CARRIERS.get(parcel.carrier)
        if carrier is None or not parcel.waybill:
            return "–"
        return format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>',
            carrier.tracking_url(parcel.waybill),
            carrier.name,
        )

    @admin.display(description=_("contents"))
    def contents(self, parcel: Parcel) -> SafeString:
        return goods_of(parcel)

    @admin.display(description=pgettext_lazy("parcel", "packed"))
    def packed(self, parcel: Parcel) -> SafeString | str:
        return ago(parcel.packed_at)

    @admin.display(description=pgettext_lazy("parcel", "shipped"), ordering="shipped_at")
    def left(self, parcel: Parcel) -> SafeString | str:
        return ago(parcel.shipped_at)

    @admin.display(description=pgettext_lazy("parcel", "delivered"), ordering="delivered_at")
    def arrived(self, parcel: Parcel) -> SafeString | str:
        return ago(parcel.delivered_at)

    @admin.display(description=_("trouble with the carrier"))
    def trouble(self, parcel: Parcel) -> str:
        return parcel.last_error or "–"
