"""The tree of categories."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, LPad
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.texts import text
from shop import catalogue, roles
from shop.admin.base import TenantAdmin
from shop.admin.showing import dot, thumb
from shop.models import Category, Product


class CategoryForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_zh", _("Give it a name in at least one language."))
        try:
            catalogue.check_parent(self.instance, cleaned.get("parent"))
        except ValidationError as error:
            self.add_error("parent", error.message_dict["parent"])
        return cleaned


def _place(prefix: str) -> Any:
    """Where a level of the tree stands among its siblings, as text that sorts."""
    parts = [
        LPad(Cast(f"{prefix}{name}", CharField()), size, Value("0")) for name, size in (("position", 8), ("pk", 12))
    ]
    return Concat(*parts)


@admin.register(Category)
class CategoryAdmin(TenantAdmin):
    area = roles.CATALOGUE
    form = CategoryForm
    list_display = ("branch", "products_there", "visibility", "position")
    list_display_links = ("branch",)
    list_editable = ("position",)
    list_filter = ("is_visible",)
    list_select_related = ("picture", "store")
    search_fields = ("name_zh", "name_en")
    autocomplete_fields = ("parent", "picture")
    ordering = ()
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("parent", "position"), ("picture", "is_visible"))}),
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        tree = Concat(_place("parent__parent__"), _place("parent__"), _place(""), output_field=CharField())
        return rows.annotate(tree=tree, product_count=Count("products", distinct=True)).order_by("store", "tree", "pk")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        catalogue.place_category(obj)
        if {"name_zh", "name_en"} & set(form.changed_data):
            catalogue.refresh_category(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        products = list(Product.objects.filter(category=obj).values_list("pk", flat=True))
        super().delete_model(request, obj)
        catalogue.refresh(products)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        products = list(Product.objects.filter(category__in=queryset).values_list("pk", flat=True))
        super().delete_queryset(request, queryset)
        catalogue.refresh(products)

    @admin.display(description=_("category"))
    def branch(self, category: Category) -> SafeString:
        depth = max(category.path.count("/") - 2, 0)
        other = category.name_zh if text(category, "name") == category.name_en else category.name_en
        return format_html(
            '<span class="cell"><span class="branch">{}</span>{}<span><strong>{}</strong><small>{}</small></span></span>',
            "      " * depth + ("└ " if depth else ""), thumb(category.picture, 32), category, other,
        )  # fmt: skip

    @admin.display(description=_("products"), ordering=F("product_count"))
    def products_there(self, category: Any) -> SafeString:
        return format_html(
            '<a class="num" href="../product/?category__id__exact={}">{}</a>', category.pk, category.product_count
        )

    @admin.display(description=_("visible"), ordering="is_visible")
    def visibility(self, category: Category) -> SafeString:
        return dot("good", _("visible")) if category.is_visible else dot("quiet", _("hidden"))
