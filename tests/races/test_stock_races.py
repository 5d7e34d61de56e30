"""Many buyers at once never get more than there is, never wait for each other in a circle, and staff may count meanwhile.

Every race has a negative control: the same race with the protection taken out must go wrong, or it would prove nothing.
"""

import random
import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django_scopes import scope

from shop import stock
from shop.models import Stock, StockHold, Store, Variant
from tests.conftest import make_store
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.racing import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.xdist_group("races"),
    pytest.mark.servers,
]

BUYERS = 24


@pytest.fixture
def shop() -> Store:
    return make_store("tea")


def buys(reference: str, quantities: dict[int, int]) -> Callable[[], str]:
    def job() -> str:
        try:
            with transaction.atomic():
                stock.hold(reference, quantities, actor="shopper:1")
        except stock.StockShort:
            return "short"
        return "held"

    return job


def buys_naively(variant: Variant, reference: str, all_have_looked: threading.Barrier) -> Callable[[], str]:
    """The negative control: read, check, write."""

    def job() -> str:
        with transaction.atomic():
            row = Stock.objects.get(variant=variant)
            all_have_looked.wait(timeout=30)
            if row.on_hand - row.held < 1:
                return "short"
            StockHold.objects.create(store_id=row.store_id, stock=row, reference=reference, quantity=1)
            Stock.objects.filter(pk=row.pk).update(held=row.held + 1)
        return "held"

    return job


def promised(variant: Variant) -> int:
    with scope(store=variant.store):
        return StockHold.objects.filter(stock__variant=variant, state="open").aggregate(n=Sum("quantity"))["n"] or 0


def test_of_ten_exactly_ten_are_held(shop: Store) -> None:
    variant = variant_of(make_product(shop, stock=10))

    outcomes = together(shop, [buys(f"order:{i}", {variant.pk: 1}) for i in range(BUYERS)])

    assert sorted(outcomes) == ["held"] * 10 + ["short"] * (BUYERS - 10)
    assert counters(variant) == (10, 10)
    assert promised(variant) == 10


def test_negative_control_reading_first_oversells(shop: Store) -> None:
    variant = variant_of(make_product(shop, stock=10))
    looked = threading.Barrier(BUYERS)
    outcomes = together(shop, [buys_naively(variant, f"order:{i}", looked) for i in range(BUYERS)])
    assert outcomes.count("held") > 10
    assert promised(variant) > 10


def test_random_quantities_stay_within_stock(shop: Store) -> None:
    variant = variant_of(make_product(shop, stock=20))
    seeded = random.Random(7)
    wanted = [seeded.randint(1, 3) for _ in range(BUYERS)]

    outcomes = together(shop, [buys(f"order:{i}", {variant.pk: quantity}) for i, quantity in enumerate(wanted)])

    held = sum(quantity for quantity, outcome in zip(wanted, outcomes) if outcome == "held")
    assert counters(variant) == (20, held)
    assert promised(variant) == held <= 20
    assert not [outcome for outcome in outcomes if outcome.startswith("error")]


def test_orders_over_the_same_goods_in_any_order_never_deadlock(shop: Store) -> None:
    variants = [variant_of(make_product(shop, stock=1000)) for _ in range(5)]
    seeded = random.Random(11)

    for round_number in range(5):
        jobs = []
        for i in range(BUYERS):
            chosen = seeded.sample(variants, 3)
            jobs.append(buys(f"order:{round_number}-{i}", {variant.pk: 1 for variant in chosen}))
        assert together(shop, jobs) == ["held"] * BUYERS


def test_negative_control_basket_order_deadlocks(shop: Store) -> None:
    variants = [variant_of(make_product(shop, stock=1000)) for _ in range(2)]
    middle = threading.Barrier(2)

    def job(first: Variant, second: Variant) -> Callable[[], str]:
        def buy() -> str:
            with transaction.atomic():
                Stock.objects.filter(variant=first).update(held=F("held") + 1)
                middle.wait(timeout=10)
                Stock.objects.filter(variant=second).update(held=F("held") + 1)
            return "held"

        return buy

    outcomes = together(shop, [job(*variants), job(*reversed(variants))])
    # One is told of the deadlock, or gives up waiting for the lock.
    assert {"error 40P01", "error 55P03"} & set(outcomes)


def test_staff_may_take_away_while_buyers_hold(shop: Store) -> None:
    variant = variant_of(make_product(shop, stock=30))

    def count_down() -> str:
        try:
            with transaction.atomic():
                stock.change(variant.pk, -2, "counted", actor="staff:1")
        except stock.StockShort:
            return "short"
        return "counted"

    jobs = [buys(f"order:{i}", {variant.pk: 1}) for i in range(16)] + [count_down] * 8
    outcomes = together(shop, jobs)

    assert not [outcome for outcome in outcomes if outcome.startswith("error")]
    assert counters(variant) == (30 - 2 * outcomes.count("counted"), outcomes.count("held"))


def test_released_once_however_many_ask(shop: Store) -> None:
    variant = variant_of(make_product(shop, stock=10))
    assert together(shop, [buys("order:1", {variant.pk: 4})]) == ["held"]

    def give_back() -> str:
        with transaction.atomic():
            return str(stock.release("order:1", actor="system"))

    assert sorted(together(shop, [give_back] * 8)) == ["False"] * 7 + ["True"]
    assert counters(variant) == (10, 0)


def test_what_is_released_is_not_taken_as_well(shop: Store) -> None:
    for round_number in range(10):
        variant = variant_of(make_product(shop, stock=10))
        reference = f"order:{round_number}"
        assert together(shop, [buys(reference, {variant.pk: 4})]) == ["held"]

        def give_back(reference: str = reference) -> str:
            with transaction.atomic():
                return "released" if stock.release(reference, actor="system") else "nothing"

        def ship(reference: str = reference, pk: int = variant.pk) -> str:
            try:
                with transaction.atomic():
                    stock.take(reference, {pk: 4}, actor="staff:1")
            except stock.StockShort:
                return "short"
            return "taken"

        outcomes = together(shop, [give_back, ship])
        assert sorted(outcomes) in (["released", "short"], ["nothing", "taken"])
        assert counters(variant) == ((10, 0) if "released" in outcomes else (6, 0))
