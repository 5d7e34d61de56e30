"""A parcel leaves the house once, under a waybill that can be one, and takes its stock with it; wrong waybills are put right."""

from typing import Any

import pytest

from core import clock
from core.models import JournalEntry, LeaseLost
from core.problems import Problem
from core.states import IllegalMove
from orders import carriers, packing, shipping, tracking
from orders.models import Order, Parcel, TrackingEvent
from shop.models import Shopper, StockHold, StockMovement, Store, Variant
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import due, packing_order, shipped_order

STAFF = "staff:1"
WAYBILL = "SF1234567890123"


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, "A", stock=10))


def test_it_works(shopper: Shopper, variant: Variant) -> None:
    order, parcel = packing_order(shopper, {variant: 3})

    assert shipping.ship(parcel, "SF", WAYBILL, actor=STAFF)

    parcel, order = Parcel.objects.get(), Order.objects.get()
    assert (parcel.state, parcel.carrier, parcel.waybill) == ("shipped", "SF", WAYBILL)
    assert parcel.shipped_at is not None
    assert due(parcel) <= clock.now()  # to be told to the carrier, and followed
    assert (order.state, order.shipped_at is not None) == ("shipped", True)
    assert counters(variant) == (7, 0)
    assert StockHold.objects.get().state == "taken"
    entry = JournalEntry.objects.filter(subject=f"parcel:{parcel.pk}").latest("id")
    assert (entry.actor, entry.data) == (STAFF, {"carrier": "SF", "waybill": WAYBILL})


def test_the_order_is_shipped_when_its_last_parcel_is(shopper: Shopper, variant: Variant) -> None:
    order, first = packing_order(shopper, {variant: 3})
    second = packing.split(first, {order.lines.get().pk: 1}, actor=STAFF)

    shipping.ship(first, "SF", WAYBILL, actor=STAFF)
    assert Order.objects.get().state == "paid"
    assert counters(variant) == (8, 1)

    shipping.ship(second, "ZTO", "75312345678901", actor=STAFF)
    assert Order.objects.get().state == "shipped"
    assert counters(variant) == (7, 0)


def test_a_second_click_ships_nothing_again(shopper: Shopper, variant: Variant) -> None:
    _order, parcel = packing_order(shopper, {variant: 3})
    seen_by_another = Parcel.objects.get()
    shipping.ship(parcel, "SF", WAYBILL, actor=STAFF)

    assert not shipping.ship(seen_by_another, "SF", WAYBILL, actor="staff:2")
    with pytest.raises(IllegalMove):
        shipping.ship(seen_by_another, "SF", "SF9999999999999", actor="staff:2")

    assert counters(variant) == (7, 0)
    assert StockMovement.objects.filter(kind="shipped").count() == 1
    assert JournalEntry.objects.filter(subject=f"parcel:{parcel.pk}", to_state="shipped").count() == 1


@pytest.mark.parametrize(
    "carrier,waybill,field",
    [
        ("SF", "", "waybill"),
        ("SF", "12345", "waybill"),
        ("SF", "13800138000", "waybill"),
        ("SF", "SF1234567890123; DROP", "waybill"),
        ("SF", "ＳＦ", "waybill"),
        ("EMS", "SF1234567890123", "waybill"),
        ("", WAYBILL, "carrier"),
        ("PIGEON", WAYBILL, "carrier"),
    ],
)
def test_what_cannot_be_a_waybill_is_refused_by_field(
    shopper: Shopper, variant: Variant, carrier: str, waybill: str, field: str
) -> None:
    _order, parcel = packing_order(shopper, {variant: 1})

    with pytest.raises(Problem) as refused:
        shipping.ship(parcel, carrier, waybill, actor=STAFF)

    assert (refused.value.status_code, list(refused.value.members["errors"])) == (400, [field])
    assert Parcel.objects.get().state == "packing"
    assert counters(variant) == (10, 1)


@pytest.mark.parametrize("code", carriers.CARRIERS)
def test_every_carrier_takes_its_own_example(code: str) -> None:
    carrier = carriers.CARRIERS[code]

    assert carriers.checked(code, carrier.example) == (code, carrier.example)
    assert carrier.example in carrier.tracking_url(carrier.example)
    assert carrier.name_zh
    assert carrier.name_en


