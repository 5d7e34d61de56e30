"""Every fault of the plan comes on every call of every provider: as that provider says it, once, and then the call is well again."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox import faults
from tests.sandbox.merchant import Merchant
from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient

CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
NUMBER, INTENT = "/v3/pay/transactions/out-trade-no/EVERY00001", "/v1/payment_intents/pi_none"
REFUNDS, DAY = "/v3/refund/domestic/refunds", "bill_date=2026-01-01"
ASK = {
    "login": ("GET", "/sns/jscode2session"),
    "token": ("POST", "/cgi-bin/stable_token"),
    "checksession": ("GET", "/wxa/checksession"),
    "prepay": ("POST", "/v3/pay/transactions/jsapi"),
    "query": ("GET", NUMBER + "?mchid=1900000001"),
    "close": ("POST", NUMBER + "/close"),
    "refund": ("POST", REFUNDS),
    "refund_query": ("GET", REFUNDS + "/R1"),
    "abnormal_refund": ("POST", REFUNDS + "/503/apply-abnormal-refund"),
    "certificates": ("GET", "/v3/certificates"),
    "tradebill": ("GET", "/v3/bill/tradebill?" + DAY),
    "fundflowbill": ("GET", "/v3/bill/fundflowbill?" + DAY),
    "bill_download": ("GET", "/v3/billdownload/file?token=none"),
    "parcel_register": ("POST", "/carrier/v1/parcels"),
    "parcel_track": ("GET", "/carrier/v1/parcels/sf/SF1"),
    "stripe_create": ("POST", "/v1/payment_intents"),
    "stripe_retrieve": ("GET", INTENT),
    "stripe_confirm": ("POST", INTENT + "/confirm"),
    "stripe_capture": ("POST", INTENT + "/capture"),
    "stripe_cancel": ("POST", INTENT + "/cancel"),
    "stripe_list": ("GET", "/v1/payment_intents"),
    "stripe_refund": ("POST", "/v1/refunds"),
    "stripe_refund_retrieve": ("GET", "/v1/refunds"),
    "stripe_charge": ("GET", "/v1/charges"),
    "stripe_balance": ("GET", "/v1/balance"),
    "stripe_dispute": ("GET", "/v1/disputes"),
    "stripe_payout": ("GET", "/v1/payouts"),
    "stripe_event": ("GET", "/v1/events"),
    "stripe_account": ("GET", "/v1/account"),
}
BODIES: dict[str, Any] = {"close": {"mchid": "1900000001"}, "parcel_register": {"carrier": "sf", "waybill": "SF1"}}


def test_every_call_is_here() -> None:
    assert set(ASK) == set(faults.PROTOCOL)


@pytest.mark.parametrize("call", ASK)
def test_every_fault(sandbox: SandboxClient, merchant: Merchant, stripe: StripeApi, call: str) -> None:
    method, path = ASK[call]
    protocol = faults.PROTOCOL[call]

    def ask() -> requests.Response:
        if protocol == "stripe":
            form = {"amount": 1000, "currency": "usd"} if call == "stripe_create" else None
            return stripe.send(method, path.removeprefix("/v1/"), form)
        body = merchant.prepay_body("EVERY00001") if call == "prepay" else BODIES.get(call)
        return merchant.send(method, path, body)

    def well() -> int:
        answer = ask()
        json.loads(answer.content or b"{}")
        return answer.status_code

    # Some of these are refusals, of what does not exist: they too are the call's own answer. The second time is for
    # what is different when it is done again.
    well()
    usual = well()
    for do in ("timeout", "reset", "accept_and_lose"):
        sandbox.faults(call, {"do": do, "seconds": 0.1})
        with pytest.raises(CUT):
            ask()
        assert well() == usual, do
    sandbox.faults(call, "garbage")
    answer = ask()
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        json.loads(answer.content)
    sandbox.faults(call, "500", "429", "ok", {"do": "slow", "seconds": 0.1}, "unsigned", "bad_signature")
    assert ask().status_code == 500
    limited = ask()
    assert (limited.status_code, "45011" in limited.text) == ((200, True) if protocol == "wechat" else (429, False))
    assert [ask().status_code for _ in range(2)] == [usual, usual]
    unsigned, spoiled = ask(), ask()
    assert (unsigned.status_code, spoiled.status_code) == (usual, usual)
    assert not [name for name in unsigned.headers if name.startswith("Wechatpay-")]
    told = [seen["behaviour"] for seen in sandbox.requests(call=call)]
    assert told[-7:] == ["garbage", "500", "429", "ok", "slow", "unsigned", "bad_signature"]
    assert well() == usual
