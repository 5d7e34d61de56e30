"""What the orders' part of the API takes (``...Body``) and says (``...Shape``, for the documentation).

Bodies hold what a shopper may decide and nothing else: whatever further members a client sends are ignored.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api import StrictBooleanField, StrictCharField, StrictIntegerField
from core.money import LIMIT
from orders.carts import MOST_LINES, MOST_OF_ONE
from orders.models import Order, Parcel
from shop.api.serializers import PictureShape, no_control_characters

# Named in the settings of the API's documentation.
ORDER_STATES: list[str] = Order.State.values
PARCEL_STATES: list[str] = Parcel.State.values
FILTERS = ("pending", "paid", "shipped", "done", "cancelled")


class QuantityField(StrictIntegerField):
    """How many of one thing; says what is allowed whatever is wrong."""

    default_error_messages = dict.fromkeys(
        ("invalid", "min_value", "max_value", "max_string_length", "null", "required", "overflow"),
        _("A whole number from 1 to %(most)d is needed.") % {"most": MOST_OF_ONE},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_OF_ONE, **kwargs)


class IdField(StrictCharField):
    """A public id. Whether there is such a thing is for the view to say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)


# -- What is taken


class CartLineBody(serializers.Serializer[Any]):
    variant_id = IdField()
    quantity = QuantityField()


def _lines() -> serializers.ListSerializer[Any]:
    # The plain class and not `many=True`, whose further arguments type checkers do not know.
    return serializers.ListSerializer(
        child=CartLineBody(),
        required=False,
        allow_null=True,
        allow_empty=False,
        max_length=MOST_LINES,
        help_text="Absent: the selected lines of the cart.",
    )


class CartLineChangeBody(serializers.Serializer[Any]):
    quantity = QuantityField(required=False)
    selected = StrictBooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"quantity": [_("Give a quantity, or whether the line is selected.")]})
        return attrs


class CartBody(serializers.Serializer[Any]):
    selected = StrictBooleanField(help_text="For all lines.")


class QuoteBody(serializers.Serializer[Any]):
    address_id = IdField(required=False, allow_null=True)
    lines = _lines()


class OrderBody(serializers.Serializer[Any]):
    address_id = IdField()
    expected_total = StrictIntegerField(
        min_value=0, max_value=LIMIT, help_text="The total that the shopper has seen, in minor units."
    )
    note = StrictCharField(
        max_length=200, required=False, allow_blank=True, default="", validators=[no_control_characters]
    )
    lines = _lines()


class OrdersQuery(serializers.Serializer[Any]):
    state = serializers.ChoiceField(FILTERS, required=False)


# -- What is said


class CartLineShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    variant_id = serializers.CharField()
    product_id = serializers.CharField()
    title = serializers.CharField()
    spec = serializers.CharField()
    picture = PictureShape(allow_null=True)
    unit_price = serializers.IntegerField()
    quantity = serializers.IntegerField()
    selected = serializers.BooleanField()
    available = serializers.IntegerField(help_text="At most 999 is said.")
    status = serializers.ChoiceField(["ok", "short", "sold_out", "withdrawn"])
    total = serializers.IntegerField()


class CartShape(serializers.Serializer[Any]):
    lines = CartLineShape(many=True)
    count = serializers.IntegerField(help_text="Pieces in the cart.")
    selected_count = serializers.IntegerField(help_text="Pieces that would be bought.")
    total = serializers.IntegerField(help_text="Of the selected lines that are ok.")
    currency = serializers.CharField()


class QuoteLineShape(serializers.Serializer[Any]):
    variant_id = serializers.CharField()
    product_id = serializers.CharField()
    title = serializers.CharField()
    spec = serializers.CharField()
    picture = PictureShape(allow_null=True)
    unit_price = serializers.IntegerField()
    quantity = serializers.IntegerField()
    discount = serializers.IntegerField()
    total = serializers.IntegerField()


class AnomalyShape(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["out_of_stock", "withdrawn", "undeliverable", "empty", "no_address"])
    detail = serializers.CharField()
    variant_id = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    available = serializers.IntegerField(required=False)


class QuoteShape(serializers.Serializer[Any]):
    lines = QuoteLineShape(many=True)
    goods_total = serializers.IntegerField()
    discount_total = serializers.IntegerField()
    freight_total = serializers.IntegerField()
    total = serializers.IntegerField()
    currency = serializers.CharField()
    anomalies = AnomalyShape(many=True)
    placeable = serializers.BooleanField(help_text="Whether an order could be placed as things stand.")


class OrderCountsShape(serializers.Serializer[Any]):
    pending = serializers.IntegerField()
    paid = serializers.IntegerField()
    shipped = serializers.IntegerField()


class SummaryLineShape(serializers.Serializer[Any]):
    title = serializers.CharField()
    spec = serializers.CharField()
    picture = PictureShape(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()


class OrderLineShape(SummaryLineShape):
    id = serializers.CharField()
    product_id = serializers.CharField(allow_null=True)
    variant_id = serializers.CharField(allow_null=True)
    discount = serializers.IntegerField()
    total = serializers.IntegerField()


class OrderHeadShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField(help_text="As people read it.")
    state = serializers.ChoiceField(ORDER_STATES)
    state_text = serializers.CharField()
    closing = serializers.BooleanField(help_text="Unpaid, and on its way to being cancelled.")
    total = serializers.IntegerField()
    currency = serializers.CharField()
    placed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when it may be paid; null when that is over."
    )
    item_count = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.ChoiceField(["pay", "cancel", "receive", "reorder"]))


class OrderSummaryShape(OrderHeadShape):
    lines = SummaryLineShape(many=True, help_text="The first four.")


class OrdersShape(serializers.Serializer[Any]):
    results = OrderSummaryShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Goes back as `?cursor=`; null on the last page.")


class ShipToShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()
    country = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    street = serializers.CharField()
    postal_code = serializers.CharField()


class ParcelLineShape(serializers.Serializer[Any]):
    line_id = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class StationShape(serializers.Serializer[Any]):
    happened_at = serializers.DateTimeField()
    status = serializers.CharField()
    text = serializers.CharField()
    location = serializers.CharField()


class ParcelShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    state = serializers.ChoiceField(PARCEL_STATES)
    state_text = serializers.CharField()
    carrier = serializers.CharField(help_text="Code of the carrier; empty before it is shipped.")
    carrier_name = serializers.CharField()
    waybill = serializers.CharField()
    tracking_url = serializers.CharField()
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    lines = ParcelLineShape(many=True)
    events = StationShape(many=True, help_text="Newest first.")


class TimelineShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    detail = serializers.CharField()


class OrderShape(OrderHeadShape):
    on_delivery = serializers.BooleanField(help_text="It is, or was, paid when it is delivered.")
    lines = OrderLineShape(many=True)
    goods_total = serializers.IntegerField()
    discount_total = serializers.IntegerField()
    freight_total = serializers.IntegerField()
    ship_to = ShipToShape()
    note = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_cause = serializers.CharField(allow_null=True)
    parcels = ParcelShape(many=True)
    timeline = TimelineShape(many=True, help_text="Newest first.")
