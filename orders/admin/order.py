"""Orders, to look at: found by number, name, phone or waybill, with their lines, parcels and everything that happened."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import LENGTH
from core.texts import text
from orders.admin.showing import goods_of, order_state, parcel_state, timeline_table
from orders.carriers import carrier_name
from orders.models import Duty, Order, OrderLine, Parcel, ParcelLine
from orders.timeline import timeline
from shop import roles
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.money import money
from shop.admin.showing import ago, thumb, two_lines


class ProblemFilter(admin.SimpleListFilter):
    """Orders that need a person."""

    title = _("problem")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("needs a person"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.exclude(hold_reason="") if self.value() == "yes" else queryset


class LineInline(TenantInline):
    model = OrderLine
    area = roles.ORDERS
    read_only = True
    fields = ("goods", "sku", "price", "quantity", "off", "sum")
    readonly_fields = fields
    hide_title = True
    verbose_name_plural = _("What was bought")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("order", "picture")

    @admin.display(description=_("goods"))
    def goods(self, line: OrderLine) -> SafeString:
        return two_lines(text(line, "title"), text(line, "spec"), thumb(line.picture))

    @admin.display(description=_("price"))
    def price(self, line: OrderLine) -> SafeString | str:
        return money(line.unit_price, line.order.currency)

    @admin.display(description=_("discount"))
    def off(self, line: OrderLine) -> SafeString | str:
        return money(-line.discount, line.order.currency) if line.discount else "–"

    @admin.display(description=_("total"))
    def sum(self, line: OrderLine) -> SafeString | str:
        return money(line.total, line.order.currency)


class ParcelInline(TenantInline):
    model = Parcel
    area = roles.ORDERS
    read_only = True
    fields = ("state_shown", "carrier_shown", "waybill", "contents", "left", "arrived")
    readonly_fields = fields
    show_change_link = True
    hide_title = True
    verbose_name_plural = _("Parcels")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        contents = Prefetch("lines", queryset=ParcelLine.objects.select_related("line"))
        return super().get_queryset(request).prefetch_related(contents)

    @admin.display(description=_("state"))
    def state_shown(self, parcel: Parcel) -> SafeString:
        return parcel_state(parcel)

    @admin.display(description=_("carrier"))
    def carrier_shown(self, parcel: Parcel) -> str:
        return carrier_name(parcel.carrier) or "–"

    @admin.display(description=_("contents"))
    def contents(self, parcel: Parcel) -> SafeString:
        return goods_of(parcel)

    @admin.display(description=pgettext_lazy("parcel", "shipped"))
    def left(self, parcel: Parcel) -> SafeString | str:
        return ago(parcel.shipped_at)

    @admin.display(description=pgettext_lazy("parcel", "delivered"))
    def arrived(self, parcel: Parcel) -> SafeString | str:
        return ago(parcel.delivered_at)


@admin.register(Order)
class OrderAdmin(TenantAdmin):
    """Read only: an order changes by what happens to it, and that is done on the board, by the shopper or by the worker."""

    area = roles.ORDERS
    read_only = True
    list_display = ("number_shown", "state_shown", "recipient", "amount", "placed", "paid")
    list_filter = ("state", "refund_state", ProblemFilter, ("placed_at", admin.DateFieldListFilter))
    search_fields = ("public_id", "name", "phone", "parcels__waybill")
    search_help_text = _("Number, name, phone or waybill")
    ordering = ("-id",)
    inlines = (LineInline, ParcelInline)
    fieldsets = (
        (None, {"fields": (("number_shown", "state_shown"), ("shopper_shown", "refund_state"), "note")}),
        (_("Amount"), {"fields": (("goods", "off"), ("freight", "amount"))}),
        (_("Goes to"), {"fields": (("name", "phone"), "address")}),
        (_("Times"), {"fields": (("placed", "paid"), ("left", "arrived"), ("gone", "cancel_cause"))}),
        (_("Everything that happened"), {"fields": ("journal",)}),
    )
    readonly_fields = (
        "number_shown", "state_shown", "shopper_shown", "refund_state", "note", "goods", "off", "freight", "amount", "name",
        "phone", "address", "placed", "paid", "left", "arrived", "gone", "cancel_cause", "journal",
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        closing = Prefetch("duties", queryset=Duty.objects.filter(kind=Duty.Kind.CLOSE))
        return super().get_queryset(request).select_related("shopper").prefetch_related(closing)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the number as people read it (in groups, in capitals), or by the beginning of a word of the others."""
        words = search_term.replace("\x00", "").strip()[:100]
        if not words:
            return queryset, False
        number = words.replace("-", "").replace(" ", "").lower()
        found = Q(name__icontains=words) | Q(phone__contains=words)
        if number.isalnum() and number.isascii() and len(number) <= LENGTH:
            found |= Q(public_id__startswith=number)
        waybills = Parcel.objects.filter(waybill__iexact=words.replace(" ", ""))
        return queryset.filter(found | Q(pk__in=waybills.values("order"))), False

    @admin.display(description=_("number"), ordering="-id")
    def number_shown(self, order: Order) -> SafeString:
        return two_lines(format_html('<span class="nowrap">{}</span>', order.number), order.name)

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, order: Order) -> SafeString:
        return order_state(order)

    @admin.display(description=_("shopper"))
    def shopper_shown(self, order: Order) -> str:
        return str(order.shopper)

    @admin.display(description=_("goes to"), ordering="city")
    def recipient(self, order: Order) -> SafeString:
        return two_lines(f"{order.name} · {order.phone}", " ".join(filter(None, (order.province, order.city))))

    @admin.display(description=_("address"))
    def address(self, order: Order) -> str:
        parts = (order.country, order.province, order.city, order.district, order.street, order.postal_code)
        return " ".join(filter(None, parts))

    @admin.display(description=_("total"), ordering="total")
    def amount(self, order: Order) -> SafeString | str:
        return money(order.total, order.currency)

    @admin.display(description=_("goods"))
    def goods(self, order: Order) -> SafeString | str:
        return money(order.goods_total, order.currency)

    @admin.display(description=_("discount"))
    def off(self, order: Order) -> SafeString | str:
        return money(-order.discount_total, order.currency)

    @admin.display(description=_("freight"))
    def freight(self, order: Order) -> SafeString | str:
        return money(order.freight_total, order.currency)

    @admin.display(description=pgettext_lazy("order", "placed"), ordering="placed_at")
    def placed(self, order: Order) -> SafeString | str:
        return ago(order.placed_at)

    @admin.display(description=pgettext_lazy("order", "paid"), ordering="paid_at")
    def paid(self, order: Order) -> SafeString | str:
        return ago(order.paid_at)

    @admin.display(description=pgettext_lazy("order", "shipped"))
    def left(self, order: Order) -> SafeString | str:
        return ago(order.shipped_at)

    @admin.display(description=pgettext_lazy("order", "received"))
    def arrived(self, order: Order) -> SafeString | str:
        return ago(order.received_at)

    @admin.display(description=pgettext_lazy("order", "cancelled"))
    def gone(self, order: Order) -> SafeString | str:
        return ago(order.cancelled_at)

    @admin.display(description=_("journal"))
    def journal(self, order: Order) -> SafeString:
        return timeline_table(timeline(order))
