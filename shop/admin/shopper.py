"""Shoppers, to look at: nothing of them is changed by hand."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shop import roles
from shop.admin.base import TenantAdmin, TenantInline
from shop.admin.showing import ago, two_lines
from shop.models import Address, Shopper


class AddressInline(TenantInline):
    model = Address
    area = roles.SHOPPERS
    read_only = True
    fields = ("name", "phone", "province", "city", "district", "street", "is_default")
    readonly_fields = fields
    hide_title = True


@admin.register(Shopper)
class ShopperAdmin(TenantAdmin):
    area = roles.SHOPPERS
    read_only = True
    list_display = ("person", "language_shown", "since", "last_seen")
    search_fields = ("nickname", "public_id", "addresses__name", "addresses__phone")
    list_filter = ("language",)
    fields = ("nickname", "public_id", "language_shown", "since", "last_seen")
    readonly_fields = fields
    inlines = (AddressInline,)

    class Media:
        css = {"all": ("shop/admin.css",)}

    @admin.display(description=_("shopper"), ordering="nickname")
    def person(self, shopper: Shopper) -> SafeString:
        return two_lines(shopper.nickname or _("no nickname"), shopper.public_id)

    @admin.display(description=_("language"), ordering="language")
    def language_shown(self, shopper: Shopper) -> str:
        return shopper.get_language_display() or "–"

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, shopper: Shopper) -> SafeString | str:
        return ago(shopper.created_at)

    @admin.display(description=_("last seen"), ordering="seen_at")
    def last_seen(self, shopper: Shopper) -> SafeString | str:
        return ago(shopper.seen_at)
