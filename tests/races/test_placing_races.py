"""Many place at once: never more than there is, one order for a key, a cart is bought once, the cap holds, nobody waits in a circle.

Every race has a negative control: with the protection taken out it must go wrong, or it would prove nothing.
"""

import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import Sum
from django_scopes import scope

from core import idempotency
from core.models import IdempotencyKey
from orders import carts, placing
from orders.models import Order, OrderLine
from orders.placing import place
from orders.quoting import Wanted
from shop import stock
from shop.models import Address, Shopper, Stock, StockHold, Store, Variant
from tests.conftest import client_of, make_shopper, make_store
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.order_invariants import check_orders, violations
from tests.support.orders import address_of
from tests.support.racing import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.xdist_group("races"),
    pytest.mark.servers,
]

BUYERS, UNITS, PRICE = 50, 20, 1000


@pytest.fixture
def shop() -> Store:
    return make_store("tea")


def buyers(store: Store, count: int) -> list[tuple[Shopper, Address]]:
    made = [make_shopper(store) for _ in range(count)]
    return [(shopper, address_of(shopper)) for shopper in made]


def buys(buyer: tuple[Shopper, Address], quantities: Mapping[Variant, int]) -> Callable[[], str]:
    shopper, address = buyer

    def job() -> str:
        lines = [Wanted(variant, quantity) for variant, quantity in quantities.items()]
        total = PRICE * sum(quantities.values())
        return place(shopper.store, shopper, address=address, expected_total=total, lines=lines).state

    return job


def fresh(variant: Variant) -> Variant:
    """With its stock as it is now, read before the race as a quote does."""
    with scope(store=variant.store):
        return Variant.objects.select_related("product", "stock").get(pk=variant.pk)


def ordered(store: Store) -> int:
    with scope(store=store):
        return OrderLine.objects.aggregate(n=Sum("quantity"))["n"] or 0


def test_fifty_buyers_of_twenty(shop: Store) -> None:
    variant = fresh(variant_of(make_product(shop, price=PRICE, stock=UNITS)))

    outcomes = together(shop, [buys(buyer, {variant: 1}) for buyer in buyers(shop, BUYERS)])

    assert sorted(outcomes) == ["pending"] * UNITS + ["stock-short"] * (BUYERS - UNITS)
    assert counters(variant) == (UNITS, UNITS)
    assert ordered(shop) == UNITS
    check_orders()


