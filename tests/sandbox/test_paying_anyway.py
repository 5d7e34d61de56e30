"""A payment that was under way while the order was closed or its time ran out goes through, when that is asked for."""

from __future__ import annotations

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_after_it_was_closed(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    prepay_id = merchant.open(number)
    merchant.close(number)
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"
    assert sandbox.pay(prepay_id, late="anyway") == "SUCCESS"
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"
    assert merchant.close(number)[1]["code"] == "ORDER_PAID"
    [message] = eventually(lambda: receiver.received)
    assert merchant.sdk.callback(message.headers, message.body)["resource"]["out_trade_no"] == number


def test_after_its_time(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    sandbox.advance_clock(8 * 86_400)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id)
    assert refused.value.body["code"] == "TIME_EXPIRED"
    assert sandbox.pay(prepay_id, late="anyway") == "SUCCESS"


@pytest.mark.parametrize("delay", [1, 3600, 25 * 3600])
def test_closed_while_the_payer_was_paying(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, delay: int
) -> None:
    sandbox.settings(speed=0)
    prepay_id = merchant.open(number)
    sandbox.pay(prepay_id, "pay_late", delay=delay, late="anyway")
    merchant.close(number)
    sandbox.advance_clock(delay - 0.5)
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"
    sandbox.advance_clock(1)
    eventually(lambda: merchant.query(number)[1]["trade_state"] == "SUCCESS")
    eventually(lambda: receiver.received)


def test_never_twice(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    sandbox.pay(prepay_id)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id, late="anyway")
    assert refused.value.body["code"] == "ORDER_PAID"


def test_no_other_word(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id, late="maybe")
    assert refused.value.body["code"] == "BAD_FIELD"
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"
