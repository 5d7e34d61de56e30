"""Refunds and how they stand."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.showing import state
from payments.admin.base import WorkAdmin, WorkFilter, order_link, refund_link
from payments.models import Refund
from payments.states import REFUND
from shop.admin.money import money
from shop.admin.showing import ago, two_lines


@admin.register(Refund)
class RefundAdmin(WorkAdmin):
    list_display = ("title", "shown_state", "shown_amount", "order_number", "created", "refunded", "words", "work")
    list_filter = (("state", admin.ChoicesFieldListFilter), WorkFilter)
    search_fields = ("number", "provider_refund_id", "payment__number", "payment__order__public_id")
    fieldsets = (
        (
            None,
            {"fields": (("order_number", "shown_state"), ("shown_amount", "why"), ("created", "refunded"), "words")},
        ),
        (_("At the provider"), {"fields": (("on_the_board", "provider_refund_id"), "of_payment")}),
        (_("Work"), {"fields": ("work", "trouble")}),
    )
    readonly_fields = (
        "order_number", "shown_state", "shown_amount", "why", "created", "refunded", "words", "on_the_board", "provider_refund_id",
        "of_payment", "work", "trouble",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Refund]":
        return super().get_queryset(request).select_related("payment__order", "store")

    @admin.display(description=_("refund"), ordering="number")
    def title(self, refund: Refund) -> SafeString:
        return two_lines(refund.number, refund.shown_reason)

    @admin.display(description=_("reason"))
    def why(self, refund: Refund) -> str:
        return refund.shown_reason

    @admin.display(description=_("our number"))
    def on_the_board(self, refund: Refund) -> SafeString:
        return refund_link(refund)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, refund: Refund) -> SafeString:
        return state(REFUND, refund)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, refund: Refund) -> SafeString | str:
        return money(refund.amount, refund.currency)

    @admin.display(description=_("order"))
    def order_number(self, refund: Refund) -> SafeString:
        return order_link(refund.payment.order)

    @admin.display(description=_("payment"))
    def of_payment(self, refund: Refund) -> str:
        return refund.payment.number

    @admin.display(description=_("since"), ordering="created_at")
    def created(self, refund: Refund) -> SafeString | str:
        return ago(refund.created_at)

    @admin.display(description=_("refunded"), ordering="succeeded_at")
    def refunded(self, refund: Refund) -> SafeString | str:
        return ago(refund.succeeded_at)
