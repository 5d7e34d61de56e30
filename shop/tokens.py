"""Tokens of shoppers: random, kept as digests, of one store each."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_scopes import get_scope
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core import clock
from shop.models import Shopper, ShopperToken

LIFETIME = timedelta(days=30)


def issue(shopper: Shopper) -> tuple[str, datetime]:
    """A new token of the shopper, and when it ends (UTC). The token itself is kept nowhere."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + LIFETIME
    ShopperToken.objects.create(
        store_id=shopper.store_id, shopper=shopper, digest=_digest(token), expires_at=expires_at
    )
    return token, expires_at


def revoke(token: str) -> None:
    """End the token at once."""
    ShopperToken.objects.filter(digest=_digest(token)).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ShopperTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``. A token of another store finds nothing here: 404."""

    def authenticate(self, request: Request) -> tuple[Shopper, str] | None:
        kind, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        # Looked for in all stores: a token of another store is good, but of this one it shall see nothing at all.
        rows = ShopperToken._base_manager.filter(digest=_digest(token.strip()), expires_at__gt=clock.now())
        row = rows.select_related("shopper").first()
        if row is None:
            raise AuthenticationFailed(_("This token is not valid."))
        if row.store_id != get_scope()["store"].pk:
            raise Http404
        return row.shopper, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
