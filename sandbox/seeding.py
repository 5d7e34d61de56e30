"""Many finished payments and refunds in one call, as if they had happened on the days that are named."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from typing import Any

from sandbox import fees, refunds, trading
from sandbox.errors import Refused
from sandbox.world import World, text_field

STATUSES = (*refunds.OUTCOMES, "PROCESSING")


def seed(world: World, content: dict[str, Any]) -> dict[str, int]:
    """{mchid, appid, rows, refunds}: all of them or none, without a notification; how many of each. Raises Refused."""
    mchid, appid = text_field(content, "mchid"), text_field(content, "appid")
    payments = [_payment(world, mchid, appid, row) for row in _objects(content, "rows")]
    try:
        with world.state.transaction():
            world.state.insert_many("transactions", payments)
            returned = _refunds(world, mchid, _objects(content, "refunds"))
            world.state.insert_many("refunds", returned)
    except sqlite3.IntegrityError as error:
        raise Refused(409, "NUMBER_USED", f"a number is there already: {error}") from None
    return {"payments": len(payments), "refunds": len(returned)}


def moment_field(content: dict[str, Any], name: str, default: float | None = None) -> float:
    """A time: ISO 8601 with its zone. Raises Refused naming the field."""
    if name not in content and default is not None:
        return default
    with suppress(ValueError):
        moment = datetime.fromisoformat(text_field(content, name))
        if moment.tzinfo is not None:
            return moment.timestamp()
    raise Refused(400, "BAD_FIELD", f"{name} must be a time in ISO 8601 with its zone")


def _objects(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    given = content.get(name, [])
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise Refused(400, "BAD_FIELD", f"{name} must be a list of objects")
    return given


def _fen(content: dict[str, Any], name: str) -> int:
    value = content.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**53:
        raise Refused(400, "BAD_FIELD", f"{name} must be a whole number of fen, at least 1")
    return value


def _payment(world: World, mchid: str, appid: str, row: dict[str, Any]) -> dict[str, Any]:
    number, total, paid_at = text_field(row, "out_trade_no", most=32), _fen(row, "total"), moment_field(row, "paid_at")
    request = {
        "appid": appid,
        "mchid": mchid,
        "description": text_field(row, "description", default=number),
        "out_trade_no": number,
        "attach": text_field(row, "attach", default=""),
        "notify_url": text_field(row, "notify_url", default=""),
        "amount": {"total": total, "currency": "CNY"},
        "payer": {"openid": text_field(row, "openid", default="oSeeded")},
    }
    percent = world.settings["fee_rate"]
    return {
        "mchid": mchid,
        "out_trade_no": number,
        "appid": appid,
        "request": json.dumps(request, ensure_ascii=False),
        "total": total,
        "made_at": paid_at,
        "pay_until": paid_at + trading.LONGEST_WINDOW,
        "transaction_id": text_field(row, "transaction_id", default="") or trading.new_transaction_id(paid_at),
        "paid_at": paid_at,
        "fee": fees.of_payment(total, percent),
        "fee_rate": fees.rate(percent),
        "available_at": paid_at if world.settings["settle"] == "at_once" else None,
    }


def _refunds(world: World, mchid: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken: dict[str, int] = defaultdict(int)
    fees_taken: dict[str, int] = defaultdict(int)
    made = []
    for row in rows:
        number, amount = text_field(row, "out_trade_no", most=32), _fen(row, "amount")
        status, done_at = text_field(row, "status", default="SUCCESS"), moment_field(row, "done_at")
        trade = trading.find(world, mchid, number)
        if status not in STATUSES:
            raise Refused(400, "BAD_FIELD", f"status: one of {', '.join(STATUSES)}")
        if trade is None or trade["paid_at"] is None:
            raise Refused(404, "TRANSACTION_UNKNOWN", f"{number}: there is no such payment, or it is not paid")
        fee = 0
        if status != "CLOSED":
            taken[number] += amount
            fee = fees.returned(trade["fee"], taken[number], trade["total"]) - fees_taken[number]
            fees_taken[number] += fee
        if taken[number] > trade["total"]:
            raise Refused(409, "TOO_MUCH", f"{number}: more refunded than was paid")
        made.append(_refund(world, trade, row, amount, status, done_at, fee))
    return made


def _refund(
    world: World, trade: sqlite3.Row, row: dict[str, Any], amount: int, status: str, done_at: float, fee: int
) -> dict[str, Any]:
    number = text_field(row, "out_refund_no", most=64)
    request = {
        "out_trade_no": trade["out_trade_no"],
        "out_refund_no": number,
        "reason": text_field(row, "reason", default=""),
        "amount": {"refund": amount, "total": trade["total"], "currency": "CNY"},
    }
    return {
        "mchid": trade["mchid"],
        "out_refund_no": number,
        "out_trade_no": trade["out_trade_no"],
        "refund_id": refunds.new_refund_id(done_at),
        "request": json.dumps(request, ensure_ascii=False),
        "amount": amount,
        "status": status,
        "made_at": moment_field(row, "made_at", default=done_at),
        "outcome": "SUCCESS" if status == "PROCESSING" else status,
        "done_at": None if status == "PROCESSING" else done_at,
        "fee": fee,
        "booked_at": done_at if status in ("SUCCESS", "ABNORMAL") else None,
    }
