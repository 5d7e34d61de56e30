"""How the three providers and the control calls say no. Each error knows its own answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

# Codes that older pages of the documentation spell differently; the setting `spelling` chooses.
OLD_SPELLING = {
    "NO_AUTH": "NOAUTH",
    "RULE_LIMIT": "RULELIMIT",
    "SYSTEM_ERROR": "SYSTEMERROR",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "ORDER_PAID": "ORDERPAID",
    "ORDER_CLOSED": "ORDERCLOSED",
    "NOT_ENOUGH": "NOTENOUGH",
    "FREQUENCY_LIMITED": "FREQUENCY_LIMITED",
}

# The number at the tail of Request-ID tells the cause more exactly than the code.
NUMBERS = {
    "ORDER_NOT_EXIST": 268512771,
    "RESOURCE_NOT_EXISTS": 268512771,
    "FREQUENCY_LIMITED": 268447840,
    "PARAM_ERROR": 268435461,
    "ORDER_PAID": 268449538,
    "SIGN_ERROR": 268443699,
    "APPID_MCHID_NOT_MATCH": 268445527,
    "ORDER_CLOSED": 268447914,
}
NUMBER_REENTRY_DIFFERS = 268498688
NUMBER_EXTRA_FIELD = 270924358
NUMBER_PAYER_MISSING = 268501013

MESSAGES = {
    "SYSTEM_ERROR": "系统异常，请稍后重试",
    "FREQUENCY_LIMITED": "请求频率超限，请降低请求频率后重试",
    "ORDER_NOT_EXIST": "订单不存在",
    "ORDER_PAID": "该订单已支付",
    "ORDER_CLOSED": "该订单已关闭",
    "RESOURCE_NOT_EXISTS": "资源不存在",
    "NOT_ENOUGH": "基本账户余额不足，请充值后重新发起",
    "USER_ACCOUNT_ABNORMAL": "退款请求失败，用户账户异常，请商户自行处理退款",
}


@dataclass
class PayError(Exception):
    """An error answer of WeChat Pay v3; `number` 0 takes the usual one of the code."""

    status: int
    code: str
    message: str = ""
    number: int = 0
    detail: dict[str, Any] = field(default_factory=dict)

    def body(self, spelling: str) -> dict[str, Any]:
        code = OLD_SPELLING.get(self.code, self.code) if spelling == "old" else self.code
        content: dict[str, Any] = {"code": code, "message": self.message or MESSAGES.get(self.code, self.code)}
        return {**content, "detail": self.detail} if self.detail else content

    def tail(self) -> int:
        return self.number or NUMBERS.get(self.code, 268435457)


def param_error(pointer: str, issue: str, value: Any = None, location: str = "body", number: int = 0) -> PayError:
    """400 PARAM_ERROR which names the field by a JSON pointer."""
    detail = {"field": pointer, "value": value, "issue": issue, "location": location}
    return PayError(400, "PARAM_ERROR", f"输入源“{pointer}”：{issue}", number, detail)


ERRMSG = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40125: "invalid appsecret",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    43002: "require POST method",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    87009: "invalid signature",
}


@dataclass
class ApiError(Exception):
    """An error of api.weixin.qq.com: HTTP 200 with an errcode."""

    errcode: int

    def body(self) -> dict[str, Any]:
        text = ERRMSG.get(self.errcode, "error")
        return {"errcode": self.errcode, "errmsg": f"{text} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}"}


@dataclass
class Refused(Exception):
    """A control or carrier call that cannot be done: `{"code", "message"}` in words for a developer."""

    status: int
    code: str
    message: str

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message}
