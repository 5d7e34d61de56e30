"""Days compared with statements, and what differs: to be read here, worked off on the page of differences."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.showing import state
from payments.admin.base import WorkAdmin, WorkFilter, order_link, provider_name
from payments.models import Difference, Reconciliation
from payments.states import DIFFERENCE
from shop.admin.base import TenantAdmin
from shop.admin.showing import ago, dot, two_lines


@admin.register(Reconciliation)
class ReconciliationAdmin(WorkAdmin):
    list_display = ("title", "outcome", "lines", "fetched", "compared", "trouble", "work")
    list_filter = ("provider", WorkFilter)
    date_hierarchy = "day"
    fieldsets = (
        (None, {"fields": (("day", "by"), ("outcome", "lines"), ("fetched", "compared"))}),
        (_("Sums"), {"fields": ("in_statement", "in_books", "not_booked")}),
        (_("Work"), {"fields": (("work", "attempts"), "trouble")}),
    )
    readonly_fields = (
        "day", "by", "outcome", "lines", "fetched", "compared", "in_statement", "in_books", "not_booked", "work", "attempts",
        "trouble",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Reconciliation]":
        open_rows = Count("differences", filter=Q(differences__state=Difference.State.OPEN))
        return super().get_queryset(request).annotate(open_rows=open_rows)

    @admin.display(description=_("day"), ordering="day")
    def title(self, row: Reconciliation) -> SafeString:
        return two_lines(row.day, provider_name(row.provider))

    @admin.display(description=_("outcome"))
    def outcome(self, row: Any) -> SafeString:
        if row.fetched_at is None:
            return dot("waiting", gettext("not fetched yet"))
        if row.open_rows:
            return dot("bad", gettext("%(count)s differences") % {"count": row.open_rows})
        return dot("good", gettext("agreed"))

    @admin.display(description=_("fetched"), ordering="fetched_at")
    def fetched(self, row: Reconciliation) -> SafeString | str:
        return ago(row.fetched_at)

    @admin.display(description=_("compared"), ordering="compared_at")
    def compared(self, row: Reconciliation) -> SafeString | str:
        return ago(row.compared_at)

    @admin.display(description=_("movements not booked"))
    def not_booked(self, row: Reconciliation) -> str:
        """Of no payment that is known here, or in another currency than it."""
        rows = row.movements.filter(booked_at=None).exclude(kind="payout")
        shown = ", ".join(rows.order_by("pk").values_list("movement_id", flat=True)[:20])
        return f"{rows.count()}: {shown}" if shown else "0"

    @admin.display(description=_("in the statement"))
    def in_statement(self, row: Reconciliation) -> SafeString:
        return _as_it_is(row.there)

    @admin.display(description=_("in the books"))
    def in_books(self, row: Reconciliation) -> SafeString:
        return _as_it_is(row.here)


@admin.register(Difference)
class DifferenceAdmin(TenantAdmin):
    read_only = True
    list_display = ("title", "shown_state", "by", "day", "order_number", "opened", "words")
    list_filter = (("state", admin.ChoicesFieldListFilter), ("kind", admin.ChoicesFieldListFilter), "provider")
    search_fields = ("subject", "payment__number", "refund__number", "payment__order__public_id")
    list_select_related = ("reconciliation", "payment__order", "store")
    fieldsets = (
        (None, {"fields": (("title", "shown_state"), ("by", "day"), ("order_number", "opened"))}),
        (_("Both sides"), {"fields": ("here", "there", "answer")}),
        (_("Closed"), {"fields": (("explained_at", "explained_by"), "words")}),
    )
    readonly_fields = (
        "title", "shown_state", "by", "day", "order_number", "opened", "here", "there", "answer", "explained_at",
        "explained_by", "words",
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    @admin.display(description=_("difference"), ordering="kind")
    def title(self, row: Difference) -> SafeString:
        return two_lines(row.get_kind_display(), row.subject)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, row: Difference) -> SafeString:
        return state(DIFFERENCE, row)

    @admin.display(description=_("provider"), ordering="provider")
    def by(self, row: Difference) -> str:
        return provider_name(row.provider)

    @admin.display(description=_("day"), ordering="reconciliation__day")
    def day(self, row: Difference) -> object:
        return row.reconciliation.day

    @admin.display(description=_("order"))
    def order_number(self, row: Difference) -> SafeString | str:
        return order_link(row.payment.order) if row.payment else "–"

    @admin.display(description=_("since"), ordering="opened_at")
    def opened(self, row: Difference) -> SafeString | str:
        return ago(row.opened_at)

    @admin.display(description=_("explanation"))
    def words(self, row: Difference) -> str:
        """In the reader's language, where it is one of the house's."""
        return gettext(row.explanation) if row.explanation else "–"

    @admin.display(description=_("in the books"))
    def here(self, row: Difference) -> SafeString:
        return _as_it_is(row.expected)

    @admin.display(description=_("in the statement"))
    def there(self, row: Difference) -> SafeString:
        return _as_it_is(row.found)


def _as_it_is(document: Any) -> SafeString:
    text = json.dumps(document, indent=1, ensure_ascii=False) if document else "–"
    return format_html('<pre style="white-space: pre-wrap">{}</pre>', text)
