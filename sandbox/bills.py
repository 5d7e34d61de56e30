"""Bills as a merchant gets them: asked for by the day, fetched within five minutes from the link in the answer."""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
import sqlite3
from contextlib import suppress
from datetime import date, datetime

from aiohttp import web

from sandbox import fund_flow, planting, trade_bill
from sandbox.answering import compact, pay_answer, request_id
from sandbox.bill_text import Bill, BillRow
from sandbox.clock import BEIJING
from sandbox.errors import PayError, param_error
from sandbox.wechatpay import merchant_call
from sandbox.world import World

LINK_LIFE = 300
READY_AT = 10
ACCOUNTS = ("BASIC", "OPERATION", "FEES")


@merchant_call("tradebill")
async def ask_for_trade_bill(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    day = _day(world, request)
    bill_type = _chosen(request, "bill_type", tuple(trade_bill.COLUMNS), "ALL")
    found = trade_bill.rows(world, merchant["mchid"], day, bill_type)
    listed = planting.planted(world, merchant["mchid"], day, "trade", found)
    if bill_type != "ALL":
        # What was planted for the other kind of row has no place here.
        listed = [row for row in listed if (row.values["交易状态"] == "REFUND") == (bill_type == "REFUND")]
    return _answer(world, merchant, request, listed, trade_bill.bill(bill_type, listed))


@merchant_call("fundflowbill")
async def ask_for_fund_flow_bill(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    """The account that payments go to; nothing ever moves on the other two."""
    day, mchid = _day(world, request), merchant["mchid"]
    listed: list[BillRow] = []
    if _chosen(request, "account_type", ACCOUNTS, "BASIC") == "BASIC":
        listed = planting.planted(world, mchid, day, "fund_flow", fund_flow.rows(world, mchid, day))
    return _answer(world, merchant, request, listed, fund_flow.bill(listed))


def _day(world: World, request: web.Request) -> date:
    """The day asked for. Raises PayError: not a day, not over or not ready yet, more than three months ago."""
    given, day = request.query.get("bill_date", ""), None
    with suppress(ValueError):
        day = date.fromisoformat(given) if re.fullmatch(r"\d{4}-\d\d-\d\d", given) else None
    if day is None:
        raise param_error("bill_date", "必须是格式为YYYY-MM-DD的日期", given, location="query")
    now = datetime.fromtimestamp(world.clock.wall(), BEIJING)
    today, setting = now.date(), world.settings["bills"]
    unready = setting == "at_ten" and (today - day).days == 1 and now.hour < READY_AT
    if day >= today or unready or setting == "creating":
        raise PayError(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")
    if day < _three_months_before(today):
        raise PayError(400, "INVALID_REQUEST", "仅支持三个月内的账单下载申请")
    return day


def _three_months_before(today: date) -> date:
    year, month = divmod(today.year * 12 + today.month - 4, 12)
    for last in (today.day, 30, 29, 28):
        with suppress(ValueError):
            return date(year, month + 1, min(today.day, last))
    raise AssertionError(today)


def _chosen(request: web.Request, name: str, allowed: tuple[str, ...], default: str) -> str:
    given = request.query.get(name, default)
    if given not in allowed:
        raise param_error(name, f"取值必须是{'、'.join(allowed)}", given, location="query")
    return given


def _answer(
    world: World, merchant: sqlite3.Row, request: web.Request, listed: list[BillRow], bill: Bill
) -> web.Response:
    """Keeps the file for the link. The hash is of the bytes before any compression."""
    zipped = "tar_type" in request.query
    _chosen(request, "tar_type", ("GZIP",), "GZIP")
    if not listed:
        raise PayError(
            int(world.settings["no_bill"]), "NO_STATEMENT_EXIST", "账单文件不存在，请检查当前商户号是否在指定日期有交易"
        )
    content, now, token = bill.content(), world.clock.wall(), secrets.token_urlsafe(48)
    world.state.run("DELETE FROM bill_links WHERE made_at < ?", now - LINK_LIFE)
    kept = gzip.compress(content) if zipped else content
    world.state.insert("bill_links", token=token, mchid=merchant["mchid"], made_at=now, zipped=zipped, content=kept)
    link = f"{request.scheme}://{request.host}/v3/billdownload/file?token={token}" + ("&tartype=gzip" if zipped else "")
    answer = {"hash_type": "SHA1", "hash_value": hashlib.sha1(content).hexdigest(), "download_url": link}
    return pay_answer(request, 200, compact(answer))


@merchant_call("bill_download")
async def download(world: World, merchant: sqlite3.Row, request: web.Request, raw: bytes) -> web.Response:
    """The file itself: the request signed as any other, the answer not signed."""
    sql = "SELECT * FROM bill_links WHERE token = ?"
    link = world.state.one(sql, request.query.get("token", ""))
    if link is None or world.clock.wall() >= link["made_at"] + LINK_LIFE:
        raise PayError(400, "INVALID_REQUEST", "下载链接不存在或已失效，请重新申请账单")
    if link["mchid"] != merchant["mchid"]:
        raise PayError(403, "NO_AUTH", "无权下载该账单")
    return web.Response(
        body=link["content"],
        content_type="application/gzip" if link["zipped"] else "text/plain",
        headers={"Request-ID": request_id(0)},
    )


def routes() -> list[web.RouteDef]:
    return [
        web.get("/v3/bill/tradebill", ask_for_trade_bill, allow_head=False),
        web.get("/v3/bill/fundflowbill", ask_for_fund_flow_bill, allow_head=False),
        web.get("/v3/billdownload/file", download, allow_head=False),
    ]
