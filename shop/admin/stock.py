"""Stock: what is there, what is promised, and every movement. Changed by differences, never by overwriting."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from shop import catalogue, roles, search
from shop import stock as stock_keeping
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.showing import ago, dot, thumb, two_lines
from shop.models import Product, Stock, StockMovement, Variant

LOW = 5
_BY_HAND = (StockMovement.Kind.RECEIVED, StockMovement.Kind.COUNTED, StockMovement.Kind.RETURNED)


class StockForm(forms.ModelForm):
    change_by = forms.IntegerField(
        label=_("change by"),
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget({"placeholder": "+10"}),
        help_text=_("So many more, or with a minus so many fewer. Orders may come in meanwhile."),
    )
    reason = forms.ChoiceField(
        label=_("reason"),
        required=False,
        choices=[(kind.value, kind.label) for kind in _BY_HAND],
        widget=UnfoldAdminSelectWidget,
    )

    def clean_change_by(self) -> int:
        delta: int = self.cleaned_data["change_by"] or 0
        if self.instance.available + delta < 0:
            raise ValidationError(
                _("Only %(count)s can be taken away; the others are promised to orders.")
                % {"count": self.instance.available}
            )
        return delta


class LevelFilter(admin.SimpleListFilter):
    title = _("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("out", _("sold out")), ("low", _("low")), ("good", _("enough"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "out":
            return queryset.filter(on_hand__lte=F("held"))
        if self.value() == "low":
            return queryset.filter(on_hand__gt=F("held"), on_hand__lte=F("held") + LOW)
        if self.value() == "good":
            return queryset.filter(on_hand__gt=F("held") + LOW)
        return queryset


class MovementInline(TenantInline):
    model = StockMovement
    area = roles.STOCK
    read_only = True
    fields = ("when", "kind", "hand", "promised", "reference", "by")
    readonly_fields = fields
    ordering = ("-id",)
    per_page = 25
    hide_title = True
    verbose_name_plural = _("Movements, the latest first")

    @admin.display(description=_("when"))
    def when(self, movement: StockMovement) -> SafeString | str:
        return ago(movement.at)

    @admin.display(description=_("on hand"))
    def hand(self, movement: StockMovement) -> SafeString:
        return format_html(
            '<span class="num">{}</span>', f"{movement.on_hand_delta:+}" if movement.on_hand_delta else ""
        )

    @admin.display(description=_("held"))
    def promised(self, movement: StockMovement) -> SafeString:
        return format_html('<span class="num">{}</span>', f"{movement.held_delta:+}" if movement.held_delta else "")

    @admin.display(description=_("by"))
    def by(self, movement: StockMovement) -> str:
        return movement.actor


@admin.register(Stock)
class StockAdmin(TenantAdmin):
    area = roles.STOCK
    fixed_rows = True
    form = StockForm
    list_display = ("goods", "sku", "there", "promised", "free", "level")
    list_filter = (LevelFilter,)
    search_fields = ("variant__sku",)
    ordering = ("variant__product__title_en", "variant__position", "pk")
    readonly_fields = ("goods", "sku", "there", "promised", "free")
    inlines = (MovementInline,)
    fieldsets = (
        (None, {"fields": (("goods", "sku"), ("there", "promised", "free"))}),
        (
            _("Change"),
            {"fields": (("change_by", "reason"),), "description": _("Each change leaves a row below, with your name.")},
        ),
    )

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).prefetch_related(_variants_with_specs())

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        found = search.matching(Product.objects.all(), search_term)
        return queryset.filter(variant__product__in=found), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        delta = form.cleaned_data.get("change_by") or 0
        kind = form.cleaned_data.get("reason") or StockMovement.Kind.COUNTED
        try:
            stock_keeping.change(obj.variant_id, delta, kind, actor=f"staff:{request.user.pk}")
        except stock_keeping.StockShort:
            self.message_user(request, _("Orders came in meanwhile: nothing was changed."), messages.ERROR)

    @admin.display(description=_("goods"), ordering="variant__product__title_en")
    def goods(self, stock: Stock) -> SafeString:
        variant = stock.variant
        return two_lines(variant.product, catalogue.spec_text(variant), thumb(variant.picture or variant.product.cover))

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, stock: Stock) -> str:
        return stock.variant.sku or "–"

    @admin.display(description=_("on hand"), ordering="on_hand")
    def there(self, stock: Stock) -> SafeString:
        return format_html('<span class="num">{}</span>', stock.on_hand)

    @admin.display(description=_("held"), ordering="held")
    def promised(self, stock: Stock) -> SafeString:
        return format_html('<span class="num">{}</span>', stock.held)

    @admin.display(description=_("available"))
    def free(self, stock: Stock) -> SafeString:
        return format_html('<strong class="num">{}</strong>', stock.available)

    @admin.display(description=_("level"))
    def level(self, stock: Stock) -> SafeString:
        return level_dot(stock.available)


def level_dot(available: int) -> SafeString:
    """Sold out, low or enough."""
    if available <= 0:
        return dot("bad", _("sold out"))
    return dot("waiting", _("low")) if available <= LOW else dot("good", _("enough"))


def _variants_with_specs() -> Any:
    from django.db.models import Prefetch

    variants = Variant.objects.select_related("product__cover", "picture").prefetch_related(catalogue.spec_prefetch())
    return Prefetch("variant", queryset=variants)
