"""A shipped order is received when the shopper says so, or when the store's days have passed since it was delivered; once."""

from datetime import timedelta

import pytest
import time_machine

from core import clock, duework
from core.models import JournalEntry
from core.states import IllegalMove
from orders import receiving, tracking
from orders.models import Duty, Order, Parcel
from shop.models import Shopper, Store
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import paid_order, shipped_order


@pytest.fixture
def delivered(store: Store, shopper: Shopper) -> Order:
    """An order whose one parcel has been delivered."""
    order, parcel = shipped_order(shopper, {variant_of(make_product(store)): 1})
    Parcel.objects.update(claim="asking")
    tracking.note(
        Parcel.objects.get(pk=parcel.pk), [tracking.Station(clock.now(), "delivered", "签收", "Delivered", "")]
    )
    return order


def test_by_the_shopper(shopper: Shopper, delivered: Order) -> None:
    receiving.receive(delivered, actor=f"shopper:{shopper.pk}")

    order = Order.objects.get()
    assert (order.state, order.received_at is not None) == ("received", True)
    assert Duty.objects.get(kind="receive").done_at is not None
    assert JournalEntry.objects.filter(subject=f"order:{order.pk}").latest("id").actor == f"shopper:{shopper.pk}"


def test_by_itself_after_the_stores_days(store: Store, delivered: Order) -> None:
    days = timedelta(days=store.receive_days)

    with time_machine.travel(clock.now() + days - timedelta(minutes=1)):
        duework.run_pending(Duty)
        assert Order.objects.get().state == "shipped"
    with time_machine.travel(clock.now() + days + timedelta(minutes=1)):
        duework.run_pending(Duty)

    assert Order.objects.get().state == "received"
    assert JournalEntry.objects.filter(subject=f"order:{delivered.pk}").latest("id").actor == "system"


def test_a_shopper_may_say_so_before_the_carrier_does(store: Store, shopper: Shopper) -> None:
    order, _parcel = shipped_order(shopper, {variant_of(make_product(store)): 1})

    receiving.receive(order, actor="shopper:1")

    assert Order.objects.get().state == "received"


def test_not_before_it_was_shipped_and_not_twice(store: Store, shopper: Shopper, delivered: Order) -> None:
    paid = paid_order(shopper, {variant_of(make_product(store)): 1})
    receiving.receive(delivered, actor="shopper:1")

    for order in (paid, delivered):
        with pytest.raises(IllegalMove):
            receiving.receive(Order.objects.get(pk=order.pk), actor="shopper:1")


def test_a_duty_that_comes_too_late_does_nothing(delivered: Order) -> None:
    receiving.receive(delivered, actor="shopper:1")
    Duty.objects.filter(kind="receive").update(done_at=None, due_at=clock.now())

    duework.run_pending(Duty)

    assert Duty.objects.get(kind="receive").done_at is not None
    assert JournalEntry.objects.filter(subject=f"order:{delivered.pk}", to_state="received").count() == 1
