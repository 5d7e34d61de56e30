"""Paying, cancelling and expiring at the same moment, packing and shipping by two at once: always a legal end, never two.

Deterministic first (the rival acts between a read and the write that follows), then on real connections, with negative controls.
"""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django_scopes import scope

from core import clock, duework
from core.problems import Problem
from core.states import Machine
from orders import closing, packing, shipping, tracking
from orders.models import Duty, Order, Parcel
from orders.paying import mark_paid
from orders.states import ORDER
from shop.models import StockMovement, Store, Variant
from tests.conftest import make_shopper, make_store
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.order_invariants import check_orders, violations
from tests.support.orders import packing_order, place_order
from tests.support.racing import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.xdist_group("races"),
    pytest.mark.servers,
]


@pytest.fixture
def shop() -> Store:
    return make_store("tea")


@pytest.fixture
def variant(shop: Store) -> Variant:
    return variant_of(make_product(shop, "Tea", 1000, 100))


def pay(order: Order) -> Callable[[], str]:
    def job() -> str:
        with transaction.atomic():
            mark_paid(Order.objects.get(pk=order.pk), paid_at=clock.now(), actor="provider:wechatpay")
        return "paid"

    return job


def ask_to_cancel(order: Order) -> Callable[[], str]:
    def job() -> str:
        closing.request_close(order, "shopper", actor="shopper:1")
        return "asked"

    return job


def expire(order: Order) -> Callable[[], str]:
    """What the worker does when the provider has said that nothing was paid."""

    def job() -> str:
        duty = Duty.objects.get(order=order, kind="close")
        Duty.objects.filter(pk=duty.pk).update(due_at=clock.now())
        return str(duework.run(Duty, duty.pk))

    return job


def settled(order: Order, variant: Variant, quantity: int, on_hand: int) -> None:
    """Paid with its stock held, or cancelled with its stock given back; never both, never neither."""
    with scope(store=order.store):
        state = Order.objects.get(pk=order.pk).state
        fulfil = Duty.objects.filter(order=order, kind="fulfil").count()
        closes = Duty.objects.get(order=order, kind="close")
    expected = {"paid": (on_hand, quantity), "cancelled": (on_hand, 0)}
    assert state in expected
    assert counters(variant) == expected[state]
    assert fulfil == (state == "paid")
    assert closes.done_at is not None
    check_orders()


@pytest.mark.parametrize("order_of_play", list(itertools.permutations(("pay", "ask", "expire"))), ids="-".join)
def test_every_order_of_events(shop: Store, variant: Variant, order_of_play: tuple[str, ...]) -> None:
    order = place_order(make_shopper(shop), {variant: 2})
    plays = {"pay": pay(order), "ask": ask_to_cancel(order), "expire": expire(order)}

    for name in order_of_play:
        with scope(store=shop):
            try:
                plays[name]()
            except Problem as problem:
                assert problem.kind in ("illegal-state", "stale-state")  # noqa: PT017

    settled(order, variant, 2, 100)
    with scope(store=shop):
        first = next(name for name in order_of_play if name != "ask")
        assert Order.objects.get().state == {"pay": "paid", "expire": "cancelled"}[first]


def rival_between(monkeypatch: pytest.MonkeyPatch, machine: Machine, rival: Callable[[], Any]) -> None:
    """The rival acts (and commits, on a connection of its own) after the order was read and before it is changed."""
    real = Machine.move
    played: list[bool] = []

    def move(self: Machine, row: Any, to: str, **kwargs: Any) -> None:
        if self is machine and not played:
            played.append(True)
            together(row.store, [rival])
        real(self, row, to, **kwargs)

    monkeypatch.setattr(Machine, "move", move)