def test_negative_control_reading_first_oversells(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    all_have_looked = threading.Barrier(BUYERS)

    def hold(reference: str, quantities: Mapping[int, int], *, actor: str) -> None:
        for pk, quantity in quantities.items():
            row = Stock.objects.get(variant_id=pk)
            all_have_looked.wait(timeout=30)
            if row.available < quantity:
                raise stock.StockShort({pk: row.available})
            Stock.objects.filter(pk=row.pk).update(held=row.held + quantity)
            StockHold.objects.create(store=row.store, stock=row, reference=reference, quantity=quantity)

    monkeypatch.setattr(stock, "hold", hold)
    variant = fresh(variant_of(make_product(shop, price=PRICE, stock=UNITS)))

    together(shop, [buys(buyer, {variant: 1}) for buyer in buyers(shop, BUYERS)])

    assert ordered(shop) > UNITS
    assert "I-11 what is held is the sum of the open holds" in violations()


def test_orders_over_the_same_goods_in_any_order_never_deadlock(shop: Store) -> None:
    variants = [fresh(variant_of(make_product(shop, title, PRICE, 500))) for title in "ABCDE"]
    seeded, people = random.Random(11), buyers(shop, 20)

    for _round in range(3):
        jobs = [buys(buyer, dict.fromkeys(seeded.sample(variants, 3), 1)) for buyer in people]
        assert together(shop, jobs) == ["pending"] * len(people)
    check_orders()


def places_over_http(store: Store, shopper: Shopper, body: dict[str, Any], key: str) -> Callable[[], str]:
    client = client_of(shopper)

    def job() -> str:
        answer = client.post(
            f"/api/v1/stores/{store.slug}/orders", body, format="json", headers={"Idempotency-Key": key}
        )
        return f"{answer.status_code} {answer.json().get('id') or answer.json()['type']}"

    return job


def test_the_same_key_twenty_times_is_one_order(shop: Store) -> None:
    shopper, address = buyers(shop, 1)[0]
    variant = variant_of(make_product(shop, price=PRICE, stock=100))
    lines = [{"variant_id": variant.public_id, "quantity": 1}]
    body = {"address_id": address.public_id, "expected_total": PRICE, "lines": lines}

    outcomes = set(together(shop, [places_over_http(shop, shopper, body, "the same key")] * 20))

    with scope(store=shop):
        order = Order.objects.get()
        assert IdempotencyKey.objects.get().status == 201
    assert outcomes <= {f"201 {order.public_id}", "409 /problems/idempotency-key-in-use"}
    assert f"201 {order.public_id}" in outcomes
    assert counters(variant) == (100, 1)
    # Whoever was told to wait gets the same answer on the next try.
    assert together(shop, [places_over_http(shop, shopper, body, "the same key")]) == [f"201 {order.public_id}"]


def test_negative_control_without_the_key_every_request_orders(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def every_time(request: Any, *, store: Any, owner: str) -> Iterator[idempotency.Attempt]:
        yield idempotency._enter(str(uuid.uuid4()), store, owner, "")

    monkeypatch.setattr("orders.api.orders.once", every_time)
    shopper, address = buyers(shop, 1)[0]
    variant = variant_of(make_product(shop, price=PRICE, stock=100))
    lines = [{"variant_id": variant.public_id, "quantity": 1}]
    body = {"address_id": address.public_id, "expected_total": PRICE, "lines": lines}

    together(shop, [places_over_http(shop, shopper, body, "the same key")] * 5)

    with scope(store=shop):
        assert Order.objects.count() == 5


def unlocked(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Placing without the lock on the shopper: so many have looked before the first of them writes."""
    real, all_have_looked = placing._write, threading.Barrier(count)

    def overtaken(*args: Any) -> Order:
        all_have_looked.wait(timeout=30)
        return real(*args)

    monkeypatch.setattr(placing, "_lock", lambda shopper, address: address)
    monkeypatch.setattr(placing, "_write", overtaken)


def buy_the_cart_twice(shop: Store) -> list[str]:
    shopper, address = buyers(shop, 1)[0]
    variant = variant_of(make_product(shop, price=PRICE, stock=100))
    with scope(store=shop):
        carts.add(shopper, fresh(variant), 3)

    def job() -> str:
        return place(shop, shopper, address=address, expected_total=3 * PRICE).state

    return sorted(together(shop, [job] * 5))


def test_one_cart_is_bought_once(shop: Store) -> None:
    """Two devices, or two taps with two keys."""
    assert buy_the_cart_twice(shop) == ["nothing-to-buy"] * 4 + ["pending"]
    assert ordered(shop) == 3


def test_negative_control_without_the_lock_the_cart_is_bought_twice(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked(monkeypatch, 5)

    assert buy_the_cart_twice(shop).count("pending") > 1


def over_the_cap(shop: Store) -> list[str]:
    shop.order_limit = 3
    shop.save()
    shopper, address = buyers(shop, 1)[0]
    shopper.store = shop
    variant = fresh(variant_of(make_product(shop, price=PRICE, stock=100)))
    return together(shop, [buys((shopper, address), {variant: 1})] * 10)


def test_the_cap_of_unpaid_orders_holds(shop: Store) -> None:
    assert sorted(over_the_cap(shop)) == ["pending"] * 3 + ["too-many-unpaid"] * 7


def test_negative_control_without_the_lock_the_cap_is_passed(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked(monkeypatch, 10)

    assert over_the_cap(shop).count("pending") > 3


def test_taps_on_add_to_cart_add_up(shop: Store) -> None:
    """Ten at once neither overwrite each other nor make two lines."""
    shopper, _address = buyers(shop, 1)[0]
    variant = fresh(variant_of(make_product(shop, stock=100)))

    together(shop, [lambda: carts.add(shopper, variant, 1)] * 10)

    with scope(store=shop):
        assert [line.quantity for line in carts.rows(shopper)] == [10]


def test_taps_on_add_to_cart_stay_within_stock(shop: Store) -> None:
    shopper, _address = buyers(shop, 1)[0]
    variant = fresh(variant_of(make_product(shop, stock=6)))

    outcomes = together(shop, [lambda: carts.add(shopper, variant, 1)] * 10)

    assert sorted(outcomes) == ["None"] * 6 + ["stock-short"] * 4
