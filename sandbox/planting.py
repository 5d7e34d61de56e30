"""What is wrong in a bill on purpose: rows left out, values changed, rows about nothing that ever happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import fund_flow, trade_bill
from sandbox.bill_text import BillRow
from sandbox.errors import Refused
from sandbox.world import World, text_field

BILLS = ("trade", "fund_flow")
COLUMNS = {"trade": {*trade_bill.COLUMNS["ALL"], *trade_bill.COLUMNS["REFUND"]}, "fund_flow": {*fund_flow.COLUMNS}}
AMOUNTS = (*trade_bill.AMOUNTS, fund_flow.AMOUNT, fund_flow.BALANCE)


def plant(world: World, content: dict[str, Any]) -> None:
    """Notes one thing that is wrong in every later bill of that merchant and day. Raises Refused.

    `change` names a row by out_trade_no (the payment's) or out_refund_no, and says drop or fields {column: value};
    `extra` is a row by column, the missing ones filled in. `bill`: trade or fund_flow, where `change` may name the
    业务类型 by `type`.
    """
    mchid, day, bill = text_field(content, "mchid"), day_field(content), content.get("bill", "trade")
    if bill not in BILLS:
        raise Refused(400, "BAD_FIELD", f"bill: one of {', '.join(BILLS)}")
    change, extra = content.get("change"), content.get("extra")
    if (change is None) == (extra is None):
        raise Refused(400, "BAD_FIELD", "either change or extra")
    wrong: dict[str, Any]
    if extra is not None:
        wrong = {"extra": _fields(extra, bill)}
    else:
        wrong = _change(change, bill)
        if not any(_is(row, wrong) for row in _present(world, mchid, day, bill)):
            raise Refused(404, "ROW_UNKNOWN", "no row of that day is about it")
    world.state.insert("bill_plants", mchid=mchid, bill=bill, day=str(day), wrong=json.dumps(wrong))


def day_field(content: dict[str, Any]) -> date:
    """`bill_date` as YYYY-MM-DD. Raises Refused."""
    with suppress(ValueError):
        return date.fromisoformat(text_field(content, "bill_date"))
    raise Refused(400, "BAD_FIELD", "bill_date must be YYYY-MM-DD")


def _fields(given: Any, bill: str) -> dict[str, str]:
    if not isinstance(given, dict) or not given:
        raise Refused(400, "BAD_FIELD", "columns with their values, as an object")
    for name, value in given.items():
        if name not in COLUMNS[bill] or not isinstance(value, str):
            raise Refused(400, "BAD_FIELD", f"{name}: a column of the bill and a string")
        if name in AMOUNTS:
            try:
                Decimal(value)
            except InvalidOperation:
                raise Refused(400, "BAD_FIELD", f"{name}: an amount in yuan") from None
    return given


def _change(given: Any, bill: str) -> dict[str, Any]:
    if not isinstance(given, dict) or ("out_trade_no" in given) == ("out_refund_no" in given):
        raise Refused(400, "BAD_FIELD", "change: an object with out_trade_no or out_refund_no")
    if (given.get("drop") is True) == ("fields" in given):
        raise Refused(400, "BAD_FIELD", "change: drop true, or fields")
    return {**given, "fields": _fields(given["fields"], bill)} if "fields" in given else given


def _is(row: BillRow, wrong: dict[str, Any]) -> bool:
    if "type" in wrong and row.values.get("业务类型") != wrong["type"]:
        return False
    if "out_refund_no" in wrong:
        return row.out_refund_no == wrong["out_refund_no"]
    return row.out_trade_no == wrong["out_trade_no"] and not row.out_refund_no


def _present(world: World, mchid: str, day: date, bill: str) -> list[BillRow]:
    if bill == "trade":
        return planted(world, mchid, day, bill, trade_bill.rows(world, mchid, day, "ALL"))
    return planted(world, mchid, day, bill, fund_flow.rows(world, mchid, day))


def planted(world: World, mchid: str, day: date, bill: str, rows: Sequence[BillRow]) -> list[BillRow]:
    """The rows with everything applied that was planted for them, in the order of planting."""
    listed = list(rows)
    sql = "SELECT wrong FROM bill_plants WHERE mchid = ? AND bill = ? AND day = ? ORDER BY seq"
    for planting in world.state.all(sql, mchid, bill, str(day)):
        wrong = json.loads(planting["wrong"])
        if "extra" in wrong:
            listed.append(_extra(mchid, day, bill, wrong["extra"]))
        elif "fields" in wrong:
            for row in listed:
                if _is(row, wrong):
                    row.values.update(wrong["fields"])
        else:
            listed = [row for row in listed if not _is(row, wrong)]
    return listed


def _extra(mchid: str, day: date, bill: str, given: dict[str, str]) -> BillRow:
    if bill == "fund_flow":
        values = {**fund_flow.blank(mchid, day), **given}
        return BillRow(values["业务凭证号"], "", values)
    values = {**trade_bill.blank(mchid, day, refund="商户退款单号" in given), **given}
    refund_number = "" if values["商户退款单号"] == "0" else values["商户退款单号"]
    return BillRow(values["商户订单号"], refund_number, values)
