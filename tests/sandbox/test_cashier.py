"""The cashier opens as WeChat's client does: with a genuine paySign, an app that fits, and a payment still to be paid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def refusal(sandbox: SandboxClient, params: dict[str, str]) -> str:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.open_cashier(params)
    assert refused.value.status == 400
    return str(refused.value.body["code"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paySign": "QUJD"}, "PAY_SIGN"),
        ({"nonceStr": "another"}, "PAY_SIGN"),
        ({"timeStamp": "1700000000"}, "PAY_SIGN"),
        ({"timeStamp": "now"}, "TIMESTAMP"),
        ({"signType": "MD5"}, "SIGN_TYPE"),
        ({"appId": "wx0000000000000002"}, "APPID"),
        ({"package": "prepay_id=wx0"}, "PREPAY_UNKNOWN"),
        ({"package": "wx0"}, "PACKAGE"),
    ],
)
def test_a_parameter_that_does_not_fit(
    sandbox: SandboxClient, merchant: Merchant, number: str, change: dict[str, str], code: str
) -> None:
    params = merchant.cashier_params(merchant.open(number))
    assert sandbox.open_cashier(params)["state"] == "NOTPAY"
    assert refusal(sandbox, params | change) == code


def test_a_missing_parameter(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    params = merchant.cashier_params(merchant.open(number))
    del params["paySign"]
    assert refusal(sandbox, params) == "BAD_FIELD"


def test_a_signature_by_another_merchants_key(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = Merchant(sandbox, sandbox.merchant("1900000002", private_key=stranger), merchant.notify_url)
    prepay_id = merchant.open(number)
    assert refusal(sandbox, other.cashier_params(prepay_id)) == "PAY_SIGN"


def test_declining_leaves_it_open(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    assert sandbox.pay(prepay_id, "decline") == "NOTPAY"
    assert sandbox.pay(prepay_id) == "SUCCESS"


def test_paying_twice(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    sandbox.pay(prepay_id)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id)
    assert refused.value.body["code"] == "ORDER_PAID"
    assert refusal(sandbox, merchant.cashier_params(prepay_id)) == "ORDER_PAID"
    assert len(sandbox.notifications(out_trade_no=number)) == 1


def test_paying_after_the_merchant_closed_it(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    merchant.close(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id)
    assert refused.value.body["code"] == "ORDER_CLOSED"
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"


def test_a_prepay_id_lives_two_hours(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    sandbox.advance_clock(2 * 3600 - 60)
    assert sandbox.open_cashier(merchant.cashier_params(prepay_id))["state"] == "NOTPAY"
    sandbox.advance_clock(61)
    assert refusal(sandbox, merchant.cashier_params(prepay_id)) == "PREPAY_EXPIRED"


def test_after_time_expire(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    expires = (datetime.now(UTC) + timedelta(minutes=5)).isoformat(timespec="seconds")
    prepay_id = merchant.open(number, time_expire=expires)
    sandbox.advance_clock(301)
    assert refusal(sandbox, merchant.cashier_params(prepay_id)) == "TIME_EXPIRED"
    with pytest.raises(SandboxRefused):
        sandbox.pay(prepay_id)


def test_paying_late(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    prepay_id = merchant.open(number)
    assert sandbox.pay(prepay_id, "pay_late", delay=600) == "NOTPAY"
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"
    sandbox.advance_clock(601)
    eventually(lambda: merchant.query(number)[1]["trade_state"] == "SUCCESS")
    eventually(lambda: receiver.received)


def test_paying_late_finds_it_closed(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    prepay_id = merchant.open(number)
    sandbox.pay(prepay_id, "pay_late", delay=600)
    merchant.close(number)
    sandbox.advance_clock(601)
    # A second late payer proves that the first one's time has been dealt with.
    other = merchant.open(number + "B")
    sandbox.pay(other, "pay_late", delay=0)
    eventually(lambda: merchant.query(number + "B")[1]["trade_state"] == "SUCCESS")
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"
    assert sandbox.notifications(out_trade_no=number) == []


def test_a_discount_lowers_what_the_payer_paid(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number, 1000, discount=150)
    content = merchant.query(number)[1]
    assert (content["amount"]["total"], content["amount"]["payer_total"]) == (1000, 850)
    assert content["promotion_detail"][0]["amount"] == 150


@pytest.mark.parametrize(
    "body", [{}, {"action": "steal"}, {"action": "pay_late", "delay": -1}, {"action": "pay", "discount": 100}]
)
def test_bad_actions(sandbox: SandboxClient, merchant: Merchant, number: str, body: dict[str, object]) -> None:
    prepay_id = merchant.open(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", f"/sandbox/cashier/{prepay_id}", body)
    assert refused.value.body["code"] == "BAD_FIELD"
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"
