"""A carrier that is down, slow, cut off or talks nonsense costs time: the parcel stays as it is and is asked about again."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from django.db import transaction

from core import clock, duework
from orders import carrier_client, tracking
from orders.models import Parcel, TrackingEvent
from shop.models import Shopper, Store
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import due, shipped_order

BASE = "http://carrier.test"
WAYBILL = "SF1234567890123"
REGISTER = f"{BASE}/carrier/v1/parcels"
TRACK = f"{REGISTER}/SF/{WAYBILL}"
EVENT = {
    "at": "2026-11-22T08:00:00Z",
    "status": "in_transit",
    "text": "运输中",
    "text_en": "Moving",
    "location": "杭州",
}


@pytest.fixture
def parcel(store: Store, shopper: Shopper, settings: Any) -> Parcel:
    settings.CARRIER_API_BASE = BASE
    return shipped_order(shopper, {variant_of(make_product(store)): 1})[1]


def follow() -> Parcel:
    Parcel.objects.filter(done_at=None, due_at__isnull=False).update(due_at=clock.now())
    duework.run_pending(Parcel)
    return Parcel.objects.get()


ODD: dict[str, Callable[[Any, str, str], Any]] = {
    "500": lambda mock, method, url: mock.add(method, url, status=500),
    "503 in HTML": lambda mock, method, url: mock.add(method, url, status=503, body="<html>", content_type="text/html"),
    "429": lambda mock, method, url: mock.add(method, url, status=429),
    "redirect": lambda mock, method, url: mock.add(method, url, status=302, headers={"Location": "http://10.0.0.1/"}),
    "garbage": lambda mock, method, url: mock.add(method, url, body=b"\xff\xfe{{{"),
    "empty": lambda mock, method, url: mock.add(method, url, body=b""),
    "a list": lambda mock, method, url: mock.add(method, url, json=[]),
    "deep": lambda mock, method, url: mock.add(method, url, body=b"[" * 100_000),
    "large": lambda mock, method, url: mock.add(method, url, body=b" " * 300_000),
    "timeout": lambda mock, method, url: mock.add(method, url, body=requests.ReadTimeout()),
    "reset": lambda mock, method, url: mock.add(method, url, body=requests.ConnectionError("reset by peer")),
    "cut off": lambda mock, method, url: mock.add(method, url, body=requests.exceptions.ChunkedEncodingError()),
}


@pytest.mark.parametrize("odd", ODD)
@responses.activate
def test_registering_is_tried_again(parcel: Parcel, odd: str) -> None:
    ODD[odd](responses, "POST", REGISTER)

    after = follow()

    assert (after.state, after.registered_at, after.parked_at) == ("shipped", None, None)
    assert due(after) > clock.now()
    assert after.attempts == 1

    responses.reset()
    responses.add("POST", REGISTER, json={}, status=201)
    responses.add("GET", TRACK, json={"state": "in_transit", "events": [EVENT]})
    assert follow().state == "in_transit"


@pytest.mark.parametrize("odd", ODD)
@responses.activate
def test_asking_is_tried_again_and_not_registered_twice(parcel: Parcel, odd: str) -> None:
    responses.add("POST", REGISTER, json={}, status=201)
    ODD[odd](responses, "GET", TRACK)

    after = follow()

    assert (after.state, after.parked_at) == ("shipped", None)
    assert after.registered_at is not None
    assert not TrackingEvent.objects.exists()

    responses.reset()
    responses.add("GET", TRACK, json={"events": [EVENT]})
    assert follow().state == "in_transit"


@pytest.mark.parametrize(
    "events",
    [
        None,
        {},
        "delivered",
        [None],
        [{}],
        [EVENT | {"at": None}],
        [EVENT | {"at": "yesterday"}],
        [EVENT | {"status": None, "at": 5}],
        [EVENT] * 201,
    ],
    ids=lambda value: repr(value)[:30],
)
@responses.activate
def test_news_that_cannot_be_read_change_nothing(parcel: Parcel, events: Any) -> None:
    responses.add("POST", REGISTER, json={}, status=201)
    responses.add("GET", TRACK, json={"events": events})

    after = follow()

    assert (after.state, after.attempts) == ("shipped", 1)
    assert "CarrierDown" in after.last_error
    assert not TrackingEvent.objects.exists()


@responses.activate
def test_odd_texts_are_cut_to_size(parcel: Parcel) -> None:
    odd = EVENT | {"text": "路" * 1000 + "\x00", "text_en": None, "location": ["x" * 500], "at": "2026-11-22T16:00:00"}
    responses.add("POST", REGISTER, json={}, status=201)
    responses.add("GET", TRACK, json={"events": [odd, odd]})

    follow()

    event = TrackingEvent.objects.get()
    assert (len(event.text_zh), event.text_en) == (300, "")
    assert event.happened_at.isoformat() == "2026-11-22T16:00:00+00:00"


@responses.activate
def test_a_refusal_is_a_problem_for_a_person_and_is_asked_about_again(parcel: Parcel) -> None:
    responses.add("POST", REGISTER, json={"message": "no such carrier"}, status=400)

    after = follow()

    assert after.state == "problem"
    assert after.parked_at is None
    assert due(after) > clock.now() + tracking.SLOWEST * tracking._pace() * 0.9

    responses.reset()
    responses.add("POST", REGISTER, json={}, status=201)
    responses.add("GET", TRACK, json={"events": [EVENT]})
    assert follow().state == "in_transit"


@responses.activate
def test_a_day_without_an_answer_parks_the_parcel_for_a_person(parcel: Parcel) -> None:
    responses.add("POST", REGISTER, status=500)

    for _ in range(60):
        after = follow()

    assert after.parked_at is not None
    assert after.state == "shipped"
    assert "500" in after.last_error


@responses.activate
def test_a_carrier_is_never_called_inside_a_transaction(parcel: Parcel) -> None:
    """Promise 3: one that hangs would hold our locks."""
    responses.add("GET", TRACK, json={"events": []})

    with pytest.raises(RuntimeError), transaction.atomic():
        carrier_client.ask("SF", WAYBILL)

    assert len(responses.calls) == 0
    assert carrier_client.ask("SF", WAYBILL) == []
