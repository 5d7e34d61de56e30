"""Placing over the API: once for each key, at the total that was seen, and with nothing in the body that decides a price or a state."""

from typing import Any

import pytest
import time_machine

from core import clock
from core.models import IdempotencyKey
from orders.models import Order
from shop.models import Shopper, Stock, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import address_of

KEY = "3f1c2a90-place"


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, "Longjing", 1000, 10))


@pytest.fixture
def body(shopper: Shopper, variant: Variant) -> dict[str, Any]:
    return {
        "address_id": address_of(shopper).public_id,
        "expected_total": 2000,
        "lines": [{"variant_id": variant.public_id, "quantity": 2}],
    }


def test_it_works(mine: Client, variant: Variant, body: dict[str, Any]) -> None:
    answer = mine.post("orders", body | {"note": "请轻放"}, key=KEY)

    assert answer.status_code == 201
    order = answer.json()
    assert (order["state"], order["state_text"], order["closing"]) == ("pending", "to be paid", False)
    assert (order["total"], order["goods_total"], order["item_count"], order["note"]) == (2000, 2000, 2, "请轻放")
    assert order["actions"] == ["pay", "cancel"]
    assert order["ship_to"]["city"] == "杭州市"
    assert order["placed_at"].endswith("Z")
    assert order["expires_at"] > order["placed_at"]
    assert order == mine.get(f"orders/{order['id']}").json()
    assert counters(variant) == (10, 2)


def test_the_same_key_and_body_place_one_order(mine: Client, variant: Variant, body: dict[str, Any]) -> None:
    first, second = mine.post("orders", body, key=KEY), mine.post("orders", body, key=KEY)

    assert second.status_code == 201
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.json() == second.json()
    assert Order.objects.count() == 1
    assert counters(variant) == (10, 2)


def test_the_same_key_for_something_else_is_refused(mine: Client, body: dict[str, Any]) -> None:
    mine.post("orders", body, key=KEY)

    answer = mine.post("orders", body | {"note": "another"}, key=KEY)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert Order.objects.count() == 1


def test_another_shoppers_key_is_another_key(
    mine: Client, theirs: Client, other_shopper: Shopper, body: dict[str, Any]
) -> None:
    mine.post("orders", body, key=KEY)

    answer = theirs.post("orders", body | {"address_id": address_of(other_shopper).public_id}, key=KEY)

    assert answer.status_code == 201
    assert Order.objects.count() == 2


@pytest.mark.parametrize("key", ["", "short", "ключ-ключ"])
def test_without_a_proper_key_nothing_is_placed(mine: Client, body: dict[str, Any], key: str) -> None:
    answer = mine.post("orders", body, key=key)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-required")
    assert not Order.objects.exists()


def test_a_stale_total_is_refused_and_the_new_one_told(mine: Client, variant: Variant, body: dict[str, Any]) -> None:
    Variant.objects.filter(pk=variant.pk).update(price=1100)

    answer = mine.post("orders", body, key=KEY)

    assert answer.status_code == 409
    assert (answer.json()["type"], answer.json()["total"]) == ("/problems/total-changed", 2200)
    assert counters(variant) == (10, 0)
    # A refusal leaves no trace: the same key may be tried again with the right total.
    assert not IdempotencyKey.objects.exists()
    assert mine.post("orders", body | {"expected_total": 2200}, key=KEY).status_code == 201


def test_what_is_short_is_told_by_line(mine: Client, variant: Variant, body: dict[str, Any]) -> None:
    Stock.objects.filter(variant=variant).update(on_hand=1)

    answer = mine.post("orders", body, key=KEY)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/stock-short")
    assert answer.json()["lines"] == [{"variant_id": variant.public_id, "available": 1}]
    assert not Order.objects.exists()


def test_what_a_client_adds_decides_nothing(
    store: Store, shopper: Shopper, other_store: Store, other_shopper: Shopper, mine: Client, body: dict[str, Any]
) -> None:
    """Every column of an order and its lines sent along: all of it is ignored."""
    evil = {field.name: 1 for field in Order._meta.get_fields()} | {
        "state": "paid",
        "total": 1,
        "goods_total": 1,
        "discount_total": 1999,
        "freight_total": 0,
        "paid_at": "2026-01-01T00:00:00Z",
        "store": other_store.pk,
        "shopper": other_shopper.pk,
        "currency": "JPY",
        "discount": 1999,
        "coupon": "FREE",
        "points": 10**6,
    }
    line = body["lines"][0] | {"price": 1, "unit_price": 1, "total": 1, "discount": 999}
    sent = evil | body | {"lines": [line], "note": ""}

    answer = mine.post("orders", sent, key=KEY)

    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    assert (order.store, order.shopper, order.state, order.paid_at) == (store, shopper, "pending", None)
    assert (order.total, order.goods_total, order.discount_total, order.currency) == (2000, 2000, 0, "CNY")
    assert order.lines.get().unit_price == 1000


@pytest.mark.parametrize(
    "change,field",
    [
        ({"expected_total": -1}, "expected_total"),
        ({"expected_total": "2000"}, "expected_total"),
        ({"expected_total": 2000.0}, "expected_total"),
        ({"expected_total": None}, "expected_total"),
        ({"expected_total": 10**13}, "expected_total"),
        ({"address_id": None}, "address_id"),
        ({"address_id": 7}, "address_id"),
        ({"address_id": "nobody's"}, "address_id"),
        ({"note": "x" * 201}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"note": "line\nbreak"}, "note"),
        ({"note": ["x"]}, "note"),
    ],
    ids=repr,
)
def test_what_cannot_be_accepted_is_named(
    mine: Client, variant: Variant, body: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    answer = mine.post("orders", body | change, key=KEY)

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == [field]
    assert counters(variant) == (10, 0)
    assert not IdempotencyKey.objects.exists()


def test_too_many_attempts_in_a_minute_are_slowed_down(mine: Client, body: dict[str, Any], settings: Any) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"orders": 2}

    # At half past, so that the minute does not turn between two of them.
    with time_machine.travel(clock.now().replace(second=30), tick=True):
        answers = [mine.post("orders", body, key=f"{KEY}-{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
