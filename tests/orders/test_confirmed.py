"""An order that is to be paid on delivery is packed, shipped and received unpaid; it can be cancelled until something has left the house,
and what comes back unpaid is closed without money."""

from collections.abc import Iterator

import pytest

from core import clock, duework
from core.models import JournalEntry
from core.states import IllegalMove
from orders import closing, packing, paying, receiving, shipping, states
from orders.api.orders import listed
from orders.models import Duty, Order, Parcel
from orders.timeline import milestones
from payments import by_hand
from payments.models import Payment
from shop.models import Shopper, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.order_invariants import check_orders
from tests.support.orders import place_order

STAFF = "staff:5"


@pytest.fixture(autouse=True)
def promises_hold(store: Store) -> Iterator[None]:
    yield
    check_orders()


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, stock=10))


@pytest.fixture
def order(shopper: Shopper, variant: Variant) -> Order:
    """Three of something, confirmed and allocated."""
    order = place_order(shopper, {variant: 3})
    paying.confirm_on_delivery(order, actor=f"shopper:{shopper.pk}")
    duework.run_pending(Duty)
    return order


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def ship(order: Order) -> Parcel:
    parcel = Parcel.objects.filter(order=order, state="packing").first()
    assert parcel is not None
    packing.pack(parcel, actor=STAFF)
    shipping.ship(parcel, "SF", f"SF123456789{parcel.pk:04d}", actor=STAFF)
    return parcel


def come_back(order: Order) -> Order:
    """Shipped, and returned by the carrier."""
    parcel = ship(order)
    parcel.refresh_from_db()
    states.PARCEL.move(parcel, "returned", actor="carrier")
    return now(order)


def test_it_is_shipped_and_received_unpaid(order: Order, variant: Variant) -> None:
    ship(order)
    receiving.receive(now(order), actor="shopper:1")

    received = now(order)
    assert (received.state, received.paid_at, received.to_collect) == ("received", None, received.total)
    assert counters(variant) == (7, 0)


def test_a_wrong_waybill_of_the_first_of_two_parcels_is_put_right(order: Order) -> None:
    parcel = Parcel.objects.get()
    packing.split(parcel, {order.lines.get().pk: 1}, actor=STAFF)
    first = ship(order)
    first.refresh_from_db()

    shipping.correct(first, "SF", "SF9876543210987", actor=STAFF)

    assert now(order).state == "confirmed"


@pytest.mark.parametrize("cause", ["shopper", "staff"])
def test_cancelled_before_it_is_shipped(order: Order, variant: Variant, cause: str) -> None:
    closing.request_close(order, cause, actor="shopper:1")
    assert states.is_closing(now(order))
    assert states.actions(now(order)) == []
    closing.request_close(order, "staff", actor=STAFF)
    duework.run_pending(Duty)

    cancelled = now(order)
    assert (cancelled.state, cancelled.cancel_cause) == ("cancelled", cause)
    assert counters(variant) == (10, 0)
    assert not Parcel.objects.exists()
    assert JournalEntry.objects.filter(subject=f"order:{order.pk}", to_state="cancelled", actor="shopper:1").exists()


def test_it_cannot_be_cancelled_once_something_has_left(order: Order) -> None:
    packing.split(Parcel.objects.get(), {order.lines.get().pk: 1}, actor=STAFF)
    ship(order)

    with pytest.raises(IllegalMove):
        closing.request_close(order, "shopper", actor="shopper:1")
    assert not states.is_closing(now(order))


def test_a_parcel_that_leaves_while_it_is_being_cancelled_goes_on(order: Order, variant: Variant) -> None:
    closing.request_close(order, "shopper", actor="shopper:1")
    ship(order)
    duework.run_pending(Duty)

    assert now(order).state == "shipped"
    assert Duty.objects.get(kind="close").done_at is not None
    assert counters(variant) == (7, 0)


@pytest.mark.parametrize(("restock", "left"), [(True, 10), (False, 7)])
def test_what_came_back_unpaid_is_closed(order: Order, variant: Variant, restock: bool, left: int) -> None:
    by_hand.came_back(come_back(order), restock=restock, actor=STAFF)

    closed = now(order)
    assert (closed.state, closed.cancel_cause, closed.hold_reason) == ("cancelled", "came_back", "")
    assert counters(variant) == (left, 0)
    with pytest.raises(IllegalMove):
        by_hand.came_back(closed, restock=True, actor=STAFF)
    assert counters(variant) == (left, 0)


def test_only_what_came_back_is_closed_so(order: Order) -> None:
    ship(order)

    with pytest.raises(IllegalMove):
        by_hand.came_back(now(order), restock=True, actor=STAFF)
    assert now(order).state == "shipped"
    assert not Payment.objects.exists()


def test_a_paid_order_that_comes_back_is_not_closed_so(order: Order) -> None:
    paying.mark_paid(now(order), paid_at=clock.now(), actor="system")

    with pytest.raises(IllegalMove):
        by_hand.came_back(come_back(order), restock=True, actor=STAFF)


def test_paid_after_it_was_cancelled_it_is_fulfilled_once_more(order: Order, variant: Variant) -> None:
    """By way of an attempt at another provider, whose notification was late."""
    closing.request_close(order, "shopper", actor="shopper:1")
    duework.run_pending(Duty)

    assert paying.reopen(now(order), paid_at=clock.now(), actor="provider:wechatpay")
    duework.run_pending(Duty)

    assert now(order).state == "paid"
    assert [line.quantity for line in Parcel.objects.get().lines.all()] == [3]
    assert counters(variant) == (10, 3)


def test_the_shopper_sees_it_among_those_to_be_shipped(order: Order, mine: Client) -> None:
    listed_ids = [row["id"] for row in mine.get("orders", {"state": "paid"}).json()["results"]]

    assert listed_ids == [order.public_id]
    assert mine.get("orders/counts").json() == {"pending": 0, "paid": 1, "shipped": 0}
    assert mine.get("orders", {"state": "pending"}).json()["results"] == []


def test_what_the_shopper_reads_and_may_do(order: Order, mine: Client) -> None:
    document = mine.get(f"orders/{order.public_id}").json()

    assert (document["state"], document["state_text"]) == ("confirmed", "to be paid on delivery")
    assert document["on_delivery"] is True
    assert document["actions"] == ["cancel", "reorder"]
    assert document["expires_at"] is None
    assert document["timeline"][0]["text"] == "Confirmed, to be paid on delivery"
    answer = mine.post(f"orders/{order.public_id}/cancel")
    assert (answer.status_code, answer.json()["closing"]) == (202, True)
    duework.run_pending(Duty)
    assert now(order).state == "cancelled"


def test_lists_ask_no_further_queries_for_it(order: Order) -> None:
    row = listed(Order.objects.filter(pk=order.pk)).get()

    assert states.actions(row) == ["cancel", "reorder"]
    assert [item.kind for item in milestones(row)] == ["confirmed", "placed"]
