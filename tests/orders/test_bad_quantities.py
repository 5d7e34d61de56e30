"""A quantity that is none gets a problem that names the field and what is allowed, wherever one can be given, and changes nothing."""

from typing import Any

import pytest

from orders.models import CartLine, Order
from shop.models import Shopper, StockHold, Store
from tests.orders.conftest import Client
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import address_of

BAD = [0, -1, 10**9, 2**31, 2**63, 0.5, 1.0, "1e3", "1", None, True, [1], {"quantity": 1}, "", "NaN"]
ALLOWED = ["A whole number from 1 to 999 is needed."]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_refused_everywhere(store: Store, shopper: Shopper, mine: Client, bad: Any) -> None:
    variant = variant_of(make_product(store, stock=5000))
    line = mine.post("cart/lines", {"variant_id": variant.public_id, "quantity": 1}).json()["lines"][0]["id"]
    lines = [{"variant_id": variant.public_id, "quantity": bad}]
    address = address_of(shopper).public_id
    answers = {
        "quantity": [
            mine.post("cart/lines", {"variant_id": variant.public_id, "quantity": bad}),
            mine.patch(f"cart/lines/{line}", {"quantity": bad}),
        ],
        "lines.0.quantity": [
            mine.post("quote", {"lines": lines}),
            mine.post("orders", {"address_id": address, "expected_total": 0, "lines": lines}, key="k" * 16),
        ],
    }

    for field, given in answers.items():
        for answer in given:
            assert answer.status_code == 400, answer.content
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["errors"] == {field: ALLOWED}
    assert CartLine.objects.get().quantity == 1
    assert counters(variant) == (5000, 0)
    assert not Order.objects.exists()
    assert not StockHold.objects.exists()


def test_a_missing_quantity_is_named(store: Store, mine: Client) -> None:
    answer = mine.post("cart/lines", {"variant_id": variant_of(make_product(store)).public_id})

    assert answer.json()["errors"] == {"quantity": ALLOWED}


@pytest.mark.parametrize("body", [{"lines": []}, {"lines": [{}] * 101}, {"lines": "x"}, {"lines": [1]}, {"lines": {}}])
def test_odd_lists_of_lines(mine: Client, body: dict[str, Any]) -> None:
    answer = mine.post("quote", body)

    assert answer.status_code == 400
    assert all(field.startswith("lines") for field in answer.json()["errors"])


def test_two_lines_of_one_variant_are_no_more_than_one_line_may_be(store: Store, mine: Client) -> None:
    variant = variant_of(make_product(store, stock=5000))
    line = {"variant_id": variant.public_id, "quantity": 999}

    answer = mine.post("quote", {"lines": [line, line]})

    assert (answer.status_code, answer.json()["errors"]) == (400, {"lines": ["At most 999 of one thing."]})
