"""Attempts to pay, with their bookings."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.admin.base import WorkAdmin, WorkFilter, order_link
from payments.models import LedgerEntry, Payment, Refund
from shop.admin.base import TenantInline
from shop.admin.money import money
from shop.admin.showing import ago, dot, two_lines

DOTS = {"opened": "waiting", "succeeded": "good", "closed": "quiet", "failed": "bad"}


class RefundInline(TenantInline):
    model = Refund
    read_only = True
    fields = ("number", "shown_amount", "state", "reason", "when")
    readonly_fields = fields
    hide_title = True

    @admin.display(description=_("amount"))
    def shown_amount(self, refund: Refund) -> SafeString | str:
        return money(refund.amount, refund.currency)

    @admin.display(description=_("refunded"))
    def when(self, refund: Refund) -> SafeString | str:
        return ago(refund.succeeded_at)


class EntryInline(TenantInline):
    model = LedgerEntry
    read_only = True
    fields = ("when", "group", "account", "shown_amount")
    readonly_fields = fields
    hide_title = True
    verbose_name_plural = _("Bookings")

    @admin.display(description=_("when"))
    def when(self, entry: LedgerEntry) -> SafeString | str:
        return ago(entry.at)

    @admin.display(description=_("amount"))
    def shown_amount(self, entry: LedgerEntry) -> SafeString | str:
        return money(entry.amount, entry.currency)


@admin.register(Payment)
class PaymentAdmin(WorkAdmin):
    list_display = ("title", "shown_state", "shown_amount", "order_number", "opened", "paid", "words", "work")
    list_filter = (("state", admin.ChoicesFieldListFilter), "provider", "settles", WorkFilter)
    search_fields = ("number", "transaction_id", "order__public_id")
    date_hierarchy = "opened_at"
    inlines = (RefundInline, EntryInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("order_number", "shown_state"),
                    ("shown_amount", "shown_paid_amount"),
                    ("opened", "paid"),
                    ("closed", "settles"),
                    "words",
                )
            },
        ),
        (_("At the provider"), {"fields": (("provider", "number"), "transaction_id", "provider_reference")}),
        (_("Work"), {"fields": (("work", "next_look"), "trouble")}),
    )
    readonly_fields = (
        "order_number", "shown_state", "settles", "shown_amount", "shown_paid_amount", "opened", "paid", "closed", "words",
        "provider", "number", "transaction_id", "provider_reference", "work", "next_look", "trouble",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payment]":
        return super().get_queryset(request).select_related("order", "store")

    @admin.display(description=_("payment"), ordering="number")
    def title(self, payment: Payment) -> SafeString:
        return two_lines(payment.number, payment.transaction_id or payment.provider)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, payment: Payment) -> SafeString:
        kind = "bad" if payment.state == Payment.State.SUCCEEDED and not payment.settles else DOTS[payment.state]
        return dot(kind, payment.get_state_display())

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, payment: Payment) -> SafeString | str:
        return money(payment.amount, payment.currency)

    @admin.display(description=_("amount paid"))
    def shown_paid_amount(self, payment: Payment) -> SafeString | str:
        return money(payment.paid_amount, payment.currency)

    @admin.display(description=_("order"), ordering="order")
    def order_number(self, payment: Payment) -> SafeString:
        return order_link(payment.order)

    @admin.display(description=_("opened"), ordering="opened_at")
    def opened(self, payment: Payment) -> SafeString | str:
        return ago(payment.opened_at)

    @admin.display(description=_("paid"), ordering="succeeded_at")
    def paid(self, payment: Payment) -> SafeString | str:
        return ago(payment.succeeded_at)

    @admin.display(description=_("closed"))
    def closed(self, payment: Payment) -> SafeString | str:
        return ago(payment.closed_at)

    @admin.display(description=_("next question to the provider"))
    def next_look(self, payment: Payment) -> object:
        return None if payment.done_at else payment.due_at
