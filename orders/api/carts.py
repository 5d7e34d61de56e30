"""The cart and the quote."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orders import carts, goods, quoting
from orders.api import documents
from orders.api.serializers import CartBody, CartLineBody, CartLineChangeBody, CartShape, QuoteBody, QuoteShape
from orders.models import CartLine
from orders.quoting import Wanted
from shop.api.base import StoreAPIView, found
from shop.api.schema import problems
from shop.models import Address


class CartAPIView(StoreAPIView):
    """Answers with the whole cart."""

    def _cart(self, status: int = 200) -> Response:
        return Response(documents.cart(self.store, carts.shown(self.shopper)), status=status)


class CartView(CartAPIView):
    @extend_schema(operation_id="cart", tags=["cart"], responses={200: CartShape, **problems(401, 404)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The cart, at the prices and with the stock of this moment; newest line first."""
        return self._cart()

    @extend_schema(
        operation_id="select_cart",
        tags=["cart"],
        request=CartBody,
        responses={200: CartShape, **problems(400, 401, 404, 415)},
    )
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Select all lines, or none."""
        body = CartBody(data=request.data)
        body.is_valid(raise_exception=True)
        carts.select_all(self.shopper, body.validated_data["selected"])
        return self._cart()


class CartLinesView(CartAPIView):
    @extend_schema(
        operation_id="add_to_cart",
        tags=["cart"],
        request=CartLineBody,
        responses={201: CartShape, **problems(400, 401, 404, 409, 415)},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Put so many more into the cart. 409 `stock-short` with what is available, and nothing added, when there are not that many."""
        body = CartLineBody(data=request.data)
        body.is_valid(raise_exception=True)
        variant = goods.by_public_id([body.validated_data["variant_id"]]).get(body.validated_data["variant_id"])
        if variant is None:
            raise ValidationError({"variant_id": [_("There is no such variant.")]})
        carts.add(self.shopper, variant, body.validated_data["quantity"])
        return self._cart(201)


class CartLineView(CartAPIView):
    @extend_schema(
        operation_id="change_cart_line",
        tags=["cart"],
        request=CartLineChangeBody,
        responses={200: CartShape, **problems(400, 401, 404, 409, 415)},
    )
    def patch(self, request: Request, line: str, **kwargs: Any) -> Response:
        """Change the quantity of a line, or whether it is selected. More than is there is refused; fewer is always possible."""
        row = self._found(line)
        body = CartLineChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        carts.change(row, **body.validated_data)
        return self._cart()

    @extend_schema(operation_id="remove_cart_line", tags=["cart"], responses={204: None, **problems(401, 404)})
    def delete(self, request: Request, line: str, **kwargs: Any) -> Response:
        """Take a line out of the cart."""
        self._found(line).delete()
        return Response(status=204)

    def _found(self, line: str) -> CartLine:
        rows = CartLine.objects.filter(shopper=self.shopper).select_related("variant__product", "variant__stock")
        row: CartLine = found(rows, line)
        return row


class QuoteView(StoreAPIView):
    @extend_schema(
        operation_id="quote",
        tags=["orders"],
        request=QuoteBody,
        responses={200: QuoteShape, **problems(400, 401, 404, 415)},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What the selected lines of the cart, or those given, would cost, and what stands in the way. Changes nothing."""
        body = QuoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        lines = wanted(body.validated_data.get("lines"))
        address_id = body.validated_data.get("address_id")
        address = address_of(self, address_id) if address_id else None
        return Response(documents.quote(quoting.quote(self.store, self.shopper, lines, address)))


def wanted(lines: Sequence[dict[str, Any]] | None) -> list[Wanted] | None:
    """The lines of a body with their variants; None when there are none: the cart is meant.

    Raises ValidationError naming the line of an unknown variant; another store's is as unknown as any.
    """
    if lines is None:
        return None
    variants = goods.by_public_id(line["variant_id"] for line in lines)
    unknown = {
        f"lines.{index}.variant_id": [_("There is no such variant.")]
        for index, line in enumerate(lines)
        if line["variant_id"] not in variants
    }
    if unknown:
        raise ValidationError(unknown)
    merged = quoting.merge([Wanted(variants[line["variant_id"]], line["quantity"]) for line in lines])
    if any(each.quantity > carts.MOST_OF_ONE for each in merged):
        raise ValidationError({"lines": [_("At most %(most)d of one thing.") % {"most": carts.MOST_OF_ONE}]})
    return merged


def address_of(view: StoreAPIView, address_id: str) -> Address:
    """The shopper's address of that id; ValidationError when there is none."""
    address: Address | None = Address.objects.filter(shopper=view.shopper, public_id=address_id).first()
    if address is None:
        raise ValidationError({"address_id": [_("There is no such address.")]})
    return address
