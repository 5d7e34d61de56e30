"""Attempts to pay, with their bookings; the provider can be asked at once how one stands."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core import outbound
from core.money import format_minor
from core.showing import state
from payments import asking
from payments.admin import confirming
from payments.admin.base import WorkAdmin, WorkFilter, order_link, provider_name, refund_link
from payments.gateways import GatewayError, NumberUnknown, gateway, names
from payments.models import LedgerEntry, Payment, Refund
from payments.polling import CLOSED_THERE
from payments.states import PAYMENT, REFUND
from payments.verdicts import Doubtful
from shop.admin.base import TenantInline
from shop.admin.money import money
from shop.admin.showing import ago, dot, two_lines
from shop.roles import CHANGE, ORDERS, may

# A person waits for the answer.
SECONDS = 5


class RefundInline(TenantInline):
    model = Refund
    read_only = True
    fields = ("shown_number", "shown_amount", "shown_state", "reason", "when")
    readonly_fields = fields
    hide_title = True

    @admin.display(description=_("our number"))
    def shown_number(self, refund: Refund) -> SafeString:
        return refund_link(refund)

    @admin.display(description=_("amount"))
    def shown_amount(self, refund: Refund) -> SafeString | str:
        return money(refund.amount, refund.currency)

    @admin.display(description=_("state"))
    def shown_state(self, refund: Refund) -> SafeString:
        return state(REFUND, refund)

    @admin.display(description=_("refunded"))
    def when(self, refund: Refund) -> SafeString | str:
        return ago(refund.succeeded_at)


class EntryInline(TenantInline):
    model = LedgerEntry
    read_only = True
    fields = ("when", "booking", "shown_account", "shown_amount")
    readonly_fields = fields
    hide_title = True
    verbose_name_plural = _("Bookings")

    @admin.display(description=_("booking"))
    def booking(self, entry: LedgerEntry) -> str:
        return entry.group

    @admin.display(description=_("account"))
    def shown_account(self, entry: LedgerEntry) -> str:
        return entry.get_account_display()

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
    actions_detail = ("ask_now",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("order_number", "shown_state"),
                    ("shown_amount", "shown_paid_amount"),
                    ("shown_reserved", "shown_refundable"),
                    ("opened", "paid"),
                    ("closed", "settles"),
                    "words",
                )
            },
        ),
        (_("At the provider"), {"fields": (("by", "number"), "transaction_id", "provider_reference")}),
        (_("Attempts to pay this order"), {"fields": ("attempts_of_order",)}),
        (_("Work"), {"fields": (("work", "next_look"), "trouble")}),
    )
    readonly_fields = (
        "order_number", "shown_state", "settles", "shown_amount", "shown_paid_amount", "opened", "paid", "closed", "words",
        "shown_reserved", "shown_refundable", "attempts_of_order",
        "by", "number", "transaction_id", "provider_reference", "work", "next_look", "trouble",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payment]":
        return super().get_queryset(request).select_related("order", "store")

    @action(description=_("Ask the provider now"), url_path="ask", icon="sync", permissions=["ask"])
    def ask_now(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        payment: Payment = self.get_object(request, unquote(str(object_id)))
        back = reverse("admin:payments_payment_change", args=[payment.pk])
        if not confirming.confirmed(request):
            sentences = [
                gettext("One question, for which it has %(seconds)d seconds.") % {"seconds": SECONDS},
                gettext(
                    "If it says that the payment was made, that is taken in at once, as if it had told so by itself."
                ),
            ]
            question = gettext("Ask %(provider)s how this payment stands?") % {
                "provider": provider_name(payment.provider)
            }
            return confirming.ask(request, question, sentences, gettext("Ask now"), back)
        level, words = _ask(payment)
        self.message_user(request, words, level)
        return redirect(back)

    def has_ask_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller works on orders in the store of that row, and there is somebody to ask."""
        if obj is None:
            return bool(self.stores(request, CHANGE))
        row = obj if isinstance(obj, Payment) else Payment.objects.filter(pk=unquote(str(obj))).first()
        by_hand = row is not None and row.provider in names() and gateway(row.provider).by_hand
        return row is not None and not by_hand and may(request, row.store_id, ORDERS, CHANGE)

    @admin.display(description=_("payment"), ordering="number")
    def title(self, payment: Payment) -> SafeString:
        return two_lines(payment.number, payment.transaction_id or payment.provider)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, payment: Payment) -> SafeString:
        if payment.state == Payment.State.SUCCEEDED and not payment.settles:
            return dot("bad", payment.get_state_display())
        return state(PAYMENT, payment)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, payment: Payment) -> SafeString | str:
        return money(payment.amount, payment.currency)

    @admin.display(description=_("amount paid"))
    def shown_paid_amount(self, payment: Payment) -> SafeString | str:
        return money(payment.paid_amount, payment.currency)

    @admin.display(description=_("gone back or on its way"))
    def shown_reserved(self, payment: Payment) -> SafeString | str:
        return money(payment.refund_reserved, payment.currency)

    @admin.display(description=_("can still go back"))
    def shown_refundable(self, payment: Payment) -> SafeString | str:
        return money(payment.refundable, payment.currency)

    @admin.display(description=_("attempts"))
    def attempts_of_order(self, payment: Payment) -> SafeString:
        """All attempts to pay the order, the newest first."""
        rows = [
            (
                reverse("admin:payments_payment_change", args=[row.pk]), row.number, provider_name(row.provider), self.shown_state(row),
                format_minor(row.amount, row.currency), ago(row.opened_at),
            )
            for row in Payment.objects.filter(order=payment.order_id)
        ]  # fmt: skip
        return format_html_join("", '<div><a href="{}">{}</a> · {} · {} · {} · {}</div>', rows)

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


def _ask(payment: Payment) -> tuple[int, str]:
    """Ask how it stands, and take that in; what to tell the person, and how loud."""
    try:
        with outbound.within(SECONDS):
            report = asking.ask(payment)
    except NumberUnknown:
        return messages.WARNING, gettext("The provider has nothing under this number.")
    except GatewayError as error:
        return messages.ERROR, gettext("No answer that can be used: %(why)s") % {"why": error}
    except Doubtful as doubt:
        asking.hold(payment, doubt)
        return messages.ERROR, gettext(str(doubt))
    if report.state == "closed":
        asking.end(payment, Payment.State.CLOSED, why=CLOSED_THERE)
    said = {
        "open": gettext("The provider waits for the shopper: nothing has been paid."),
        "closed": gettext("The provider has closed it: nothing was paid."),
        "succeeded": gettext("The provider says that it was paid; that is taken in."),
    }
    return messages.SUCCESS, said[report.state]
