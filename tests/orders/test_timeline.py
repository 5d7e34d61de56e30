"""The timeline tells everything that happened to an order, newest first, in the reader's language; shoppers are told no names of staff."""

from datetime import timedelta

import pytest
from django.utils import translation

from core import clock
from orders import closing, packing, shipping
from orders.models import Order, TrackingEvent
from orders.timeline import milestones, timeline
from shop.models import Shopper, Store, Variant
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import packing_order, place_order, shipped_order


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, stock=50))


def kinds(order: Order) -> list[str]:
    return [item.kind for item in timeline(Order.objects.get(pk=order.pk))]


def test_from_placing_to_the_last_station(shopper: Shopper, variant: Variant) -> None:
    order, parcel = shipped_order(shopper, {variant: 1})
    TrackingEvent.objects.create(
        store=order.store,
        parcel=parcel,
        happened_at=clock.now() + timedelta(minutes=5),
        status="in_transit",
        text_zh="运输中",
        text_en="Moving",
        location="杭州",
    )

    assert kinds(order)[:1] == ["tracking.in_transit"]
    assert kinds(order)[-3:] == ["parcel.packing", "order.paid", "order.pending"]
    items = {item.kind: item for item in timeline(order)}
    assert (items["parcel.shipped"].text, items["parcel.shipped"].detail) == (
        "Handed to the carrier",
        "SF Express SF1234567890123",
    )
    assert (items["parcel.packed"].actor, items["order.pending"].actor) == ("staff:1", f"shopper:{shopper.pk}")
    with translation.override("zh-hans"):
        told = {item.kind: (item.text, item.detail) for item in timeline(order)}
    assert told["tracking.in_transit"] == ("运输中", "杭州")
    assert told["parcel.shipped"][1] == "顺丰速运 SF1234567890123"


def test_a_correction_names_both_waybills(shopper: Shopper, variant: Variant) -> None:
    order, parcel = shipped_order(shopper, {variant: 1})
    shipping.correct(parcel, "ZTO", "75312345678901", actor="staff:2")

    newest = timeline(Order.objects.get(pk=order.pk))[0]

    assert newest.detail == "Corrected: ZTO Express 75312345678901 instead of SF1234567890123"
    assert newest.actor == "staff:2"


def test_a_cancellation_says_why(shopper: Shopper, variant: Variant) -> None:
    order = place_order(shopper, {variant: 1})
    closing.close(order, "expired", actor="system")

    newest = timeline(order)[0]

    assert (newest.kind, newest.detail, newest.actor) == ("order.cancelled", "Not paid in time", "system")
    assert [item.text for item in milestones(Order.objects.get(pk=order.pk))] == ["Not paid in time", "Order placed"]


def test_parcels_that_were_merged_away_are_not_told_of_as_if_they_were_there(
    shopper: Shopper, variant: Variant
) -> None:
    order, first = packing_order(shopper, {variant: 3})
    second = packing.split(first, {order.lines.get().pk: 1}, actor="staff:1")
    packing.merge(second, first, actor="staff:1")

    assert kinds(order) == ["parcel.packing", "order.paid", "order.pending"]


def test_what_the_shopper_sees_needs_no_question_and_names_nobody(
    shopper: Shopper, variant: Variant, django_assert_num_queries: object
) -> None:
    order, _parcel = shipped_order(shopper, {variant: 1})
    order = Order.objects.prefetch_related("parcels").get(pk=order.pk)

    with django_assert_num_queries(0):  # type: ignore[operator]
        items = milestones(order)

    assert {item.kind for item in items} == {"placed", "paid", "shipped", "parcel"}
    assert not any(item.actor for item in items)
