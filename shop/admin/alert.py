"""Alerts: what needs somebody, open ones first; a person says when it is settled."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Alert
from core.showing import names
from shop import roles
from shop.admin.base import TenantAdmin
from shop.admin.showing import ago, dot, two_lines
from shop.roles import CHANGE

DOTS = {"warning": "waiting", "urgent": "bad"}
# What people call the kinds that the house raises; others are shown as they are.
KINDS = {
    "order-held": _("order that needs a person"),
    "parked": _("work set aside"),
    "difference": _("difference"),
    "test": pgettext_lazy("alert", "test"),
}


class OpenFilter(admin.SimpleListFilter):
    """Open alerts, or those that are settled."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", pgettext("alert", "open")), ("resolved", gettext("resolved"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Alert]") -> "QuerySet[Alert]":
        if self.value() not in ("open", "resolved"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


class KindFilter(admin.SimpleListFilter):
    """By the kind of trouble."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Alert]") -> "QuerySet[Alert]":
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Alert)
class AlertAdmin(TenantAdmin):
    area = roles.ORDERS
    read_only = True
    list_display = ("what", "state_shown", "since", "times_shown", "subject_link")
    list_filter = (OpenFilter, "severity", KindFilter)
    search_fields = ("subject",)
    # Open ones first, the newest on top.
    ordering = (F("resolved_at").desc(nulls_first=True), "-last_at")
    actions = ("resolve",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "what",
                    ("state_shown", "kind_shown"),
                    ("since", "last_seen"),
                    ("times", "subject_link"),
                    "settled",
                )
            },
        ),
        (_("Who was told"), {"fields": (("mailed", "posted"), "undelivered")}),
    )
    readonly_fields = (
        "what", "state_shown", "kind_shown", "since", "last_seen", "times", "subject_link", "settled", "mailed", "posted", "undelivered",
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    @admin.action(description=_("Mark as resolved"))
    def resolve(self, request: HttpRequest, queryset: "QuerySet[Alert]") -> None:
        count = self._resolve(request, queryset)
        text = ngettext("%(count)s alert resolved.", "%(count)s alerts resolved.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resolve_one)
        return [path("<int:pk>/resolve/", view, name="core_alert_resolve"), *super().get_urls()]

    def resolve_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on the alert's page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.get_object(request, str(pk))
        if self._resolve(request, self.get_queryset(request).filter(pk=pk)):
            self.message_user(request, gettext("Resolved."), messages.SUCCESS)
        return redirect("admin:core_alert_changelist")

    def _resolve(self, request: HttpRequest, rows: "QuerySet[Alert]") -> int:
        own = [store.pk for store in self.stores(request, CHANGE)]
        return rows.filter(store__in=own, resolved_at__isnull=True).order_by().update(
            resolved_at=clock.now(), resolved_by=f"staff:{request.user.pk}"
        )  # fmt: skip

    @admin.display(description=_("alert"))
    def what(self, alert: Alert) -> SafeString:
        return two_lines(alert.shown_title, alert.shown_text)

    @admin.display(description=_("state"), ordering="resolved_at")
    def state_shown(self, alert: Alert) -> SafeString:
        if alert.resolved_at is not None:
            return dot("good", gettext("resolved"))
        if alert.looked_at is not None:
            return dot("moving", gettext("being looked at"))
        return dot(DOTS[alert.severity], alert.get_severity_display())

    @admin.display(description=_("kind"))
    def kind_shown(self, alert: Alert) -> str:
        return str(KINDS.get(alert.kind, alert.kind))

    @admin.display(description=_("since"), ordering="at")
    def since(self, alert: Alert) -> SafeString | str:
        return ago(alert.at)

    @admin.display(description=_("last seen"), ordering="last_at")
    def last_seen(self, alert: Alert) -> SafeString | str:
        return ago(alert.last_at)

    @admin.display(description=_("times"), ordering="times")
    def times_shown(self, alert: Alert) -> str:
        return f"{alert.times} ×"

    @admin.display(description=_("where"))
    def subject_link(self, alert: Alert) -> SafeString | str:
        return (
            format_html('<a class="go" href="{}">{}</a>', alert.link, gettext("Open")) if alert.link else alert.subject
        )

    @admin.display(description=_("settled"))
    def settled(self, alert: Alert) -> SafeString | str:
        if alert.resolved_at is not None:
            return format_html("{} · {}", who(alert.resolved_by), ago(alert.resolved_at))
        button = format_html(
            '<button class="button-main" formaction="{}" formnovalidate>{}</button>',
            reverse("admin:core_alert_resolve", args=[alert.pk]), gettext("Mark as resolved"),
        )  # fmt: skip
        if alert.looked_at is None:
            return button
        return format_html("{} · {} {}", who(alert.looked_by), ago(alert.looked_at), button)

    @admin.display(description=_("by mail"))
    def mailed(self, alert: Alert) -> SafeString | str:
        return ago(alert.mailed_at)

    @admin.display(description=_("to your own system"))
    def posted(self, alert: Alert) -> SafeString | str:
        return ago(alert.posted_at)

    @admin.display(description=_("delivery"))
    def undelivered(self, alert: Alert) -> SafeString:
        if alert.parked_at is not None:
            return dot("bad", gettext("given up: %(trouble)s") % {"trouble": alert.last_error})
        if alert.done_at is None:
            return dot("moving", alert.last_error or gettext("under way"))
        if alert.mailed_at is None and alert.posted_at is None:
            return dot("quiet", gettext("shown here alone: the store names nobody"))
        return dot("good", gettext("done"))


def who(actor: str) -> str:
    """What people call an actor such as staff:5."""
    return names([actor]).get(actor) or gettext("the house itself")
