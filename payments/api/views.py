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
from payments.api.serializers import PayBody, PaymentShape, PayShape
from payments.models import Payment
from payments.opening import open_payment
from shop.api.base import StoreAPIView, found
from shop.api.schema import problems


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
                "expires_at": utc_text(row.expires_at),
            }
            return attempt.store(200, document)


class PaymentView(StoreAPIView):
    @extend_schema(operation_id="payment", tags=["payments"], responses={200: PaymentShape, **problems(401, 404)})
    def get(self, request: Request, order: str, **kwargs: Any) -> Response:
        """How the order's payment stands. A success told by the program itself is no proof; this is."""
        row = found(Order.objects.filter(shopper=self.shopper), order)
        payment = Payment.objects.filter(order=row).order_by("-settles", "-id").first()
        return Response({"state": payment.state if payment else "none", "order_state": row.state})


def _client_ip(request: Request) -> str:
    """The address the request came from, as the server in front passes it on (``REMOTE_ADDR``)."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return ""
