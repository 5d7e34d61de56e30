"""The main way: prepay, the cashier checks paySign, the payer pays, query and notification both say so.

The merchant's side is wechatpayv3, which nobody here wrote.
"""

from __future__ import annotations

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually


def test_it_works(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    # Given an opened payment
    prepay_id = merchant.open(number, 1999, attach="tea")
    assert prepay_id.startswith("wx")
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"

    # When the payer opens the cashier with the merchant's parameters and pays
    sheet = sandbox.open_cashier(merchant.cashier_params(prepay_id))
    assert sheet == {
        "prepay_id": prepay_id,
        "description": "龙井 Longjing",
        "amount": 1999,
        "currency": "CNY",
        "merchant": merchant.known.mchid,
        "state": "NOTPAY",
    }
    assert sandbox.pay(prepay_id) == "SUCCESS"

    # Then the library finds it paid by both numbers
    status, paid = merchant.query(number)
    assert status == 200
    assert paid["trade_state"] == "SUCCESS"
    assert paid["trade_type"] == "JSAPI"
    assert paid["attach"] == "tea"
    assert paid["amount"] == {"total": 1999, "payer_total": 1999, "currency": "CNY", "payer_currency": "CNY"}
    assert len(paid["transaction_id"]) == 28
    by_id, text = merchant.sdk.query(transaction_id=paid["transaction_id"])
    assert by_id == 200
    assert number in text

    # And the library accepts and decrypts the notification
    [message] = eventually(lambda: receiver.received)
    told = merchant.sdk.callback(message.headers, message.body)
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert told["resource"] == paid
    eventually(lambda: sandbox.notifications(state="acknowledged"))
