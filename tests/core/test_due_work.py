"""Due work is carried out by one worker at a time, survives failures and dead workers, and is parked rather than lost.

The rows are pictures, because some model is needed; the handlers are the test's own.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django_scopes import scope, scopes_disabled

from core import clock, duework
from core.models import LeaseLost
from shop.models import Picture, Store
from tests.support.racing import together

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

Handle = Callable[[Callable[[Picture], None]], None]


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """Registers a handler for pictures, in the place of the real ones."""
    registered: dict[tuple[type[duework.DueWork], str], duework.Registration] = {}
    monkeypatch.setattr(duework, "_registered", registered)

    def register(handler: Callable[[Picture], None]) -> None:
        registered[Picture, ""] = duework.Registration(handler, timedelta(seconds=60), max_attempts=3)

    return register


def due_picture(store: Store, **columns: object) -> Picture:
    picture: Picture = Picture.objects.create(store=store, **{"due_at": clock.now(), **columns})
    return picture


def test_a_due_row_is_done_once(store: Store, handle: Handle) -> None:
    seen: list[int] = []

    def handler(picture: Picture) -> None:
        seen.append(picture.pk)
        picture.finish()

    handle(handler)
    picture = due_picture(store)

    assert duework.run_pending() == 1
    assert duework.run_pending() == 0
    assert seen == [picture.pk]
    picture.refresh_from_db()
    assert picture.done_at is not None


def test_a_row_that_a_worker_is_at_is_left_to_it(store: Store, handle: Handle) -> None:
    """Both were rung for, and the second comes while the first is at it."""
    seen: list[int] = []
    second: list[bool] = []

    def handler(picture: Picture) -> None:
        seen.append(picture.pk)
        if len(seen) == 1:
            second.append(duework.run(Picture, picture.pk))
        picture.finish()

    handle(handler)
    picture = due_picture(store)

    assert duework.run(Picture, picture.pk)
    assert (seen, second) == ([picture.pk], [False])


def test_a_row_is_not_touched_before_its_time(store: Store, handle: Handle) -> None:
    handle(lambda picture: picture.finish())
    due_picture(store, due_at=clock.now() + timedelta(minutes=1))

    assert duework.run_pending() == 0


def test_the_handler_runs_in_the_scope_of_the_rows_store(store: Store, other_store: Store, handle: Handle) -> None:
    seen: list[int] = []

    def handler(picture: Picture) -> None:
        seen.append(Picture.objects.count())
        picture.finish()

    handle(handler)
    with scopes_disabled():
        due_picture(other_store)
        due_picture(store, due_at=None)

    duework.run_pending()

    assert seen == [1]


def test_a_failure_is_tried_again_later_and_then_parked(store: Store, handle: Handle) -> None:
    def handler(picture: Picture) -> None:
        raise ValueError("no such luck")

    handle(handler)
    with time_machine.travel(START, tick=False) as traveller:
        picture = due_picture(store)
        duework.run_pending()
        picture.refresh_from_db()
        assert picture.due_at == START + timedelta(seconds=2)
        assert picture.last_error == "ValueError: no such luck"
        assert duework.run_pending() == 0, "not before the back-off is over"

        for _ in range(2):
            traveller.shift(timedelta(minutes=1))
            assert duework.run_pending() == 1
        picture.refresh_from_db()
        assert picture.parked_at is not None
        traveller.shift(timedelta(days=1))
        assert duework.run_pending() == 0, "a parked row waits for a person"


@pytest.mark.parametrize(("named", "seconds"), [(90.0, 90), (0.0, 2), (None, 2), (999_999.0, 1800)])
def test_whoever_refuses_may_say_for_how_long(named: float | None, seconds: int, store: Store, handle: Handle) -> None:
    """Asked before that, they refuse once more; and no word of theirs puts work off for days."""

    class Refused(Exception):
        retry_after = named

    def handler(picture: Picture) -> None:
        raise Refused

    handle(handler)
    with time_machine.travel(START, tick=False):
        picture = due_picture(store)
        duework.run_pending()
        picture.refresh_from_db()
    assert picture.due_at == START + timedelta(seconds=seconds)


def test_a_person_takes_a_parked_row_back_to_work(store: Store, handle: Handle) -> None:
    handle(lambda picture: picture.finish())
    picture = due_picture(store, parked_at=clock.now(), attempts=3)

    assert duework.retry(picture)
    assert duework.run_pending() == 1


def test_the_effect_of_a_failed_handler_is_rolled_back(store: Store, handle: Handle) -> None:
    def handler(picture: Picture) -> None:
        with transaction.atomic():
            Picture.objects.filter(pk=picture.pk).update(alt_en="half done")
            raise ValueError

    handle(handler)
    picture = due_picture(store)

    duework.run_pending()

    picture.refresh_from_db()
    assert picture.alt_en == ""


def test_a_dead_workers_row_is_taken_over_when_its_lease_ends(store: Store, handle: Handle) -> None:
    handle(lambda picture: picture.finish())
    with time_machine.travel(START, tick=False) as traveller:
        picture = due_picture(store)
        assert duework._claim(Picture, picture.pk) is not None, "a worker claims it, and dies"

        assert duework.run_pending() == 0
        traveller.shift(timedelta(seconds=61))
        assert duework.run_pending() == 1


def test_a_row_that_kills_its_workers_is_parked(store: Store, handle: Handle) -> None:
    handle(lambda picture: picture.finish())
    with time_machine.travel(START, tick=False) as traveller:
        picture = due_picture(store)
        for _ in range(3):
            duework._claim(Picture, picture.pk)
            traveller.shift(timedelta(seconds=61))

        duework.run_pending()

        picture.refresh_from_db()
        assert picture.parked_at is not None
        assert picture.done_at is None


def test_a_worker_that_was_taken_over_cannot_finish(store: Store, handle: Handle) -> None:
    handle(lambda picture: picture.finish())
    with time_machine.travel(START, tick=False) as traveller:
        picture = due_picture(store)
        slow = duework._claim(Picture, picture.pk)
        traveller.shift(timedelta(seconds=61))
        duework._claim(Picture, picture.pk)

        with pytest.raises(LeaseLost):
            slow.finish()


def test_a_handler_that_forgets_to_conclude_is_a_failure(store: Store, handle: Handle) -> None:
    handle(lambda picture: None)
    picture = due_picture(store)

    duework.run_pending()

    picture.refresh_from_db()
    assert "neither finished nor postponed" in picture.last_error


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("conditional", [True, False], ids=["claimed", "control: not claimed"])
def test_of_many_workers_one_gets_the_row(
    store: Store, handle: Handle, conditional: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight workers on connections of their own; without the conditional UPDATE several of them would do the work."""
    seen: list[int] = []
    barrier = threading.Barrier(8)

    def handler(picture: Picture) -> None:
        seen.append(picture.pk)
        if conditional:
            picture.finish()
        else:
            picture.concluded = True

    def naive(model: type[Picture], pk: int) -> Picture | None:
        picture = model._base_manager.get(pk=pk)
        barrier.wait(10)
        return picture if picture.done_at is None else None

    handle(handler)
    if not conditional:
        monkeypatch.setattr(duework, "_claim", naive)
    picture = due_picture(store)

    together(store, [lambda: duework.run(Picture, picture.pk)] * 8)

    assert len(seen) == 1 if conditional else len(seen) > 1


def test_ringing_waits_for_the_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(duework.bell, "ring", lambda label, pk: rung.append((label, pk)))
    with scope(store=store), django_capture_on_commit_callbacks() as callbacks:
        picture = due_picture(store)
        duework.ring(picture)
    assert rung == []
    for callback in callbacks:
        callback()
    assert rung == [("shop.picture", picture.pk)]
