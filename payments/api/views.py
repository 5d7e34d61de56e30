"""Paying an order, and how its payment stands."""

from ipaddress import ip_address
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import utc_text
from core.idempotency import once
from orders.api.orders import IDEMPOTENCY
from orders.models import Order
from orders.states import actions
from payments import gateways
from payments.api.serializers import MethodsQuery, MethodsShape, PayBody, PaymentShape, PayShape
from payments.models import Payment
from payments.opening import open_payment
from shop.api.base import StoreAPIView, found
from shop.api.schema import problems


class MethodsView(StoreAPIView):
    @extend_schema(
        operation_id="payment_methods",
        tags=["payments"],
        parameters=[MethodsQuery],
        responses={200: MethodsShape, **problems(400, 401, 404)},
    )
    def get(self, request: Request, order: str, **kwargs: Any) -> Response:
        """The ways in which this order can be paid there, for the shopper to choose from."""
        query = MethodsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        row = found(Order.objects.filter(shopper=self.shopper).select_related("store"), order)
        payable = "pay" in actions(row)
        names = gateways.suitable(row, query.validated_data["channel"]) if payable else []
        return Response({"results": [_method(row, gateways.gateway(name)) for name in names]})


class PayView(StoreAPIView):
    throttle_scope = "orders"

    @extend_schema(
        operation_id="pay_order",
        tags=["payments"],
        parameters=[IDEMPOTENCY],
        request=PayBody,
        responses={200: PayShape, **problems(400, 401, 404, 409, 415, 422, 429, 502, 503)},
    )
    def post(self, request: Request, order: str, **kwargs: Any) -> Response:
        """Open a payment, or meet the open one again, and get the parameters for `wx.requestPayment`.

        A way to pay that is `offline` has none: choosing it confirms the order, which is paid on delivery, or gives it days to be paid;
        `payment` then has the instructions.

        409 `not-payable` when the order no longer waits for money, `already-paid` when it has just been paid; 503
        `payment-unavailable` when the provider does not answer: try again.
        """
        body = PayBody(data=request.data)
        body.is_valid(raise_exception=True)
        row = found(Order.objects.filter(shopper=self.shopper).select_related("store"), order)
        actor = f"shopper:{self.shopper.pk}"
        with once(request, store=self.store, owner=actor) as attempt:
            if attempt.answer is not None:
                return attempt.answer
            payment, params = open_payment(
                row,
                actor=actor,
                client_ip=_client_ip(request),
                provider=body.validated_data.get("provider", ""),
                channel=body.validated_data["channel"],
            )
            document = {
                "provider": payment.provider,
                "payment_id": payment.public_id,
                "params": params,
                "expires_at": utc_text(payment.order.expires_at),
            }
            return attempt.store(200, document)


class PaymentView(StoreAPIView):
    @extend_schema(operation_id="payment", tags=["payments"], responses={200: PaymentShape, **problems(401, 404)})
    def get(self, request: Request, order: str, **kwargs: Any) -> Response:
        """How the order's payment stands. A success told by the program itself is no proof; this is."""
        row = found(Order.objects.filter(shopper=self.shopper), order)
        attempts = list(Payment.objects.filter(order=row).select_related("order", "store").order_by("-settles", "-id"))
        by_hand = [one for one in attempts if one.provider in gateways.by_hand() and one.state == Payment.State.OPENED]
        return Response(
            {
                "state": attempts[0].state if attempts else "none",
                "order_state": row.state,
                "provider": attempts[0].provider if attempts else "",
                "label": str(gateways.gateway(attempts[0].provider).label) if attempts else "",
                "instructions": [
                    {"name": one.name, "value": one.value}
                    for payment in by_hand[:1]
                    for one in gateways.gateway(payment.provider).instructions(payment)
                ],
            }
        )


def _method(order: Order, gateway: gateways.Gateway) -> dict[str, str]:
    return {
        "provider": gateway.name,
        "label": str(gateway.label),
        "kind": "offline" if gateway.by_hand else "online",
        "description": gateway.description(order),
    }


def _client_ip(request: Request) -> str:
    """The address the request came from, as the server in front passes it on (``REMOTE_ADDR``)."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return ""
