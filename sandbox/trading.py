"""Payments as WeChat Pay keeps them: prepay with its re-entry rules, what the payer does, query, close."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import sqlite3
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox import fees, notifying
from sandbox.clock import BEIJING, beijing
from sandbox.errors import NUMBER_REENTRY_DIFFERS, PayError, Refused, param_error
from sandbox.world import World

PREPAY_LIFE = 2 * 3600
SHORTEST_WINDOW = 60
LONGEST_WINDOW = 7 * 86400

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)

STATE_TEXT = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "CLOSED": "订单已关闭", "REFUND": "订单发生过退款"}


def find(world: World, mchid: str, out_trade_no: str) -> sqlite3.Row | None:
    sql = "SELECT * FROM transactions WHERE mchid = ? AND out_trade_no = ?"
    return world.state.one(sql, mchid, out_trade_no)


def trade_state(world: World, trade: sqlite3.Row) -> str:
    """NOTPAY, SUCCESS, CLOSED or REFUND (paid, and a refund exists that was not closed)."""
    if trade["paid_at"] is None:
        return "NOTPAY" if trade["closed_at"] is None else "CLOSED"
    sql = "SELECT 1 FROM refunds WHERE mchid = ? AND out_trade_no = ? AND status <> 'CLOSED' LIMIT 1"
    return "REFUND" if world.state.one(sql, trade["mchid"], trade["out_trade_no"]) else "SUCCESS"


def prepay(world: World, mchid: str, content: dict[str, Any]) -> str:
    """Opens a payment, or returns to one that is open with exactly the same parameters. The prepay id.

    A prepay id lives two hours; the same request later gets a new one. Raises PayError.
    """
    _check_parties(world, mchid, content)
    check_notify_url(world, content["notify_url"])
    pay_until = _pay_until(world, content.get("time_expire"))
    now = world.clock.wall()
    with world.state.transaction():
        trade = find(world, mchid, content["out_trade_no"])
        if trade is None:
            world.state.insert(
                "transactions",
                mchid=mchid,
                out_trade_no=content["out_trade_no"],
                appid=content["appid"],
                request=json.dumps(content, ensure_ascii=False),
                total=content["amount"]["total"],
                made_at=now,
                pay_until=pay_until,
            )
            return _new_prepay_id(world, mchid, content["out_trade_no"])
        if trade["paid_at"] is not None:
            raise PayError(400, "ORDER_PAID")
        if trade["closed_at"] is not None or now >= trade["pay_until"]:
            raise PayError(400, "ORDER_CLOSED", "该订单已关闭或已过期，请重新下单")
        if json.loads(trade["request"]) != content:
            raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", NUMBER_REENTRY_DIFFERS)
        last = world.state.one(
            "SELECT * FROM prepays WHERE mchid = ? AND out_trade_no = ? ORDER BY made_at DESC LIMIT 1",
            mchid,
            content["out_trade_no"],
        )
        if last is not None and now < last["made_at"] + PREPAY_LIFE:
            return str(last["prepay_id"])
        return _new_prepay_id(world, mchid, content["out_trade_no"])


def _check_parties(world: World, mchid: str, content: dict[str, Any]) -> None:
    if content["mchid"] != mchid:
        raise param_error("/mchid", "与签名中的商户号不一致", content["mchid"])
    sql = "SELECT 1 FROM merchant_apps WHERE mchid = ? AND appid = ?"
    if world.state.one(sql, mchid, content["appid"]) is None:
        raise PayError(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配，请检查后再试")
    openid = content["payer"]["openid"]
    owner = world.state.value("SELECT appid FROM users WHERE openid = ?", openid)
    if owner is not None and owner != content["appid"]:
        raise param_error("/payer/openid", "无效的openid：不属于该appid", openid)


def check_notify_url(world: World, url: str) -> None:
    """Raises PayError unless notifications can go there: http or https, a host, no query string."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise param_error("/notify_url", "必须是不带参数的完整http(s)地址", url)
    if world.settings["notify_urls"] == "strict":
        local = parts.hostname == "localhost" or parts.hostname.replace(".", "").isdigit() or "." not in parts.hostname
        if parts.scheme != "https" or local or parts.port:
            raise param_error("/notify_url", "必须是外网可访问的https地址", url)