def test_copied_spaces_small_and_full_width_letters_are_put_right() -> None:
    assert carriers.checked(" sf ", " ｓｆ1234 5678 90123\n") == ("SF", WAYBILL)


def test_a_waybill_belongs_to_one_parcel(shopper: Shopper, variant: Variant) -> None:
    shipped_order(shopper, {variant: 1}, waybill=WAYBILL)
    _order, parcel = packing_order(shopper, {variant: 1})

    with pytest.raises(Problem) as refused:
        shipping.ship(parcel, "SF", WAYBILL, actor=STAFF)

    assert (refused.value.kind, refused.value.status_code) == ("waybill-used", 409)
    assert counters(variant) == (9, 1)


def test_two_that_type_the_same_waybill_at_once(shopper: Shopper, variant: Variant, monkeypatch: Any) -> None:
    """The check sees nothing yet; the constraint does, and says the same."""
    shipped_order(shopper, {variant: 1}, waybill=WAYBILL)
    _order, parcel = packing_order(shopper, {variant: 1})
    monkeypatch.setattr(shipping, "_check_unused", lambda *args: None)

    with pytest.raises(Problem) as refused:
        shipping.ship(parcel, "SF", WAYBILL, actor=STAFF)

    assert refused.value.kind == "waybill-used"
    assert Parcel.objects.get(pk=parcel.pk).state == "packing"


def test_a_wrong_waybill_is_put_right(shopper: Shopper, variant: Variant) -> None:
    """What was said of the wrong one was another parcel's: it is forgotten, and the journal keeps both numbers."""
    order, parcel = shipped_order(shopper, {variant: 1}, waybill=WAYBILL)
    Parcel.objects.update(state="delivered", delivered_at=clock.now(), done_at=clock.now(), registered_at=clock.now())
    TrackingEvent.objects.create(
        store=order.store, parcel=parcel, happened_at=clock.now(), status="delivered", text_en="In Kunming"
    )
    tracking.receive_when_all_are_there(order)
    assert order.duties.filter(kind="receive").exists()

    assert shipping.correct(parcel, "ZTO", "75312345678901", actor=STAFF)

    parcel = Parcel.objects.get()
    assert (parcel.state, parcel.carrier, parcel.waybill) == ("shipped", "ZTO", "75312345678901")
    assert (parcel.delivered_at, parcel.done_at, parcel.registered_at) == (None, None, None)
    assert due(parcel) <= clock.now()
    assert not TrackingEvent.objects.exists()
    assert not order.duties.filter(kind="receive").exists()
    entry = JournalEntry.objects.filter(subject=f"parcel:{parcel.pk}").latest("id")
    assert entry.data["was"] == {"carrier": "SF", "waybill": WAYBILL}
    assert counters(variant) == (9, 0)  # nothing leaves the house a second time


def test_a_worker_that_is_asking_about_the_wrong_waybill_writes_nothing(shopper: Shopper, variant: Variant) -> None:
    _order, parcel = shipped_order(shopper, {variant: 1})
    Parcel.objects.update(claim="asking", attempts=1)
    asking = Parcel.objects.get()

    shipping.correct(parcel, "ZTO", "75312345678901", actor=STAFF)

    with pytest.raises(LeaseLost):
        tracking.note(asking, [tracking.Station(clock.now(), "delivered", "签收", "Delivered", "昆明")])
    assert Parcel.objects.get().state == "shipped"
    assert not TrackingEvent.objects.exists()


def test_what_is_in_the_house_or_received_is_not_corrected(shopper: Shopper, variant: Variant) -> None:
    _order, waiting = packing_order(shopper, {variant: 1})
    received, parcel = shipped_order(shopper, {variant: 1})
    Order.objects.filter(pk=received.pk).update(state="received")

    with pytest.raises(IllegalMove):
        shipping.correct(waiting, "SF", "SF0000000000009", actor=STAFF)
    with pytest.raises(Problem) as refused:
        shipping.correct(parcel, "SF", "SF0000000000009", actor=STAFF)
    assert refused.value.kind == "illegal-state"
    assert not shipping.correct(parcel, "SF", WAYBILL, actor=STAFF)  # the same number: nothing to do
