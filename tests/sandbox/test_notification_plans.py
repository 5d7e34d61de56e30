"""Notifications that are lost, doubled, late, out of order, or spoiled in exactly one way.

Each spoiled one is judged by wechatpayv3: it refuses what is forged, and reads what is genuine with other content.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Received, Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def first(receiver: Receiver) -> Received:
    return eventually(lambda: receiver.received)[0]


def read(merchant: Merchant, message: Received) -> Any:
    """What the library makes of it; None when it refuses in whichever way."""
    with contextlib.suppress(Exception):
        return merchant.sdk.callback(message.headers, message.body)
    return None


def test_lost(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.plan("lose")
    merchant.paid(number)
    sandbox.advance_clock(86400)
    time.sleep(0.2)
    assert receiver.received == []
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"
    # The plan was for one: the next payment is told.
    merchant.paid(number + "B")
    assert read(merchant, first(receiver))["resource"]["out_trade_no"] == number + "B"


def test_doubled(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.plan("duplicate", times=7)
    merchant.paid(number)
    eventually(lambda: len(receiver.received) == 7)
    assert len({message.body for message in receiver.received}) == 1
    assert all(read(merchant, message) for message in receiver.received)


def test_late(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.plan("delay", delay=3600)
    merchant.paid(number)
    time.sleep(0.1)
    assert receiver.received == []
    sandbox.advance_clock(3601)
    message = first(receiver)
    assert read(merchant, message)
    assert abs(time.time() - int(message.headers["Wechatpay-Timestamp"])) < 60


def test_overtaken(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    """The refund is told before the payment that it undoes."""
    sandbox.settings(refund_seconds=0)
    sandbox.plan("reorder")
    merchant.paid(number)
    assert receiver.received == []
    merchant.refund(number, "R" + number, 100)
    eventually(lambda: len(receiver.received) == 2)
    events = [json.loads(message.body)["event_type"] for message in receiver.received]
    assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_held_back_though_nothing_overtakes_it(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("reorder")
    merchant.paid(number)
    sandbox.advance_clock(61)
    assert read(merchant, first(receiver))


@pytest.mark.parametrize("behaviour", ["forge", "unknown_serial", "tamper", "signtest", "wrong_apiv3_key"])
def test_not_genuine(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, behaviour: str
) -> None:
    receiver.answers.append((401, 0.0))
    sandbox.plan(behaviour, attempts=1)
    merchant.paid(number)
    message = first(receiver)
    assert not (read(merchant, message) or {}).get("resource")
    # The first attempt alone was spoiled: the repetition is in order.
    eventually(lambda: sandbox.notifications(out_trade_no=number)[0]["attempts"] == 1)
    sandbox.advance_clock(15)
    assert read(merchant, eventually(lambda: receiver.received[1:])[0])["resource"]["out_trade_no"] == number


def test_forged_under_the_right_serial(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("forge")
    merchant.paid(number)
    assert first(receiver).headers["Wechatpay-Serial"] == merchant.known.platform_public_key_id


def test_a_probe_of_the_signature_is_marked(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("signtest")
    merchant.paid(number)
    assert first(receiver).headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")


@pytest.mark.parametrize(("behaviour", "seconds"), [("stale", 600), ("stale", -600), ("future", 600)])
def test_stale(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, behaviour: str, seconds: int
) -> None:
    """Genuine, but too old (or from the future). The library does not look at the time; the merchant must."""
    sandbox.plan(behaviour, seconds=seconds)
    merchant.paid(number)
    message = first(receiver)
    age = -seconds if behaviour == "future" else seconds
    assert abs(time.time() - age - int(message.headers["Wechatpay-Timestamp"])) < 30
    assert read(merchant, message)


@pytest.mark.parametrize(
    ("behaviour", "changed"),
    [
        ("wrong_amount", "amount"),
        ("wrong_currency", "amount"),
        ("wrong_appid", "appid"),
        ("wrong_mchid", "mchid"),
        ("wrong_order", "out_trade_no"),
    ],
)
def test_genuine_with_other_content(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, behaviour: str, changed: str
) -> None:
    sandbox.plan(behaviour)
    merchant.paid(number)
    told, true = read(merchant, first(receiver))["resource"], merchant.query(number)[1]
    assert {name for name in true if told[name] != true[name]} == {changed}


def test_a_plan_for_many_and_for_one_kind(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.settings(refund_seconds=0)
    sandbox.plan("lose", count=2, event="TRANSACTION.SUCCESS")
    merchant.paid(number)
    merchant.refund(number, "R" + number, 100)
    assert json.loads(first(receiver).body)["event_type"] == "REFUND.SUCCESS"
    merchant.paid(number + "B")
    merchant.paid(number + "C")
    told = eventually(lambda: receiver.received[1:])
    assert [read(merchant, message)["resource"]["out_trade_no"] for message in told] == [number + "C"]


def test_a_setting_for_all(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.settings(notify="lose")
    merchant.paid(number)
    sandbox.settings(notify="normal")
    merchant.paid(number + "B")
    assert read(merchant, first(receiver))["resource"]["out_trade_no"] == number + "B"


@pytest.mark.parametrize(
    "plan",
    [
        None,
        {},
        {"behaviour": "explode"},
        {"behaviour": "lose", "count": 0},
        {"behaviour": "lose", "colour": 1},
        {"behaviour": "duplicate", "times": 1.5},
        {"behaviour": "forge", "attempts": True},
    ],
)
def test_bad_plans(sandbox: SandboxClient, plan: Any) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/notifications", {"plan": plan})
    assert refused.value.status == 400
    assert refused.value.body["code"] == "BAD_PLAN"
