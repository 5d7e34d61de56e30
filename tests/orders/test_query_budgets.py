"""Every call of the orders' API takes exactly as many queries as ``query_budgets.json`` says, however much there is to show.

The figures include the store, the token, the throttle, the savepoints of the test's own transaction and the row of the
Idempotency-Key.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import carts
from shop.models import Shopper, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import address_of, place_order, shipped_order

BUDGETS: dict[str, int] = json.loads(Path(__file__).with_name("query_budgets.json").read_text())
# What the house has promised for the two that matter most.
PROMISED = {"add to cart": 10, "place order": 20}


def counted(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code < 300, answer.content
    return len(captured)


@pytest.mark.parametrize("count", [1, 8])
def test_budgets(store: Store, shopper: Shopper, mine: Client, count: int) -> None:
    store.order_limit = 100
    store.save()
    shopper.refresh_from_db()
    address = address_of(shopper).public_id
    variants = [_variant(store, number) for number in range(count)]
    for variant in variants:
        carts.add(shopper, variant, 1)
    for _ in range(count):
        place_order(shopper, dict.fromkeys(variants, 1))
    shipped, parcel = shipped_order(shopper, dict.fromkeys(variants, 1))
    unpaid = place_order(shopper, dict.fromkeys(variants, 1))
    line = mine.get("cart").json()["lines"][0]["id"]
    new = {"variant_id": _variant(store, 99).public_id, "quantity": 1}
    wanted = [{"variant_id": variant.public_id, "quantity": 1} for variant in variants]
    order = f"orders/{shipped.public_id}"
    calls: dict[str, Callable[[], Any]] = {
        "cart": lambda: mine.get("cart"),
        "add to cart": lambda: mine.post("cart/lines", new),
        "change cart line": lambda: mine.patch(f"cart/lines/{line}", {"quantity": 2}),
        "select all": lambda: mine.patch("cart", {"selected": True}),
        "quote of the cart": lambda: mine.post("quote", {"address_id": address}),
        "quote of lines": lambda: mine.post("quote", {"address_id": address, "lines": wanted}),
        "orders": lambda: mine.get("orders"),
        "order counts": lambda: mine.get("orders/counts"),
        "order": lambda: mine.get(order),
        "parcel": lambda: mine.get(f"{order}/parcels/{parcel.public_id}"),
        "cancel": lambda: mine.post(f"orders/{unpaid.public_id}/cancel"),
        "receive": lambda: mine.post(f"{order}/receive"),
        "remove cart line": lambda: mine.delete(f"cart/lines/{line}"),
    }
    assert {name: counted(call) for name, call in calls.items()} == {
        name: BUDGETS[name] for name in BUDGETS if name != "place order"
    }


def test_placing_one_thing(store: Store, shopper: Shopper, mine: Client) -> None:
    """Each further line costs one UPDATE of its stock and nothing else."""
    address = address_of(shopper).public_id

    def place(count: int) -> int:
        for number in range(count):
            carts.add(shopper, _variant(store, number), 1)
        body = {"address_id": address, "expected_total": 1000 * count}
        return counted(lambda: mine.post("orders", body, key=f"a key for {count}"))

    assert (place(1), place(5)) == (BUDGETS["place order"], BUDGETS["place order"] + 4)


def test_the_promises() -> None:
    assert all(BUDGETS[name] <= promised for name, promised in PROMISED.items())


def _variant(store: Store, number: int) -> Variant:
    return variant_of(make_product(store, f"Tea {number}", stock=50, specs={"Size": ["50 g", "100 g"]}), "50 g")
