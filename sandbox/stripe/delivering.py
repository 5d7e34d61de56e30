"""Webhooks sent on demand, also ones that claim what never happened."""

from __future__ import annotations

import json
from typing import Any

from sandbox import notifying
from sandbox.clock import utc
from sandbox.errors import Refused
from sandbox.posting import Postman, read_options
from sandbox.stripe import documents, events
from sandbox.stripe.facts import EVENT_TYPES, Document
from sandbox.world import World, text_field

# What the object looks like when an event claims this.
CLAIMED: dict[str, Document] = {
    "payment_intent.succeeded": {"status": "succeeded", "next_action": None},
    "payment_intent.processing": {"status": "processing", "next_action": None},
    "payment_intent.canceled": {"status": "canceled", "next_action": None},
    "payment_intent.payment_failed": {"status": "requires_payment_method", "next_action": None},
    "refund.failed": {"status": "failed", "failure_reason": "unknown"},
}


async def deliver_now(world: World, postman: Postman, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Sends an event at once and answers what the merchant said. Raises Refused.

    Which: {id} of an event, or of a payment intent, refund or dispute with event_type; `new` makes another event of
    the same content. One that does not exist is made: for an unpaid intent it claims what never was.
    """
    behaviour, options = read_options(content), dict(content)
    identifier = text_field(content, "id")
    # The type chooses the event; it is not written over the one that was found.
    wanted = text_field(options, "event_type", default="payment_intent.succeeded")
    options.pop("event_type", None)
    if wanted not in EVENT_TYPES:
        raise Refused(400, "BAD_FIELD", f"event_type: one of {', '.join(EVENT_TYPES)}")
    account = documents.owner(world, identifier)
    found = documents.find(world, account, identifier)
    if found is None:
        raise Refused(404, "UNKNOWN", "there is no object with this id")
    event = found if found["object"] == "event" else _newest(world, account, identifier, wanted)
    if event is None or content.get("new") is True:
        source = found if event is None else event["data"]["object"]
        kind = wanted if event is None else event["type"]
        event = events.make(world, account, kind, _claimed(source, kind))
        events.queue(world, account, event, {"behaviour": "normal"}, due=False)
    row = world.state.one("SELECT * FROM notifications WHERE id = ?", event["id"])
    assert row is not None
    return await postman.send_now(row, {**options, "behaviour": behaviour})


def _newest(world: World, account: str, identifier: str, kind: str) -> Document | None:
    row = world.state.one(
        "SELECT resource FROM notifications WHERE provider = 'stripe' AND mchid = ? AND event_type = ? "
        "AND json_extract(resource, '$.data.object.id') = ? ORDER BY seq DESC LIMIT 1",
        account,
        kind,
        identifier,
    )
    return None if row is None else json.loads(row["resource"])


def _claimed(content: Document, kind: str) -> Document:
    claim = {**content, **CLAIMED.get(kind, {})}
    if kind == "payment_intent.succeeded":
        claim |= {"amount_received": claim["amount"], "latest_charge": claim["latest_charge"] or documents.new_id("ch")}
    return claim


def shown(world: World, query: Any) -> list[dict[str, Any]]:
    """Events with what became of their webhooks, oldest first. Filters: account, payment_intent, refund, type, state."""
    where, values = ["provider = 'stripe'"], []
    columns = {"account": "mchid", "payment_intent": "out_trade_no", "refund": "out_refund_no", "type": "event_type"}
    for name in ("account", "payment_intent", "refund", "type", "state"):
        if name in query:
            where.append(f"{columns.get(name, name)} = ?")
            values.append(query[name])
    rows = world.state.all(f"SELECT * FROM notifications WHERE {' AND '.join(where)} ORDER BY seq", *values)
    told = []
    for row in rows:
        full = notifying.shown(world, row)
        told.append(
            {
                "id": row["id"],
                "type": row["event_type"],
                "account": row["mchid"],
                "payment_intent": row["out_trade_no"],
                "refund": row["out_refund_no"],
                "event": full["resource"],
                "made_at": utc(row["made_at"]),
                **{name: full[name] for name in ("url", "plan", "state", "attempts", "deliveries")},
            }
        )
    return told
