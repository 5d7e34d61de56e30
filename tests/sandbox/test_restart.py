"""What the sandbox knows survives a restart and kill -9: keys, payments, notifications still to be sent, parcels, clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxProcess, eventually

pytestmark = pytest.mark.process


@pytest.fixture
def process(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A sandbox of the test's own, to be killed."""
    process = SandboxProcess(tmp_path)
    yield process
    process.stop()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_payments_and_keys_are_kept(process: SandboxProcess, receiver: Receiver, how: str) -> None:
    # Given a paid, an open and a closed payment
    sandbox = process.start()
    merchant = Merchant(sandbox, sandbox.merchant(), receiver.url)
    merchant.paid("PAID000001")
    open_id = merchant.open("OPEN000001")
    merchant.open("CLOSED0001")
    merchant.close("CLOSED0001")
    sandbox.settings(spelling="old")

    # When it is ended and started again
    getattr(process, how)()
    process.start()

    # Then the merchant's keys still fit and everything is as it was
    states = [merchant.query(number)[1]["trade_state"] for number in ("PAID000001", "OPEN000001", "CLOSED0001")]
    assert states == ["SUCCESS", "NOTPAY", "CLOSED"]
    assert merchant.open("OPEN000001") == open_id
    assert sandbox.pay(open_id) == "SUCCESS"
    assert sandbox.settings()["spelling"] == "old"


def test_a_notification_not_yet_acknowledged_is_sent_afterwards(process: SandboxProcess, receiver: Receiver) -> None:
    sandbox = process.start()
    merchant = Merchant(sandbox, sandbox.merchant(), receiver.url)
    receiver.answers.append((500, 0))
    merchant.paid("PAID000001")
    eventually(lambda: sandbox.notifications()[0]["attempts"] == 1)
    process.kill()
    process.speed = 100
    process.start()
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    assert len(receiver.received) == 2
    assert merchant.sdk.callback(receiver.received[1].headers, receiver.received[1].body)["resource"]


def test_killed_in_the_middle_of_a_delivery(process: SandboxProcess, receiver: Receiver) -> None:
    """The merchant has heard it, the sandbox does not know: it says it again, as the real one would."""
    sandbox = process.start()
    merchant = Merchant(sandbox, sandbox.merchant(), receiver.url)
    receiver.answers.append((204, 3.0))
    merchant.paid("PAID000001")
    eventually(lambda: receiver.received)
    process.kill()
    process.start()
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    assert len(receiver.received) == 2
    assert receiver.received[0].body == receiver.received[1].body


def test_late_payers_and_refunds_and_parcels_go_on(process: SandboxProcess, receiver: Receiver) -> None:
    sandbox = process.start()
    merchant = Merchant(sandbox, sandbox.merchant(), receiver.url)
    merchant.paid("PAID000001")
    merchant.refund("PAID000001", "R1", 100)
    sandbox.pay(merchant.open("LATE000001"), "pay_late", delay=100)
    sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "sf", "waybill": "SF1"})
    process.kill()
    process.speed = 1000
    process.start()
    eventually(lambda: merchant.query_refund("R1")[1]["status"] == "SUCCESS")
    eventually(lambda: merchant.query("LATE000001")[1]["trade_state"] == "SUCCESS")
    eventually(lambda: sandbox.call("GET", "/carrier/v1/parcels/sf/SF1")["state"] == "delivered")


def test_the_advanced_clock_is_kept(process: SandboxProcess, receiver: Receiver) -> None:
    sandbox = process.start()
    sandbox.advance_clock(86400)
    before = sandbox.call("GET", "/sandbox/clock")["wall"]
    process.kill()
    process.start()
    after = sandbox.call("GET", "/sandbox/clock")["wall"]
    assert before < after
