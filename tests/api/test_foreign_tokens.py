"""A second shopper's and a second merchant's token see nothing of a shopper's things: 404 on every route, and nothing is changed.

The routes are found by walking the URL patterns; one with a new kind of object fails here until somebody says how to make one.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes import scopes_disabled
from rest_framework.test import APIClient

from core.models import JournalEntry
from orders import carts
from orders.models import CartLine, Order, Parcel
from payments.models import Payment
from shop.models import Address, Shopper, Store
from tests.conftest import client_of, make_shopper
from tests.support.catalogue import make_product
from tests.support.orders import place_order

PREFIX = "api/v1/stores/<slug:store>/"
METHODS = ("get", "post", "patch", "delete")
# Open to everybody, and of the store rather than of a shopper.
PUBLIC = {"product"}


def routes() -> Iterator[tuple[str, frozenset[str]]]:
    """Each route of the API, with the names of its parameters."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            else:
                yield path, entry

    for path, entry in walk(get_resolver().url_patterns, ""):
        if path.startswith(PREFIX):
            yield path.removeprefix(PREFIX), frozenset(entry.pattern.converters)


OWNED = sorted(path for path, names in routes() if names - PUBLIC - {"store"})
ALL = sorted(path for path, _names in routes())


@pytest.fixture
def things(store: Store, shopper: Shopper) -> dict[str, str]:
    """One of each thing that a shopper has, by the name that routes give it."""
    variant = make_product(store, stock=100).variants.get()
    order = place_order(shopper, {variant: 2})
    carts.add(shopper, variant, 1)
    address = Address.objects.filter(shopper=shopper).first()
    parcel = Parcel.objects.create(store=store, order=order)
    assert address is not None
    return {
        "order": order.public_id,
        "line": CartLine.objects.get(shopper=shopper).public_id,
        "address": address.public_id,
        "parcel": parcel.public_id,
        "product": variant.product.public_id,
    }


def url(store: Store, path: str, things: dict[str, str]) -> str:
    for name, value in things.items():
        path = path.replace(f"<slug:{name}>", value).replace(f"<str:{name}>", value)
    assert "<" not in path, f"{path} names a thing that this test cannot make yet"
    return f"/api/v1/stores/{store.slug}/{path}"


def snapshot() -> list[Any]:
    with scopes_disabled():
        return [
            list(model._base_manager.order_by("pk").values())
            for model in (Address, CartLine, Order, Parcel, Payment, JournalEntry)
        ]


def assert_nothing_is_found(client: APIClient, address: str) -> None:
    before = snapshot()
    for method in METHODS:
        answer = getattr(client, method)(address, {}, format="json", HTTP_IDEMPOTENCY_KEY=f"foreign-{method}-0001")
        assert answer.status_code in (404, 405), f"{method} {address}: {answer.status_code} {answer.content[:200]!r}"
    assert snapshot() == before


def test_there_are_routes_to_walk() -> None:
    assert len(OWNED) >= 8


@pytest.mark.parametrize("path", OWNED)
def test_another_shopper_of_the_store_finds_nothing(
    path: str, store: Store, things: dict[str, str], other_shopper: Shopper
) -> None:
    assert_nothing_is_found(client_of(other_shopper), url(store, path, things))


@pytest.mark.parametrize("path", OWNED)
def test_a_shopper_of_another_store_finds_nothing_under_their_own_store(
    path: str, things: dict[str, str], other_store: Store
) -> None:
    assert_nothing_is_found(client_of(make_shopper(other_store)), url(other_store, path, things))


@pytest.mark.parametrize("path", ALL)
def test_a_token_of_another_store_is_of_no_use_here(
    path: str, store: Store, things: dict[str, str], other_store: Store
) -> None:
    client = client_of(make_shopper(other_store))
    address = url(store, path, things)
    for method in METHODS:
        body: dict[str, Any] = {}
        ours = getattr(APIClient(), method)(address, body, format="json")
        theirs = getattr(client, method)(address, body, format="json", HTTP_IDEMPOTENCY_KEY="foreign-key-0001")
        if ours.status_code == 401:
            assert theirs.status_code == 404, f"{method} {address}: {theirs.status_code}"
        else:
            # Open to anybody: the token makes no difference.
            assert theirs.status_code == ours.status_code, f"{method} {address}: {theirs.status_code}"
