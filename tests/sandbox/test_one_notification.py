"""How the notification of one payment goes can be said when it is paid, and one on its way can be lost."""

from __future__ import annotations

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_a_plan_for_this_payment_alone(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("forge")
    sandbox.pay(merchant.open(number + "A"), notify={"behaviour": "lose"})
    [lost] = sandbox.notifications(out_trade_no=number + "A")
    assert (lost["state"], lost["deliveries"]) == ("lost", [])
    assert sandbox.plans() == [{"behaviour": "forge", "count": 1}], "the plan for the next one is not used up"
    sandbox.pay(merchant.open(number + "B"), notify="duplicate")
    eventually(lambda: len(receiver.received) == 2)


def test_losing_one_that_is_on_its_way(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("delay", delay=1000)
    merchant.paid(number)
    sandbox.lose(number)
    sandbox.advance_clock(2000)
    # A later one that arrives proves that the time of the first has come and gone.
    merchant.paid(number + "B")
    eventually(lambda: receiver.received)
    assert [one["state"] for one in sandbox.notifications(out_trade_no=number)] == ["lost"]
    assert len(receiver.received) == 1


def test_losing_one_while_it_is_sent(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    receiver.answers.append((500, 1.0))
    merchant.paid(number)
    eventually(lambda: receiver.received)
    sandbox.lose(number)
    eventually(lambda: sandbox.notifications(out_trade_no=number)[0]["deliveries"])
    sandbox.advance_clock(3600)
    merchant.paid(number + "B")
    eventually(lambda: len(receiver.received) == 2)
    assert sandbox.notifications(out_trade_no=number)[0]["state"] == "lost", "it is not tried again"


def test_nothing_is_on_its_way(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.paid(number)
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    with pytest.raises(SandboxRefused) as refused:
        sandbox.lose(number)
    assert refused.value.body["code"] == "NOTHING_WAITS"


def test_a_bad_plan_and_nothing_is_paid(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    prepay_id = merchant.open(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.pay(prepay_id, notify={"behaviour": "explode"})
    assert refused.value.body["code"] == "BAD_PLAN"
    assert merchant.query(number)[1]["trade_state"] == "NOTPAY"


def test_plans_can_be_seen_and_cleared(sandbox: SandboxClient) -> None:
    sandbox.plan("duplicate", times=3, count=2)
    assert sandbox.plans() == [{"behaviour": "duplicate", "times": 3, "count": 2}]
    sandbox.call("DELETE", "/sandbox/notifications/plans")
    assert sandbox.plans() == []
