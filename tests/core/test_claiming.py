"""A claim takes what is due and nothing else, and answers with the row as it is from then on.

What is due is said twice, to the ORM and in the claim's own statement: both must say the same of every row.
"""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.models import Picture, Store

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=1)
MOMENTS = (None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1))


@pytest.fixture
def rows(store: Store) -> dict[int, Picture]:
    """One of every kind: due, claimed, done and parked never, before, now and later."""
    made = [
        Picture(store=store, due_at=due_at, claimed_until=claimed, done_at=done, parked_at=parked, claim="old", attempts=2)
        for due_at, claimed, done, parked in product(MOMENTS, MOMENTS, MOMENTS[:2], MOMENTS[:2])
    ]  # fmt: skip
    return {row.pk: row for row in Picture.objects.bulk_create(made)}


def test_it_takes_what_is_due(rows: dict[int, Picture]) -> None:
    due = set(Picture.objects.filter(Picture.due(NOW)).values_list("pk", flat=True))
    taken = {pk for pk in rows if Picture.claim_due(pk, "token", NOW, UNTIL) is not None}

    assert taken == due
    assert 0 < len(due) < len(rows)


def test_it_answers_with_the_row_in_one_statement(rows: dict[int, Picture]) -> None:
    pk = Picture.objects.filter(Picture.due(NOW)).values_list("pk", flat=True)[0]
    with CaptureQueriesContext(connection) as queries:
        row = Picture.claim_due(pk, "token", NOW, UNTIL)

    assert len(queries) == 1
    assert row is not None
    assert (row.claim, row.claimed_until, row.attempts) == ("token", UNTIL, 3)
    kept = Picture.objects.get(pk=pk)
    assert all(getattr(row, field.attname) == getattr(kept, field.attname) for field in Picture._meta.concrete_fields)


def test_what_is_not_due_stays_as_it_is(rows: dict[int, Picture]) -> None:
    due = set(Picture.objects.filter(Picture.due(NOW)).values_list("pk", flat=True))
    others = Picture.objects.filter(pk__in=rows.keys() - due).order_by("pk")
    before = list(others.values())
    for pk in rows:
        Picture.claim_due(pk, "token", NOW, UNTIL)

    assert list(others.values()) == before


def test_a_row_that_is_gone(rows: dict[int, Picture]) -> None:
    assert Picture.claim_due(max(rows) + 1, "token", NOW, UNTIL) is None
