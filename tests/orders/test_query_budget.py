"""Every route of the orders room asks the database a fixed, small number of questions, however much there is to show.

The figures include the store, the token, the throttle, the savepoints of the test's own transaction and the rows of idempotency.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from orders import carts
from orders.models import Order
from shop.models import Shopper, Store
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import address_of, place_order, shipped_order

BASE = "/api/v1/stores/tea"


def queries(call: Callable[[], Any], status: int) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = call()
    assert answer.status_code == status, answer.content
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("count", [1, 12])
def test_the_cart(store: Store, shopper: Shopper, api: APIClient, count: int) -> None:
    for number in range(count):
        carts.add(shopper, _variant(store, number), 1)

    assert len(queries(lambda: api.get(f"{BASE}/cart"), 200)) <= 4


@pytest.mark.parametrize("count", [0, 12])
def test_adding_to_the_cart(store: Store, shopper: Shopper, api: APIClient, count: int) -> None:
    for number in range(count):
        carts.add(shopper, _variant(store, number), 1)
    body = {"variant_id": _variant(store, 99).public_id, "quantity": 2}

    assert len(queries(lambda: api.post(f"{BASE}/cart/lines", body, format="json"), 201)) <= 10


@pytest.mark.parametrize("count", [1, 12])
def test_the_quote(store: Store, shopper: Shopper, api: APIClient, count: int) -> None:
    address = address_of(shopper)
    for number in range(count):
        carts.add(shopper, _variant(store, number), 1)

    assert len(queries(lambda: api.post(f"{BASE}/quote", {"address_id": address.public_id}, format="json"), 200)) <= 5


def test_placing_an_order(store: Store, shopper: Shopper, api: APIClient) -> None:
    address = address_of(shopper)
    carts.add(shopper, _variant(store, 1), 1)
    body = {"address_id": address.public_id, "expected_total": 1000}

    asked = queries(lambda: api.post(f"{BASE}/orders", body, format="json", headers={"Idempotency-Key": "k" * 16}), 201)

    assert len(asked) <= 20, "\n".join(sql[:160] for sql in asked)


@pytest.mark.parametrize("count", [1, 8])
def test_the_list_of_orders(store: Store, shopper: Shopper, api: APIClient, count: int) -> None:
    store.order_limit = 50
    store.save()
    shopper.refresh_from_db()
    variants = [_variant(store, number) for number in range(6)]
    for _ in range(count):
        place_order(shopper, dict.fromkeys(variants, 1))

    assert len(queries(lambda: api.get(f"{BASE}/orders"), 200)) <= 5


def test_the_counts(store: Store, api: APIClient) -> None:
    assert len(queries(lambda: api.get(f"{BASE}/orders/counts"), 200)) <= 3


@pytest.mark.parametrize("count", [1, 6])
def test_an_order_and_its_parcel(store: Store, shopper: Shopper, api: APIClient, count: int) -> None:
    order, parcel = shipped_order(shopper, {_variant(store, number): 1 for number in range(count)})

    assert len(queries(lambda: api.get(f"{BASE}/orders/{order.public_id}"), 200)) <= 8
    assert len(queries(lambda: api.get(f"{BASE}/orders/{order.public_id}/parcels/{parcel.public_id}"), 200)) <= 5


def test_cancelling_and_receiving(store: Store, shopper: Shopper, api: APIClient) -> None:
    variant = _variant(store, 1)
    placed = place_order(shopper, {variant: 1})
    shipped, _parcel = shipped_order(shopper, {variant: 1})

    assert len(queries(lambda: api.post(f"{BASE}/orders/{placed.public_id}/cancel"), 202)) <= 14
    assert len(queries(lambda: api.post(f"{BASE}/orders/{shipped.public_id}/receive"), 200)) <= 17
    assert Order.objects.get(pk=shipped.pk).state == "received"


def _variant(store: Store, number: int) -> Any:
    return variant_of(make_product(store, f"Tea {number}", specs={"Size": ["50 g", "100 g"]}), "50 g")
