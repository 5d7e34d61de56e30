"""The inbox: what providers told, what became of it, and the body as it came."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.admin.base import WorkAdmin, WorkFilter
from payments.models import Notification
from shop.admin.showing import ago, two_lines


@admin.register(Notification)
class NotificationAdmin(WorkAdmin):
    list_display = ("title", "provider", "received", "words", "attempts", "work")
    list_filter = ("provider", "event_type", WorkFilter)
    search_fields = ("event_id",)
    date_hierarchy = "received_at"
    fieldsets = (
        (None, {"fields": (("event_type", "event_id"), ("provider", "received"), "words")}),
        (_("Work"), {"fields": (("work", "attempts"), "trouble")}),
        (_("As it came"), {"fields": ("raw", "headers"), "classes": ("collapse",)}),
    )
    readonly_fields = (
        "event_type", "event_id", "provider", "received", "words", "work", "attempts", "trouble", "raw", "headers",
    )  # fmt: skip

    @admin.display(description=_("notification"), ordering="event_type")
    def title(self, notification: Notification) -> SafeString:
        return two_lines(notification.event_type, notification.event_id)

    @admin.display(description=_("received"), ordering="received_at")
    def received(self, notification: Notification) -> SafeString | str:
        return ago(notification.received_at)

    @admin.display(description=_("body"))
    def raw(self, notification: Notification) -> SafeString:
        # What is inside is encrypted: nothing of the payer stands here in clear.
        return format_html('<pre style="white-space: pre-wrap; word-break: break-all">{}</pre>', notification.body)
