"""The home page: its sections, in the order in which shoppers see them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shop import roles
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.showing import dot, thumb, two_lines
from shop.models import HomeSection, SectionProduct

_GOODS = (HomeSection.Kind.RAIL, HomeSection.Kind.GRID)


class SectionForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == HomeSection.Kind.HERO and not cleaned.get("picture"):
            self.add_error("picture", _("A large picture needs a picture."))
        if kind == HomeSection.Kind.NOTICE and not (cleaned.get("title_zh") or cleaned.get("title_en")):
            self.add_error("title_zh", _("A notice needs a text."))
        return cleaned


class ChosenInline(TenantInline):
    model = SectionProduct
    area = roles.CATALOGUE
    fields = ("product", "position")
    autocomplete_fields = ("product",)
    ordering_field = "position"
    hide_ordering_field = True
    extra = 0
    verbose_name_plural = _("Chosen products")


@admin.register(HomeSection)
class HomeSectionAdmin(TenantAdmin):
    area = roles.CATALOGUE
    form = SectionForm
    list_display = ("section", "kind_shown", "content", "visibility", "position")
    list_display_links = ("section",)
    list_select_related = ("picture", "product", "category", "store")
    ordering_field = "position"
    ordering = ("position", "id")
    autocomplete_fields = ("picture", "product", "category")
    radio_fields = {"kind": admin.VERTICAL}
    inlines = (ChosenInline,)
    conditional_fields = {
        "picture": "kind == 'hero'",
        "subtitle_zh": "kind != 'notice'",
        "subtitle_en": "kind != 'notice'",
        "product": "kind == 'hero'",
        "category": "kind != 'categories' && kind != 'notice'",
    }
    fieldsets = (
        (_("What it is"), {"fields": ("kind", ("is_visible", "position"))}),
        (_("Words"), {"fields": (("title_zh", "title_en"), ("subtitle_zh", "subtitle_en"))}),
        (
            _("What it shows"),
            {
                "fields": ("picture", ("product", "category")),
                "description": _(
                    "Rows and grids show the products chosen below, else those of the category, else the newest."
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).annotate(chosen_count=Count("chosen"))

    @admin.display(description=_("section"))
    def section(self, section: HomeSection) -> SafeString:
        return two_lines(section, section.subtitle_zh or section.subtitle_en, thumb(section.picture))

    @admin.display(description=_("kind"), ordering="kind")
    def kind_shown(self, section: HomeSection) -> str:
        return section.get_kind_display()

    @admin.display(description=_("shows"))
    def content(self, section: Any) -> str:
        if section.kind in _GOODS:
            if section.chosen_count:
                return str(_("%(count)s chosen products") % {"count": section.chosen_count})
            return str(section.category or _("the newest products"))
        if section.kind == HomeSection.Kind.HERO:
            return f"→ {section.product or section.category or '–'}"
        return "–"

    @admin.display(description=_("visible"), ordering="is_visible")
    def visibility(self, section: HomeSection) -> SafeString:
        return dot("good", _("visible")) if section.is_visible else dot("quiet", _("hidden"))
