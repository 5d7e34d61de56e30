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

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.models import IdempotencyKey
from core.problems import Problem

LOCK = timedelta(seconds=60)
HEADER = "Idempotency-Key"


class Attempt:
    """One request under its key. ``answer`` is what was answered before, or None when the work is to be done now."""

    def __init__(self, row: IdempotencyKey, answer: Response | None = None) -> None:
        self.row, self.answer, self.stored = row, answer, answer is not None

    def store(self, status: int, body: Any) -> Response:
        """Keep the answer, in the caller's transaction, and return it."""
        IdempotencyKey.objects.filter(pk=self.row.pk).update(status=status, body=body)
        self.stored = True
        return Response(body, status=status)


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
            IdempotencyKey.objects.filter(pk=attempt.row.pk, status=None).delete()


def _enter(key: str, store: Any, owner: str, fingerprint: str) -> Attempt:
    now = clock.now()
    row, created = IdempotencyKey.objects.get_or_create(
        store=store, owner=owner, key=key, defaults={"fingerprint": fingerprint, "locked_until": now + LOCK}
    )
    if created:
        return Attempt(row)
    if row.fingerprint != fingerprint:
        raise Problem("idempotency-key-reused", 422, _("This Idempotency-Key was used for another request."))
    if row.status is not None:
        return Attempt(row, Response(row.body, status=row.status, headers={"Idempotent-Replayed": "true"}))
    taken = IdempotencyKey.objects.filter(Q(locked_until__lt=now), pk=row.pk, status=None).update(
        locked_until=now + LOCK
    )
    if not taken:
        raise Problem("idempotency-key-in-use", 409, _("The first request with this key is still running."))
    return Attempt(row)


def _fingerprint(request: Request) -> str:
    document = json.dumps([request.method, request.path, request.data], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()
