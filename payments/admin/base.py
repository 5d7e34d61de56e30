"""What the pages of this room share: nothing is changed by hand, and parked work can be taken up again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import duework
from core.models import DueWork
from payments.gateways import gateway, names
from shop.admin.base import TenantAdmin
from shop.admin.showing import dot
from shop.roles import CHANGE


class WorkFilter(admin.SimpleListFilter):
    """By how the work on a row stands."""

    title = _("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("parked", _("needs a person")), ("due", _("under way")), ("done", _("done"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        states = {
            "parked": Q(parked_at__isnull=False),
            "due": Q(parked_at=None, done_at=None),
            "done": Q(done_at__isnull=False),
        }
        return queryset.filter(states[self.value() or ""]) if self.value() in states else queryset


class WorkAdmin(TenantAdmin):
    """A page of rows that are work of the house: read-only, with an action for those that were set aside."""

    read_only = True
    actions: Any = ("try_again",)
    list_filter: Any = (WorkFilter,)
    model: Any

    class Media:
        css = {"all": ("shop/admin.css",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Try again what was set aside"))
    def try_again(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        own = [store.pk for store in self.stores(request, CHANGE)]
        rows = queryset.filter(store__in=own, parked_at__isnull=False)
        count = sum(duework.retry(row, f"staff:{request.user.pk}") for row in rows)
        text = ngettext("%(count)s row is tried again.", "%(count)s rows are tried again.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.display(description=_("work"))
    def work(self, row: DueWork) -> SafeString:
        if row.parked_at:
            return dot("bad", gettext("needs a person"))
        return dot("good", gettext("done")) if row.done_at else dot("moving", gettext("under way"))

    @admin.display(description=_("tries"), ordering="attempts")
    def tries(self, row: DueWork) -> int:
        return row.attempts

    @admin.display(description=_("provider"), ordering="provider")
    def by(self, row: Any) -> str:
        return provider_name(row.provider)

    @admin.display(description=_("verdict"))
    def words(self, row: Any) -> str:
        """The verdict in the reader's language, where it is one of the house's."""
        return gettext(row.verdict) if row.verdict else "–"

    @admin.display(description=_("last trouble"))
    def trouble(self, row: DueWork) -> str:
        return gettext(row.last_error) if row.last_error else "–"


def provider_name(name: str) -> str:
    """The provider as people call it."""
    return str(gateway(name).label) if name in names() else name


def refund_link(refund: Any) -> SafeString:
    """The refund's number, leading to where it is agreed to, asked about, or done again."""
    return format_html(
        '<a class="go nowrap" href="{}">{}</a>', reverse("dashboards:refund_page", args=[refund.number]), refund.number
    )


def order_link(order: Any) -> SafeString:
    """The order's number, leading to its page in the admin."""
    return format_html(
        '<a class="nowrap" href="{}">{}</a>', reverse("admin:orders_order_change", args=[order.pk]), order.number
    )
