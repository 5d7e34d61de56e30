"""Prepay: fields are checked one by one; the same number is the same payment or an error; a prepay id lives two hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

JSAPI = "/v3/pay/transactions/jsapi"


def send(merchant: Merchant, body: Any) -> tuple[int, dict[str, Any], str]:
    """Status, content, and the tail of Request-ID."""
    answer = merchant.send("POST", JSAPI, body)
    return answer.status_code, answer.json(), answer.headers["Request-ID"].rpartition("-")[2]


def test_the_same_again_is_the_same_payment(merchant: Merchant, number: str) -> None:
    assert merchant.open(number) == merchant.open(number)


@pytest.mark.parametrize("change", [{"total": 101}, {"description": "other"}, {"attach": "more"}])
def test_the_same_number_with_other_parameters(merchant: Merchant, number: str, change: dict[str, Any]) -> None:
    merchant.open(number)
    status, content = merchant.prepay(number, **change)
    assert (status, content["code"]) == (400, "INVALID_REQUEST")
    assert content["message"] == "请求重入时，参数与首次请求时不一致"


def test_the_number_of_a_paid_payment(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    assert (merchant.prepay(number)[0], merchant.prepay(number)[1]["code"]) == (400, "ORDER_PAID")
    assert send(merchant, merchant.prepay_body(number))[2] == "268449538"


def test_the_number_of_a_closed_payment(merchant: Merchant, number: str) -> None:
    merchant.open(number)
    merchant.close(number)
    status, content, tail = send(merchant, merchant.prepay_body(number))
    assert (status, content["code"], tail) == (400, "ORDER_CLOSED", "268447914")


def test_the_number_of_a_payment_past_its_time(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    expires = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    merchant.open(number, time_expire=expires)
    sandbox.advance_clock(601)
    assert merchant.prepay(number, time_expire=expires)[1]["code"] == "ORDER_CLOSED"


def test_a_prepay_id_is_renewed_after_two_hours(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    old = merchant.open(number)
    sandbox.advance_clock(2 * 3600 + 1)
    new = merchant.open(number)
    assert new != old
    assert sandbox.open_cashier(merchant.cashier_params(new))["state"] == "NOTPAY"


def test_numbers_of_two_merchants_are_apart(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    other = Merchant(sandbox, sandbox.merchant("1900000002", "wx0000000000000002"), merchant.notify_url)
    merchant.open(number, 100)
    other.open(number, 999)
    assert other.query(number)[1]["amount"]["total"] == 999
    assert merchant.query(number)[1]["amount"]["total"] == 100


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"appid": None}, "/appid"),
        ({"description": None}, "/description"),
        ({"description": ""}, "/description"),
        ({"description": "茶" * 128}, "/description"),
        ({"description": 5}, "/description"),
        ({"out_trade_no": "AB123"}, "/out_trade_no"),
        ({"out_trade_no": "A" * 33}, "/out_trade_no"),
        ({"out_trade_no": "ORDER 0001"}, "/out_trade_no"),
        ({"notify_url": None}, "/notify_url"),
        ({"notify_url": "https://shop.example/notify?store=1"}, "/notify_url"),
        ({"notify_url": "shop.example/notify"}, "/notify_url"),
        ({"amount": None}, "/amount"),
        ({"amount": {}}, "/amount/total"),
        ({"amount": {"total": 0}}, "/amount/total"),
        ({"amount": {"total": -1}}, "/amount/total"),
        ({"amount": {"total": 1.5}}, "/amount/total"),
        ({"amount": {"total": "100"}}, "/amount/total"),
        ({"amount": {"total": True}}, "/amount/total"),
        ({"amount": {"total": 100, "currency": "USD"}}, "/amount/currency"),
        ({"amount": {"total": 100, "payer_total": 90}}, "/amount/payer_total"),
        ({"payer": None}, "/payer"),
        ({"payer": {}}, "/payer/openid"),
        ({"attach": "x" * 129}, "/attach"),
        ({"colour": "red"}, "/colour"),
        ({"goods_tag": False}, "/goods_tag"),
        (
            {"detail": {"goods_detail": [{"merchant_goods_id": "1", "quantity": 1}]}},
            "/detail/goods_detail/0/unit_price",
        ),
        ({"time_expire": "2030-01-01 00:00:00"}, "/time_expire"),
        ({"time_expire": "2030-01-01T00:00:00"}, "/time_expire"),
        ({"time_expire": "2030-01-01T00:00+08:00"}, "/time_expire"),
        ({"time_expire": "20300101T000000+0800"}, "/time_expire"),
        ({"time_expire": "2030-02-30T00:00:00+08:00"}, "/time_expire"),
        ({"mchid": "1900000009"}, "/mchid"),
        ({"description": "tea 🍵"}, "/"),
    ],
)
def test_a_bad_field_is_named(merchant: Merchant, number: str, change: dict[str, Any], field: str) -> None:
    status, content, _ = send(merchant, merchant.prepay_body(number, **change))
    assert (status, content["code"]) == (400, "PARAM_ERROR")
    assert content["detail"]["field"] == field
    assert merchant.query(number)[0] == 404


@pytest.mark.parametrize(
    ("change", "tail"), [({"colour": "red"}, "270924358"), ({"payer": {}}, "268501013"), ({"attach": ""}, "268435461")]
)
def test_the_tail_of_the_request_id_tells_the_cause(
    merchant: Merchant, number: str, change: dict[str, Any], tail: str
) -> None:
    assert send(merchant, merchant.prepay_body(number, **change))[2] == tail


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"text"'])
def test_a_body_that_is_no_object(merchant: Merchant, body: bytes) -> None:
    status, content, _ = send(merchant, body)
    assert (status, content["code"]) == (400, "PARAM_ERROR")


def test_null_is_not_an_absent_field(merchant: Merchant, number: str) -> None:
    status, content, _ = send(merchant, {**merchant.prepay_body(number), "attach": None})
    assert (status, content["detail"]["field"]) == (400, "/attach")


def test_an_app_that_is_not_bound(merchant: Merchant, number: str) -> None:
    status, content, _ = send(merchant, merchant.prepay_body(number, appid="wx0000000000000009"))
    assert (status, content["code"]) == (400, "APPID_MCHID_NOT_MATCH")


def test_the_openid_of_another_app(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.app("wx0000000000000002", "s")
    code = sandbox.login_code("wx0000000000000002", "amy")
    openid = sandbox.call(
        "GET",
        "/sns/jscode2session",
        appid="wx0000000000000002",
        secret="s",
        js_code=code,
        grant_type="authorization_code",
    )["openid"]
    status, content, _ = send(merchant, merchant.prepay_body(number, payer={"openid": openid}))
    assert (status, content["detail"]["field"]) == (400, "/payer/openid")


@pytest.mark.parametrize("asked", [timedelta(seconds=5), timedelta(days=-1)])
def test_the_paying_window_lasts_at_least_a_minute(
    sandbox: SandboxClient, merchant: Merchant, number: str, asked: timedelta
) -> None:
    prepay_id = merchant.open(number, time_expire=(datetime.now(UTC) + asked).isoformat(timespec="seconds"))
    sandbox.advance_clock(50)
    assert sandbox.pay(prepay_id, "decline") == "NOTPAY"
    assert sandbox.open_cashier(merchant.cashier_params(prepay_id))["state"] == "NOTPAY"
    sandbox.advance_clock(11)
    assert sandbox.call("GET", "/sandbox/health") == {"ok": True}
    until = datetime.fromisoformat(sandbox.transaction(merchant.known.mchid, number)["pay_until"])
    made = datetime.fromisoformat(sandbox.transaction(merchant.known.mchid, number)["made_at"])
    assert until - made == timedelta(minutes=1)


@pytest.mark.parametrize("asked", [None, timedelta(days=30)])
def test_the_paying_window_lasts_at_most_seven_days(
    sandbox: SandboxClient, merchant: Merchant, number: str, asked: timedelta | None
) -> None:
    more: dict[str, Any] = (
        {} if asked is None else {"time_expire": (datetime.now(UTC) + asked).isoformat(timespec="seconds")}
    )
    merchant.open(number, **more)
    known = sandbox.transaction(merchant.known.mchid, number)
    window = datetime.fromisoformat(known["pay_until"]) - datetime.fromisoformat(known["made_at"])
    assert window == timedelta(days=7)


def test_strict_notify_urls(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(notify_urls="strict")
    assert send(merchant, merchant.prepay_body(number))[0] == 400
    good = "https://shop.example.com/notify/wechatpay"
    assert send(merchant, merchant.prepay_body(number, notify_url=good))[0] == 200


def test_the_old_spelling_of_codes(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(spelling="old")
    assert merchant.query("NOTHING01")[1]["code"] == "ORDERNOTEXIST"
    merchant.paid(number)
    assert merchant.close(number)[1]["code"] == "ORDERPAID"
