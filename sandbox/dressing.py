"""The envelope of a notification: encrypted, signed, and for tests spoiled in one exact way."""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from sandbox.answering import compact, request_id
from sandbox.clock import beijing
from sandbox.signing import SIGNTEST, answer_message, encrypt, sign
from sandbox.world import World

SUMMARY = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}
STALE_SECONDS = 600


def dress(world: World, row: sqlite3.Row, behaviour: str, options: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body of one delivery. Timestamp, nonce and signature are fresh; id and content stay.

    Options: overrides (merged into the encrypted resource), seconds (age of a stale one), without (headers to leave
    out), serial (of unknown_serial), event_type.
    """
    merchant = world.state.one("SELECT * FROM merchants WHERE mchid = ?", row["mchid"])
    api_v3_key = merchant["api_v3_key"] if merchant else ""
    if behaviour == "wrong_apiv3_key" or not api_v3_key:
        api_v3_key = secrets.token_hex(16)
    resource = _altered(json.loads(row["resource"]), behaviour, options.get("overrides") or {})
    body = _envelope(row, resource, api_v3_key, str(options.get("event_type") or row["event_type"]))
    seconds = float(options.get("seconds", STALE_SECONDS))
    age = {"stale": seconds, "future": -seconds}.get(behaviour, 0.0)
    timestamp = str(int(time.time() - age))
    headers = world.keys.headers(_signer(world, merchant), timestamp, body)
    if behaviour in ("forge", "unknown_serial"):
        message = answer_message(timestamp, headers["Wechatpay-Nonce"], body)
        headers["Wechatpay-Signature"] = sign(world.keys.stranger, message)
    if behaviour == "unknown_serial":
        headers["Wechatpay-Serial"] = str(options.get("serial") or secrets.token_hex(20).upper())
    if behaviour == "signtest":
        genuine = headers["Wechatpay-Signature"]
        headers["Wechatpay-Signature"] = SIGNTEST + genuine[len(SIGNTEST) :]
    if behaviour == "tamper":
        body = body.replace(b'"summary":"', b'"summary":"!', 1)
    for name in options.get("without") or []:
        headers.pop(str(name), None)
    headers |= {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "Mozilla/4.0",
        "Request-ID": request_id(0),
    }
    return headers, body


def _signer(world: World, merchant: sqlite3.Row | None) -> str:
    """The serial of the key to sign with, by the setting notify_signer."""
    chosen, keys = world.settings["notify_signer"], world.keys
    if isinstance(chosen, int | float):
        return keys.public_key_id if random.random() < chosen else keys.serial
    if chosen == "auto":
        last_named = merchant["wechatpay_serial"] if merchant else ""
        # Not the certificate that it named: the newest signs, whichever one the merchant still knows.
        return keys.public_key_id if last_named in ("", keys.public_key_id) else keys.serial
    return keys.public_key_id if chosen == "public_key" else keys.serial


def _altered(resource: dict[str, Any], behaviour: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    if behaviour == "wrong_amount":
        amount = resource["amount"]
        resource["amount"] = {
            **amount,
            **{name: amount[name] + 1 for name in ("total", "payer_total") if name in amount},
        }
    elif behaviour == "wrong_currency":
        resource["amount"] = {**resource["amount"], "currency": "USD"}
    elif behaviour == "wrong_appid" and "appid" in resource:
        resource["appid"] = "wx" + "f" * 16
    elif behaviour == "wrong_mchid":
        resource["mchid"] = "1999999999"
    elif behaviour == "wrong_order":
        resource["out_trade_no"] = "X" + secrets.token_hex(8)
    return _merged(resource, overrides)


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        inside = merged.get(name)
        merged[name] = _merged(inside, value) if isinstance(inside, dict) and isinstance(value, dict) else value
    return {name: value for name, value in merged.items() if value is not None}


def _envelope(row: sqlite3.Row, resource: Mapping[str, Any], api_v3_key: str, event_type: str) -> bytes:
    original_type = "refund" if row["out_refund_no"] else "transaction"
    return compact(
        {
            "id": row["id"],
            "create_time": beijing(row["made_at"]),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": SUMMARY.get(event_type, event_type),
            "resource": {
                "original_type": original_type,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": encrypt(api_v3_key, row["nonce"], original_type, compact(resource)),
                "associated_data": original_type,
                "nonce": row["nonce"],
            },
        }
    )
