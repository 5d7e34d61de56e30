"""Closing an unpaid order is asked for, then carried out by the room that can ask the provider; only then is the stock given back."""

import pytest

from core import clock
from core.models import JournalEntry
from core.states import IllegalMove, StaleState
from orders import closing
from orders.models import Duty, Order
from orders.paying import mark_paid
from shop.models import Shopper, StockHold, Store, Variant
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import due, place_order


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store))


@pytest.fixture
def order(shopper: Shopper, variant: Variant) -> Order:
    return place_order(shopper, {variant: 3})


def test_asking_makes_the_duty_due_and_touches_nothing_else(order: Order, variant: Variant) -> None:
    before = due(Duty.objects.get())

    closing.request_close(order, "staff", actor="staff:5")

    duty = Duty.objects.get()
    assert (duty.cause, duty.asked_by) == ("staff", "staff:5")
    assert due(duty) <= clock.now() < before
    assert Order.objects.get().state == "pending"
    assert counters(variant) == (10, 3)


def test_the_first_cause_stands(order: Order) -> None:
    closing.request_close(order, "shopper", actor="shopper:1")
    closing.request_close(order, "staff", actor="staff:5")

    assert (Duty.objects.get().cause, Duty.objects.get().asked_by) == ("shopper", "shopper:1")


def test_a_parked_closing_is_taken_up_again_when_somebody_asks(order: Order) -> None:
    Duty.objects.update(parked_at=clock.now(), attempts=8)

    closing.request_close(order, "staff", actor="staff:5")

    assert (Duty.objects.get().parked_at, Duty.objects.get().attempts) == (None, 0)


def test_closing_gives_the_stock_back_once(order: Order, variant: Variant) -> None:
    closing.request_close(order, "shopper", actor="shopper:1")

    closing.close(Order.objects.get(), "shopper", actor="system")

    closed = Order.objects.get()
    assert (closed.state, closed.cancel_cause, closed.cancelled_at is not None) == ("cancelled", "shopper", True)
    assert counters(variant) == (10, 0)
    assert StockHold.objects.get().state == "released"
    entry = JournalEntry.objects.filter(subject=f"order:{order.pk}").latest("id")
    assert (entry.to_state, entry.actor, entry.why) == ("cancelled", "shopper:1", "shopper")
    with pytest.raises(IllegalMove):
        closing.close(Order.objects.get(), "shopper", actor="system")
    with pytest.raises(StaleState):
        closing.close(order, "shopper", actor="system")  # a copy that still says pending
    assert counters(variant) == (10, 0)


def test_a_paid_order_is_neither_asked_about_nor_closed(order: Order, variant: Variant) -> None:
    stale = Order.objects.get()
    mark_paid(order, paid_at=clock.now(), actor="provider:wechatpay")

    with pytest.raises(IllegalMove):
        closing.request_close(order, "shopper", actor="shopper:1")
    with pytest.raises(StaleState):
        closing.close(stale, "expired", actor="system")
    assert counters(variant) == (10, 3)


def test_a_cancelled_order_is_never_paid_again(order: Order, variant: Variant) -> None:
    """litemall marks it paid although its stock has been sold to somebody else; here nothing but reopening it can."""
    stale = Order.objects.get()
    closing.close(order, "expired", actor="system")

    for copy in (Order.objects.get(), stale):
        with pytest.raises((IllegalMove, StaleState)):
            mark_paid(copy, paid_at=clock.now(), actor="provider:wechatpay")
    assert Order.objects.get().state == "cancelled"
    assert not Duty.objects.filter(kind="fulfil").exists()
    assert counters(variant) == (10, 0)
