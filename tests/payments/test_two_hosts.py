"""When one host of WeChat Pay does not answer, the other is asked, signed anew; a refusal is final, and a time-out is waited for once."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from pytest_django import Settings

from core import breaker, outbound
from payments.gateways import Declined, GatewayError, Unavailable
from payments.wechatpay import client
from payments.wechatpay.client import Client
from tests.support.pay import impatient
from tests.support.pay_host import Answer, Host, account, late, listening, plain, refusal, signed

BODY = {"out_trade_no": "number-1", "description": "茶"}
DONE = signed({"prepay_id": "wx1"})


@pytest.fixture
def hosts(settings: Settings) -> Iterator[tuple[Host, Host]]:
    """The main host and the other one."""
    with listening() as main, listening() as backup:
        backup.answer = DONE
        settings.WECHATPAY_API_BASE = f"{main.url}, {backup.url}/"
        yield main, backup


@contextmanager
def silent() -> Iterator[str]:
    """A host that lets nobody in: its queue is full, so that further packets are dropped."""
    with socket.socket() as listener, ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def authorization(host: Host, name: str) -> str:
    found = re.search(f'{name}="([^"]*)"', host.asked[-1].headers["Authorization"])
    assert found
    return found.group(1)


@pytest.mark.parametrize(
    "trouble",
    [refusal(500, "SYSTEM_ERROR"), refusal(502, ""), plain(b"<html>", 503), lambda asked: None],
    ids=["500", "502", "503", "cut"],
)
def test_the_other_host_is_asked(trouble: Answer, hosts: tuple[Host, Host]) -> None:
    main, backup = hosts
    main.answer = trouble

    assert Client(account()).prepay(BODY) == "wx1"

    assert (len(main.asked), len(backup.asked)) == (1, 1)
    assert main.asked[0].body == backup.asked[0].body
    assert main.asked[0].path == backup.asked[0].path
    assert authorization(main, "nonce_str") != authorization(backup, "nonce_str")


def test_when_the_first_refuses_the_connection(hosts: tuple[Host, Host], settings: Settings) -> None:
    settings.WECHATPAY_API_BASE = f"http://127.0.0.1:1,{hosts[1].url}"
    assert Client(account()).prepay(BODY) == "wx1"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_a_refusal_is_final(status: int, hosts: tuple[Host, Host]) -> None:
    main, backup = hosts
    main.answer = refusal(status, "WHATEVER")

    with pytest.raises(GatewayError):
        Client(account()).prepay(BODY)

    assert (len(main.asked), len(backup.asked)) == (1, 0)


def test_an_answer_that_cannot_be_verified_is_not_asked_for_again(hosts: tuple[Host, Host]) -> None:
    main, backup = hosts
    main.answer = plain(b'{"prepay_id": "wx-forged"}')

    with pytest.raises(Unavailable, match="cannot be verified"):
        Client(account()).prepay(BODY)

    assert (len(main.asked), len(backup.asked)) == (1, 0)


def test_after_a_time_out_the_other_host_has_the_time_that_is_left(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    main, backup = hosts
    main.answer = late(DONE, 2)
    monkeypatch.setattr(client, "PATIENCE", impatient(0.6))
    assert Client(account()).prepay(BODY) == "wx1"

    backup.answer = late(DONE, 2)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        Client(account()).prepay(BODY)
    assert time.monotonic() - began < 1.8, "the shopper waits for two tries, not more"
    assert len(main.asked) + len(backup.asked) == 4


def test_when_no_time_is_left_nobody_else_is_asked(hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch) -> None:
    main, backup = hosts
    main.answer = late(DONE, 2)
    short = client.Patience(seconds=0.5, altogether=0.7, persists=True)
    monkeypatch.setitem(client.PATIENCE, "prepay", short)

    with pytest.raises(Unavailable):
        Client(account()).prepay(BODY)

    assert backup.asked == []


def test_a_refund_that_timed_out_is_not_asked_for_again(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may well have been accepted. Due work asks later, under the same number."""
    main, backup = hosts
    main.answer = late(signed({"status": "PROCESSING"}), 2)
    # Time for another try would be left.
    in_no_hurry = {name: replace(wait, altogether=20) for name, wait in impatient(0.4).items()}
    monkeypatch.setattr(client, "PATIENCE", in_no_hurry)

    with pytest.raises(Unavailable):
        Client(account()).refund({"out_refund_no": "r1"})

    assert (len(main.asked), len(backup.asked)) == (1, 0)


def test_a_refund_goes_to_the_other_host_when_the_first_cannot_be_reached(
    hosts: tuple[Host, Host], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a connection came about: nothing can have been accepted, and asking elsewhere doubles nothing."""
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.3)
    with silent() as url:
        settings.WECHATPAY_API_BASE = f"{url},{hosts[1].url}"
        hosts[1].answer = signed({"status": "PROCESSING"})
        assert Client(account()).refund({"out_refund_no": "r1"}) == {"status": "PROCESSING"}


def test_a_host_that_is_left_alone_costs_no_time(hosts: tuple[Host, Host]) -> None:
    main, _ = hosts
    main.answer = refusal(500, "SYSTEM_ERROR")
    for _ in range(breaker.FAILURES):
        Client(account()).prepay(BODY)
    assert len(main.asked) == breaker.FAILURES

    assert Client(account()).prepay(BODY) == "wx1"
    assert len(main.asked) == breaker.FAILURES
    assert [state.open for state in breaker.states()] == [True, False]


def test_when_both_are_left_alone_the_answer_comes_at_once(hosts: tuple[Host, Host]) -> None:
    main, backup = hosts
    main.answer = backup.answer = refusal(500, "SYSTEM_ERROR")
    for _ in range(breaker.FAILURES):
        with pytest.raises(Unavailable):
            Client(account()).prepay(BODY)

    began = time.monotonic()
    with pytest.raises(Unavailable, match="not asked"):
        Client(account()).query("number-1")
    assert time.monotonic() - began < 0.2
    assert len(main.asked) == len(backup.asked) == breaker.FAILURES


def test_a_merchant_with_a_wrong_key_does_not_shut_the_host_to_others(hosts: tuple[Host, Host]) -> None:
    main, _ = hosts
    main.answer = DONE
    for _ in range(2 * breaker.FAILURES):
        with pytest.raises(Unavailable, match="cannot be verified"):
            Client(account(public_key_id="PUB_KEY_ID_1")).prepay(BODY)
    assert Client(account()).prepay(BODY) == "wx1"


def test_one_host_alone_is_asked_once_more(hosts: tuple[Host, Host], settings: Settings) -> None:
    main, _ = hosts
    settings.WECHATPAY_API_BASE = main.url
    replies = iter([refusal(500, "SYSTEM_ERROR"), DONE])
    main.answer = lambda asked: next(replies)(asked)

    assert Client(account()).prepay(BODY) == "wx1"


def test_without_a_key_nothing_is_sent(hosts: tuple[Host, Host]) -> None:
    with pytest.raises(Declined, match="private key"):
        Client(account(private_key="nonsense")).prepay(BODY)
    assert hosts[0].asked == hosts[1].asked == []
