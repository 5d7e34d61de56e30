"""Refunds: accepted as PROCESSING, finished later and told; the refund number makes them safe to repeat; never more
than was paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually


def test_it_works(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    # Given a paid order
    transaction_id = merchant.paid(number, 1000)
    eventually(lambda: receiver.received)

    # When a part is refunded
    status, accepted = merchant.refund(number, "R1" + number, 400, 1000, reason="one cup broken")
    assert status == 200
    assert accepted["status"] == "PROCESSING"
    assert accepted["transaction_id"] == transaction_id
    assert accepted["amount"]["refund"] == accepted["amount"]["payer_refund"] == 400
    assert merchant.query(number)[1]["trade_state"] == "REFUND"

    # Then a while later it has succeeded, and the library reads the notification
    sandbox.advance_clock(11)
    refunded = eventually(lambda: merchant.query_refund("R1" + number)[1].get("success_time"))
    assert refunded
    message = eventually(lambda: receiver.received[1:])[0]
    told = merchant.sdk.callback(message.headers, message.body)
    assert told["event_type"] == "REFUND.SUCCESS"
    assert told["resource"]["refund_status"] == "SUCCESS"
    assert told["resource"]["out_refund_no"] == "R1" + number
    assert told["resource"]["amount"] == {"total": 1000, "refund": 400, "payer_total": 1000, "payer_refund": 400}


def test_the_same_again_is_the_same_refund(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    first = merchant.refund(number, "R" + number, 60)
    assert merchant.refund(number, "R" + number, 60) == first
    assert len(sandbox.transaction(merchant.known.mchid, number)["refunds"]) == 1


def test_the_same_number_with_another_amount(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    merchant.refund(number, "R" + number, 60)
    status, content = merchant.refund(number, "R" + number, 40)
    assert (status, content["code"]) == (400, "INVALID_REQUEST")


def test_never_more_than_was_paid(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    assert merchant.refund(number, "R1" + number, 60)[0] == 200
    assert merchant.refund(number, "R2" + number, 41)[0] == 400
    assert merchant.refund(number, "R3" + number, 40)[0] == 200
    assert merchant.refund(number, "R4" + number, 1)[0] == 400


def test_at_most_fifty(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    assert {merchant.refund(number, f"R{index}-{number}", 1)[0] for index in range(50)} == {200}
    status, content = merchant.refund(number, f"R50-{number}", 1)
    assert (status, content["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("paid", [True, False])
def test_an_order_that_is_unknown_or_unpaid(merchant: Merchant, number: str, paid: bool) -> None:
    if not paid:
        merchant.open(number)
    status, content = merchant.refund(number, "R" + number, 1)
    assert (status, content["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert merchant.query_refund("R" + number)[0] == 404


def test_after_a_year(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.advance_clock(366 * 86400)
    assert merchant.refund(number, "R" + number, 1)[1]["code"] == "INVALID_REQUEST"


def test_no_money_at_the_merchant(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.settings(refund="not_enough")
    assert (merchant.refund(number, "R" + number, 1)[1]["code"]) == "NOT_ENOUGH"
    sandbox.settings(refund="success")
    assert merchant.refund(number, "R" + number, 1)[0] == 200


@pytest.mark.parametrize(("setting", "status"), [("abnormal", "ABNORMAL"), ("closed", "CLOSED")])
def test_other_outcomes(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, setting: str, status: str
) -> None:
    merchant.paid(number)
    eventually(lambda: receiver.received)
    sandbox.settings(refund=setting, refund_seconds=0)
    merchant.refund(number, "R" + number, 100)
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == status)
    message = eventually(lambda: receiver.received[1:])[0]
    assert merchant.sdk.callback(message.headers, message.body)["event_type"] == f"REFUND.{status}"
    # A closed refund gives the money free again; one that is stuck does not.
    assert merchant.query(number)[1]["trade_state"] == ("SUCCESS" if status == "CLOSED" else "REFUND")
    assert merchant.refund(number, "S" + number, 1)[0] == (200 if status == "CLOSED" else 400)


def test_finished_by_hand(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(refund="hold")
    merchant.paid(number)
    merchant.refund(number, "R" + number, 100)
    sandbox.advance_clock(86400)
    assert merchant.query_refund("R" + number)[1]["status"] == "PROCESSING"
    body = {"mchid": merchant.known.mchid, "out_refund_no": "R" + number, "outcome": "SUCCESS"}
    assert sandbox.call("POST", "/sandbox/refunds/settle", body)["status"] == "SUCCESS"
    assert merchant.query_refund("R" + number)[1]["status"] == "SUCCESS"


def test_a_discount_goes_back_in_proportion(merchant: Merchant, number: str) -> None:
    merchant.paid(number, 1000, discount=100)
    amount = merchant.refund(number, "R" + number, 500, 1000)[1]["amount"]
    assert (amount["payer_refund"], amount["discount_refund"]) == (450, 50)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": {"refund": 0, "total": 100, "currency": "CNY"}}, "/amount/refund"),
        ({"amount": {"refund": -5, "total": 100, "currency": "CNY"}}, "/amount/refund"),
        ({"amount": {"refund": 0.5, "total": 100, "currency": "CNY"}}, "/amount/refund"),
        ({"amount": {"refund": 5, "total": 100, "currency": "USD"}}, "/amount/currency"),
        ({"amount": {"refund": 5, "total": 100}}, "/amount/currency"),
        ({"out_refund_no": "R 1"}, "/out_refund_no"),
        ({"transaction_id": "4200"}, "/transaction_id"),
        ({"reason": "x" * 81}, "/reason"),
    ],
)
def test_a_bad_field_is_named(merchant: Merchant, number: str, change: dict[str, Any], field: str) -> None:
    merchant.paid(number)
    body = {
        "out_trade_no": number,
        "out_refund_no": "R" + number,
        "amount": {"refund": 5, "total": 100, "currency": "CNY"},
        **change,
    }
    answer = merchant.send("POST", "/v3/refund/domestic/refunds", body)
    assert (answer.status_code, answer.json()["detail"]["field"]) == (400, field)


def test_another_total_than_was_paid(merchant: Merchant, number: str) -> None:
    merchant.paid(number, 100)
    assert merchant.refund(number, "R" + number, 5, 99)[1]["code"] == "INVALID_REQUEST"
