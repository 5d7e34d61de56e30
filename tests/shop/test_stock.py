"""Stock is promised, given back and taken in whole, the counters always agree with their movements, and nothing goes below zero."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from shop import stock
from shop.models import Product, StockHold, StockMovement, Store, Variant
from tests.support.catalogue import counters, make_product, variant_of


@pytest.fixture
def red(store: Store) -> Variant:
    return variant_of(make_product(store, stock=10))


@pytest.fixture
def blue(store: Store) -> Variant:
    return variant_of(make_product(store, stock=2))


def test_hold_promises_and_writes_it_down(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 3}, actor="shopper:1")

    assert counters(red) == (10, 3)
    row = StockMovement.objects.filter(kind="held").get()
    assert (row.held_delta, row.on_hand_delta, row.reference, row.actor) == (3, 0, "order:1", "shopper:1")
    assert StockHold.objects.get().quantity == 3


def test_hold_is_all_or_nothing_and_names_what_is_short(red: Variant, blue: Variant) -> None:
    with pytest.raises(stock.StockShort) as refused, transaction.atomic():
        stock.hold("order:1", {red.pk: 3, blue.pk: 3}, actor="shopper:1")

    assert refused.value.short == {blue.pk: 2}
    assert counters(red) == (10, 0)
    assert counters(blue) == (2, 0)
    assert not StockHold.objects.exists()


def test_hold_names_everything_that_is_short(red: Variant, blue: Variant) -> None:
    with pytest.raises(stock.StockShort) as refused, transaction.atomic():
        stock.hold("order:1", {red.pk: 11, blue.pk: 3}, actor="shopper:1")
    assert refused.value.short == {red.pk: 10, blue.pk: 2}


def test_hold_of_another_stores_variant_finds_nothing(red: Variant, other_store: Store) -> None:
    foreign = variant_of(make_product(other_store))
    with pytest.raises(stock.StockShort) as refused, transaction.atomic():
        stock.hold("order:1", {foreign.pk: 1}, actor="shopper:1")
    assert refused.value.short == {foreign.pk: 0}
    assert counters(foreign) == (10, 0)


@pytest.mark.parametrize("quantity", [0, -1])
def test_quantities_are_positive(red: Variant, quantity: int) -> None:
    with pytest.raises(ValueError):
        stock.hold("order:1", {red.pk: quantity}, actor="shopper:1")
    with pytest.raises(ValueError):
        stock.take("order:1", {red.pk: quantity}, actor="shopper:1")


def test_the_same_reference_cannot_hold_twice(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 1}, actor="shopper:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        stock.hold("order:1", {red.pk: 1}, actor="shopper:1")
    assert counters(red) == (10, 1)


def test_release_gives_back_once(red: Variant, blue: Variant) -> None:
    stock.hold("order:1", {red.pk: 3, blue.pk: 1}, actor="shopper:1")

    assert stock.release("order:1", actor="system") is True
    assert stock.release("order:1", actor="system") is False
    assert counters(red) == (10, 0)
    assert counters(blue) == (2, 0)


def test_take_in_two_parts_then_release_the_rest(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 5}, actor="shopper:1")

    stock.take("order:1", {red.pk: 2}, actor="staff:1")
    assert counters(red) == (8, 3)
    assert StockHold.objects.get().state == "open"
    stock.take("order:1", {red.pk: 1}, actor="staff:1")
    assert counters(red) == (7, 2)
    stock.release("order:1", actor="staff:1")
    assert counters(red) == (7, 0)
    assert Product.objects.get(pk=red.product_id).sold == 3


def test_take_of_everything_closes_the_hold(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 5}, actor="shopper:1")
    stock.take("order:1", {red.pk: 5}, actor="staff:1")
    assert StockHold.objects.get().state == "taken"
    assert stock.release("order:1", actor="system") is False


def test_take_of_more_than_is_held_changes_nothing(red: Variant, blue: Variant) -> None:
    stock.hold("order:1", {red.pk: 5}, actor="shopper:1")
    with pytest.raises(stock.StockShort) as refused, transaction.atomic():
        stock.take("order:1", {red.pk: 6, blue.pk: 1}, actor="staff:1")
    assert refused.value.short == {red.pk: 5, blue.pk: 0}
    assert counters(red) == (10, 5)


def test_change_moves_by_a_difference_and_never_below_what_is_held(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 4}, actor="shopper:1")
    stock.change(red.pk, 5, "received", actor="staff:1")
    stock.change(red.pk, -11, "counted", actor="staff:1")
    assert counters(red) == (4, 4)
    with pytest.raises(stock.StockShort), transaction.atomic():
        stock.change(red.pk, -1, "counted", actor="staff:1")
    assert counters(red) == (4, 4)


def test_movements_add_up_to_the_counters(red: Variant) -> None:
    stock.hold("order:1", {red.pk: 4}, actor="a")
    stock.take("order:1", {red.pk: 1}, actor="a")
    stock.release("order:1", actor="a")
    stock.hold("order:2", {red.pk: 6}, actor="a")
    stock.change(red.pk, 3, "returned", actor="a")
    sums = StockMovement.objects.filter(stock__variant=red).aggregate(Sum("on_hand_delta"), Sum("held_delta"))
    assert (sums["on_hand_delta__sum"], sums["held_delta__sum"]) == counters(red) == (12, 6)


def test_the_database_refuses_what_the_code_would_not_do(red: Variant) -> None:
    for sql in (
        "UPDATE shop_stock SET held = on_hand + 1 WHERE variant_id = %s",
        "UPDATE shop_stock SET on_hand = -1 WHERE variant_id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [red.pk])
