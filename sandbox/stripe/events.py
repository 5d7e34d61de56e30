"""Events: what happened, kept for `GET /v1/events` and queued for the account's webhook."""

from __future__ import annotations

import copy
import json
from contextvars import ContextVar
from typing import Any

from sandbox import notifying
from sandbox.stripe import accounts, documents
from sandbox.stripe.facts import API_VERSION, Document
from sandbox.world import World

# The request that is being worked on, for the events that it causes; None for what happens by itself.
CAUSE: ContextVar[Document | None] = ContextVar("cause", default=None)


def tell(world: World, account: str, event_type: str, content: Document, previous: Document | None = None) -> None:
    """Something happened: an event with the object as it is now, and its webhook by the plans."""
    queue(world, account, make(world, account, event_type, content, previous))


def make(world: World, account: str, event_type: str, content: Document, previous: Document | None = None) -> Document:
    """Keeps an event; nobody is told of it yet."""
    data = {"object": copy.deepcopy(content), **({"previous_attributes": previous} if previous else {})}
    event = {
        "id": documents.new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": documents.now(world),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": CAUSE.get() or {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    return documents.add(world, account, event)


def queue(world: World, account: str, event: Document, plan: dict[str, Any] | None = None, due: bool = True) -> str:
    """The webhook of an event; the notification's id, which is the event's."""
    row = accounts.row_of(world, account)
    content = event["data"]["object"]
    return notifying.queue(
        world,
        account,
        event["type"],
        content["id"] if content["object"] == "payment_intent" else content.get("payment_intent") or "",
        content["id"] if content["object"] == "refund" else "",
        row["webhook_url"] if row else "",
        event,
        plan,
        due,
        provider="stripe",
        identifier=event["id"],
        reachable=bool(row and row["webhook_url"] and json.loads(row["webhook_secrets"])),
    )


def current(world: World, event: Document) -> Document:
    """An event as the API shows it: whether its webhook is still on its way."""
    sql = "SELECT 1 FROM notifications WHERE id = ? AND state IN ('waiting', 'held')"
    return {**event, "pending_webhooks": 1 if world.state.one(sql, event["id"]) else 0}