def _pay_until(world: World, time_expire: str | None) -> float:
    """The end of the paying window: at least a minute from now, at most and by default seven days."""
    now = world.clock.wall()
    if time_expire is None:
        return now + LONGEST_WINDOW
    moment: datetime | None = None
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(time_expire) if RFC3339.fullmatch(time_expire) else None
    if moment is None:
        raise param_error("/time_expire", "必须遵循rfc3339标准格式：yyyy-MM-DDTHH:mm:ss+TIMEZONE", time_expire)
    return min(max(moment.timestamp(), now + SHORTEST_WINDOW), now + LONGEST_WINDOW)


def _new_prepay_id(world: World, mchid: str, out_trade_no: str) -> str:
    now = world.clock.wall()
    prepay_id = "wx" + datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d%H%M%S") + secrets.token_hex(10)
    world.state.insert("prepays", prepay_id=prepay_id, mchid=mchid, out_trade_no=out_trade_no, made_at=now)
    return prepay_id


def shown(world: World, trade: sqlite3.Row) -> dict[str, Any]:
    """A payment as the query call and the notification write it."""
    request, state = json.loads(trade["request"]), trade_state(world, trade)
    content: dict[str, Any] = {
        "amount": {"currency": "CNY", "total": trade["total"]},
        "appid": trade["appid"],
        "mchid": trade["mchid"],
        "out_trade_no": trade["out_trade_no"],
        "payer": {},
        "promotion_detail": [],
        "trade_state": state,
        "trade_state_desc": STATE_TEXT[state],
    }
    if "attach" in request:
        content["attach"] = request["attach"]
    if "device_id" in request.get("scene_info", {}):
        content["scene_info"] = {"device_id": request["scene_info"]["device_id"]}
    if trade["paid_at"] is None:
        return content
    content["amount"] |= {"payer_currency": "CNY", "payer_total": trade["total"] - trade["discount"]}
    content |= {
        "bank_type": "OTHERS",
        "payer": {"openid": request["payer"]["openid"]},
        "success_time": beijing(trade["paid_at"]),
        "trade_type": "JSAPI",
        "transaction_id": trade["transaction_id"],
    }
    if trade["discount"]:
        content["promotion_detail"] = [
            {
                "amount": trade["discount"],
                "coupon_id": "109519",
                "currency": "CNY",
                "name": "微信支付立减",
                "scope": "GLOBAL",
                "type": "CASH",
                "stock_id": "931386",
                "wechatpay_contribute": trade["discount"],
                "merchant_contribute": 0,
                "other_contribute": 0,
                "goods_detail": [],
            }
        ]
    return content


def close(world: World, mchid: str, out_trade_no: str) -> None:
    """Closes an unpaid payment; again is as good as once. An unknown number is answered as if it were closed
    (setting close_unknown). Raises PayError when it is paid."""
    trade = find(world, mchid, out_trade_no)
    if trade is None:
        if world.settings["close_unknown"] == "404":
            raise PayError(404, "ORDER_NOT_EXIST")
        return
    if trade["paid_at"] is not None:
        raise PayError(400, "ORDER_PAID", "订单已支付，不能关闭")
    world.state.run(
        "UPDATE transactions SET closed_at = coalesce(closed_at, ?) WHERE mchid = ? AND out_trade_no = ?",
        world.clock.wall(),
        mchid,
        out_trade_no,
    )


def of_prepay_id(world: World, prepay_id: str) -> tuple[sqlite3.Row, sqlite3.Row]:
    """The prepay row and its payment. Raises Refused when there is none."""
    prepaid = world.state.one("SELECT * FROM prepays WHERE prepay_id = ?", prepay_id)
    trade = None if prepaid is None else find(world, prepaid["mchid"], prepaid["out_trade_no"])
    if prepaid is None or trade is None:
        raise Refused(400, "PREPAY_UNKNOWN", "there is no payment with this prepay_id")
    return prepaid, trade


