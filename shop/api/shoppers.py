"""Login, logout and addresses."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import utc_text
from shop import addresses, login, tokens
from shop.api.base import PublicStoreAPIView, StoreAPIView, found
from shop.api.schema import problems
from shop.api.serializers import (
    AddressBody,
    AddressesShape,
    AddressShape,
    LoginBody,
    SessionShape,
    address_document,
    shopper_document,
)
from shop.models import Address


class LoginView(PublicStoreAPIView):
    cache_control = "private, no-store"
    throttle_scope = "login"

    @extend_schema(
        operation_id="login",
        tags=["login"],
        request=LoginBody,
        responses={200: SessionShape, **problems(400, 403, 404, 415, 429, 503)},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Exchange the code of `wx.login` for a token."""
        body = LoginBody(data=request.data)
        body.is_valid(raise_exception=True)
        language = translation.get_language() or ""
        shopper, token, expires_at = login.log_in(self.store, body.validated_data["code"], language)
        return Response(
            {
                "token": token,
                "expires_at": utc_text(expires_at),
                "shopper": shopper_document(shopper),
            }
        )


class LogoutView(StoreAPIView):
    @extend_schema(operation_id="logout", tags=["login"], request=None, responses={204: None, **problems(401, 404)})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """End the token at once."""
        tokens.revoke(str(request.auth))
        return Response(status=204)


class AddressesView(StoreAPIView):
    @extend_schema(operation_id="addresses", tags=["addresses"], responses={200: AddressesShape, **problems(401, 404)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The shopper's addresses, the default one first."""
        rows = Address.objects.filter(shopper=self.shopper)
        return Response({"results": [address_document(row) for row in rows], "next": None})

    @extend_schema(
        operation_id="add_address",
        tags=["addresses"],
        request=AddressBody,
        responses={201: AddressShape, **problems(400, 401, 404, 409, 415)},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Add an address."""
        body = AddressBody(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(address_document(addresses.add(self.shopper, body.validated_data)), status=201)


class AddressView(StoreAPIView):
    @extend_schema(operation_id="address", tags=["addresses"], responses={200: AddressShape, **problems(401, 404)})
    def get(self, request: Request, address: str, **kwargs: Any) -> Response:
        """One address."""
        return Response(address_document(self._found(address)))

    @extend_schema(
        operation_id="change_address",
        tags=["addresses"],
        request=AddressBody,
        responses={200: AddressShape, **problems(400, 401, 404, 415)},
    )
    def patch(self, request: Request, address: str, **kwargs: Any) -> Response:
        """Change some of an address."""
        row = self._found(address)
        body = AddressBody(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(address_document(addresses.change(row, body.validated_data)))

    @extend_schema(operation_id="delete_address", tags=["addresses"], responses={204: None, **problems(401, 404)})
    def delete(self, request: Request, address: str, **kwargs: Any) -> Response:
        """Delete an address."""
        addresses.remove(self._found(address))
        return Response(status=204)

    def _found(self, address: str) -> Address:
        row: Address = found(Address.objects.filter(shopper=self.shopper).select_related("shopper"), address)
        return row
