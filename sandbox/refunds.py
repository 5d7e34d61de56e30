"""Refunds: accepted as PROCESSING, finished a while later, told by a notification of their own."""

from __future__ import annotations

import json
import secrets
import sqlite3
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import fees, notifying, trading
from sandbox.clock import BEIJING, beijing
from sandbox.errors import NUMBER_REENTRY_DIFFERS, PayError, Refused, param_error
from sandbox.signing import decrypt_field
from sandbox.world import World, text_field

MOST_REFUNDS = 50
WITHIN = 365 * 86400
# Settings of `refund` that refuse it at once.
REFUSED = ("not_enough", "user_account_abnormal")
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
    _check_goods(content)
    with world.state.transaction():
        earlier = find(world, mchid, content["out_refund_no"])
        if earlier is not None:
            if json.loads(earlier["request"]) != content:
                raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", NUMBER_REENTRY_DIFFERS)
            return earlier
        trade = _trade(world, mchid, content)
        fee = _check_amount(world, trade, content["amount"])
        outcome, now = world.settings["refund"], world.clock.wall()
        if outcome in REFUSED:
            raise PayError(403, outcome.upper())
        due_at = None if outcome == "hold" else world.clock.errand() + world.settings["refund_seconds"]
        world.state.insert(
            "refunds",
            mchid=mchid,
            out_refund_no=content["out_refund_no"],
            out_trade_no=trade["out_trade_no"],
            refund_id=new_refund_id(now),
            request=json.dumps(content, ensure_ascii=False),
            amount=content["amount"]["refund"],
            status="PROCESSING",
            made_at=now,
            outcome="SUCCESS" if outcome == "hold" else outcome.upper(),
            due_at=due_at,
            fee=fee,
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


def _check_goods(content: dict[str, Any]) -> None:
    goods = content.get("goods_detail", [])
    if sum(one["refund_amount"] for one in goods) > content["amount"]["refund"]:
        raise PayError(400, "INVALID_REQUEST", "商品退款金额之和超过退款金额")


def _check_amount(world: World, trade: sqlite3.Row, amount: dict[str, Any]) -> int:
    """What of the payment's fee comes back with this refund. Raises PayError."""
    if amount["total"] != trade["total"]:
        raise PayError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    count, taken, fee_taken = world.state.all(
        "SELECT count(*), coalesce(sum(amount), 0), coalesce(sum(fee), 0) FROM refunds "
        "WHERE mchid = ? AND out_trade_no = ? AND status <> 'CLOSED'",
        trade["mchid"],
        trade["out_trade_no"],
    )[0]
    if count >= MOST_REFUNDS:
        raise PayError(400, "INVALID_REQUEST", "申请退款次数过多：一笔订单最多退款50次")
    if taken + amount["refund"] > trade["total"]:
        raise PayError(400, "INVALID_REQUEST", "申请退款金额超过订单可退金额")
    sql = "SELECT max(made_at) FROM refunds WHERE mchid = ? AND out_trade_no = ?"
    last = world.state.value(sql, trade["mchid"], trade["out_trade_no"])
    if last is not None and world.clock.wall() - last < world.settings["refund_spacing"]:
        raise PayError(429, "FREQUENCY_LIMITED", "同一笔订单多次退款的请求间隔过短，请稍后再试")
    return max(0, fees.returned(trade["fee"], taken + amount["refund"], trade["total"]) - int(fee_taken))


def new_refund_id(now: float) -> str:
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
    if row["abnormal"]:
        content |= _other_account(json.loads(row["abnormal"]))
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
        if row["abnormal"] and outcome == "CLOSED":
            raise Refused(409, "REFUND_ABNORMAL", "the money has left the merchant: SUCCESS or ABNORMAL")
        now = world.clock.wall()
        world.state.run(
            "UPDATE refunds SET status = ?, done_at = ?, due_at = NULL, fee = fee * ?, booked_at = coalesce(booked_at, ?) "
            "WHERE mchid = ? AND out_refund_no = ?",
            outcome,
            now,
            outcome != "CLOSED",
            None if outcome == "CLOSED" else now,
            mchid,
            out_refund_no,
        )
        done = find(world, mchid, out_refund_no)
        assert done is not None
        url = json.loads(row["request"]).get("notify_url")
        if url:
            event = f"REFUND.{outcome}"
            notifying.queue(world, mchid, event, row["out_trade_no"], out_refund_no, url, told(world, done))


def apply_abnormal(
    world: World, mchid: str, refund_id: str, content: dict[str, Any], key: rsa.RSAPrivateKey | None
) -> sqlite3.Row:
    """Sends the money of a refund that is stuck to a bank account instead; the same again is as good as once. `key`
    is the platform key that the request names: account and name are encrypted for it. Raises PayError."""
    wanted = _read_account(content, key)
    with world.state.transaction():
        row = world.state.one("SELECT * FROM refunds WHERE mchid = ? AND refund_id = ?", mchid, refund_id)
        if row is None or row["out_refund_no"] != content["out_refund_no"]:
            raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        if row["abnormal"] and json.loads(row["abnormal"]) == wanted and row["status"] != "ABNORMAL":
            return row
        if row["status"] != "ABNORMAL":
            raise PayError(400, "INVALID_REQUEST", "退款单状态不是退款异常，不能发起异常退款")
        hold = world.settings["refund"] == "hold"
        world.state.run(
            "UPDATE refunds SET status = 'PROCESSING', outcome = 'SUCCESS', done_at = NULL, due_at = ?, abnormal = ? "
            "WHERE mchid = ? AND refund_id = ?",
            None if hold else world.clock.errand() + world.settings["refund_seconds"],
            json.dumps(wanted, ensure_ascii=False),
            mchid,
            refund_id,
        )
        world.bell.set()
        applied = find(world, mchid, row["out_refund_no"])
        assert applied is not None
        return applied


def _read_account(content: dict[str, Any], key: rsa.RSAPrivateKey | None) -> dict[str, str]:
    wanted: dict[str, str] = {name: content[name] for name in ("type", "bank_type") if name in content}
    if content["type"] == "MERCHANT_BANK_CARD":
        return wanted
    for name in ("bank_type", "bank_account", "real_name"):
        if name not in content:
            raise param_error(f"/{name}", "退款到用户银行卡时必填")
    if key is None:
        raise PayError(400, "PARAM_ERROR", "缺少Http头Wechatpay-Serial：须指明加密敏感信息所用的公钥或证书")
    for name in ("bank_account", "real_name"):
        try:
            wanted[name] = decrypt_field(key, content[name])
        except ValueError:
            raise param_error(f"/{name}", "敏感信息解密失败") from None
    return wanted


def _other_account(applied: dict[str, str]) -> dict[str, str]:
    if applied["type"] == "MERCHANT_BANK_CARD":
        return {"channel": "OTHER_BANKCARD", "user_received_account": "商户结算银行账户"}
    return {
        "channel": "OTHER_BANKCARD",
        "user_received_account": f"{applied['bank_type']}{applied['bank_account'][-4:]}",
    }


def in_console(world: World, content: dict[str, Any]) -> sqlite3.Row:
    """A refund made by hand in WeChat Pay's console: {mchid, out_trade_no, amount, notify?}. Its number is the
    console's own; the shop is told when `notify` is true, at the payment's notify_url. Raises Refused."""
    mchid, number = text_field(content, "mchid"), text_field(content, "out_trade_no")
    amount, notify = content.get("amount"), content.get("notify", False)
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise Refused(400, "BAD_FIELD", "amount must be a whole number of fen")
    if not isinstance(notify, bool):
        raise Refused(400, "BAD_FIELD", "notify must be true or false")
    trade = trading.find(world, mchid, number)
    if trade is None:
        raise Refused(404, "TRANSACTION_UNKNOWN", "there is no such payment")
    request = {
        "out_trade_no": number,
        "out_refund_no": _console_number(world.clock.wall()),
        "reason": "商户平台退款",
        "amount": {"refund": amount, "total": trade["total"], "currency": "CNY"},
    }
    if notify:
        request["notify_url"] = json.loads(trade["request"])["notify_url"]
    try:
        return refund(world, mchid, request)
    except PayError as error:
        raise Refused(error.status, error.code, str(error.body("new")["message"])) from None


def _console_number(now: float) -> str:
    """37 digits, which no shop's own number looks like."""
    moment = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d%H%M%S")
    return f"1012{secrets.randbelow(10**6):06d}{moment}{secrets.randbelow(10**13):013d}"


def settle_those_due(world: World) -> list[str]:
    """Finishes the refunds whose time has come; a line for each."""
    due = world.state.all("SELECT * FROM refunds WHERE due_at <= ?", world.clock.errand())
    for row in due:
        settle(world, row["mchid"], row["out_refund_no"], row["outcome"])
    return [f"refund {row['out_refund_no']} is {row['outcome']}" for row in due]
