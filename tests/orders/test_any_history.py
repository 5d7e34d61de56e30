"""Whatever shoppers, staff, carriers and providers do, in whatever order: what is refused changes nothing, and all promises hold.

Random walks from fixed seeds over everything that can be done to orders; after every step the database is asked for broken promises.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django_scopes import scope

from core import clock, duework
from core.problems import Problem
from orders import carts, closing, packing, placing, receiving, shipping, tracking
from orders.models import Duty, Order, Parcel
from orders.paying import mark_paid
from orders.quoting import quote
from shop import stock
from shop.models import Shopper, Store, Variant
from tests.conftest import make_shopper
from tests.support.catalogue import make_product, variant_of
from tests.support.order_invariants import check_orders
from tests.support.orders import address_of, place_order

STEPS = 60
STATUSES = ("accepted", "picked_up", "in_transit", "out_for_delivery", "delivered", "problem", "returned", "nonsense")


class World:
    """A store with a few shoppers and little stock, and everything that can happen in it."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.dice, self.number = store, random.Random(seed), 0
        self.shoppers: list[Shopper] = [make_shopper(store) for _ in range(2)]
        self.variants: list[Variant] = [variant_of(make_product(store, f"Tea {n}", 700 + n, 12)) for n in range(3)]

    def events(self) -> list[Callable[[], object]]:
        return [
            self.place, self.place, self.buy_the_cart, self.put_into_cart, self.pay, self.pay, self.cancel, self.expire, self.work,
            self.work, self.pack, self.unpack, self.split, self.merge, self.ship, self.ship, self.correct, self.hear, self.hear,
            self.receive, self.restock,
        ]  # fmt: skip

    def happen(self) -> str:
        event = self.dice.choice(self.events())
        try:
            event()
        except Problem as problem:
            return f"{event.__name__}: {problem.kind}"
        return event.__name__

    def any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise Problem("nothing-there", 404, "")
        return self.dice.choice(found)

    def shopper(self) -> Shopper:
        return self.dice.choice(self.shoppers)

    def order(self) -> Order:
        found: Order = self.any(Order.objects.all())
        return found

    def parcel(self) -> Parcel:
        found: Parcel = self.any(Parcel.objects.all())
        return found

    def waybill(self) -> str:
        # Some come twice.
        return f"SF{self.dice.randrange(12):013}"

    # What happens

    def place(self) -> None:
        chosen = self.dice.sample(self.variants, self.dice.randint(1, 3))
        place_order(self.shopper(), {variant: self.dice.randint(1, 4) for variant in chosen})

    def put_into_cart(self) -> None:
        variant = Variant.objects.select_related("product", "stock").get(pk=self.dice.choice(self.variants).pk)
        carts.add(self.shopper(), variant, self.dice.randint(1, 3))

    def buy_the_cart(self) -> None:
        shopper = self.shopper()
        address = address_of(shopper)
        total = quote(self.store, shopper, None, address).total + self.dice.choice([0, 0, 0, -1])
        placing.place(self.store, shopper, address=address, expected_total=total)

    def pay(self) -> None:
        mark_paid(self.order(), paid_at=clock.now(), actor="provider:wechatpay")

    def cancel(self) -> None:
        closing.request_close(self.order(), "shopper", actor="shopper:1")

    def expire(self) -> None:
        Duty.objects.filter(order=self.order(), kind="close", done_at=None).update(due_at=clock.now())

    def work(self) -> None:
        duework.run_pending(Duty)

    def pack(self) -> None:
        packing.pack(self.parcel(), actor="staff:1")

    def unpack(self) -> None:
        packing.unpack(self.parcel(), actor="staff:1")

    def split(self) -> None:
        parcel = self.parcel()
        packing.split(parcel, {row.line_id: self.dice.randint(0, 3) for row in parcel.lines.all()}, actor="staff:1")

    def merge(self) -> None:
        packing.merge(self.parcel(), self.parcel(), actor="staff:1")

    def ship(self) -> None:
        shipping.ship(self.parcel(), "SF", self.waybill(), actor="staff:1")

    def correct(self) -> None:
        shipping.correct(self.parcel(), "SF", self.waybill(), actor="staff:1")

    def hear(self) -> None:
        parcel = self.any(Parcel.objects.filter(due_at__isnull=False, done_at=None))
        Parcel.objects.filter(pk=parcel.pk).update(claim="asking")
        told = [
            tracking.Station(clock.now(), self.dice.choice(STATUSES), "站", "Station", "")
            for _ in range(self.dice.randint(0, 3))
        ]
        tracking.note(Parcel.objects.get(pk=parcel.pk), told)

    def receive(self) -> None:
        receiving.receive(self.order(), actor="shopper:1")

    def restock(self) -> None:
        stock.change(self.dice.choice(self.variants).pk, self.dice.randint(-3, 6), "counted", actor="staff:1")


@pytest.mark.parametrize("seed", range(8))
def test_every_promise_holds_after_every_step(store: Store, seed: int) -> None:
    store.order_limit = 6
    store.save()
    world = World(store, seed)
    history = []

    with scope(store=store):
        for _ in range(STEPS):
            history.append(world.happen())
            try:
                check_orders()
            except AssertionError as broken:
                raise AssertionError(f"seed {seed}, after {history}") from broken


def test_the_walks_get_everywhere(store: Store) -> None:
    """Else they would prove little: between them they reach every state of an order and most of a parcel."""
    orders: set[str] = set()
    parcels: set[str] = set()
    with scope(store=store):
        for seed in range(4):
            world = World(store, 100 + seed)
            for _ in range(80):
                world.happen()
                orders |= set(Order.objects.values_list("state", flat=True))
                parcels |= set(Parcel.objects.values_list("state", flat=True))
        check_orders()

    assert orders == {"pending", "paid", "shipped", "received", "cancelled"}
    assert parcels >= {"packing", "packed", "shipped", "in_transit", "out_for_delivery", "delivered", "problem"}
