"""What comes back from WeChat Pay is believed only when it was signed, just now, with a key of this merchant: an old answer that somebody
sends again says how things stood then."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from core import clock
from payments.gateways import Unavailable
from payments.wechatpay.client import Client
from tests.support.pay import Platform, _key
from tests.support.pay_host import Host, account, listening

PAID = json.dumps({"out_trade_no": "number-1", "trade_state": "SUCCESS"}).encode()


def at(seconds: int) -> dict[str, str]:
    return Platform().sign(PAID, timestamp=int(clock.now().timestamp()) + seconds)


HEADERS: dict[str, Callable[[], dict[str, str]]] = {
    "none": dict,
    "five minutes old": lambda: at(-300),
    "from later": lambda: at(301),
    "of another body": lambda: Platform().sign(PAID + b" "),
    "of another key": lambda: Platform(_key("stranger")).sign(PAID),
    "of an unknown serial number": lambda: Platform().sign(PAID, serial="7F00AA"),
    "of another scheme": lambda: at(0) | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"},
    "a probe": lambda: at(0) | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 301},
    "no base64": lambda: at(0) | {"Wechatpay-Signature": "!"},
    "no serial number": lambda: {name: value for name, value in at(0).items() if name != "Wechatpay-Serial"},
}


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """No second begins between signing and looking."""
    with time_machine.travel(clock.now(), tick=False):
        yield


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    with listening() as host:
        settings.WECHATPAY_API_BASE = host.url
        yield host


CALLS: dict[str, Callable[[Client], Any]] = {
    "prepay": lambda pay: pay.prepay({}),
    "query": lambda pay: pay.query("number-1"),
    "close": lambda pay: pay.close("number-1"),
    "refund": lambda pay: pay.refund({}),
    "refund query": lambda pay: pay.query_refund("refund-1"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_not_believed_and_not_asked_for_again(name: str, host: Host) -> None:
    host.answer = lambda asked: (200, HEADERS[name](), PAID)
    for ask in CALLS.values():
        host.asked.clear()
        with pytest.raises(Unavailable, match="cannot be verified"):
            ask(Client(account()))
        assert len(host.asked) == 1


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_within_five_minutes(seconds: int, host: Host) -> None:
    host.answer = lambda asked: (200, at(seconds), PAID)
    assert Client(account()).query("number-1")["trade_state"] == "SUCCESS"


def test_what_has_no_body_is_signed_too(host: Host) -> None:
    """Closed is closed only when WeChat Pay says so: its stock is given back then."""
    host.answer = lambda asked: (204, {}, b"")
    with pytest.raises(Unavailable, match="cannot be verified"):
        Client(account()).close("number-1")
    host.answer = lambda asked: (204, Platform().sign(b""), b"")
    Client(account()).close("number-1")
