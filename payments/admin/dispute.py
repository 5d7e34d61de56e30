"""Disputes, to be read: the payer's bank decides them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.showing import state
from payments.admin.base import order_link
from payments.models import Dispute
from payments.states import DISPUTE
from shop.admin.base import TenantAdmin
from shop.admin.money import money
from shop.admin.showing import ago, two_lines


@admin.register(Dispute)
class DisputeAdmin(TenantAdmin):
    read_only = True
    list_display = ("title", "shown_state", "shown_amount", "order_number", "opened", "closed")
    list_filter = (("state", admin.ChoicesFieldListFilter),)
    search_fields = ("provider_dispute_id", "payment__number", "payment__order__public_id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("provider_dispute_id", "shown_state"), ("shown_amount", "reason"), ("order_number", "of_payment"),
                    ("opened", "closed"),
                )
            },
        ),
    )  # fmt: skip
    readonly_fields = (
        "provider_dispute_id", "shown_state", "shown_amount", "reason", "order_number", "of_payment", "opened", "closed",
    )  # fmt: skip

    class Media:
        css = {"all": ("shop/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Dispute]":
        return super().get_queryset(request).select_related("payment__order", "store")

    @admin.display(description=_("dispute"), ordering="provider_dispute_id")
    def title(self, dispute: Dispute) -> SafeString:
        return two_lines(dispute.provider_dispute_id, dispute.reason)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, dispute: Dispute) -> SafeString:
        return state(DISPUTE, dispute)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, dispute: Dispute) -> SafeString | str:
        return money(dispute.amount, dispute.currency)

    @admin.display(description=_("order"))
    def order_number(self, dispute: Dispute) -> SafeString:
        return order_link(dispute.payment.order)

    @admin.display(description=_("payment"))
    def of_payment(self, dispute: Dispute) -> str:
        return dispute.payment.number

    @admin.display(description=_("opened"), ordering="opened_at")
    def opened(self, dispute: Dispute) -> SafeString | str:
        return ago(dispute.opened_at)

    @admin.display(description=_("closed"), ordering="closed_at")
    def closed(self, dispute: Dispute) -> SafeString | str:
        return ago(dispute.closed_at)
