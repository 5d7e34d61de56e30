"""Orders and their lines, frozen as they were placed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField, grouped
from core.models import DueWork, TenantModel


class Order(TenantModel):
    """One purchase. Amounts in minor units of ``currency``; ``total = goods_total - discount_total + freight_total``.

    Which state follows which: ``orders.states``.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("order", "to be paid")
        CONFIRMED = "confirmed", pgettext_lazy("order", "to be paid on delivery")
        PAID = "paid", pgettext_lazy("order", "paid")
        SHIPPED = "shipped", pgettext_lazy("order", "shipped")
        RECEIVED = "received", pgettext_lazy("order", "received")
        COMPLETED = "completed", pgettext_lazy("order", "completed")
        CANCELLED = "cancelled", pgettext_lazy("order", "cancelled")

    class CancelCause(models.TextChoices):
        EXPIRED = "expired", _("not paid in time")
        SHOPPER = "shopper", _("cancelled by the shopper")
        STAFF = "staff", _("cancelled by the store")
        REFUNDED = "refunded", _("refunded before it was shipped")
        CAME_BACK = "came_back", _("came back unpaid")

    class RefundState(models.TextChoices):
        NONE = "none", _("no refund")
        PART = "part", _("refunded in part")
        FULL = "full", _("refunded")

    public_id = PublicIdField()
    shopper = models.ForeignKey("shop.Shopper", on_delete=models.PROTECT, related_name="orders")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    refund_state = models.CharField(_("refund"), max_length=5, choices=RefundState.choices, default=RefundState.NONE)
    hold_reason = models.CharField(
        _("problem"), max_length=200, blank=True, help_text=_("Why this order needs a person.")
    )
    cancel_cause = models.CharField(_("cause"), max_length=10, choices=CancelCause.choices, blank=True)
    currency = models.CharField(max_length=3)
    goods_total = models.PositiveBigIntegerField(_("goods"))
    discount_total = models.PositiveBigIntegerField(_("discount"), default=0)
    freight_total = models.PositiveBigIntegerField(_("freight"), default=0)
    total = models.PositiveBigIntegerField(_("total"))
    on_delivery = models.BooleanField(
        _("paid on delivery"), default=False, help_text=_("It may be packed and shipped before it is paid.")
    )
    note = models.CharField(_("shopper's note"), max_length=200, blank=True)
    # where it goes, as it was when placed
    name = models.CharField(_("recipient"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20)
    country = models.CharField(_("country"), max_length=2)
    province = models.CharField(_("province"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60)
    district = models.CharField(_("district"), max_length=60, blank=True)
    street = models.CharField(_("street"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    placed_at = models.DateTimeField(pgettext_lazy("order", "placed"), auto_now_add=True)
    expires_at = models.DateTimeField(_("to be paid until"))
    # Chosen to be paid on delivery.
    confirmed_at = models.DateTimeField(pgettext_lazy("order", "confirmed"), null=True)
    paid_at = models.DateTimeField(pgettext_lazy("order", "paid"), null=True)
    shipped_at = models.DateTimeField(pgettext_lazy("order", "shipped"), null=True)
    received_at = models.DateTimeField(pgettext_lazy("order", "received"), null=True)
    cancelled_at = models.DateTimeField(pgettext_lazy("order", "cancelled"), null=True)
    # Paid after it was cancelled, when its goods could be had once more.
    reopened_at = models.DateTimeField(pgettext_lazy("order", "reopened"), null=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["store", "state", "-id"], name="order_board"),
            models.Index(fields=["shopper", "-id"], name="order_of_shopper"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("goods_total") - F("discount_total") + F("freight_total")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "cancelled"]) | Q(paid_at__isnull=False) | Q(on_delivery=True),
                name="order_past_paid_has_paid_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(on_delivery=True, paid_at=None), name="order_confirmed_on_delivery"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The public id as people read it."""
        return grouped(self.public_id)

    @property
    def to_collect(self) -> int:
        """What is to be paid on delivery and has not been, in minor units."""
        living = self.state not in (self.State.PENDING, self.State.CANCELLED)
        return self.total if self.on_delivery and self.paid_at is None and living else 0

    @property
    def stock_reference(self) -> str:
        """What the stock knows the order by; another name after it was reopened, since a reference holds goods once."""
        return f"order:{self.pk}" + ("/reopened" if self.reopened_at else "")


class OrderLine(TenantModel):
    """So many of a variant at a price, with the words and the picture they were sold with."""

    public_id = PublicIdField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey("shop.Variant", null=True, on_delete=models.SET_NULL, related_name="+")
    product = models.ForeignKey("shop.Product", null=True, on_delete=models.SET_NULL, related_name="+")
    picture = models.ForeignKey("shop.Picture", null=True, on_delete=models.SET_NULL, related_name="+")
    title_zh = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    spec_zh = models.CharField(max_length=320, blank=True)
    spec_en = models.CharField(max_length=320, blank=True)
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    unit_price = models.PositiveBigIntegerField()
    quantity = models.PositiveIntegerField()
    discount = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity") - F("discount")), name="order_line_total_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title_en or self.title_zh}"


class Duty(TenantModel, DueWork):
    """What has to happen to an order at a time: one row an order and kind.

    ``close``: cancel an unpaid order, after asking the provider; the payments room carries it out. ``fulfil``: allocate a paid order.
    ``receive``: take a delivered order as received.
    """

    class Kind(models.TextChoices):
        CLOSE = "close", _("close unpaid")
        FULFIL = "fulfil", _("fulfil")
        RECEIVE = "receive", _("take as received")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="duties")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cause = models.CharField(max_length=10, blank=True, help_text="Of close: why the order is to be cancelled.")
    asked_by = models.CharField(max_length=60, blank=True, help_text="Of close: who asked for it, as in the journal.")

    class Meta(DueWork.Meta):
        abstract = False
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="duty_once_an_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order}"
