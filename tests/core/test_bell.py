"""The bell sends one call at once, and those that come in a hurry together.

Each row is rung for, and a broker that fails is left alone for a while.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core import bell, tasks
from tests.support.sandbox import eventually

Message = tuple[Any, ...]


class Broker:
    """In the place of sending: what was sent, when, and whether it fails or lets itself be waited for."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.tries = 0
        self.fails = False
        self.open = threading.Event()
        self.open.set()

    def __call__(self, message: Message, **_options: Any) -> None:
        self.tries += 1
        self.open.wait(10)
        if self.fails:
            raise ConnectionError("nobody there")
        self.sent.append(message)

    def rung(self) -> list[int]:
        return [pk for _label, *pks in self.sent for pk in pks]


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A bell of the test's own: a fresh thread that sends here."""
    eventually(lambda: not bell._calls.unfinished_tasks)
    broker = Broker()
    monkeypatch.setattr(tasks.run_due, "apply_async", broker)
    yield broker
    broker.open.set()
    eventually(lambda: not bell._calls.unfinished_tasks)


@pytest.fixture
def busy(broker: Broker) -> Broker:
    """The thread is at its first message and cannot go on: what is rung for now gathers."""
    broker.open.clear()
    bell.ring("shop.first", 0)
    eventually(lambda: broker.tries)
    return broker


def test_one_call_goes_out_at_once_and_the_next_ones_after_a_pause(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.sleep(bell.PAUSE * 3)
    monkeypatch.setattr(bell, "PAUSE", 2.0)
    began = time.monotonic()
    bell.ring("shop.picture", 1)
    eventually(lambda: broker.sent)
    assert broker.sent == [("shop.picture", 1)]
    assert time.monotonic() - began < 1.5

    bell.ring("shop.picture", 2)
    bell.ring("shop.picture", 3)
    eventually(lambda: len(broker.sent) == 2)
    assert broker.sent[1] == ("shop.picture", 2, 3)
    assert time.monotonic() - began >= 2.0


def test_what_gathers_shares_a_message(busy: Broker) -> None:
    for pk in (3, 1, 2):
        bell.ring("shop.picture", pk)
    bell.ring("orders.duty", 1)
    busy.open.set()
    eventually(lambda: len(busy.sent) == 3)

    assert busy.sent[1:] == [("shop.picture", 3, 1, 2), ("orders.duty", 1)]


def test_a_row_that_is_rung_for_twice_is_named_once(busy: Broker) -> None:
    for pk in (1, 2, 1):
        bell.ring("shop.picture", pk)
    busy.open.set()
    eventually(lambda: len(busy.sent) == 2)

    assert busy.sent[1] == ("shop.picture", 1, 2)


def test_no_message_is_long_and_none_of_many_calls_is_forgotten(busy: Broker) -> None:
    """Other workers can take a share."""
    for pk in range(1, 36):
        bell.ring("shop.picture", pk)
    busy.open.set()
    eventually(lambda: len(busy.rung()) == 36)

    assert [len(message) - 1 for message in busy.sent[1:]] == [10, 10, 10, 5]
    assert busy.rung() == list(range(36))


def test_a_broker_that_fails_is_left_alone_for_a_while(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "MUTED_SECONDS", 2.0)
    broker.fails = True
    bell.ring("shop.picture", 1)
    eventually(lambda: broker.tries == 1 and not bell._calls.unfinished_tasks)

    broker.fails = False
    bell.ring("shop.picture", 2)
    eventually(lambda: not bell._calls.unfinished_tasks)
    assert broker.tries == 1

    time.sleep(2.0)
    bell.ring("shop.picture", 3)
    eventually(lambda: broker.sent == [("shop.picture", 3)])
