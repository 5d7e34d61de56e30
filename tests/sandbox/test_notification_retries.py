"""A notification is sent again up to fifteen times until a 2xx comes within five seconds: the same id and content,
freshly signed each time."""

from __future__ import annotations

import json
import time

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually

LADDER = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]


def attempts(sandbox: SandboxClient, number: str) -> int:
    return int(sandbox.notifications(out_trade_no=number)[0]["attempts"])


def wait_for(sandbox: SandboxClient, number: str, count: int) -> None:
    eventually(lambda: attempts(sandbox, number) == count)


def test_refused_deliveries_are_repeated_on_the_ladder_and_given_up(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    # Given a merchant who never accepts
    receiver.answers.extend([(500, 0.0)] * 20)
    merchant.paid(number)
    eventually(lambda: attempts(sandbox, number) == 1)

    for done, wait in enumerate(LADDER, start=1):
        # When nearly the whole wait is over nothing comes; when it is over the next attempt does
        sandbox.advance_clock(wait - 8)
        time.sleep(0.02)
        assert len(receiver.received) == done
        sandbox.advance_clock(8)
        wait_for(sandbox, number, done + 1)

    # Then it ends after fifteen repetitions
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "given up"
    sandbox.advance_clock(7 * 86400)
    time.sleep(0.2)
    assert len(receiver.received) == 16

    # And each was signed anew, over the same content
    assert len({message.body for message in receiver.received}) == 1
    for header in ("Wechatpay-Nonce", "Wechatpay-Signature"):
        assert len({message.headers[header] for message in receiver.received}) == 16
    for message in receiver.received:
        assert merchant.sdk.callback(message.headers, message.body)["id"] == json.loads(message.body)["id"]


def test_speed_divides_the_waits(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.settings(speed=100)
    receiver.answers.extend([(500, 0.0)] * 3)
    merchant.paid(number)
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    waits = [later.at - earlier.at for earlier, later in zip(receiver.received, receiver.received[1:], strict=False)]
    assert len(waits) == 3
    for wait, expected in zip(waits, (0.15, 0.15, 0.30), strict=True):
        assert expected - 0.02 <= wait < 10, "no longer the undivided 15 or 30 seconds"


@pytest.mark.parametrize("status", [200, 204])
def test_an_acknowledged_one_is_not_repeated(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, status: int
) -> None:
    receiver.answers.append((status, 0.0))
    merchant.paid(number)
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    sandbox.advance_clock(86400)
    time.sleep(0.2)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [201, 202, 302, 401, 404, 503])
def test_any_other_answer_is_a_refusal(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, status: int
) -> None:
    receiver.answers.append((status, 0.0))
    merchant.paid(number)
    eventually(lambda: attempts(sandbox, number) == 1)
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "waiting"
    sandbox.advance_clock(15)
    eventually(lambda: sandbox.notifications(state="acknowledged"))


def test_an_answer_after_five_seconds_is_none(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    receiver.answers.append((204, 5.5))
    merchant.paid(number)
    eventually(lambda: attempts(sandbox, number) == 1)
    [delivery] = sandbox.notifications(out_trade_no=number)[0]["deliveries"]
    assert delivery["status"] == 0
    assert delivery["trouble"] == "no answer within 5 s"
    sandbox.advance_clock(15)
    eventually(lambda: sandbox.notifications(state="acknowledged"))


def test_a_merchant_who_is_down(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.notify_url = "http://127.0.0.1:9/notify"
    prepay_id = merchant.send(
        "POST", "/v3/pay/transactions/jsapi", merchant.prepay_body(number, notify_url=merchant.notify_url)
    ).json()["prepay_id"]
    sandbox.pay(prepay_id)
    eventually(lambda: attempts(sandbox, number) == 1)
    assert sandbox.notifications(out_trade_no=number)[0]["deliveries"][0]["trouble"]


def test_a_merchant_without_an_apiv3_key_is_told_nothing(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    prepay_id = merchant.open(number)
    sandbox.merchant(serial_no=merchant.known.serial_no, api_v3_key="")
    sandbox.pay(prepay_id)
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "lost"
    assert receiver.received == []
