"""Refunds: accepted as PROCESSING, finished a while later, told by a notification of their own."""

from __future__ import annotations

import json
import secrets
import sqlite3
from datetime import datetime
from typing import Any

from sandbox import notifying, trading
from sandbox.clock import BEIJING, beijing
from sandbox.errors import NUMBER_REENTRY_DIFFERS, PayError, Refused, param_error
from sandbox.world import World

MOST_REFUNDS = 50
WITHIN = 365 * 86400
OUTCOMES = ("SUCCESS", "ABNORMAL", "CLOSED")
RECEIVED_BY = "支付用户零钱"


def find(world: World, mchid: str, out_refund_no: str) -> sqlite3.Row | None:
    return world.state.one("SELECT * FROM refunds WHERE mchid = ? AND out_refund_no = ?", mchid, out_refund_no)


def refund(world: World, mchid: str, content: dict[str, Any]) -> sqlite3.Row:
    """Accepts a refund; with the number of an earlier one and the same parameters it is that one. Raises PayError."""
    if ("transaction_id" in content) == ("out_trade_no" in content):
        raise param_error("/transaction_id", "transaction_id与out_trade_no二选一")
    if "notify_url" in content:
        trading.check_notify_url(world, content["notify_url"])
    with world.state.transaction():
        earlier = find(world, mchid, content["out_refund_no"])
        if earlier is not None:
            if json.loads(earlier["request"]) != content:
                raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", NUMBER_REENTRY_DIFFERS)
            return earlier
        trade = _trade(world, mchid, content)
        _check_amount(world, trade, content["amount"])
        outcome = world.settings["refund"]
        if outcome == "not_enough":
            raise PayError(403, "NOT_ENOUGH")
        due_at = None if outcome == "hold" else world.clock.errand() + world.settings["refund_seconds"]
        now = world.clock.wall()
        world.state.insert(
            "refunds",
            mchid=mchid,
            out_refund_no=content["out_refund_no"],
            out_trade_no=trade["out_trade_no"],
            refund_id=_new_refund_id(now),
            request=json.dumps(content, ensure_ascii=False),
            amount=content["amount"]["refund"],
            status="PROCESSING",
            made_at=now,
            outcome="SUCCESS" if outcome == "hold" else outcome.upper(),
            due_at=due_at,
        )
        world.bell.set()
        made = find(world, mchid, content["out_refund_no"])
        assert made is not None
        return made


def _trade(world: World, mchid: str, content: dict[str, Any]) -> sqlite3.Row:
    column = "transaction_id" if "transaction_id" in content else "out_trade_no"
    sql = f"SELECT * FROM transactions WHERE mchid = ? AND {column} = ?"
    trade = world.state.one(sql, mchid, content[column])
    if trade is None or trade["paid_at"] is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付")
    if world.clock.wall() - trade["paid_at"] > WITHIN:
        raise PayError(400, "INVALID_REQUEST", "订单已经超过退款期限")
    return trade


def _check_amount(world: World, trade: sqlite3.Row, amount: dict[str, Any]) -> None:
    if amount["total"] != trade["total"]:
        raise PayError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    count, taken = world.state.all(
        "SELECT count(*), coalesce(sum(amount), 0) FROM refunds "
        "WHERE mchid = ? AND out_trade_no = ? AND status <> 'CLOSED'",
        trade["mchid"],
        trade["out_trade_no"],
    )[0]
    if count >= MOST_REFUNDS:
        raise PayError(400, "INVALID_REQUEST", "申请退款次数过多：一笔订单最多退款50次")
    if taken + amount["refund"] > trade["total"]:
        raise PayError(400, "INVALID_REQUEST", "申请退款金额超过订单可退金额")


def _new_refund_id(now: float) -> str:
    day = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d")
    return f"503{secrets.randbelow(10**7):07d}{day}{secrets.randbelow(10**10):010d}"


def shown(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """A refund as the calls answer it."""
    trade = trading.find(world, row["mchid"], row["out_trade_no"])
    assert trade is not None
    paid = trade["total"] - trade["discount"]
    # A coupon goes back in the same proportion as the order.
    returned = row["amount"] * paid // trade["total"]
    content: dict[str, Any] = {
        "amount": {
            "currency": "CNY",
            "discount_refund": row["amount"] - returned,
            "from": json.loads(row["request"])["amount"].get("from", []),
            "payer_refund": returned,
            "payer_total": paid,
            "refund": row["amount"],
            "settlement_refund": row["amount"],
            "settlement_total": trade["total"],
            "total": trade["total"],
        },
        "channel": "ORIGINAL",
        "create_time": beijing(row["made_at"]),
        "funds_account": json.loads(row["request"]).get("funds_account", "UNSETTLED"),
        "out_refund_no": row["out_refund_no"],
        "out_trade_no": row["out_trade_no"],
        "promotion_detail": [],
        "refund_id": row["refund_id"],
        "status": row["status"],
        "transaction_id": trade["transaction_id"],
        "user_received_account": RECEIVED_BY,
    }
    if row["status"] == "SUCCESS":
        content["success_time"] = beijing(row["done_at"])
    return content


def told(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """A refund as its notification writes it: `refund_status`, and no currency."""
    full = shown(world, row)
    content = {
        "mchid": row["mchid"],
        "out_trade_no": full["out_trade_no"],
        "transaction_id": full["transaction_id"],
        "out_refund_no": full["out_refund_no"],
        "refund_id": full["refund_id"],
        "refund_status": row["status"],
        "user_received_account": full["user_received_account"],
        "amount": {name: full["amount"][name] for name in ("total", "refund", "payer_total", "payer_refund")},
    }
    return {**content, "success_time": full["success_time"]} if "success_time" in full else content


def settle(world: World, mchid: str, out_refund_no: str, outcome: str) -> None:
    """Finishes a refund in process and queues its notification when it has a notify_url. Raises Refused."""
    if outcome not in OUTCOMES:
        raise Refused(400, "BAD_FIELD", f"outcome: one of {', '.join(OUTCOMES)}")
    with world.state.transaction():
        row = find(world, mchid, out_refund_no)
        if row is None:
            raise Refused(404, "REFUND_UNKNOWN", "there is no such refund")
        if row["status"] != "PROCESSING":
            raise Refused(409, "REFUND_FINISHED", f"the refund is {row['status']} already")
        world.state.run(
            "UPDATE refunds SET status = ?, done_at = ?, due_at = NULL WHERE mchid = ? AND out_refund_no = ?",
            outcome,
            world.clock.wall(),
            mchid,
            out_refund_no,
        )
        done = find(world, mchid, out_refund_no)
        assert done is not None
        url = json.loads(row["request"]).get("notify_url")
        if url:
            event = f"REFUND.{outcome}"
            notifying.queue(world, mchid, event, row["out_trade_no"], out_refund_no, url, told(world, done))


def settle_those_due(world: World) -> list[str]:
    """Finishes the refunds whose time has come; a line for each."""
    due = world.state.all("SELECT * FROM refunds WHERE due_at <= ?", world.clock.errand())
    for row in due:
        settle(world, row["mchid"], row["out_refund_no"], row["outcome"])
    return [f"refund {row['out_refund_no']} is {row['outcome']}" for row in due]
