"""Orders: placing, reading, and what their actions allow."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.idempotency import HEADER, once
from core.pagination import CursorPages
from orders import carts, closing, receiving
from orders.api import documents
from orders.api.carts import wanted
from orders.api.serializers import (
    CartShape,
    OrderBody,
    OrderCountsShape,
    OrderShape,
    OrdersQuery,
    OrdersShape,
    ParcelShape,
)
from orders.models import Duty, Order, OrderLine, Parcel, ParcelLine
from orders.placing import place
from shop.api.base import StoreAPIView, found
from shop.api.schema import problems
from shop.api.serializers import PageQuery

State = Order.State
STATES_OF = {
    "pending": [State.PENDING],
    "paid": [State.PAID, State.CONFIRMED],
    "shipped": [State.SHIPPED],
    "done": [State.RECEIVED, State.COMPLETED],
    "cancelled": [State.CANCELLED],
}
IDEMPOTENCY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="8 to 200 characters; the same key and body get the same answer.",
)


def _close_duties() -> "Prefetch[Any, Any, Any]":
    return Prefetch("duties", queryset=Duty.objects.filter(kind=Duty.Kind.CLOSE))


def listed(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Those orders with what a list shows of each, in two further queries however many there are."""
    pieces = (
        OrderLine.objects.filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(pieces=Sum("quantity"))
        .values("pieces")
    )
    first = OrderLine.objects.select_related("picture").order_by("position")[: documents.SHOWN_IN_LISTS]
    return orders.annotate(item_count=Coalesce(Subquery(pieces, output_field=IntegerField()), 0)).prefetch_related(
        _close_duties(), Prefetch("lines", queryset=first, to_attr="first_lines")
    )


def whole(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """Those orders with everything that ``documents.order`` shows."""
    lines = OrderLine.objects.select_related("picture", "product", "variant")
    return orders.prefetch_related(
        _close_duties(), Prefetch("lines", queryset=lines), Prefetch("parcels", queryset=with_contents())
    )


def with_contents() -> "QuerySet[Parcel]":
    """Parcels with their lines and stations."""
    lines = ParcelLine.objects.select_related("line")
    parcels: QuerySet[Parcel] = Parcel.objects.prefetch_related(Prefetch("lines", queryset=lines), "events")
    return parcels


def _order_id(named: str) -> str:
    """The order's public id: WeChat's order centre opens the order's page by the number of a payment, ``<id>-<attempt>``."""
    return named.partition("-")[0]


class OrderAPIView(StoreAPIView):
    """A view of one of the shopper's orders."""

    def _found(self, order: str) -> Order:
        row: Order = found(Order.objects.filter(shopper=self.shopper), _order_id(order))
        return row

    def _order(self, order: str, status: int = 200) -> Response:
        orders = whole(Order.objects.filter(shopper=self.shopper))
        return Response(documents.order(found(orders, _order_id(order))), status=status)


class OrdersView(StoreAPIView):
    throttle_scope = "orders"

    @extend_schema(
        operation_id="orders",
        tags=["orders"],
        parameters=[OrdersQuery, PageQuery],
        responses={200: OrdersShape, **problems(400, 401, 404)},
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The shopper's orders, newest first. `state`: `paid` are to be shipped, whether paid or paid on delivery; `done` are received
        or completed."""
        query = OrdersQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        orders = Order.objects.filter(shopper=self.shopper)
        if state := query.validated_data.get("state"):
            orders = orders.filter(state__in=STATES_OF[state])
        pages = CursorPages()
        page = pages.paginate_queryset(listed(orders), request, view=self)
        return Response(pages.page([documents.order_summary(order) for order in page or []]))

    @extend_schema(
        operation_id="place_order",
        tags=["orders"],
        parameters=[IDEMPOTENCY],
        request=OrderBody,
        responses={201: OrderShape, **problems(400, 401, 404, 409, 415, 422, 429, 503)},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Place an order for the selected lines of the cart, or for those given, and hold its stock until it has to be paid.

        409 `stock-short` with `lines` of what is available, `total-changed` with the new `total`, `withdrawn`, `nothing-to-buy`,
        `too-many-unpaid`; nothing has changed then.
        """
        body = OrderBody(data=request.data)
        body.is_valid(raise_exception=True)
        with once(request, store=self.store, owner=f"shopper:{self.shopper.pk}") as attempt:
            if attempt.answer is not None:
                return attempt.answer
            answers: list[Response] = []

            def answer(order: Order) -> None:
                # In the transaction of placing, but before the stock's rows are locked.
                answers.append(attempt.store(201, documents.order(order)))

            place(
                self.store,
                self.shopper,
                address=body.validated_data["address_id"],
                expected_total=body.validated_data["expected_total"],
                lines=wanted(body.validated_data.get("lines")),
                note=body.validated_data["note"],
                placed=answer,
            )
            return answers[0]


class OrderCountsView(StoreAPIView):
    @extend_schema(
        operation_id="order_counts", tags=["orders"], responses={200: OrderCountsShape, **problems(401, 404)}
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """How many orders wait to be paid, to be shipped (`paid`, also those that are paid on delivery), to be received."""
        counts = {name: Count("pk", filter=Q(state__in=STATES_OF[name])) for name in ("pending", "paid", "shipped")}
        return Response(Order.objects.filter(shopper=self.shopper).aggregate(**counts))


class OrderView(OrderAPIView):
    @extend_schema(operation_id="order", tags=["orders"], responses={200: OrderShape, **problems(401, 404)})
    def get(self, request: Request, order: str, **kwargs: Any) -> Response:
        """One order with its parcels and what happened to it."""
        return self._order(order)


class CancelView(OrderAPIView):
    @extend_schema(
        operation_id="cancel_order",
        tags=["orders"],
        request=None,
        responses={202: OrderShape, **problems(401, 404, 409)},
    )
    def post(self, request: Request, order: str, **kwargs: Any) -> Response:
        """Have an order cancelled that is not paid yet. The provider is asked first: should it say "already paid", the order is paid."""
        row = self._found(order)
        if row.state != State.CANCELLED:
            closing.request_close(row, Order.CancelCause.SHOPPER, actor=f"shopper:{self.shopper.pk}")
        return self._order(order, 202)


class ReceiveView(OrderAPIView):
    @extend_schema(
        operation_id="receive_order",
        tags=["orders"],
        request=None,
        responses={200: OrderShape, **problems(401, 404, 409)},
    )
    def post(self, request: Request, order: str, **kwargs: Any) -> Response:
        """Everything has come. Saying so twice is harmless."""
        row = self._found(order)
        if row.state not in (State.RECEIVED, State.COMPLETED):
            receiving.receive(row, actor=f"shopper:{self.shopper.pk}")
        return self._order(order)


class ReorderView(OrderAPIView):
    @extend_schema(
        operation_id="reorder", tags=["orders"], request=None, responses={200: CartShape, **problems(401, 404, 409)}
    )
    def post(self, request: Request, order: str, **kwargs: Any) -> Response:
        """Put what the order contained into the cart again, as far as it is still sold and there."""
        row = self._found(order)
        row.shopper = self.shopper
        carts.put_back(row)
        return Response(documents.cart(self.store, carts.shown(self.shopper)))


class ParcelView(OrderAPIView):
    @extend_schema(operation_id="parcel", tags=["orders"], responses={200: ParcelShape, **problems(401, 404)})
    def get(self, request: Request, order: str, parcel: str, **kwargs: Any) -> Response:
        """One parcel of an order with the stations of its way."""
        rows = with_contents().filter(order__public_id=order, order__shopper=self.shopper)
        return Response(documents.parcel(found(rows, parcel)))
