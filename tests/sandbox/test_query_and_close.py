"""Query tells the state by either number and to its merchant only; close is final, re-entrant, and refused once paid."""

from __future__ import annotations

import pytest

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient


def test_an_unpaid_payment(merchant: Merchant, number: str) -> None:
    merchant.open(number)
    status, content = merchant.query(number)
    assert status == 200
    assert content["trade_state"] == "NOTPAY"
    assert "transaction_id" not in content
    assert content["payer"] == {}


def test_unknown_numbers(merchant: Merchant) -> None:
    assert merchant.query("NOTHING01")[0] == 404
    status, text = merchant.sdk.query(transaction_id="4200000000202601010000000000")
    assert status == 404
    assert "ORDER_NOT_EXIST" in text


def test_another_merchants_payment(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    transaction_id = merchant.paid(number)
    other = Merchant(sandbox, sandbox.merchant("1900000002", "wx0000000000000002"), merchant.notify_url)
    assert other.query(number)[0] == 404
    assert other.sdk.query(transaction_id=transaction_id)[0] == 404


@pytest.mark.parametrize("query", ["", "?mchid=", "?mchid=1999999999"])
def test_the_mchid_of_the_query(merchant: Merchant, number: str, query: str) -> None:
    merchant.open(number)
    answer = merchant.send("GET", f"/v3/pay/transactions/out-trade-no/{number}{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_close_is_final_and_may_be_repeated(merchant: Merchant, number: str) -> None:
    merchant.open(number)
    assert merchant.close(number)[0] == 204
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"
    assert merchant.close(number)[0] == 204
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"


def test_close_of_a_paid_payment(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    status, content = merchant.close(number)
    assert (status, content["code"]) == (400, "ORDER_PAID")
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"


def test_close_of_an_unknown_number(sandbox: SandboxClient, merchant: Merchant) -> None:
    """A 204 does not prove that there was an order; switchable."""
    assert merchant.close("NOTHING01")[0] == 204
    sandbox.settings(close_unknown="404")
    assert merchant.close("NOTHING01")[0] == 404


@pytest.mark.parametrize("body", [{}, {"mchid": "1999999999"}, {"mchid": "1900000001", "why": "late"}])
def test_bad_bodies_of_close(merchant: Merchant, number: str, body: dict[str, str]) -> None:
    merchant.open(number)
    answer = merchant.send("POST", f"/v3/pay/transactions/out-trade-no/{number}/close", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"


def test_unknown_paths(merchant: Merchant) -> None:
    assert merchant.send("GET", "/v3/nothing/here").status_code == 404
