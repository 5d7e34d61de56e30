"""Parcels are followed at a carrier (the sandbox's, a process of its own): every station once, forward only, until they are there."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core import clock, duework
from core.models import JournalEntry
from orders import shipping, tracking
from orders.carrier_client import Station
from orders.models import Duty, Order, Parcel, TrackingEvent
from shop.models import Shopper, Store, Variant
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import due, packing_order, shipped_order
from tests.support.sandbox import SandboxClient, sandbox, sandbox_process  # noqa: F401

WAYBILL = "SF1234567890123"


@pytest.fixture
def carrier(sandbox: SandboxClient, settings: Any) -> SandboxClient:  # noqa: F811
    """The sandbox as the carrier; nothing moves by itself."""
    settings.CARRIER_API_BASE = sandbox.url
    settings.TRACKING_SECONDS = 10
    sandbox.settings(parcel_seconds=100_000)
    return sandbox


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, stock=50))


def follow() -> None:
    """Ask now, whatever the pace."""
    Parcel.objects.filter(done_at=None, due_at__isnull=False).update(due_at=clock.now())
    duework.run_pending(Parcel)


def registrations(carrier: SandboxClient) -> list[dict[str, Any]]:
    requests = carrier.requests(path="/carrier/v1/parcels", method="POST")
    return [json.loads(request["body"]) for request in requests]


def test_it_works(shopper: Shopper, variant: Variant, carrier: SandboxClient) -> None:
    """Registered with the carrier once, then followed station by station until it is delivered."""
    order, parcel = shipped_order(shopper, {variant: 1})

    states = []
    for to in (None, "in_transit", "out_for_delivery", "delivered"):
        if to:
            carrier.advance_parcel("SF", WAYBILL, to)
        follow()
        states.append(Parcel.objects.get().state)

    assert states == ["shipped", "in_transit", "out_for_delivery", "delivered"]
    parcel = Parcel.objects.get()
    assert parcel.done_at is not None
    assert parcel.delivered_at is not None
    assert len(registrations(carrier)) == 1
    events = list(TrackingEvent.objects.filter(parcel=parcel))
    assert [event.status for event in events][:2] == ["delivered", "out_for_delivery"]
    assert events[0].text_zh
    assert events[0].text_en.startswith("[")
    journal = JournalEntry.objects.filter(subject=f"parcel:{parcel.pk}").values_list("to_state", "actor")
    assert list(journal)[-3:] == [("in_transit", "carrier"), ("out_for_delivery", "carrier"), ("delivered", "carrier")]
    assert Order.objects.get().state == "shipped"
    assert Duty.objects.get(kind="receive").order == order


def test_shipping_itself_calls_nobody(shopper: Shopper, variant: Variant, carrier: SandboxClient) -> None:
    """Promise 3: no network call inside a transaction. The call is due work."""
    shipped_order(shopper, {variant: 1})

    assert carrier.requests(path="/carrier") == []
    assert due(Parcel.objects.get()) <= clock.now()


def test_each_station_is_kept_once(shopper: Shopper, variant: Variant, carrier: SandboxClient) -> None:
    shipped_order(shopper, {variant: 1})
    follow()
    carrier.advance_parcel("SF", WAYBILL, "in_transit")

    for _ in range(3):
        follow()

    told = len(carrier.call("GET", f"/carrier/v1/parcels/SF/{WAYBILL}")["events"])
    assert TrackingEvent.objects.count() == told >= 3


def test_a_problem_is_shown_and_can_be_left(shopper: Shopper, variant: Variant, carrier: SandboxClient) -> None:
    shipped_order(shopper, {variant: 1})
    follow()
    carrier.advance_parcel("SF", WAYBILL, "problem")
    follow()
    assert Parcel.objects.get().state == "problem"

    carrier.advance_parcel("SF", WAYBILL, "delivered")
    follow()
    assert Parcel.objects.get().state == "delivered"


def test_the_order_waits_for_its_last_parcel(shopper: Shopper, variant: Variant, carrier: SandboxClient) -> None:
    order, first = packing_order(shopper, {variant: 3})
    from orders import packing

    second = packing.split(first, {order.lines.get().pk: 1}, actor="staff:1")
    shipping.ship(first, "SF", WAYBILL, actor="staff:1")
    shipping.ship(second, "ZTO", "75312345678901", actor="staff:1")
    follow()
    carrier.advance_parcel("SF", WAYBILL, "delivered")
    follow()
    assert not Duty.objects.filter(kind="receive").exists()

    carrier.advance_parcel("ZTO", "75312345678901", "delivered")
    follow()
    duty = Duty.objects.get(kind="receive")
    days = due(duty) - clock.now()
    assert timedelta(days=order.store.receive_days, minutes=-1) < days <= timedelta(days=order.store.receive_days)


def test_after_a_correction_the_right_one_is_followed(
    shopper: Shopper, variant: Variant, carrier: SandboxClient
) -> None:
    _order, parcel = shipped_order(shopper, {variant: 1})
    follow()
    carrier.advance_parcel("SF", WAYBILL, "delivered")
    follow()
    assert Parcel.objects.get().state == "delivered"

    shipping.correct(parcel, "ZTO", "75312345678901", actor="staff:1")
    follow()

    assert Parcel.objects.get().state == "shipped"
    assert [request["carrier"] for request in registrations(carrier)] == ["SF", "ZTO"]
    assert set(TrackingEvent.objects.values_list("status", flat=True)) == {"accepted"}


def test_the_carrier_is_told_the_tail_of_the_phone_number_and_no_more(
    shopper: Shopper, variant: Variant, carrier: SandboxClient
) -> None:
    shipped_order(shopper, {variant: 1})
    follow()

    body = registrations(carrier)[0]
    assert body == {"carrier": "SF", "waybill": WAYBILL, "recipient": {"city": "杭州市"}, "phone_tail": "8000"}


def test_a_waybill_that_the_carrier_has_forgotten_is_registered_again(
    shopper: Shopper, variant: Variant, carrier: SandboxClient
) -> None:
    shipped_order(shopper, {variant: 1})
    follow()
    carrier.reset()
    carrier.settings(parcel_seconds=100_000)

    follow()
    assert Parcel.objects.get().state == "problem"
    follow()
    carrier.advance_parcel("SF", WAYBILL, "in_transit")
    follow()
    assert Parcel.objects.get().state == "in_transit"


@pytest.mark.parametrize("silence,expected", [(0, 10), (60, 15), (200, 50), (10_000, 80)])
def test_the_longer_the_silence_the_rarer_the_question(
    shopper: Shopper, variant: Variant, carrier: SandboxClient, silence: int, expected: int
) -> None:
    """Between the pace and eight times the pace, a quarter of the silence."""
    shipped_order(shopper, {variant: 1})
    follow()
    asked = clock.now() + timedelta(seconds=silence)

    with time_machine.travel(asked, tick=False):
        follow()

    assert abs((due(Parcel.objects.get()) - asked).total_seconds() - expected) < 2


def test_without_a_tracking_service_the_days_count_from_shipping(
    shopper: Shopper, variant: Variant, settings: Any
) -> None:
    settings.CARRIER_API_BASE = ""
    order, _parcel = shipped_order(shopper, {variant: 1})

    follow()

    shipped_at = order.shipped_at
    assert shipped_at is not None
    assert Parcel.objects.get().done_at is not None
    assert due(Duty.objects.get(kind="receive")) == shipped_at + timedelta(days=order.store.receive_days)


def stations(*statuses: str) -> list[Station]:
    start = clock.now() - timedelta(hours=len(statuses))
    return [
        Station(start + timedelta(hours=index), status, status, status, "") for index, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    "state,told,becomes",
    [
        ("shipped", [], "shipped"),
        ("shipped", ["accepted"], "shipped"),
        ("shipped", ["accepted", "picked_up"], "in_transit"),
        ("shipped", ["picked_up", "in_transit", "delivered"], "delivered"),
        ("out_for_delivery", ["out_for_delivery", "in_transit"], "out_for_delivery"),
        ("out_for_delivery", ["picked_up"], "out_for_delivery"),
        ("delivered", ["delivered", "in_transit"], "delivered"),
        ("delivered", ["delivered", "problem"], "delivered"),
        ("returned", ["returned", "delivered"], "returned"),
        ("in_transit", ["in_transit", "problem"], "problem"),
        ("problem", ["problem", "in_transit"], "in_transit"),
        ("problem", ["in_transit", "problem", "accepted"], "problem"),
        ("in_transit", ["problem", "returned"], "returned"),
        ("shipped", ["loitering"], "shipped"),
        ("packing", ["delivered"], "packing"),
    ],
)
def test_forward_only(state: str, told: list[str], becomes: str) -> None:
    assert tracking.destination(state, stations(*told)) == becomes


def test_a_parcel_that_came_back_holds_the_order_up(shopper: Shopper, variant: Variant) -> None:
    _order, _parcel = shipped_order(shopper, {variant: 1})
    Parcel.objects.update(claim="asking")

    tracking.note(Parcel.objects.get(), stations("in_transit", "returned"))

    assert Parcel.objects.get().state == "returned"
    assert Parcel.objects.get().done_at is not None
    assert Order.objects.get().hold_reason == "A parcel came back to the store."
    assert not Duty.objects.filter(kind="receive").exists()


def test_news_out_of_order_of_arrival(shopper: Shopper, variant: Variant) -> None:
    """A late answer that knows less than what is known already takes nothing back."""
    shipped_order(shopper, {variant: 1})
    whole = stations("picked_up", "in_transit", "out_for_delivery")
    for told in (whole, whole[:1], whole[:2]):
        Parcel.objects.update(claim="asking")
        tracking.note(Parcel.objects.get(), told)

    assert Parcel.objects.get().state == "out_for_delivery"
    assert TrackingEvent.objects.count() == 3


def test_a_station_whose_time_is_put_right_stays_one_station(shopper: Shopper, variant: Variant) -> None:
    """And a second attempt to deliver, told in the same words, is a second station."""
    shipped_order(shopper, {variant: 1})
    first, second = stations("out_for_delivery", "out_for_delivery")
    corrected = replace(first, at=first.at - timedelta(minutes=3))

    for told in ([first], [corrected], [corrected, corrected], [corrected, second], [first, second]):
        Parcel.objects.update(claim="asking")
        tracking.note(Parcel.objects.get(), told)

    assert sorted(TrackingEvent.objects.values_list("happened_at", flat=True)) == [first.at, second.at]
