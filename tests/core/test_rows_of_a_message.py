"""A message that rings for several rows has each carried out, whatever becomes of the others."""

from datetime import timedelta

import pytest

from core import clock, duework
from core.tasks import run_due
from shop.models import Picture, Store

LABEL = "shop.picture"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows that were carried out; of those whose name says so, the handler fails."""
    seen: list[int] = []

    def handler(picture: Picture) -> None:
        seen.append(picture.pk)
        if picture.alt_en == "fails":
            raise ValueError
        picture.finish()

    entry = duework.Registration(handler, timedelta(seconds=60), max_attempts=3)
    monkeypatch.setattr(duework, "_registered", {(Picture, ""): entry})
    return seen


def due_picture(store: Store, **columns: object) -> int:
    row: Picture = Picture.objects.create(store=store, **{"due_at": clock.now(), **columns})
    return int(row.pk)


def test_it_works(store: Store, seen: list[int]) -> None:
    pks = [due_picture(store) for _ in range(3)]
    run_due(LABEL, *pks)

    assert seen == pks
    assert not Picture.objects.filter(done_at=None).exists()


def test_one_that_fails_does_not_keep_the_next(store: Store, seen: list[int]) -> None:
    bad, good = due_picture(store, alt_en="fails"), due_picture(store)
    run_due(LABEL, bad, good)

    assert seen == [bad, good]
    assert Picture.objects.get(done_at=None).pk == bad


def test_what_is_done_taken_or_gone_is_passed_over(store: Store, seen: list[int]) -> None:
    now = clock.now()
    others = [due_picture(store, done_at=now), due_picture(store, claimed_until=now + timedelta(minutes=1))]
    due = due_picture(store)
    run_due(LABEL, *others, due + 1000, due)

    assert seen == [due]


def test_delivered_again_it_does_nothing_twice(store: Store, seen: list[int]) -> None:
    pks = [due_picture(store) for _ in range(3)]
    run_due(LABEL, *pks)
    run_due(LABEL, *pks)

    assert seen == pks