def check_payable(world: World, prepaid: sqlite3.Row, trade: sqlite3.Row, anyway: bool = False) -> None:
    """Raises Refused when the payer can no longer pay by this prepay id; `anyway` only when it is paid."""
    now = world.clock.wall()
    if trade["paid_at"] is not None:
        raise Refused(400, "ORDER_PAID", "the order is paid already")
    if anyway:
        return
    if trade["closed_at"] is not None:
        raise Refused(400, "ORDER_CLOSED", "the merchant has closed the order")
    if now >= trade["pay_until"]:
        raise Refused(400, "TIME_EXPIRED", "the time to pay (time_expire) is over")
    if now >= prepaid["made_at"] + PREPAY_LIFE:
        raise Refused(400, "PREPAY_EXPIRED", "the prepay_id is older than two hours")


def pay(
    world: World, prepay_id: str, discount: int = 0, anyway: bool = False, plan: dict[str, Any] | None = None
) -> None:
    """The payer pays; the notification is due at once. Raises Refused.

    `discount` in fen is what WeChat gives. `anyway`: a payment that was under way while the order was closed or its
    time ran out goes through. `plan` is how its notification goes.
    """
    with world.state.transaction():
        prepaid, trade = of_prepay_id(world, prepay_id)
        check_payable(world, prepaid, trade, anyway)
        if not 0 <= discount < trade["total"]:
            raise Refused(400, "BAD_FIELD", "discount must be at least 0 and less than the total")
        now, percent = world.clock.wall(), world.settings["fee_rate"]
        world.state.run(
            "UPDATE transactions SET paid_at = ?, transaction_id = ?, discount = ?, pay_late_due = NULL, fee = ?, "
            "fee_rate = ?, available_at = ? WHERE mchid = ? AND out_trade_no = ?",
            now,
            new_transaction_id(now),
            discount,
            fees.of_payment(trade["total"], percent),
            fees.rate(percent),
            now if world.settings["settle"] == "at_once" else None,
            trade["mchid"],
            trade["out_trade_no"],
        )
        paid = find(world, trade["mchid"], trade["out_trade_no"])
        assert paid is not None
        notifying.payment_succeeded(world, paid, shown(world, paid), plan)


def new_transaction_id(now: float) -> str:
    """28 digits that carry the day, as the real ones do."""
    day = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d")
    return f"4200{secrets.randbelow(10**6):06d}{day}{secrets.randbelow(10**10):010d}"


def pay_later(world: World, prepay_id: str, delay: float, anyway: bool = False) -> None:
    """The payer will pay after `delay` errand seconds, if that is still possible then, or `anyway`. Raises Refused."""
    prepaid, trade = of_prepay_id(world, prepay_id)
    check_payable(world, prepaid, trade, anyway)
    world.state.run(
        "UPDATE transactions SET pay_late_due = ?, pay_late_anyway = ? WHERE mchid = ? AND out_trade_no = ?",
        world.clock.errand() + delay,
        anyway,
        trade["mchid"],
        trade["out_trade_no"],
    )
    world.bell.set()


def pay_those_due(world: World) -> list[str]:
    """Lets the late payers pay whose time has come; a line for each about what happened."""
    told = []
    for trade in world.state.all("SELECT * FROM transactions WHERE pay_late_due <= ?", world.clock.errand()):
        key = trade["mchid"], trade["out_trade_no"]
        with world.state.transaction():
            world.state.run("UPDATE transactions SET pay_late_due = NULL WHERE mchid = ? AND out_trade_no = ?", *key)
            prepay_id = world.state.value(
                "SELECT prepay_id FROM prepays WHERE mchid = ? AND out_trade_no = ? ORDER BY made_at DESC", *key
            )
            try:
                pay(world, prepay_id, anyway=bool(trade["pay_late_anyway"]))
                told.append(f"late payer paid {trade['out_trade_no']}")
            except Refused as refused:
                told.append(f"late payer of {trade['out_trade_no']} was refused: {refused.code}")
    return told


def description(trade: sqlite3.Row) -> str:
    """What the payer reads in the bill."""
    return str(json.loads(trade["request"])["description"])
