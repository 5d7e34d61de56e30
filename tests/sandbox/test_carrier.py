"""The carrier: a registered parcel travels by itself, by plausible places, in both languages; or step by step by hand."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.support.sandbox import SandboxClient, SandboxRefused, eventually

JOURNEY = ["accepted", "picked_up", "in_transit", "out_for_delivery", "delivered"]


def register(sandbox: SandboxClient, waybill: str = "SF1234567890", **more: Any) -> dict[str, Any]:
    content: dict[str, Any] = sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "sf", "waybill": waybill, **more})
    return content


def track(sandbox: SandboxClient, waybill: str = "SF1234567890") -> dict[str, Any]:
    content: dict[str, Any] = sandbox.call("GET", f"/carrier/v1/parcels/sf/{waybill}")
    return content


def delivered(sandbox: SandboxClient) -> dict[str, Any]:
    """The parcel when it has arrived."""
    eventually(lambda: track(sandbox)["state"] == "delivered")
    return track(sandbox)


def kinds(parcel: dict[str, Any]) -> list[str]:
    """The states in order, each once."""
    return list(dict.fromkeys(event["status"] for event in parcel["events"]))


def test_it_travels_by_itself(sandbox: SandboxClient) -> None:
    # Given a parcel from Hangzhou to Chengdu
    parcel = register(sandbox, recipient={"province": "四川省", "city": "成都市"})
    assert parcel["state"] == "accepted"
    assert len(parcel["events"]) == 1

    # When the time of the whole way passes at sixty times the speed
    sandbox.settings(speed=60)
    parcel = delivered(sandbox)

    # Then it has passed every state in order, and several hubs
    assert kinds(parcel) == JOURNEY
    hubs = [event["location"] for event in parcel["events"] if event["status"] == "in_transit"]
    assert hubs == ["杭州", "武汉", "成都"]
    assert parcel["events"][-1]["location"] == "成都"
    assert "顺丰速运" in parcel["events"][-1]["text"]
    assert "SF Express" in parcel["events"][-1]["text_en"]
    moments = [event["at"] for event in parcel["events"]]
    assert moments == sorted(moments)
    assert moments[0].endswith("Z")


def test_the_whole_way_takes_a_minute(sandbox: SandboxClient) -> None:
    register(sandbox)
    sandbox.advance_clock(50)
    eventually(lambda: track(sandbox)["state"] == "out_for_delivery")
    sandbox.advance_clock(10)
    parcel = delivered(sandbox)
    moments = [datetime.fromisoformat(event["at"]) for event in parcel["events"]]
    steps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(moments)]
    assert all(11 < step < 13 for step in steps), "five steps of twelve seconds, though the clock jumped"


def test_step_by_step(sandbox: SandboxClient) -> None:
    sandbox.settings(parcel_seconds=1_000_000)
    register(sandbox)
    states = ["accepted"]
    while states[-1] != "delivered":
        states.append(sandbox.advance_parcel("sf", "SF1234567890")["state"])
    assert list(dict.fromkeys(states)) == JOURNEY
    assert states.count("in_transit") >= 2
    final = track(sandbox)
    assert sandbox.advance_parcel("sf", "SF1234567890") == final, "a delivered parcel stays"


@pytest.mark.parametrize("state", JOURNEY)
def test_on_to_a_state(sandbox: SandboxClient, state: str) -> None:
    register(sandbox)
    assert sandbox.advance_parcel("sf", "SF1234567890", to=state)["state"] == state
    assert kinds(track(sandbox)) == JOURNEY[: JOURNEY.index(state) + 1]


def test_a_problem_and_on(sandbox: SandboxClient) -> None:
    register(sandbox)
    sandbox.advance_parcel("sf", "SF1234567890", to="out_for_delivery")
    assert sandbox.advance_parcel("sf", "SF1234567890", to="problem")["state"] == "problem"
    sandbox.advance_clock(3600)
    assert track(sandbox)["state"] == "problem", "it waits for somebody"
    assert sandbox.advance_parcel("sf", "SF1234567890")["state"] == "delivered"
    with pytest.raises(SandboxRefused) as refused:
        sandbox.advance_parcel("sf", "SF1234567890", to="problem")
    assert refused.value.body["code"] == "DELIVERED"


def test_not_back_to_a_state(sandbox: SandboxClient) -> None:
    register(sandbox)
    sandbox.advance_parcel("sf", "SF1234567890", to="out_for_delivery")
    there = track(sandbox)
    assert sandbox.advance_parcel("sf", "SF1234567890", to="picked_up") == there
    assert sandbox.advance_parcel("sf", "SF1234567890", to="out_for_delivery") == there


def test_registered_twice_is_one_parcel(sandbox: SandboxClient) -> None:
    register(sandbox)
    moved = sandbox.advance_parcel("sf", "SF1234567890")
    assert register(sandbox) == moved


@pytest.mark.parametrize(
    ("recipient", "city"),
    [
        ({"city": "深圳市"}, "深圳"),
        ({"city": "Beijing"}, "北京"),
        ("浙江省杭州市西湖区文三路1号", "杭州"),
        ({"province": "上海市", "city": "市辖区"}, "上海"),
        ({"city": "Atlantis"}, "上海"),
        (None, "上海"),
        (5, "上海"),
    ],
)
def test_it_goes_to_the_recipients_city(sandbox: SandboxClient, recipient: Any, city: str) -> None:
    register(sandbox, recipient=recipient)
    assert sandbox.advance_parcel("sf", "SF1234567890", to="delivered")["events"][-1]["location"] == city


def test_a_carrier_nobody_knows(sandbox: SandboxClient) -> None:
    sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "pigeon", "waybill": "P1"})
    assert "pigeon" in sandbox.call("GET", "/carrier/v1/parcels/pigeon/P1")["events"][0]["text_en"]


def test_an_unknown_parcel(sandbox: SandboxClient) -> None:
    answer = requests.get(sandbox.url + "/carrier/v1/parcels/sf/NONE", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (404, "PARCEL_UNKNOWN")
    with pytest.raises(SandboxRefused) as refused:
        sandbox.advance_parcel("sf", "NONE")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"carrier": "sf"},
        {"carrier": "sf", "waybill": ""},
        {"carrier": "sf", "waybill": "a b"},
        {"carrier": "sf", "waybill": "A" * 65},
        {"carrier": 5, "waybill": "A"},
        {"carrier": "sf", "waybill": "A", "phone_tail": "12"},
    ],
)
def test_bad_parcels(sandbox: SandboxClient, body: dict[str, Any]) -> None:
    answer = requests.post(sandbox.url + "/carrier/v1/parcels", json=body, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_FIELD")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_bodies_that_are_no_objects(sandbox: SandboxClient, body: bytes) -> None:
    assert requests.post(sandbox.url + "/carrier/v1/parcels", data=body, timeout=5).status_code == 400