def test_paid_between_reading_and_cancelling(shop: Store, variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    order = place_order(make_shopper(shop), {variant: 2})

    def pay_at_once() -> None:
        # Without the duty, whose row the closing worker has locked: only compare-and-set stands in the way.
        ORDER.move(Order.objects.get(pk=order.pk), "paid", actor="provider:wechatpay", paid_at=clock.now())

    rival_between(monkeypatch, ORDER, pay_at_once)
    with scope(store=shop), pytest.raises(Problem) as refused:
        closing.close(Order.objects.get(), "expired", actor="system")

    assert refused.value.kind == "stale-state"
    with scope(store=shop):
        assert Order.objects.get().state == "paid"
    assert counters(variant) == (100, 2)


def test_cancelled_between_reading_and_paying(shop: Store, variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    order = place_order(make_shopper(shop), {variant: 2})
    rival_between(monkeypatch, ORDER, lambda: closing.close(Order.objects.get(pk=order.pk), "expired", actor="system"))

    with scope(store=shop), pytest.raises(Problem) as refused:
        mark_paid(Order.objects.get(), paid_at=clock.now(), actor="provider:wechatpay")

    assert refused.value.kind == "stale-state"
    with scope(store=shop):
        assert Order.objects.get().state == "cancelled"
        assert not Duty.objects.filter(kind="fulfil").exists()
    assert counters(variant) == (100, 0)


def test_negative_control_without_compare_and_set_both_happen(
    shop: Store, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival cancels, and the payment is booked all the same: paid, with its stock given away."""
    order = place_order(make_shopper(shop), {variant: 2})

    def move(
        self: Machine,
        row: Any,
        to: str,
        *,
        actor: str,
        why: str = "",
        data: Any = None,
        journal: Any = None,
        **columns: Any,
    ) -> None:
        if to == "paid":
            together(shop, [lambda: closing.close(Order.objects.get(pk=order.pk), "expired", actor="system")])
        type(row)._base_manager.filter(pk=row.pk).update(state=to, **columns)

    monkeypatch.setattr(Machine, "move", move)
    with scope(store=shop):
        mark_paid(Order.objects.get(), paid_at=clock.now(), actor="provider:wechatpay")
        assert Order.objects.get().state == "paid"
    assert counters(variant) == (100, 0)


def test_all_three_at_once(shop: Store) -> None:
    shopper = make_shopper(shop)
    for number in range(20):
        variant = variant_of(make_product(shop, f"Tea {number}", 1000, 100))
        order = place_order(shopper, {variant: 2})

        outcomes = together(shop, [pay(order), ask_to_cancel(order), expire(order), expire(order)])

        assert not [outcome for outcome in outcomes if outcome.startswith("error")], outcomes
        if Order._base_manager.get(pk=order.pk).state == "pending":
            # Every worker found the row taken by the other, or was overtaken: the next bell finishes it.
            together(shop, [expire(order)])
        settled(order, variant, 2, 100)


def test_paid_eight_times_at_once(shop: Store, variant: Variant) -> None:
    order = place_order(make_shopper(shop), {variant: 2})

    outcomes = together(shop, [pay(order)] * 8)

    assert outcomes.count("paid") == 1
    assert set(outcomes) <= {"paid", "stale-state", "illegal-state"}
    settled(order, variant, 2, 100)


def test_fulfilled_once_by_eight_workers(shop: Store, variant: Variant) -> None:
    order = place_order(make_shopper(shop), {variant: 2})
    together(shop, [pay(order)])
    pk = Duty._base_manager.get(kind="fulfil").pk

    outcomes = together(shop, [lambda: duework.run(Duty, pk)] * 8)

    assert sorted(outcomes) == ["False"] * 7 + ["True"]
    assert Parcel._base_manager.count() == 1


def two_parcels(shop: Store, variant: Variant) -> tuple[Order, Parcel, Parcel]:
    order, first = packing_order(make_shopper(shop), {variant: 3})
    with scope(store=shop):
        return order, first, packing.split(first, {order.lines.get().pk: 1}, actor="staff:1")


def test_two_staff_ship_one_parcel(shop: Store, variant: Variant) -> None:
    _order, parcel = packing_order(make_shopper(shop), {variant: 3})

    def ship(number: int) -> Callable[[], str]:
        return lambda: str(
            shipping.ship(Parcel.objects.get(pk=parcel.pk), "SF", f"SF{number:013}", actor=f"staff:{number}")
        )

    outcomes = together(shop, [ship(1), ship(2), ship(1), ship(2)])

    assert outcomes.count("True") == 1
    assert set(outcomes) <= {"True", "False", "illegal-state"}
    assert counters(variant) == (97, 0)
    assert StockMovement._base_manager.filter(kind="shipped").count() == 1
    check_orders()


def ship_both(order: Order, first: Parcel, second: Parcel) -> list[str]:
    jobs = [
        lambda: shipping.ship(first, "SF", f"SF{first.pk:013}", actor="staff:1"),
        lambda: shipping.ship(second, "SF", f"SF{second.pk:013}", actor="staff:2"),
    ]
    return [*together(order.store, jobs), Order._base_manager.get(pk=order.pk).state]


def test_the_last_two_parcels_at_once_ship_the_order(shop: Store, variant: Variant) -> None:
    for _round in range(5):
        assert ship_both(*two_parcels(shop, variant)) == ["True", "True", "shipped"]
    check_orders()


def test_negative_control_without_the_lock_the_order_stays_behind(
    shop: Store, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees the other still in the house, and none moves the order."""
    parcels = two_parcels(shop, variant)
    both_have_looked = threading.Barrier(2)
    real = shipping.duework.ring

    def ring(row: Any) -> None:
        both_have_looked.wait(timeout=10)
        real(row)

    monkeypatch.setattr(shipping, "lock_order", lambda pk: Order.objects.get(pk=pk))
    monkeypatch.setattr(shipping.duework, "ring", ring)

    assert ship_both(*parcels) == ["True", "True", "paid"]
    assert "I-17 a shipped order has no parcel in the house, a paid one has" in violations()


def test_the_last_two_parcels_delivered_at_once_let_the_order_be_received(shop: Store, variant: Variant) -> None:
    _order, first, second = two_parcels(shop, variant)
    with scope(store=shop):
        shipping.ship(first, "SF", "SF0000000000001", actor="staff:1")
        shipping.ship(second, "SF", "SF0000000000002", actor="staff:1")
        Parcel.objects.update(claim="asking")

    def delivered(parcel: Parcel) -> Callable[[], None]:
        station = tracking.Station(clock.now(), "delivered", "签收", "Delivered", "")
        return lambda: tracking.note(Parcel.objects.get(pk=parcel.pk), [station])

    together(shop, [delivered(first), delivered(second)])

    assert Duty._base_manager.filter(kind="receive").count() == 1
    check_orders()


def test_splitting_by_two_loses_no_unit(shop: Store, variant: Variant) -> None:
    order, parcel = packing_order(make_shopper(shop), {variant: 5})
    with scope(store=shop):
        line = order.lines.get().pk

    together(shop, [lambda: packing.split(Parcel.objects.get(pk=parcel.pk), {line: 2}, actor="staff:1").pk] * 4)

    check_orders()
