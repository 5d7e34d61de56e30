"""What the payment calls take and give."""

from typing import Any

from rest_framework import serializers

from core.api import StrictCharField
from orders.models import Order
from payments.models import Payment


class PayBody(serializers.Serializer[Any]):
    """All of it may be left out."""

    provider = StrictCharField(
        required=False, max_length=20, help_text="One of the store's providers; its first by default."
    )


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
