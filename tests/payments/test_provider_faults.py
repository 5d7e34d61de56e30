"""Every trouble of WeChat Pay on every call: the outcome is typed, soon, with no transaction open; what is down is left alone, and nothing
else is."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from core import breaker
from orders.models import Order
from payments.gateways import Unavailable
from payments.wechatpay import client
from payments.wechatpay.client import Client
from shop.models import Store, WeChatPayAccount
from tests.support.embedded import database_url
from tests.support.pay import impatient
from tests.support.sandbox import SandboxClient, SandboxMerchant, eventually
from wechat.client import WeChatClient

SECONDS = 0.3
NUMBER = "faulty-0001"
FAULTS = ["500", "timeout", "slow", "reset", "429", "garbage", "unsigned"]


@pytest.fixture
def registered(sandbox: SandboxClient, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SandboxMerchant:
    """A merchant of the sandbox."""
    settings.WECHATPAY_API_BASE = settings.WECHAT_API_BASE = sandbox.url
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(client, "LEAST_SECONDS", 0.05)
    merchant = sandbox.merchant()
    sandbox.settings(notify="lose")
    return merchant


@pytest.fixture
def pay(registered: SandboxMerchant) -> Client:
    """Its client."""
    return Client(
        WeChatPayAccount(
            mchid=registered.mchid,
            serial_no=registered.serial_no,
            private_key=registered.private_key_pem,
            api_v3_key=registered.api_v3_key,
            public_key_id=registered.platform_public_key_id,
            public_key=registered.platform_public_key_pem,
        )
    )


def opening(sandbox: SandboxClient, number: str = NUMBER) -> dict[str, Any]:
    sandbox.login_code("wx0000000000000001", "amy")
    return {
        "appid": "wx0000000000000001",
        "mchid": "1900000001",
        "description": "tea",
        "out_trade_no": number,
        "notify_url": "http://127.0.0.1:9/notify",
        "amount": {"total": 100, "currency": "CNY"},
        "payer": {"openid": "oAmy"},
    }


def refunding(number: str = NUMBER) -> dict[str, Any]:
    goods = {"merchant_goods_id": "tea", "unit_price": 100, "refund_amount": 100, "refund_quantity": 1}
    amount = {"refund": 100, "total": 100, "currency": "CNY"}
    return {"out_trade_no": number, "out_refund_no": f"{number}-r1", "amount": amount, "goods_detail": [goods]}


# What is asked, and whether it has to be paid before, or refunded.
CALLS: dict[str, tuple[Callable[[Client, SandboxClient], Any], str]] = {
    "prepay": (lambda pay, sandbox: pay.prepay(opening(sandbox)), ""),
    "query": (lambda pay, sandbox: pay.query(NUMBER), "opened"),
    "close": (lambda pay, sandbox: pay.close(NUMBER), "opened"),
    "refund": (lambda pay, sandbox: pay.refund(refunding()), "paid"),
    "refund_query": (lambda pay, sandbox: pay.query_refund(f"{NUMBER}-r1"), "refunded"),
    "certificates": (lambda pay, sandbox: pay.certificates(), ""),
}


@contextmanager
def no_patience(fault: str) -> Iterator[None]:
    """Where the answer does not come in time, nobody waits for long; whoever answers is given time, also on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        if fault in ("timeout", "slow"):
            patch.setattr(client, "PATIENCE", impatient(SECONDS))
        yield


def prepare(pay: Client, sandbox: SandboxClient, stage: str) -> None:
    if stage:
        prepay_id = pay.prepay(opening(sandbox))
        if stage != "opened":
            sandbox.pay(prepay_id)
        if stage == "refunded":
            pay.refund(refunding())


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_every_trouble_on_every_call(call: str, fault: str, pay: Client, sandbox: SandboxClient) -> None:
    ask, stage = CALLS[call]
    prepare(pay, sandbox, stage)
    sandbox.forget_requests()
    sandbox.faults(call, {"do": fault, "seconds": 5, "times": 2})

    began = time.monotonic()
    with no_patience(fault), pytest.raises(Unavailable):
        ask(pay, sandbox)

    assert time.monotonic() - began < 4, "less than the five seconds which the answer would take"
    tries = len(eventually(lambda: sandbox.requests(call=call)))
    assert tries == (2 if fault in ("500", "reset") else 1), "what broke is tried once more, and nothing else"
    [state] = breaker.states()
    assert state.failures == (0 if fault == "429" else tries)

    sandbox.call("DELETE", "/sandbox/faults")
    ask(pay, sandbox)
    assert breaker.states()[0].failures == 0


@pytest.mark.parametrize("fault", ["500", "reset", "timeout", "garbage", "unsigned"])
def test_what_is_down_is_left_alone_and_nothing_else_is(
    fault: str, pay: Client, sandbox: SandboxClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 60)
    prepare(pay, sandbox, "opened")
    sandbox.forget_requests()
    sandbox.faults("query", {"do": fault, "seconds": 1, "times": 100})
    while not any(state.open for state in breaker.states()):
        with no_patience(fault), pytest.raises(Unavailable):
            pay.query(NUMBER)
    asked = len(sandbox.requests(call="query"))
    with pytest.raises(Unavailable, match="not asked"):
        pay.prepay(opening(sandbox))
    assert (len(sandbox.requests(call="query")), len(sandbox.requests(call="prepay"))) == (asked, 0)

    # Another provider on the very same host, and WeChat Pay's other host.
    code = sandbox.login_code("wx0000000000000001", "amy")
    assert WeChatClient("wx0000000000000001", "app-secret").code2session(code).openid
    settings.WECHATPAY_API_BASE = f"{sandbox.url},{sandbox.url.replace('127.0.0.1', 'localhost')}"
    assert pay.prepay(opening(sandbox))
    assert breaker.at("wechatpay", sandbox.url.removeprefix("http://")).state().open

    settings.WECHATPAY_API_BASE = sandbox.url
    sandbox.call("DELETE", "/sandbox/faults")
    # The pause is over.
    now = time.monotonic() + breaker.PAUSE_SECONDS
    monkeypatch.setattr(breaker.at("wechatpay", sandbox.url.removeprefix("http://")), "_now", lambda: now)
    assert pay.query(NUMBER)["trade_state"] == "NOTPAY"
    assert not any(state.open for state in breaker.states())


@contextmanager
def watched(moment: str = "1 s") -> Iterator[list[int]]:
    """How many connections waited inside a transaction that is older than a moment, looked at again and again by somebody else."""
    seen: list[int] = []
    done = threading.Event()
    sql = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND state = 'idle in transaction' AND clock_timestamp() - xact_start > %s::interval"""

    def look() -> None:
        with psycopg.connect(database_url(), autocommit=True) as other:
            while not done.is_set():
                row = other.execute(sql, [moment]).fetchone()
                seen.append(row[0] if row else -1)
                done.wait(0.02)

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    done.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_meanwhile(
    api: APIClient, order: Order, store: Store, merchant: SandboxMerchant, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(client, "PATIENCE", impatient(1.5))
    sandbox.faults("any", {"do": "timeout", "seconds": 5, "times": 5})

    with watched() as seen:
        answer = api.post(
            f"/api/v1/stores/{store.slug}/orders/{order.public_id}/pay", {}, format="json",
            headers={"Idempotency-Key": "watched-from-outside"},
        )  # fmt: skip
    assert answer.status_code >= 500
    assert len(seen) > 5
    assert set(seen) == {0}

    # The watch sees one that is open.
    with watched() as seen, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        eventually(lambda: 1 in seen)
