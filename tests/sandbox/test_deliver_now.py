"""A notification can be sent at once, as often and as wrong as wanted, and the caller hears what the merchant said."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_the_merchants_answers(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.paid(number)
    eventually(lambda: receiver.received)
    receiver.answers.append((503, 0.1))
    [answer] = sandbox.deliver(number)
    assert (answer["status"], answer["behaviour"], answer["trouble"]) == (503, "normal", "")
    assert 0.1 <= answer["seconds"] < 2
    assert receiver.received[0].body == receiver.received[1].body


def test_fifty_at_the_same_moment(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.plan("lose")
    merchant.paid(number)
    receiver.answers.extend([(204, 0.3)] * 50)
    answers = sandbox.deliver(number, times=50)
    assert [answer["status"] for answer in answers] == [204] * 50
    moments = [message.at for message in receiver.received]
    assert max(moments) - min(moments) < 0.3, "all had arrived before the first was answered"
    assert len({message.body for message in receiver.received}) == 1


def test_a_success_that_never_was(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.open(number, 500)
    sandbox.deliver(number)
    told = merchant.sdk.callback(receiver.received[0].headers, receiver.received[0].body)
    assert told["resource"]["trade_state"] == "SUCCESS"
    assert told["resource"]["amount"]["total"] == 500
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"


def test_an_id_of_its_own(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.paid(number)
    eventually(lambda: receiver.received)
    sandbox.deliver(number, new=True)
    sandbox.deliver(number)
    ids = [json.loads(message.body)["id"] for message in receiver.received]
    assert ids[0] == ids[2] != ids[1]


def test_other_content(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.open(number)
    sandbox.deliver(number, overrides={"amount": {"total": 1, "payer_total": None}, "payer": {"openid": "oElse"}})
    resource = merchant.sdk.callback(receiver.received[0].headers, receiver.received[0].body)["resource"]
    assert resource["amount"] == {"total": 1, "currency": "CNY", "payer_currency": "CNY"}
    assert resource["payer"] == {"openid": "oElse"}


def test_without_a_header(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.open(number)
    sandbox.deliver(number, without=["Wechatpay-Nonce", "Wechatpay-Serial"])
    assert "Wechatpay-Nonce" not in receiver.received[0].headers
    assert "Wechatpay-Timestamp" in receiver.received[0].headers


def test_a_refunds_notification(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    sandbox.settings(refund="hold")
    merchant.paid(number)
    eventually(lambda: receiver.received)
    merchant.refund(number, "R" + number, 30)
    sandbox.deliver(number, out_refund_no="R" + number)
    told = merchant.sdk.callback(receiver.received[1].headers, receiver.received[1].body)
    assert told["resource"]["refund_status"] == "SUCCESS"


def test_it_does_not_end_the_retries_unless_acknowledged(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    receiver.answers.extend([(500, 0), (500, 0)])
    merchant.paid(number)
    eventually(lambda: sandbox.notifications(out_trade_no=number)[0]["attempts"] == 1)
    sandbox.deliver(number)
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "waiting"
    sandbox.deliver(number)
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"out_trade_no": "NOTHING01"}, 404),
        ({"out_refund_no": "NONE"}, 404),
        ({"id": "none"}, 404),
        ({"behaviour": "lose"}, 400),
        ({"times": 0}, 400),
        ({"overrides": []}, 400),
    ],
)
def test_bad_calls(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, more: dict[str, object], status: int
) -> None:
    merchant.open(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call(
            "POST",
            "/sandbox/notifications/deliver",
            {"mchid": merchant.known.mchid, "out_trade_no": number, **more},
        )
    assert refused.value.status == status
    assert receiver.received == []
