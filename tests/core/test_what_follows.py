"""What a row rings for is carried out by the same worker, after the rows of its message: a payment's parcel needs no message.

The rows are pictures, because some model is needed; the handlers are the test's own.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from core import bell, clock, duework
from core.tasks import run_due
from shop.models import Picture, Store
from tests.core.test_bell import Broker, Message, broker
from tests.support.sandbox import eventually

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["broker"]

LABEL = "shop.picture"


def sent(broker: Broker) -> list[Message]:
    """What went to the broker, once nothing waits to be sent any more."""
    eventually(lambda: not bell._calls.unfinished_tasks)
    return broker.sent


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the rows that were carried out. Each rings for the one that its English text names; one that is ``bad`` then fails."""
    done: list[str] = []

    def handler(picture: Picture) -> None:
        done.append(picture.alt_zh)
        with transaction.atomic():
            picture.finish()
            if picture.alt_en:
                duework.ring(Picture.objects.get(alt_zh=picture.alt_en))
            if picture.alt_zh == "bad":
                raise ValueError

    entry = duework.Registration(handler, timedelta(seconds=60), max_attempts=3)
    monkeypatch.setattr(duework, "_registered", {(Picture, ""): entry})
    return done


Due = Callable[..., int]


@pytest.fixture
def due(store: Store) -> Due:
    """A row that is due, by its name and that of the row it rings for; its key."""

    def make(name: str, rings: str = "") -> int:
        row: Picture = Picture.objects.create(store=store, due_at=clock.now(), alt_zh=name, alt_en=rings)
        return int(row.pk)

    return make


def test_it_follows_after_the_rows_of_the_message(due: Due, done: list[str], broker: Broker) -> None:
    paid, other = due("paid", rings="parcel"), due("other")
    due("parcel")
    run_due(LABEL, paid, other)

    assert done == ["paid", "other", "parcel"]
    assert sent(broker) == []


def test_what_follows_from_that_goes_to_whoever_is_free(due: Due, done: list[str], broker: Broker) -> None:
    """No message goes on and on."""
    first = due("first", rings="second")
    due("second", rings="third")
    third = due("third")
    run_due(LABEL, first)

    assert done == ["first", "second"]
    assert sent(broker) == [(LABEL, third)]


def test_one_that_two_ring_for_is_carried_out_once(due: Due, done: list[str], broker: Broker) -> None:
    rows = due("one", rings="alert"), due("two", rings="alert")
    due("alert")
    run_due(LABEL, *rows)

    assert done == ["one", "two", "alert"]


def test_what_was_rolled_back_rings_for_nothing(due: Due, done: list[str], broker: Broker) -> None:
    bad = due("bad", rings="next")
    due("next")
    run_due(LABEL, bad)

    assert done == ["bad"]
    assert sent(broker) == []


def test_outside_a_message_the_broker_is_told(due: Due, done: list[str], broker: Broker) -> None:
    first = due("first", rings="second")
    second = due("second")
    run_due(LABEL)
    duework.run(Picture, first)

    assert done == ["first"]
    assert sent(broker) == [(LABEL, second)]
