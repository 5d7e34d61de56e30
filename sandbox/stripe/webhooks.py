"""One delivery of an event: the body, signed for each live secret, and for tests spoiled in one exact way."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from sandbox.answering import compact
from sandbox.stripe import accounts
from sandbox.stripe.documents import new_id
from sandbox.world import World

STALE_SECONDS = 600
AMOUNTS = ("amount", "amount_received", "amount_captured", "amount_capturable")


def dress(world: World, row: sqlite3.Row, behaviour: str, options: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body. The time and the signature are fresh; id and content stay.

    Options: overrides (merged into `data.object`), seconds (age of a stale one), without (headers to leave out),
    event_type. What only WeChat Pay's notifications can be spoiled by (unknown_serial, signtest, wrong_apiv3_key,
    wrong_appid, wrong_mchid) changes nothing here.
    """
    event = json.loads(row["resource"])
    event["data"]["object"] = _altered(event["data"]["object"], behaviour, options.get("overrides") or {})
    event["type"] = str(options.get("event_type") or event["type"])
    body = compact(event)
    seconds = float(options.get("seconds", STALE_SECONDS))
    age = {"stale": seconds, "future": -seconds}.get(behaviour, 0.0)
    account = accounts.row_of(world, row["mchid"])
    live: list[str] = json.loads(account["webhook_secrets"]) if account else []
    if behaviour == "forge" or not live:
        live = ["whsec_" + secrets.token_hex(16)]
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "*/*; q=0.5, application/xml",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Cache-Control": "no-cache",
        "Stripe-Signature": signature(live, int(time.time() - age), body),
    }
    if behaviour == "tamper":
        body = body.replace(b'"livemode":false', b'"livemode":true', 1)
    for name in options.get("without") or []:
        headers.pop(str(name), None)
    return headers, body


def signature(live: list[str], at: int, body: bytes) -> str:
    """`t=…,v1=…`, one v1 for each secret: HMAC-SHA256 by the whole secret over "{t}.{body}"."""
    message = f"{at}.".encode() + body
    made = [hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in live]
    return ",".join([f"t={at}", *(f"v1={one}" for one in made)])


def _altered(content: dict[str, Any], behaviour: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    if behaviour == "wrong_amount":
        content |= {name: content[name] + 1 for name in AMOUNTS if content.get(name)}
    elif behaviour == "wrong_currency" and "currency" in content:
        content["currency"] = "usd" if content["currency"] != "usd" else "eur"
    elif behaviour == "wrong_order":
        # Another payment altogether, with the metadata of this one.
        name = "id" if content["object"] == "payment_intent" else "payment_intent"
        content[name] = new_id("pi")
    return _merged(content, overrides)


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        inside = merged.get(name)
        merged[name] = _merged(inside, value) if isinstance(inside, dict) and isinstance(value, dict) else value
    return merged
