"""Idempotency keys (docs.stripe.com/idempotency): the first answer is kept for a day and given again, a 500 included."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from sandbox.stripe.errors import Invalid
from sandbox.world import World

KEPT = 86400
MOST_KEY = 255

# The keys whose first request is still being worked on: (account, key).
BUSY: web.AppKey[set[tuple[str, str]]] = web.AppKey("stripe_busy", set)


def fingerprint(method: str, path: str, params: Mapping[str, Any]) -> str:
    """What must be the same when a key comes again."""
    return json.dumps([method, path, params], sort_keys=True, ensure_ascii=False)


def kept(world: World, account: str, key: str, asked: str) -> sqlite3.Row | None:
    """The answer kept under this key, or None. Raises Invalid when it was given to other parameters."""
    if len(key) > MOST_KEY:
        raise Invalid(400, f"Idempotency-Key: at most {MOST_KEY} characters")
    world.state.run("DELETE FROM stripe_answers WHERE made_at <= ?", world.clock.wall() - KEPT)
    row = world.state.one("SELECT * FROM stripe_answers WHERE account = ? AND key = ?", account, key)
    if row is not None and row["request"] != asked:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
            f"a key other than '{key}' if you meant to execute a different request."
        )
        raise Invalid(400, message, type="idempotency_error")
    return row


def keep(world: World, account: str, key: str, asked: str, request_id: str, status: int, body: bytes) -> None:
    world.state.insert(
        "stripe_answers",
        account=account,
        key=key,
        made_at=world.clock.wall(),
        request=asked,
        request_id=request_id,
        status=status,
        body=body,
    )


@contextmanager
def working(busy: set[tuple[str, str]], account: str, key: str) -> Iterator[None]:
    """While a request with a key is worked on. Raises Invalid (409) when another one with it already is."""
    if not key:
        yield
        return
    if (account, key) in busy:
        message = (
            "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
            "twice, and the other request is still going through)."
        )
        raise Invalid(409, message, "idempotency_key_in_use", type="idempotency_error")
    busy.add((account, key))
    try:
        yield
    finally:
        busy.discard((account, key))
