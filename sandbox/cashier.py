"""The payer's side: WeChat's cashier opens with the parameters of wx.requestPayment and checks paySign first."""

from __future__ import annotations

import json
from typing import Any

from sandbox import notifying, trading
from sandbox.errors import Refused
from sandbox.signing import pay_message, read_public_key, verifies
from sandbox.world import World, text_field

PARAMETERS = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
LATE_BY = 60.0


def open_sheet(world: World, content: dict[str, Any]) -> dict[str, Any]:
    """What the payer sees of the payment. Raises Refused as the client would: parameters, paySign, too late."""
    given = {name: text_field(content, name, most=1024) for name in PARAMETERS}
    if given["signType"] != "RSA":
        raise Refused(400, "SIGN_TYPE", "signType must be RSA")
    if not given["timeStamp"].isdecimal() or len(given["timeStamp"]) > 11:
        raise Refused(400, "TIMESTAMP", "timeStamp must be seconds since 1970, as a string")
    prefix, _, prepay_id = given["package"].partition("=")
    if prefix != "prepay_id" or not prepay_id:
        raise Refused(400, "PACKAGE", "package must be prepay_id=...")
    prepaid, trade = trading.of_prepay_id(world, prepay_id)
    if trade["appid"] != given["appId"]:
        raise Refused(400, "APPID", "the prepay_id belongs to another appId")
    merchant = world.state.one("SELECT * FROM merchants WHERE mchid = ?", trade["mchid"])
    assert merchant is not None
    message = pay_message(given["appId"], given["timeStamp"], given["nonceStr"], given["package"])
    if not verifies(read_public_key(merchant["public_key_pem"]), message, given["paySign"]):
        raise Refused(400, "PAY_SIGN", "支付验证签名失败: paySign does not fit these parameters and the merchant's key")
    trading.check_payable(world, prepaid, trade)
    request = json.loads(trade["request"])
    return {
        "prepay_id": prepay_id,
        "description": request["description"],
        "amount": trade["total"],
        "currency": "CNY",
        "merchant": merchant["name"],
        "state": trading.trade_state(world, trade),
    }


def act(world: World, prepay_id: str, content: dict[str, Any]) -> dict[str, str]:
    """What the payer does: pay, decline, or pay_late after `delay` seconds. The trade state after it. Raises Refused.

    `late`: "anyway" lets a payment through that was under way while the order was closed or its time ran out; the real
    cashier has refused such an order before it could begin. `notify` is the plan of this payment's notification.
    """
    action = content.get("action")
    delay = content.get("delay", LATE_BY)
    discount = content.get("discount", 0)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay <= 10_000_000:
        raise Refused(400, "BAD_FIELD", "delay must be a number of seconds")
    if isinstance(discount, bool) or not isinstance(discount, int):
        raise Refused(400, "BAD_FIELD", "discount must be a whole number of fen")
    if content.get("late", "anyway") != "anyway":
        raise Refused(400, "BAD_FIELD", "late must be anyway, or left out")
    anyway = "late" in content
    plan = notifying.read_plan(content["notify"]) if "notify" in content else None
    if action == "pay":
        trading.pay(world, prepay_id, discount, anyway, plan)
    elif action == "pay_late":
        trading.pay_later(world, prepay_id, float(delay), anyway)
    elif action != "decline":
        raise Refused(400, "BAD_FIELD", "action must be pay, decline or pay_late")
    _, trade = trading.of_prepay_id(world, prepay_id)
    return {"state": trading.trade_state(world, trade)}
