"""What the payment calls take and give."""

from typing import Any

from rest_framework import serializers

from orders.models import Order
from payments import gateways
from payments.gateways import MINIAPP, WEB
from payments.models import Payment


def _channel() -> serializers.ChoiceField:
    where = "Where the shopper is: inside WeChat, or on the web."
    return serializers.ChoiceField(choices=[MINIAPP, WEB], default=MINIAPP, help_text=where)


class MethodsQuery(serializers.Serializer[Any]):
    channel = _channel()


class MethodShape(serializers.Serializer[Any]):
    """One way to pay the order. ``offline``: no provider carries it out; the shopper follows the instructions of ``payment``."""

    provider = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not the label of this one
    kind = serializers.ChoiceField(choices=["online", "offline"])
    description = serializers.CharField(help_text="May be empty.")


class MethodsShape(serializers.Serializer[Any]):
    results = MethodShape(many=True, help_text="The store's first choice first; none when the order cannot be paid.")


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
            choices=gateways.names(), required=False, help_text="One of `payment-methods`; the first by default."
        )
        return {**super().get_fields(), "provider": provider, "channel": _channel()}


class PayShape(serializers.Serializer[Any]):
    """What ``wx.requestPayment`` needs, or what else the provider's cashier does (``params``), and until when the order can be paid."""

    provider = serializers.CharField()
    payment_id = serializers.CharField()
    params = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class InstructionShape(serializers.Serializer[Any]):
    """A sentence, or, with a name, something to copy."""

    name = serializers.CharField()
    value = serializers.CharField()


class PaymentShape(serializers.Serializer[Any]):
    """How the newest attempt stands, or the one that paid the order."""

    state = serializers.ChoiceField(choices=["none", *Payment.State.values])
    order_state = serializers.ChoiceField(choices=Order.State.values)
    provider = serializers.CharField(help_text="Of that attempt; empty before there is one.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not the label of this one
    instructions = InstructionShape(
        many=True, help_text="How to pay an attempt that is open and that no provider carries out."
    )
