"""Faults come exactly as arranged, one request after the other, and what was or was not done is certain."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, SandboxRefused

CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
JSAPI = "/v3/pay/transactions/jsapi"


def test_one_after_the_other(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", "500", "ok", "429")
    statuses = [merchant.send("POST", JSAPI, merchant.prepay_body(number)).status_code for _ in range(4)]
    assert statuses == [500, 200, 429, 200]


def test_only_the_call_that_was_meant(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("query", "500")
    assert merchant.prepay(number)[0] == 200
    assert merchant.query(number)[0] == 500
    assert merchant.query(number)[0] == 200


@pytest.mark.parametrize(("fault", "status", "code"), [("500", 500, "SYSTEM_ERROR"), ("429", 429, "FREQUENCY_LIMITED")])
def test_the_providers_own_errors(
    sandbox: SandboxClient, merchant: Merchant, number: str, fault: str, status: int, code: str
) -> None:
    sandbox.faults("prepay", fault)
    assert merchant.prepay(number)[0] == status
    assert merchant.query(number)[0] == 404, "nothing was done"
    sandbox.faults("close", {"do": "error", "status": 403, "code": "RULE_LIMIT", "message": "slow down"})
    assert merchant.close(number) == (403, {"code": "RULE_LIMIT", "message": "slow down"})


def test_reset_before_anything_is_done(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", "reset")
    with pytest.raises(CUT):
        merchant.prepay(number)
    assert merchant.query(number)[0] == 404


def test_accepted_and_the_answer_lost(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.faults("refund", "accept_and_lose")
    with pytest.raises(CUT):
        merchant.refund(number, "R" + number, 100)
    assert merchant.query_refund("R" + number)[0] == 200
    assert merchant.refund(number, "R" + number, 100)[0] == 200, "the same number again is the same refund"


def test_no_answer(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", {"do": "timeout", "seconds": 1})
    started = time.monotonic()
    with pytest.raises(CUT):
        merchant.prepay(number)
    assert 0.9 < time.monotonic() - started < 9
    assert merchant.query(number)[0] == 404


def test_a_slow_answer_is_the_same_answer(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.open(number)
    sandbox.faults("query", {"do": "slow", "seconds": 1})
    started = time.monotonic()
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"
    assert 0.9 < time.monotonic() - started < 9


def test_garbage_is_well_signed(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", "garbage")
    answer = merchant.send("POST", JSAPI, merchant.prepay_body(number))
    assert answer.status_code == 200
    assert answer.headers["Wechatpay-Signature"]
    with pytest.raises(ValueError):
        json.loads(answer.content)
    assert merchant.query(number)[0] == 404


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature"])
def test_an_answer_that_does_not_verify(sandbox: SandboxClient, merchant: Merchant, number: str, fault: str) -> None:
    sandbox.faults("prepay", fault)
    with pytest.raises(Exception, match=r"signature|algorithm"):
        merchant.prepay(number)
    assert merchant.query(number)[0] == 200, "it was done"


def test_wechats_errcodes(sandbox: SandboxClient, merchant: Merchant) -> None:
    query = {"appid": merchant.known.appid, "secret": "app-secret", "grant_type": "authorization_code"}
    sandbox.faults("login", "40029", "40226", "45011", "-1", "429", "500")
    code = sandbox.login_code(merchant.known.appid, "amy")
    answers = [
        requests.get(sandbox.url + "/sns/jscode2session", params={**query, "js_code": code}, timeout=5)
        for _ in range(7)
    ]
    assert [answer.json().get("errcode") for answer in answers[:5]] == [40029, 40226, 45011, -1, 45011]
    assert answers[5].status_code == 500
    assert "openid" in answers[6].json(), "no fault has used the code up"


def test_the_carriers_faults(sandbox: SandboxClient) -> None:
    sandbox.faults("parcel_register", "500", "429")
    path, parcel = sandbox.url + "/carrier/v1/parcels", {"carrier": "sf", "waybill": "SF1"}
    assert [requests.post(path, json=parcel, timeout=5).status_code for _ in range(3)] == [500, 429, 201]


def test_any_call_and_many_times(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("any", {"do": "500", "times": 2})
    sandbox.faults("query", "429")
    assert merchant.query(number)[0] == 429, "its own come first"
    assert merchant.query(number)[0] == 500
    assert merchant.prepay(number)[0] == 500
    assert merchant.prepay(number)[0] == 200


def test_they_can_be_seen_and_cleared(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", "500", {"do": "slow", "seconds": 2})
    waiting = [{"call": "prepay", "do": "500"}, {"call": "prepay", "do": "slow", "seconds": 2}]
    assert sandbox.call("GET", "/sandbox/faults") == {"faults": waiting}
    sandbox.call("DELETE", "/sandbox/faults")
    assert merchant.prepay(number)[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"call": "steal", "behaviours": ["500"]},
        {"call": "prepay", "behaviours": []},
        {"call": "prepay", "behaviours": "500"},
        {"call": "prepay", "behaviours": ["explode"]},
        {"call": "prepay", "behaviours": [{"do": "slow", "seconds": -1}]},
        {"call": "prepay", "behaviours": [{"do": "500", "times": 0}]},
        {"call": "prepay", "behaviours": [{"do": "500", "times": True}]},
        {"call": "login", "behaviours": [{"do": "error", "errcode": "high"}]},
        {"call": "prepay", "behaviours": [{"do": "error", "status": 200}]},
        {},
    ],
)
def test_bad_faults(sandbox: SandboxClient, body: dict[str, Any]) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/faults", body)
    assert refused.value.status == 400
    assert sandbox.call("GET", "/sandbox/faults") == {"faults": []}
