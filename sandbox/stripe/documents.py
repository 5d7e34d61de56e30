"""Stripe's objects as JSON documents: kept, found, listed by pages, and expanded on demand."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.stripe.errors import Invalid, no_such
from sandbox.stripe.facts import Document
from sandbox.world import World

PER_PAGE = 10
DEPTH = 4
_SIGNS = string.ascii_letters + string.digits
# What a document is called in "No such ...".
CALLED = {"payment_intent": "payment_intent", "balance_transaction": "balance transaction"}


def new_id(prefix: str) -> str:
    """`pi_` and 24 signs."""
    return f"{prefix}_{''.join(secrets.choice(_SIGNS) for _ in range(24))}"


def now(world: World) -> int:
    """Whole seconds since 1970."""
    return int(world.clock.wall())


def _read(world: World, text: str) -> Document:
    """The document as it is now: money of a transaction becomes available by the passing of time alone."""
    document: Document = json.loads(text)
    if "available_on" in document:
        document["status"] = "available" if document["available_on"] <= now(world) else "pending"
    return document


def add(world: World, account: str, document: Document) -> Document:
    """Keeps a new document."""
    world.state.insert(
        "stripe_documents",
        id=document["id"],
        account=account,
        object=document["object"],
        created=document["created"],
        document=json.dumps(document, ensure_ascii=False),
    )
    return document


def change(world: World, document: Document, **changes: Any) -> Document:
    """Keeps the changes, and makes them in `document` too."""
    document.update(changes)
    world.state.run(
        "UPDATE stripe_documents SET document = ?, created = ? WHERE id = ?",
        json.dumps(document, ensure_ascii=False),
        document["created"],
        document["id"],
    )
    return document


def find(world: World, account: str, identifier: str, kind: str = "") -> Document | None:
    """The account's document with this id, of the kind given (an `object`), or None."""
    row = world.state.one(
        "SELECT document FROM stripe_documents WHERE id = ? AND account = ? AND (object = ? OR ? = '')",
        identifier,
        account,
        kind,
        kind,
    )
    return None if row is None else _read(world, row["document"])


def get(world: World, account: str, identifier: str, kind: str, param: str = "") -> Document:
    """As find. Raises Invalid: 404, or 400 naming the parameter that named it."""
    document = find(world, account, identifier, kind)
    if document is None:
        raise no_such(CALLED.get(kind, kind), identifier, param, 400 if param else 404)
    return document


def owner(world: World, identifier: str) -> str:
    """The account whose document this is; empty when there is none."""
    return str(world.state.value("SELECT account FROM stripe_documents WHERE id = ?", identifier) or "")


def of_intent(world: World, account: str, kind: str, intent: str) -> list[Document]:
    """The documents of a kind that belong to a payment intent, oldest first."""
    rows = world.state.all(
        "SELECT document FROM stripe_documents WHERE json_extract(document, '$.payment_intent') = ? "
        "AND account = ? AND object = ? ORDER BY seq",
        intent,
        account,
        kind,
    )
    return [_read(world, row["document"]) for row in rows]


def page(
    world: World, account: str, kind: str, url: str, given: Mapping[str, Any], filters: Iterable[str] = ()
) -> Document:
    """A list object: the newest first, `limit` of them after (or before) the one named. Raises Invalid.

    `filters` are parameters that equal a field of the document; `payout` is the payout that took a transaction along.
    """
    where, values = ["account = ?", "object = ?"], [account, kind]
    for name in filters:
        if name in given:
            where.append("payout = ?" if name == "payout" else f"json_extract(document, '$.{name}') = ?")
            values.append(given[name])
    created = given.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        if name in bounds:
            where.append(f"created {sign} ?")
            values.append(bounds[name])
    backwards = "ending_before" in given
    if backwards and "starting_after" in given:
        message = "You may only specify one of these parameters: ending_before, starting_after."
        raise Invalid(400, message, param="ending_before")
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in given:
            place = world.state.one(
                "SELECT created, seq FROM stripe_documents WHERE id = ? AND account = ? AND object = ?",
                given[name],
                account,
                kind,
            )
            if place is None:
                raise no_such(CALLED.get(kind, kind), given[name], name, 400)
            where.append(f"(created, seq) {sign} (?, ?)")
            values += [place["created"], place["seq"]]
    limit, order = given.get("limit", PER_PAGE), "ASC" if backwards else "DESC"
    sql = f"SELECT document FROM stripe_documents WHERE {' AND '.join(where)} ORDER BY created {order}, seq {order} LIMIT ?"
    rows = world.state.all(sql, *values, limit + 1)
    found = [_read(world, row["document"]) for row in rows[:limit]]
    if backwards:
        found.reverse()
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": found}


def expand(world: World, account: str, document: Document, paths: Iterable[str]) -> Document:
    """The document with the objects in place of their ids that the paths name. Raises Invalid."""
    for path in paths:
        names = path.split(".")
        if len(names) > DEPTH:
            raise Invalid(400, f"You cannot expand more than {DEPTH} levels of a property: {path}", param="expand")
        _expand(world, account, document, names, path)
    return document


def _expand(world: World, account: str, content: Any, names: list[str], path: str) -> None:
    if isinstance(content, list):
        for entry in content:
            _expand(world, account, entry, names, path)
        return
    if not names or content is None:
        return
    name = names[0]
    if not isinstance(content, dict) or name not in content:
        raise Invalid(400, f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(content[name], str):
        inside = find(world, account, content[name])
        if inside is None:
            # A planted transaction, behind which there is nothing: its id stays an id.
            return
        content[name] = inside
    _expand(world, account, content[name], names[1:], path)
