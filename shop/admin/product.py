"""Products: texts, sale, variants with prices and stock, pictures."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.forms.widgets import WysiwygWidget
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from core.ids import public_id
from shop import catalogue, imaging, rich_text, roles, search, variants
from shop import stock as stock_keeping
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.money import MoneyField, money
from shop.admin.options import OptionsPage
from shop.admin.picture import checked_upload
from shop.admin.showing import ago, dot, thumb, two_lines
from shop.admin.stock import level_dot
from shop.models import Category, Product, ProductPicture, Stock, Variant

_DOTS = {Product.Status.ACTIVE: "good", Product.Status.DRAFT: "waiting", Product.Status.ARCHIVED: "quiet"}
_LARGEST_QUANTITY = 1_000_000
DESCRIPTIONS = ("description_zh", "description_en")


class _SeveralFiles(UnfoldAdminFileFieldWidget):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"multiple": True, "accept": "image/jpeg,image/png,image/webp,image/gif"})


class UploadsField(forms.FileField):
    """Several pictures at once; gives their bytes."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [checked_upload(super(UploadsField, self).clean(file, initial)) for file in files]


class ProductForm(forms.ModelForm):
    uploads = UploadsField(
        label=_("Add pictures"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, 10 MB each at most; several at once."),
    )

    class Meta:
        widgets = {"tags": UnfoldAdminTextInputWidget}
        help_texts = {"tags": _("Separated by commas. Shoppers find the product by them.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_editor = [name for name in DESCRIPTIONS if rich_text.fits_editor(getattr(self.instance, name))]
        for name in self.in_editor:
            self.fields[name].widget = WysiwygWidget()
            self.initial[name] = rich_text.for_editor(getattr(self.instance, name))

    def clean_description_zh(self) -> str:
        return self._described("description_zh")

    def clean_description_en(self) -> str:
        return self._described("description_en")

    def _described(self, name: str) -> str:
        sent: str = self.cleaned_data[name]
        return rich_text.from_editor(sent) if name in self.in_editor else rich_text.sanitise(sent)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _need_a_title(self, cleaned)
        if (
            cleaned.get("status") == Product.Status.ACTIVE
            and not self.instance.variants.filter(is_active=True).exists()
        ):
            self.add_error("status", _("Nothing of it is sold: add or switch on a variant first."))
        return cleaned


class NewProductForm(forms.ModelForm):
    price = MoneyField(label=_("price"))
    quantity = forms.IntegerField(
        label=_("in stock"), min_value=0, max_value=_LARGEST_QUANTITY, initial=0, widget=UnfoldAdminIntegerFieldWidget
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _need_a_title(self, cleaned)
        return cleaned


def _need_a_title(form: forms.ModelForm, cleaned: dict[str, Any]) -> None:
    if not cleaned.get("title_zh") and not cleaned.get("title_en"):
        form.add_error("title_zh", _("Give it a title in at least one language."))


class VariantForm(forms.ModelForm):
    price = MoneyField(label=_("price"))
    compare_at_price = MoneyField(label=_("compare-at price"), required=False)
    change_by = forms.IntegerField(
        label=_("± stock"),
        required=False,
        min_value=-_LARGEST_QUANTITY,
        max_value=_LARGEST_QUANTITY,
        widget=UnfoldAdminIntegerFieldWidget({"placeholder": "±0", "style": "max-width: 6rem"}),
    )

    def clean_change_by(self) -> int:
        delta: int = self.cleaned_data["change_by"] or 0
        if self.instance.pk and self.instance.stock.available + delta < 0:
            raise ValidationError(_("Only %(count)s are free.") % {"count": self.instance.stock.available})
        return delta

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        price, before = cleaned.get("price"), cleaned.get("compare_at_price")
        if price is not None and before is not None and before < price:
            self.add_error("compare_at_price", _("This is less than the price."))
        return cleaned


class VariantInline(TenantInline):
    model = Variant
    area = roles.CATALOGUE
    fixed_rows = True
    form = VariantForm
    fields = ("spec_shown", "sku", "price", "compare_at_price", "picture", "is_active", "counters", "change_by")
    readonly_fields = ("spec_shown", "counters")
    tab = True
    hide_title = True
    verbose_name_plural = _("Variants and stock")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request).select_related("stock", "product")
        return rows.prefetch_related(catalogue.spec_prefetch()).order_by("position", "id")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "picture" and field is not None:
            product_pk = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id", "")
            # One of the product's own pictures.
            of_product = ProductPicture.objects.filter(
                product__pk=int(product_pk) if product_pk.isascii() and product_pk.isdigit() else 0
            )
            field.queryset = field.queryset.filter(pk__in=of_product.values("picture"))
        return field

    @admin.display(description=_("variant"))
    def spec_shown(self, variant: Variant) -> str:
        return catalogue.spec_text(variant) or str(_("the only one"))

    @admin.display(description=_("on hand / held"))
    def counters(self, variant: Variant) -> SafeString:
        url = reverse("admin:shop_stock_change", args=(variant.stock.pk,))
        return format_html('<a class="num" href="{}">{} / {}</a>', url, variant.stock.on_hand, variant.stock.held)


class GalleryInline(TenantInline):
    model = ProductPicture
    area = roles.CATALOGUE
    fields = ("shown", "picture", "position")
    readonly_fields = ("shown",)
    autocomplete_fields = ("picture",)
    ordering_field = "position"
    hide_ordering_field = True
    tab = True
    hide_title = True
    verbose_name_plural = _("Pictures")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("picture")

    @admin.display(description="")
    def shown(self, row: ProductPicture) -> SafeString:
        return thumb(row.picture if row.picture_id else None, 56)


class CategoryFilter(admin.SimpleListFilter):
    title = _("category")
    parameter_name = "category__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        shown = Category.objects.filter(store__in=model_admin.stores(request)).order_by("store", "path")
        return [(str(category.pk), str(category)) for category in shown]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value() or ""
        if not (value.isascii() and value.isdigit()):
            return queryset
        category = Category.objects.filter(pk=value[:18]).first()
        return queryset.filter(category__path__startswith=category.path) if category else queryset.none()


class StockFilter(admin.SimpleListFilter):
    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("out", _("sold out")), ("there", _("in stock"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "out":
            return queryset.filter(Q(free__lte=0) | Q(free__isnull=True))
        return queryset.filter(free__gt=0) if self.value() == "there" else queryset


@admin.register(Product)
class ProductAdmin(OptionsPage, TenantAdmin):
    area = roles.CATALOGUE
    form = ProductForm
    add_form = NewProductForm
    list_display = (
        "titled",
        "status_shown",
        "category",
        "price_shown",
        "stock_shown",
        "variant_count_shown",
        "sold_shown",
        "changed",
    )
    list_filter = ("status", CategoryFilter, StockFilter)
    list_select_related = ("cover", "category", "store")
    search_fields = ("title_zh", "title_en", "handle")
    ordering = ("-id",)
    autocomplete_fields = ("category",)
    readonly_fields = ("price_shown", "sold_shown", "options_shown")
    inlines = (VariantInline, GalleryInline)
    actions = ("put_on_sale", "withdraw")
    actions_detail = ("edit_options",)
    add_fieldsets = (
        (
            None,
            {
                "fields": (("title_zh", "title_en"), "category", ("price", "quantity")),
                "description": _("Start with a title and a price. Texts, pictures, options and variants come next."),
            },
        ),
    )
    fieldsets = (
        (
            _("Texts"),
            {
                "classes": ("tab",),
                "fields": (
                    ("title_zh", "title_en"),
                    ("subtitle_zh", "subtitle_en"),
                    "description_zh",
                    "description_en",
                ),
                "description": _("Where a text is missing in one language, shoppers see it in the other."),
            },
        ),
        (
            _("Sale"),
            {
                "classes": ("tab",),
                "fields": (
                    ("status", "category"),
                    ("vendor", "tags"),
                    ("price_shown", "sold_shown"),
                    "options_shown",
                    "handle",
                ),
            },
        ),
        (_("New pictures"), {"classes": ("tab",), "fields": ("uploads",)}),
    )

    class Media:
        # The editor's, also where a product needs none: the page is cached.
        css = {"all": ("shop/admin.css", *WysiwygWidget.Media.css["all"])}
        js = WysiwygWidget.Media.js

    # Orders, stock and its movements stand on a product: it is withdrawn, not deleted.
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        stocks = Stock.objects.filter(variant__product=OuterRef("pk"), variant__is_active=True).order_by()
        free = stocks.values("variant__product").annotate(free=Sum(F("on_hand") - F("held"))).values("free")
        rows = super().get_queryset(request)
        return rows.annotate(free=Subquery(free), variant_count=Count("variants", filter=Q(variants__is_active=True)))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (search.matching(queryset, search_term) if search_term.strip() else queryset), False

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj is not None else []

    # -- Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if not change:
            name = slugify(obj.title_en or obj.title_zh, allow_unicode=True) or "product"
            obj.handle = f"{name[:200]}-{public_id()[:6]}"
        super().save_model(request, obj, form, change)
        actor = f"staff:{request.user.pk}"
        if not change:
            variants.first_variant(
                obj, price=form.cleaned_data["price"], quantity=form.cleaned_data["quantity"], actor=actor
            )
        last = ProductPicture.objects.filter(product=obj).count()
        for number, content in enumerate(form.cleaned_data.get("uploads") or []):
            picture = imaging.add_picture(obj.store, content, alt_zh=obj.title_zh, alt_en=obj.title_en)
            ProductPicture.objects.get_or_create(
                store=obj.store, product=obj, picture=picture, defaults={"position": last + number}
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        changes = {
            row.instance.pk: row.cleaned_data["change_by"]
            for formset in formsets
            if formset.model is Variant
            for row in formset.forms
            if row.cleaned_data.get("change_by")
        }
        try:
            variants.adjust(changes, actor=f"staff:{request.user.pk}")
        except stock_keeping.StockShort:
            self.message_user(request, _("Orders came in meanwhile: the stock was not changed."), messages.ERROR)
        catalogue.refresh([form.instance.pk])

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("obj") is None:
            # Saving leads on to the product's page anyway.
            context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(
            request, _("“%(title)s” is there as a draft. Complete it, then put it on sale.") % {"title": obj}
        )
        return HttpResponseRedirect(reverse("admin:shop_product_change", args=(obj.pk,)))

    # -- Actions

    @admin.action(description=_("Put on sale"), permissions=["change"])
    def put_on_sale(self, request: HttpRequest, queryset: Any) -> None:
        ready = queryset.filter(variant_count__gt=0).exclude(status=Product.Status.ACTIVE)
        without = queryset.filter(variant_count=0).count()
        self._set_status(request, ready, Product.Status.ACTIVE)
        if without:
            text = ngettext(
                "%(count)s product has no variant that is sold, and was left as it is.",
                "%(count)s products have no variant that is sold, and were left as they are.",
                without,
            )
            self.message_user(request, text % {"count": without}, messages.WARNING)

    @admin.action(description=_("Withdraw from sale"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: Any) -> None:
        self._set_status(request, queryset.exclude(status=Product.Status.ARCHIVED), Product.Status.ARCHIVED)

    def _set_status(self, request: HttpRequest, queryset: Any, status: str) -> None:
        products = list(queryset)
        Product.objects.filter(pk__in=[product.pk for product in products]).update(status=status)
        for product in products:
            self.log_change(request, product, [{"changed": {"fields": ["status"]}}])
        text = ngettext("%(count)s product was changed.", "%(count)s products were changed.", len(products))
        self.message_user(request, text % {"count": len(products)}, messages.SUCCESS)

    @action(description=_("Options and variants"), url_path="options", icon="tune", permissions=["change"])
    def edit_options(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self.options_page(request, self.get_object(request, unquote(str(object_id))))

    # -- Columns

    @admin.display(description=_("product"), ordering="title_en")
    def titled(self, product: Product) -> SafeString:
        other = product.title_zh if str(product) == product.title_en else product.title_en
        return two_lines(product, other or product.vendor, thumb(product.cover, 44))

    @admin.display(description=_("status"), ordering="status")
    def status_shown(self, product: Product) -> SafeString:
        return dot(_DOTS[Product.Status(product.status)], product.get_status_display())

    @admin.display(description=_("price"), ordering="price_min")
    def price_shown(self, product: Product) -> SafeString | str:
        currency = product.store.currency
        low, high = money(product.price_min, currency), money(product.price_max, currency)
        return low if low == high else format_html('<span class="nowrap">{} – {}</span>', low, high)

    @admin.display(description=_("in stock"), ordering="free")
    def stock_shown(self, product: Any) -> SafeString:
        free = product.free or 0
        return format_html('<span class="nowrap">{} <span class="num">{}</span></span>', level_dot(free), free)

    @admin.display(description=_("variants"), ordering="variant_count")
    def variant_count_shown(self, product: Any) -> SafeString:
        return format_html('<span class="num">{}</span>', product.variant_count)

    @admin.display(description=_("sold"), ordering="sold")
    def sold_shown(self, product: Product) -> SafeString:
        return format_html('<span class="num">{}</span>', product.sold)

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, product: Product) -> SafeString | str:
        return ago(product.updated_at)

    @admin.display(description=_("options"))
    def options_shown(self, product: Product) -> SafeString | str:
        names = [
            f"{option}: {', '.join(str(value) for value in option.values.all())}"
            for option in product.options.prefetch_related("values")
        ]
        url = reverse("admin:shop_product_edit_options", args=(product.pk,))
        return format_html('{} <a href="{}">{}</a>', " · ".join(names) or _("none"), url, _("Edit"))
