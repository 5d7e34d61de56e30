"""The calls for bills and stuck refunds fail on demand as every other call does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.bills import ask, noon
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
CALLS = ["tradebill", "fundflowbill", "bill_download", "abnormal_refund"]
Request = Callable[[], requests.Response]


@pytest.fixture
def day(sandbox: SandboxClient, merchant: Merchant, number: str) -> date:
    """A day that is over, with a payment and a refund R<number> that is stuck."""
    then = noon(sandbox)
    merchant.paid(number)
    sandbox.settings(refund="hold")
    merchant.refund(number, "R" + number, 100)
    sandbox.settle_refund(merchant.known.mchid, "R" + number, "ABNORMAL")
    sandbox.advance_clock(86_400)
    return then


@pytest.fixture
def requests_of(merchant: Merchant, day: date, number: str) -> dict[str, Request]:
    """A request for each call that would be answered with 200."""
    link = urlsplit(ask(merchant, day)[1]["download_url"])
    refund_id = merchant.query_refund("R" + number)[1]["refund_id"]
    apply = f"/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund"
    body = {"out_refund_no": "R" + number, "type": "MERCHANT_BANK_CARD"}
    return {
        "tradebill": lambda: merchant.send("GET", f"/v3/bill/tradebill?bill_date={day}"),
        "fundflowbill": lambda: merchant.send("GET", f"/v3/bill/fundflowbill?bill_date={day}"),
        "bill_download": lambda: merchant.send("GET", f"{link.path}?{link.query}"),
        "abnormal_refund": lambda: merchant.send("POST", apply, body),
    }


@pytest.mark.parametrize("call", CALLS)
def test_errors_and_cuts(sandbox: SandboxClient, requests_of: dict[str, Request], call: str) -> None:
    send = requests_of[call]
    sandbox.faults(call, "500", "429", "reset", {"do": "timeout", "seconds": 0.2}, "garbage", "accept_and_lose")
    assert [send().json()["code"] for _ in range(2)] == ["SYSTEM_ERROR", "FREQUENCY_LIMITED"]
    for _ in range(2):
        with pytest.raises(CUT):
            send()
    with pytest.raises(ValueError):
        json.loads(send().content)
    with pytest.raises(CUT):
        send()
    assert send().status_code == 200
    assert sandbox.requests(call=call)[-1]["behaviour"] == "ok"


@pytest.mark.parametrize("call", CALLS)
def test_a_slow_answer_is_whole(sandbox: SandboxClient, requests_of: dict[str, Request], call: str) -> None:
    sandbox.faults(call, {"do": "slow", "seconds": 0.4})
    answer = requests_of[call]()
    assert answer.elapsed.total_seconds() < 5
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["Content-Length"]))


@pytest.mark.parametrize("call", ["tradebill", "fundflowbill", "abnormal_refund"])
def test_without_a_signature(sandbox: SandboxClient, requests_of: dict[str, Request], call: str) -> None:
    sandbox.faults(call, "unsigned")
    assert "Wechatpay-Signature" not in requests_of[call]().headers
    assert "Wechatpay-Signature" in requests_of[call]().headers


def test_a_request_that_was_done_and_lost(
    sandbox: SandboxClient, merchant: Merchant, requests_of: dict[str, Request], number: str
) -> None:
    sandbox.faults("abnormal_refund", "accept_and_lose")
    with pytest.raises(CUT):
        requests_of["abnormal_refund"]()
    assert merchant.query_refund("R" + number)[1]["status"] == "PROCESSING"
