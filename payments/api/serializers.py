"""What the payment calls take and give."""

from typing import Any

from rest_framework import serializers

from orders.models import Order
from payments import gateways
from payments.models import Payment


class PayBody(serializers.Serializer[Any]):
    """All of it may be left out."""

    channel = serializers.ChoiceField(
        choices=[gateways.MINIAPP, gateways.WEB],
        default=gateways.MINIAPP,
        help_text="Where the shopper is: inside WeChat, or at the program on the web, where other providers may be offered.",
    )

    def get_fields(self) -> dict[str, Any]:
        # Providers register when the site starts, which may be after this module was read.
        provider = serializers.ChoiceField(
            choices=gateways.names(), required=False, help_text="One that the store offers; its first by default."
        )
        return {**super().get_fields(), "provider": provider}


class PayShape(serializers.Serializer[Any]):
    """What ``wx.requestPayment`` needs (``params``), and until when the order can be paid."""

    provider = serializers.CharField()
    payment_id = serializers.CharField()
    params = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class PaymentShape(serializers.Serializer[Any]):
    """How the newest attempt stands, or the one that paid the order."""

    state = serializers.ChoiceField(choices=["none", *Payment.State.values])
    order_state = serializers.ChoiceField(choices=Order.State.values)
