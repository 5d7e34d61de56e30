"""Idempotency keys: the same key and body get the same answer; the effect happens once.

::

    with once(request, owner=f"shopper:{shopper.pk}") as attempt:
        if attempt.answer is not None:
            return attempt.answer
        with transaction.atomic():
            ...
            return attempt.store(201, body)   # commits with the effect

A request that fails leaves no trace, so that it may be tried again; one whose process died is taken over after ``LOCK``.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.models import IdempotencyKey
from core.problems import Problem

LOCK = timedelta(seconds=60)
HEADER = "Idempotency-Key"
_INSERT = """
INSERT INTO core_idempotencykey (store_id, owner, key, fingerprint, locked_until, created_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (store_id, owner, key) DO NOTHING RETURNING id
"""


class Attempt:
    """One request under its key. ``answer`` is what was answered before, or None when the work is to be done now."""

    def __init__(self, row: IdempotencyKey, answer: Response | None = None) -> None:
        self.row, self.answer, self.stored = row, answer, answer is not None

    def store(self, status: int, body: Any) -> Response:
        """Keep the answer, in the caller's transaction, and return it.

        Raises Problem (409), so that the effect is rolled back, when this took longer than ``LOCK`` and another took over.
        """
        if not self._mine().update(status=status, body=body):
            raise _in_use()
        self.stored = True
        return Response(body, status=status)

    def give_up(self) -> None:
        """Forget the request, so that it may be tried again."""
        self._mine().delete()

    def _mine(self) -> Any:
        # By the time of the lock: whoever takes over sets another.
        return IdempotencyKey.objects.filter(pk=self.row.pk, status=None, locked_until=self.row.locked_until)


@contextmanager
def once(request: Request, *, store: Any, owner: str) -> Iterator[Attempt]:
    """Enter the request under its ``Idempotency-Key``.

    Raises Problem: 400 without a key, 422 for a key that was used with another body or path, 409 while the first is still running.
    """
    key = request.headers.get(HEADER, "")
    if not 8 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Problem(
            "idempotency-key-required",
            400,
            _("An Idempotency-Key header of 8 to 200 characters is needed."),
            errors={HEADER: ["required"]},
        )
    attempt = _enter(key, store, owner, _fingerprint(request))
    try:
        yield attempt
    except BaseException:
        attempt.stored = False
        raise
    finally:
        if not attempt.stored:
            attempt.give_up()


def _enter(key: str, store: Any, owner: str, fingerprint: str) -> Attempt:
    now = clock.now()
    row = IdempotencyKey(
        store=store, owner=owner, key=key, fingerprint=fingerprint, locked_until=now + LOCK, created_at=now
    )
    # One statement: of many at once one inserts, and nobody needs an error to find out.
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [store.pk, owner, key, fingerprint, row.locked_until, now])
        inserted = cursor.fetchone()
    if inserted:
        row.pk = inserted[0]
        return Attempt(row)
    found = IdempotencyKey.objects.filter(store=store, owner=owner, key=key).first()
    if found is None:
        # The first has failed and gone between the two statements.
        raise _in_use()
    row = found
    if row.fingerprint != fingerprint:
        raise Problem("idempotency-key-reused", 422, _("This Idempotency-Key was used for another request."))
    if row.status is not None:
        return Attempt(row, Response(row.body, status=row.status, headers={"Idempotent-Replayed": "true"}))
    taken = IdempotencyKey.objects.filter(
        locked_until__lt=now, locked_until=row.locked_until, pk=row.pk, status=None
    ).update(locked_until=now + LOCK)
    if not taken:
        raise _in_use()
    row.locked_until = now + LOCK
    return Attempt(row)


def _in_use() -> Problem:
    return Problem("idempotency-key-in-use", 409, _("The first request with this key is still running."))


def _fingerprint(request: Request) -> str:
    document = json.dumps([request.method, request.path, request.data], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()
