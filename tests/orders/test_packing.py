"""Parcels in the house are packed, split and merged; every unit of an order is always in exactly one parcel."""

import pytest

from core.problems import Problem
from core.states import IllegalMove, StaleState
from orders import packing, shipping
from orders.models import Order, Parcel, ParcelLine
from shop.models import Shopper, Store
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import packing_order

STAFF = "staff:1"


@pytest.fixture
def packed(store: Store, shopper: Shopper) -> tuple[Order, Parcel]:
    """An order of five A and two B, waiting in one parcel."""
    quantities = {variant_of(make_product(store, "A")): 5, variant_of(make_product(store, "B")): 2}
    return packing_order(shopper, quantities)


def contents() -> list[dict[str, int]]:
    return [{row.line.title_en: row.quantity for row in parcel.lines.all()} for parcel in Parcel.objects.order_by("pk")]


def line_of(order: Order, title: str) -> int:
    return int(order.lines.get(title_en=title).pk)


def test_packing_and_unpacking(packed: tuple[Order, Parcel]) -> None:
    _order, parcel = packed

    packing.pack(parcel, actor=STAFF)
    packing.pack(parcel, actor=STAFF)
    assert (Parcel.objects.get().state, Parcel.objects.get().packed_at is not None) == ("packed", True)

    packing.unpack(parcel, actor=STAFF)
    assert (Parcel.objects.get().state, Parcel.objects.get().packed_at) == ("packing", None)


def test_splitting_moves_quantities(packed: tuple[Order, Parcel]) -> None:
    order, parcel = packed

    new = packing.split(parcel, {line_of(order, "A"): 2, line_of(order, "B"): 2}, actor=STAFF)

    assert contents() == [{"A": 3}, {"A": 2, "B": 2}]
    assert (new.state, new.order_id) == ("packing", order.pk)


def test_what_was_packed_has_to_be_packed_again(packed: tuple[Order, Parcel]) -> None:
    order, parcel = packed
    packing.pack(parcel, actor=STAFF)

    packing.split(parcel, {line_of(order, "A"): 1}, actor=STAFF)

    assert [row.state for row in Parcel.objects.all()] == ["packing", "packing"]


@pytest.mark.parametrize(
    "quantities",
    [{}, {"A": 0}, {"A": 6}, {"A": -1}, {"A": 5, "B": 2}, {"C": 1}],
    ids=["none", "0", "6", "-1", "all", "C"],
)
def test_a_split_that_makes_no_sense_changes_nothing(packed: tuple[Order, Parcel], quantities: dict[str, int]) -> None:
    order, parcel = packed
    lines = {"A": line_of(order, "A"), "B": line_of(order, "B"), "C": 10**6}

    with pytest.raises(Problem) as refused:
        packing.split(parcel, {lines[title]: quantity for title, quantity in quantities.items()}, actor=STAFF)

    assert refused.value.kind == "bad-split"
    assert contents() == [{"A": 5, "B": 2}]


def test_merging_is_the_way_back(packed: tuple[Order, Parcel]) -> None:
    order, parcel = packed
    new = packing.split(parcel, {line_of(order, "A"): 2, line_of(order, "B"): 2}, actor=STAFF)

    packing.merge(new, parcel, actor=STAFF)

    assert contents() == [{"A": 5, "B": 2}]
    with pytest.raises(StaleState):
        packing.pack(new, actor=STAFF)


def test_parcels_of_two_orders_are_not_merged(store: Store, shopper: Shopper, packed: tuple[Order, Parcel]) -> None:
    _order, other = packing_order(shopper, {variant_of(make_product(store, "C")): 1})

    with pytest.raises(Problem) as refused:
        packing.merge(other, packed[1], actor=STAFF)

    assert refused.value.kind == "bad-merge"
    assert Parcel.objects.count() == 2


def test_what_has_left_the_house_stays_as_it_is(packed: tuple[Order, Parcel]) -> None:
    order, parcel = packed
    new = packing.split(parcel, {line_of(order, "A"): 1}, actor=STAFF)
    shipping.ship(parcel, "SF", "SF1234567890123", actor=STAFF)

    for act in (
        lambda: packing.pack(parcel, actor=STAFF),
        lambda: packing.unpack(parcel, actor=STAFF),
        lambda: packing.split(parcel, {line_of(order, "A"): 1}, actor=STAFF),
        lambda: packing.merge(parcel, new, actor=STAFF),
        lambda: packing.merge(new, parcel, actor=STAFF),
    ):
        with pytest.raises(IllegalMove):
            act()
    assert contents() == [{"A": 4, "B": 2}, {"A": 1}]


def test_units_are_conserved_over_any_mix(packed: tuple[Order, Parcel]) -> None:
    order, parcel = packed
    a, b = line_of(order, "A"), line_of(order, "B")

    second = packing.split(parcel, {a: 3}, actor=STAFF)
    third = packing.split(second, {a: 1}, actor=STAFF)
    packing.split(parcel, {b: 1}, actor=STAFF)
    packing.merge(third, parcel, actor=STAFF)

    for pk, quantity in ((a, 5), (b, 2)):
        assert sum(row.quantity for row in ParcelLine.objects.filter(line=pk)) == quantity
