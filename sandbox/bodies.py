"""Which fields the WeChat Pay calls take, and the check of a body against them: the first fault is a PARAM_ERROR."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.errors import NUMBER_EXTRA_FIELD, NUMBER_PAYER_MISSING, param_error
from sandbox.fields import Field, Fields, Flag, Group, Many, Text, Whole

OUT_TRADE_NO = r"[0-9A-Za-z_\-|*]+"
OUT_REFUND_NO = r"[0-9A-Za-z_\-|*@]+"

PREPAY: Fields = {
    "appid": Text(32, required=True),
    "mchid": Text(32, required=True),
    "description": Text(127, required=True),
    "out_trade_no": Text(32, least=6, required=True, pattern=OUT_TRADE_NO),
    "time_expire": Text(64),
    "attach": Text(128),
    "notify_url": Text(255, required=True),
    "goods_tag": Text(32),
    "support_fapiao": Flag(),
    "amount": Group({"total": Whole(1, required=True), "currency": Text(16, allowed=("CNY",))}, required=True),
    "payer": Group({"openid": Text(128, required=True)}, required=True),
    "detail": Group(
        {
            "cost_price": Whole(),
            "invoice_id": Text(32),
            "goods_detail": Many(
                {
                    "merchant_goods_id": Text(32, required=True),
                    "wechatpay_goods_id": Text(32),
                    "goods_name": Text(256),
                    "quantity": Whole(1, required=True),
                    "unit_price": Whole(required=True),
                }
            ),
        }
    ),
    "scene_info": Group(
        {
            "payer_client_ip": Text(45, required=True),
            "device_id": Text(32),
            "store_info": Group(
                {"id": Text(32, required=True), "name": Text(256), "area_code": Text(32), "address": Text(512)}
            ),
        }
    ),
    "settle_info": Group({"profit_sharing": Flag()}),
}

CLOSE: Fields = {"mchid": Text(32, required=True)}

REFUND: Fields = {
    "transaction_id": Text(32),
    "out_trade_no": Text(32, least=6, pattern=OUT_TRADE_NO),
    "out_refund_no": Text(64, required=True, pattern=OUT_REFUND_NO),
    "reason": Text(80),
    "notify_url": Text(256),
    "funds_account": Text(32, allowed=("AVAILABLE", "UNSETTLED")),
    "amount": Group(
        {
            "refund": Whole(1, required=True),
            "total": Whole(1, required=True),
            "currency": Text(16, required=True, allowed=("CNY",)),
            "from": Many(
                {
                    "account": Text(32, required=True, allowed=("AVAILABLE", "UNAVAILABLE")),
                    "amount": Whole(1, required=True),
                }
            ),
        },
        required=True,
    ),
    "goods_detail": Many(
        {
            "merchant_goods_id": Text(32, required=True),
            "wechatpay_goods_id": Text(32),
            "goods_name": Text(256),
            "unit_price": Whole(required=True),
            "refund_amount": Whole(required=True),
            "refund_quantity": Whole(1, required=True),
        }
    ),
}

ABNORMAL_REFUND: Fields = {
    "out_refund_no": Text(64, required=True, pattern=OUT_REFUND_NO),
    "type": Text(32, required=True, allowed=("USER_BANK_CARD", "MERCHANT_BANK_CARD")),
    "bank_type": Text(32),
    "bank_account": Text(1024),
    "real_name": Text(1024),
}


def read_body(raw: bytes, fields: Fields, refuse_emoji: bool) -> dict[str, Any]:
    """The checked body. Raises PayError (PARAM_ERROR) for what is not JSON or not as the fields ask."""
    try:
        content = json.loads(raw.decode("utf-8"))
    except ValueError:
        raise param_error("/", "请求体不是合法的JSON") from None
    if not isinstance(content, dict):
        raise param_error("/", "请求体必须是JSON对象")
    if refuse_emoji and any(ord(sign) > 0xFFFF for sign in json.dumps(content, ensure_ascii=False)):
        raise param_error("/", "不支持4字节的UTF-8字符")
    _check_group(content, fields, "")
    return content


def _check_group(content: dict[str, Any], fields: Fields, at: str) -> None:
    for name in content:
        if name not in fields:
            raise param_error(f"{at}/{name}", "参数中含有非法的额外参数", number=NUMBER_EXTRA_FIELD)
    for name, spec in fields.items():
        pointer = f"{at}/{name}"
        if name in content:
            _check(content[name], spec, pointer)
        elif spec.required:
            number = NUMBER_PAYER_MISSING if pointer.startswith("/payer") else 0
            raise param_error(pointer, "缺少必填参数", number=number)


def _check(value: Any, spec: Field, pointer: str) -> None:
    if isinstance(spec, Group):
        if not isinstance(value, dict):
            raise param_error(pointer, "类型必须是对象", value)
        _check_group(value, spec.fields, pointer)
    elif isinstance(spec, Many):
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise param_error(pointer, "类型必须是对象数组", value)
        for index, entry in enumerate(value):
            _check_group(entry, spec.fields, f"{pointer}/{index}")
    elif isinstance(spec, Flag):
        if not isinstance(value, bool):
            raise param_error(pointer, "类型必须是布尔值", value)
    elif isinstance(spec, Whole):
        if not isinstance(value, int) or isinstance(value, bool):
            raise param_error(pointer, "类型必须是整数", value)
        if not spec.least <= value <= spec.most:
            raise param_error(pointer, f"数值必须大于等于{spec.least}", value)
    elif isinstance(spec, Text):
        _check_text(value, spec, pointer)


def _check_text(value: Any, spec: Text, pointer: str) -> None:
    if not isinstance(value, str):
        raise param_error(pointer, "类型必须是字符串", value)
    if not spec.least <= len(value) <= spec.most:
        raise param_error(pointer, f"字符串长度必须在{spec.least}到{spec.most}之间", value)
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        raise param_error(pointer, "含有不允许的字符", value)
    if spec.allowed and value not in spec.allowed:
        raise param_error(pointer, f"取值必须是{'、'.join(spec.allowed)}", value)
