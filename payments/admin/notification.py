"""The inbox: what providers told, what became of it, the body as it came; applied again at will, and looked into by those who may."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.models import JournalEntry
from core.showing import names
from core.states import record
from payments import inbox
from payments.admin import confirming
from payments.admin.base import WorkAdmin, WorkFilter, provider_name
from payments.gateways import Malformed, gateway
from payments.models import Notification, Payment, Refund, RefusedNotification
from payments.revealing import masked, parsed, pretty
from shop.admin.showing import ago, two_lines
from shop.roles import CHANGE, MONEY, may, stores_where

MANY = 200
REFUSED_SHOWN = timedelta(days=7)
# In the journal.
SUBJECT, LOOKED = "payments.notification", "looked into"


@admin.register(Notification)
class NotificationAdmin(WorkAdmin):
    list_display = ("title", "by", "about", "received", "words", "tries", "work")
    list_filter = (WorkFilter, "provider", "event_type")
    search_fields = ("event_id", "number__istartswith", "provider_number")
    search_help_text = _("Event id, our number or the provider’s of a payment or a refund")
    date_hierarchy = "received_at"
    actions = ("try_again", "replay_many")
    actions_detail = ("replay", "look_inside")
    list_before_template = "admin/payments/refused.html"
    fieldsets = (
        (None, {"fields": (("event_type", "event_id"), ("by", "received"), "words", "changed")}),
        (_("Work"), {"fields": (("work", "tries"), "trouble", "history")}),
        (_("As it came"), {"fields": ("shown", "raw", "shown_headers")}),
    )
    readonly_fields = (
        "event_type", "event_id", "by", "received", "words", "changed", "work", "tries", "trouble", "history", "shown", "raw",
        "shown_headers",
    )  # fmt: skip

    def has_money_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller may change money, in the store of that row."""
        if obj is None:
            return bool(stores_where(request, MONEY, CHANGE))
        row = obj if isinstance(obj, Notification) else Notification.objects.filter(pk=unquote(str(obj))).first()
        return row is not None and may(request, row.store_id, MONEY, CHANGE)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        since = timezone.localdate() - REFUSED_SHOWN
        stores = [store.pk for store in self.stores(request)]
        refused = list(RefusedNotification.objects.filter(store__in=stores, day__gte=since)[:20])
        for row in refused:
            row.by = provider_name(row.provider)  # type: ignore[attr-defined]
        return super().changelist_view(request, {**(extra_context or {}), "refused": refused})

    # -- Applying again

    @action(description=_("Apply again"), url_path="replay", icon="replay", permissions=["money"])
    def replay(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        row = self.get_object(request, unquote(str(object_id)))
        back = reverse("admin:payments_notification_change", args=[row.pk])
        if not confirming.confirmed(request):
            return confirming.ask(
                request, gettext("Apply this notification again?"), _what_happens(), gettext("Apply again"), back
            )
        if inbox.replay(row, actor=f"staff:{request.user.pk}"):
            self.message_user(request, gettext("It is applied again; this takes a moment."), messages.SUCCESS)
        else:
            self.message_user(request, gettext("It is being applied at this moment."), messages.WARNING)
        return redirect(back)

    @admin.action(description=_("Apply again"))
    def replay_many(self, request: HttpRequest, queryset: "QuerySet[Notification]") -> HttpResponse | None:
        own = [store.pk for store in stores_where(request, MONEY, CHANGE)]
        rows = list(queryset.filter(store__in=own).order_by("pk")[:MANY])
        if not rows:
            self.message_user(request, gettext("None of these may be applied again by you."), messages.WARNING)
            return None
        if not confirming.confirmed(request):
            question = ngettext(
                "Apply %(count)d notification again?", "Apply %(count)d notifications again?", len(rows)
            )
            fields = [("action", "replay_many"), *((ACTION_CHECKBOX_NAME, row.pk) for row in rows)]
            back = reverse("admin:payments_notification_changelist")
            return confirming.ask(
                request, question % {"count": len(rows)}, _what_happens(), gettext("Apply again"), back, fields
            )
        count = sum(inbox.replay(row, actor=f"staff:{request.user.pk}") for row in rows)
        text = ngettext("%(count)d notification is applied again.", "%(count)d notifications are applied again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
        return None

    # -- Looking inside

    @action(description=_("Look inside"), url_path="inside", icon="visibility", permissions=["money"])
    def look_inside(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        row: Notification = self.get_object(request, unquote(str(object_id)))
        back = reverse("admin:payments_notification_change", args=[row.pk])
        if not confirming.confirmed(request):
            sentences = [
                gettext("It is decrypted and shown to you, with personal fields shortened."),
                gettext("The journal notes that you looked."),
            ]
            return confirming.ask(
                request, gettext("Look inside this notification?"), sentences, gettext("Look inside"), back
            )
        record(row, SUBJECT, actor=f"staff:{request.user.pk}", to=LOOKED)
        context = {**admin.site.each_context(request), "title": str(row), "notification": row, "back": back}
        try:
            context["content"] = pretty(gateway(row.provider).reveal(row))
        except (Malformed, KeyError) as trouble:
            context["trouble"] = gettext("It cannot be read: %(why)s") % {"why": trouble}
        return render(request, "admin/payments/inside.html", context)

    # -- Columns

    @admin.display(description=_("notification"), ordering="event_type")
    def title(self, notification: Notification) -> SafeString:
        return two_lines(notification.event_type, notification.event_id)

    @admin.display(description=_("about"), ordering="number")
    def about(self, notification: Notification) -> SafeString | str:
        return two_lines(notification.number, notification.provider_number) if notification.number else "–"

    @admin.display(description=_("received"), ordering="received_at")
    def received(self, notification: Notification) -> SafeString | str:
        return ago(notification.received_at)

    @admin.display(description=_("about"))
    def changed(self, notification: Notification) -> SafeString | str:
        """The payment and the refund that it is about."""
        number, theirs = notification.number, notification.provider_number
        if not number:
            return "–"
        refunds = Refund.objects.filter(store=notification.store_id).filter(
            Q(number=number) | Q(provider_refund_id=theirs or None)
        )
        payments = Payment.objects.filter(store=notification.store_id, provider=notification.provider).filter(
            Q(number=number) | Q(refunds__in=refunds)
        )
        rows: list[Payment | Refund] = [*payments.distinct(), *refunds]
        links = [
            (
                reverse(f"admin:payments_{row._meta.model_name}_change", args=[row.pk]),
                row._meta.verbose_name,
                row.number,
            )
            for row in rows
        ]
        return format_html_join(", ", '<a href="{}">{} {}</a>', links) or number

    @admin.display(description=_("applied again or looked into"))
    def history(self, notification: Notification) -> SafeString | str:
        entries = list(JournalEntry.objects.filter(subject=f"{SUBJECT}:{notification.pk}"))
        people = names(entry.actor for entry in entries)
        lines = [
            (
                ago(entry.at),
                people.get(entry.actor, entry.actor),
                gettext("looked into") if entry.to_state == LOOKED else gettext("applied again"),
                f"({gettext(entry.why)})" if entry.why else "",
            )
            for entry in entries
        ]
        return format_html_join("", "<div>{} · {} · {} {}</div>", lines) or "–"

    @admin.display(description=_("body"))
    def shown(self, notification: Notification) -> SafeString | str:
        document = parsed(notification.body)
        return "–" if document is None else format_html('<pre class="document">{}</pre>', pretty(document))

    @admin.display(description=_("body, letter by letter"))
    def raw(self, notification: Notification) -> SafeString | str:
        document = parsed(notification.body)
        if document is not None and masked(document) != document:
            return gettext("It holds personal fields: above it is shown without them.")
        return format_html('<pre class="document">{}</pre>', notification.body)

    @admin.display(description=_("signature"))
    def shown_headers(self, notification: Notification) -> SafeString:
        lines = "\n".join(f"{name}: {value}" for name, value in notification.headers.items())
        return format_html('<pre class="document">{}</pre>', lines)


def _what_happens() -> list[str]:
    return [
        gettext("What it told is compared once more with what is known here."),
        gettext("What it has changed already stays as it is: nothing is paid, booked or refunded a second time."),
        gettext("The verdict so far is kept in the journal, with your name."),
    ]
