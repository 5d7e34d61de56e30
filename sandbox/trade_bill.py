"""The trade bill of a day: every payment that succeeded and every refund that was applied for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.bill_text import Bill, BillRow, bounds, local, yuan
from sandbox.world import World

_BEFORE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额"
)
_REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
COLUMNS = {
    "ALL": f"{_BEFORE},{_REFUND},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注".split(","),
    "SUCCESS": f"{_BEFORE},商品名称,商户数据包,手续费,费率,订单金额,费率备注".split(","),
    "REFUND": (
        f"{_BEFORE},退款申请时间,退款成功时间,{_REFUND},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    ).split(","),
}
ADDED_UP = {
    "应结订单总金额": "应结订单金额",
    "退款总金额": "退款金额",
    "充值券退款总金额": "充值券退款金额",
    "手续费总金额": "手续费",
    "订单总金额": "订单金额",
    "申请退款总金额": "申请退款金额",
}
AMOUNTS = (*ADDED_UP.values(), "代金券金额")
# A bill says it in words of its own.
REFUND_STATUS = {"SUCCESS": "SUCCESS", "PROCESSING": "PROCESSING", "ABNORMAL": "CHANGE", "CLOSED": "FAIL"}


def rows(world: World, mchid: str, day: date, bill_type: str) -> list[BillRow]:
    """The rows of a day in the order of time, without what is planted."""
    start, end = bounds(day)
    found: list[tuple[float, BillRow]] = []
    if bill_type != "REFUND":
        sql = "SELECT * FROM transactions WHERE mchid = ? AND paid_at >= ? AND paid_at < ?"
        found += [(trade["paid_at"], _payment(trade)) for trade in world.state.all(sql, mchid, start, end)]
    if bill_type != "SUCCESS":
        sql = (
            "SELECT t.*, r.out_refund_no, r.refund_id, r.amount, r.status, r.made_at AS applied_at, r.done_at, "
            "r.fee AS fee_returned FROM refunds r JOIN transactions t USING (mchid, out_trade_no) "
            "WHERE r.mchid = ? AND r.made_at >= ? AND r.made_at < ?"
        )
        refunds = world.state.all(sql, mchid, start, end)
        found += [(one["applied_at"], _refund(one, bill_type)) for one in refunds]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def bill(bill_type: str, listed: Sequence[BillRow]) -> Bill:
    """The bill of these rows; its totals are theirs."""
    totals = {"总交易单数": str(len(listed))}
    for total, column in ADDED_UP.items():
        totals[total] = f"{sum((Decimal(row.values[column]) for row in listed), Decimal(0)):.2f}"
    return Bill(COLUMNS[bill_type], listed, totals)


def blank(mchid: str, day: date, refund: bool) -> dict[str, str]:
    """The columns of a row about nothing in particular, at noon."""
    noon = f"{day} 12:00:00"
    return {
        "交易时间": noon,
        "公众账号ID": "",
        "商户号": mchid,
        "特约商户号": "0",
        "设备号": "",
        "微信订单号": "",
        "商户订单号": "",
        "用户标识": "",
        "交易类型": "JSAPI",
        "交易状态": "REFUND" if refund else "SUCCESS",
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "应结订单金额": "0.00",
        "代金券金额": "0.00",
        "退款申请时间": noon if refund else "",
        "退款成功时间": noon if refund else "",
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "充值券退款金额": "0.00",
        "退款类型": "ORIGINAL" if refund else "",
        "退款状态": "SUCCESS" if refund else "",
        "商品名称": "",
        "商户数据包": "",
        "手续费": "0.00",
        "费率": "0.60%",
        "订单金额": "0.00",
        "申请退款金额": "0.00",
        "费率备注": "",
    }


def _common(trade: sqlite3.Row, at: float, refund: bool) -> dict[str, str]:
    request: dict[str, Any] = json.loads(trade["request"])
    return {
        **blank(trade["mchid"], date.min, refund),
        "交易时间": local(at),
        "公众账号ID": trade["appid"],
        "设备号": request.get("scene_info", {}).get("device_id", ""),
        "微信订单号": trade["transaction_id"],
        "商户订单号": trade["out_trade_no"],
        "用户标识": request["payer"]["openid"],
        "商品名称": request["description"],
        "商户数据包": request.get("attach", ""),
        "费率": trade["fee_rate"],
    }


def _payment(trade: sqlite3.Row) -> BillRow:
    values = {
        **_common(trade, trade["paid_at"], refund=False),
        "应结订单金额": yuan(trade["total"]),
        "代金券金额": yuan(trade["discount"]),
        "手续费": yuan(trade["fee"]),
        "订单金额": yuan(trade["total"]),
    }
    return BillRow(trade["out_trade_no"], "", values)


def _refund(one: sqlite3.Row, bill_type: str) -> BillRow:
    # Published samples: 交易时间 of a refund is its own in the bill of everything, the payment's in that of refunds.
    at = one["paid_at"] if bill_type == "REFUND" else one["applied_at"]
    coupon = one["amount"] - one["amount"] * (one["total"] - one["discount"]) // one["total"]
    values = {
        **_common(one, at, refund=True),
        "退款申请时间": local(one["applied_at"]),
        "退款成功时间": local(one["done_at"]) if one["status"] == "SUCCESS" else "",
        "微信退款单号": one["refund_id"],
        "商户退款单号": one["out_refund_no"],
        "退款金额": yuan(one["amount"]),
        "充值券退款金额": yuan(coupon),
        "退款状态": REFUND_STATUS[one["status"]],
        "手续费": yuan(-one["fee_returned"]),
        "申请退款金额": yuan(one["amount"]),
    }
    return BillRow(one["out_trade_no"], one["out_refund_no"], values)
