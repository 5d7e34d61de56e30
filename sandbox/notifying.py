"""Notifications as rows: what the merchant is to be told, when it is due, by which plan. `posting` delivers them."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sandbox.clock import beijing, utc
from sandbox.errors import Refused
from sandbox.settings import check_plan
from sandbox.world import World, text_field

# How long one that is to be overtaken waits for another to overtake it.
HELD_AT_MOST = 60.0


def payment_succeeded(
    world: World, trade: sqlite3.Row, resource: Mapping[str, Any], plan: dict[str, Any] | None = None
) -> None:
    """Queues TRANSACTION.SUCCESS, the only event that payments have; `plan` is for this one alone."""
    url = json.loads(trade["request"])["notify_url"]
    queue(world, trade["mchid"], "TRANSACTION.SUCCESS", trade["out_trade_no"], "", url, resource, plan)


def queue(
    world: World,
    mchid: str,
    event_type: str,
    out_trade_no: str,
    out_refund_no: str,
    url: str,
    resource: Mapping[str, Any],
    plan: dict[str, Any] | None = None,
    due: bool = True,
    provider: str = "wechatpay",
    identifier: str = "",
    reachable: bool | None = None,
) -> str:
    """Makes the row, due by its plan (given, else the next one planned for it, else the setting); its id.

    `reachable` False: nobody could be told, so it is lost; None: as the merchant has an APIv3 key or not.
    """
    chosen = plan or _take_plan(world, event_type) or _plan_of_setting(world)
    behaviour, now = chosen["behaviour"], world.clock.errand()
    state, due_at = "waiting", now
    if reachable is None:
        reachable = bool(world.state.value("SELECT api_v3_key FROM merchants WHERE mchid = ?", mchid))
    if behaviour == "lose" or not reachable:
        state = "lost"
    elif behaviour == "delay":
        due_at = now + chosen.get("delay", 60)
    elif behaviour == "reorder":
        state, due_at = "held", now + chosen.get("delay", HELD_AT_MOST)
    if not due and state != "lost":
        state = "by hand"
    identifier = identifier or str(uuid4())
    world.state.insert(
        "notifications",
        id=identifier,
        mchid=mchid,
        event_type=event_type,
        out_trade_no=out_trade_no,
        out_refund_no=out_refund_no,
        url=url,
        made_at=world.clock.wall(),
        resource=json.dumps(resource, ensure_ascii=False),
        nonce=secrets.token_urlsafe(9)[:12],
        plan=json.dumps(chosen),
        state=state,
        due_at=due_at if state in ("waiting", "held") else None,
        provider=provider,
    )
    world.bell.set()
    return identifier


def plan_next(world: World, given: Any) -> None:
    """Decides how the next notification (or `count` of them, or of the kind `event`) goes. Raises Refused."""
    plan = read_plan(given)
    world.state.insert("plans", plan=json.dumps(plan), remaining=int(plan.get("count", 1)))


def read_plan(given: Any) -> dict[str, Any]:
    """A plan of a control call. Raises Refused."""
    try:
        return check_plan(given)
    except ValueError as error:
        raise Refused(400, "BAD_PLAN", f"plan: {error}") from None


def planned(world: World) -> list[dict[str, Any]]:
    """The plans not used up yet, in order; `count` is how many each still is for."""
    rows = world.state.all("SELECT * FROM plans ORDER BY seq")
    return [{**json.loads(row["plan"]), "count": row["remaining"]} for row in rows]


def lose(world: World, content: dict[str, Any]) -> None:
    """Loses what has not been acknowledged of a payment's notification, or with out_refund_no of a refund's. Raises
    Refused when nothing is on its way."""
    lost = world.state.run(
        "UPDATE notifications SET state = 'lost', due_at = NULL "
        "WHERE mchid = ? AND out_trade_no = ? AND out_refund_no = ? AND state IN ('waiting', 'held')",
        text_field(content, "mchid"),
        text_field(content, "out_trade_no"),
        text_field(content, "out_refund_no", default=""),
    )
    if not lost:
        raise Refused(409, "NOTHING_WAITS", "no notification of it is on its way")


def _take_plan(world: World, event_type: str) -> dict[str, Any] | None:
    for row in world.state.all("SELECT * FROM plans ORDER BY seq"):
        plan: dict[str, Any] = json.loads(row["plan"])
        if plan.get("event", event_type) == event_type:
            if row["remaining"] > 1:
                world.state.run("UPDATE plans SET remaining = remaining - 1 WHERE seq = ?", row["seq"])
            else:
                world.state.run("DELETE FROM plans WHERE seq = ?", row["seq"])
            return plan
    return None


def _plan_of_setting(world: World) -> dict[str, Any]:
    setting = world.settings["notify"]
    return {"behaviour": setting} if isinstance(setting, str) else dict(setting)


def shown(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """A notification as the control calls write it, with its deliveries."""
    deliveries = world.state.all("SELECT * FROM deliveries WHERE notification_id = ? ORDER BY seq", row["id"])
    return {
        "id": row["id"],
        "provider": row["provider"],
        "event_type": row["event_type"],
        "mchid": row["mchid"],
        "out_trade_no": row["out_trade_no"],
        "out_refund_no": row["out_refund_no"],
        "url": row["url"],
        "made_at": beijing(row["made_at"]),
        "resource": json.loads(row["resource"]),
        "plan": json.loads(row["plan"]),
        "state": row["state"],
        "attempts": row["attempts"],
        "deliveries": [
            {name: delivery[name] for name in ("behaviour", "status", "body", "seconds", "trouble")}
            | {"at": utc(delivery["at"])}
            for delivery in deliveries
        ],
    }
