"""Faults on demand: the next calls of a kind are answered with an error, late, cut off, garbled, or not at all."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

from aiohttp import web

from sandbox.answering import api_answer, pay_answer, pay_refusal, refused_answer
from sandbox.errors import ApiError, PayError, Refused
from sandbox.stripe.errors import rate_limited
from sandbox.stripe.surface import refusal
from sandbox.world import WORLD, Handler, World, call_of, host_of

# Which protocol a call speaks decides how it says 500 or 429.
PROTOCOL = {
    "login": "wechat",
    "token": "wechat",
    "checksession": "wechat",
    "prepay": "wechatpay",
    "query": "wechatpay",
    "close": "wechatpay",
    "refund": "wechatpay",
    "refund_query": "wechatpay",
    "abnormal_refund": "wechatpay",
    "certificates": "wechatpay",
    "tradebill": "wechatpay",
    "fundflowbill": "wechatpay",
    "bill_download": "wechatpay",
    "parcel_register": "carrier",
    "parcel_track": "carrier",
    "stripe_create": "stripe",
    "stripe_retrieve": "stripe",
    "stripe_confirm": "stripe",
    "stripe_capture": "stripe",
    "stripe_cancel": "stripe",
    "stripe_list": "stripe",
    "stripe_refund": "stripe",
    "stripe_refund_retrieve": "stripe",
    "stripe_charge": "stripe",
    "stripe_balance": "stripe",
    "stripe_dispute": "stripe",
    "stripe_payout": "stripe",
    "stripe_event": "stripe",
    "stripe_account": "stripe",
}
BEHAVIOURS = (
    "ok",
    "500",
    "429",
    "timeout",
    "slow",
    "reset",
    "garbage",
    "unsigned",
    "bad_signature",
    "accept_and_lose",
    "error",
)
GARBAGE = b"<html>502 Bad Gateway \xff\xfe"
DEFAULT_SECONDS = {"timeout": 30.0, "slow": 3.0}


def plan(world: World, call: str, behaviours: Any) -> None:
    """Queues behaviours for the next requests of a call (`any`: of every call). Raises Refused."""
    if call != "any" and call not in PROTOCOL:
        raise Refused(400, "UNKNOWN_CALL", f"call: one of any, {', '.join(PROTOCOL)}")
    if not isinstance(behaviours, list) or not behaviours:
        raise Refused(400, "BAD_FIELD", "behaviours must be a list with at least one entry")
    checked = [_checked(entry) for entry in behaviours]
    with world.state.transaction():
        for fault in checked:
            for _ in range(fault.pop("times", 1)):
                world.state.insert("faults", call=call, fault=json.dumps(fault))


def _checked(entry: Any) -> dict[str, Any]:
    fault: dict[str, Any] = dict(entry) if isinstance(entry, dict) else {"do": str(entry)}
    do = str(fault.get("do", ""))
    if do.lstrip("-").isdigit() and do not in ("500", "429"):
        fault = {**fault, "do": "error", "errcode": int(do)}
    elif do not in BEHAVIOURS:
        raise Refused(400, "UNKNOWN_BEHAVIOUR", f"{do}: one of {', '.join(BEHAVIOURS)}, or an errcode of WeChat")
    times, seconds = fault.get("times", 1), fault.get("seconds", 0)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 10_000:
        raise Refused(400, "BAD_FIELD", "times must be a whole number from 1 to 10000")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
        raise Refused(400, "BAD_FIELD", "seconds must be a number from 0 to 3600")
    status: Any = fault.get("status", 500)
    if not isinstance(status, int) or not 400 <= status <= 599:
        raise Refused(400, "BAD_FIELD", "status must be an HTTP status from 400 to 599")
    if not isinstance(fault.get("errcode", 0), int):
        raise Refused(400, "BAD_FIELD", "errcode must be a whole number")
    if not isinstance(fault.get("host", ""), str):
        raise Refused(400, "BAD_FIELD", "host must be a name or an address, without a port")
    return fault


def waiting(world: World) -> list[dict[str, Any]]:
    """The faults not used up yet, in order."""
    return [{"call": row["call"], **json.loads(row["fault"])} for row in world.state.all("SELECT * FROM faults")]


def _take(world: World, call: str, host: str) -> dict[str, Any]:
    """The next fault for this call, removed from the queue. Faults for the call itself go before those for any; one
    with a `host` is for requests which name that host."""
    row = world.state.one(
        "SELECT * FROM faults WHERE call IN (?, 'any') AND coalesce(json_extract(fault, '$.host'), ?) = ? "
        "ORDER BY call = 'any', seq LIMIT 1",
        call,
        host,
        host,
    )
    if row is None:
        return {"do": "ok"}
    world.state.run("DELETE FROM faults WHERE seq = ?", row["seq"])
    return dict(json.loads(row["fault"]))


@web.middleware
async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Applies the next fault, if any, to a provider's call."""
    call = call_of(request)
    if not call:
        return await handler(request)
    world = request.app[WORLD]
    fault = _take(world, call, host_of(request))
    do = fault["do"]
    request["behaviour"] = do
    seconds = float(fault.get("seconds", DEFAULT_SECONDS.get(do, 0)))
    if do == "timeout":
        await asyncio.sleep(seconds)
        return _cut(request)
    if do == "reset":
        return _cut(request)
    stripe = PROTOCOL[call] == "stripe"
    if stripe and do in ("500", "error"):
        # Within the execution: what is answered there is kept under the request's idempotency key.
        request["fault"] = fault
        return await handler(request)
    if stripe and do == "slow":
        seconds /= 2
        request["working"] = seconds
    if do in ("500", "429", "error"):
        return refusal(rate_limited()) if stripe else _error(request, call, fault)
    if do == "garbage" and stripe:
        return web.Response(body=GARBAGE, content_type="application/json")
    if do == "garbage":
        # Signed all the same: what is to be met here is the parser, not the check of the signature.
        return pay_answer(request, 200, GARBAGE)
    try:
        answer = await handler(request)
    except Refused as refused:
        answer = refused_answer(refused)
    if do == "accept_and_lose":
        return _cut(request)
    if do == "unsigned":
        for name in [name for name in answer.headers if name.startswith("Wechatpay-")]:
            del answer.headers[name]
    if do == "bad_signature" and "Wechatpay-Signature" in answer.headers:
        answer.headers["Wechatpay-Signature"] = answer.headers["Wechatpay-Signature"][::-1]
    if do == "slow":
        return await _dribble(request, answer, seconds)
    return answer


def _error(request: web.Request, call: str, fault: dict[str, Any]) -> web.Response:
    protocol, limited = PROTOCOL[call], fault["do"] == "429"
    if "errcode" in fault or (protocol == "wechat" and limited):
        return api_answer(ApiError(int(fault.get("errcode", 45011))).body())
    if protocol == "wechatpay":
        if fault["do"] == "error":
            status, code = int(fault.get("status", 500)), str(fault.get("code", "SYSTEM_ERROR"))
            return pay_refusal(request, PayError(status, code, str(fault.get("message", ""))))
        return pay_refusal(request, PayError(429, "FREQUENCY_LIMITED") if limited else PayError(500, "SYSTEM_ERROR"))
    status = 429 if limited else int(fault.get("status", 500))
    refused = Refused(status, str(fault.get("code", "SYSTEM_ERROR")), str(fault.get("message", "on demand")))
    return refused_answer(refused)


def _cut(request: web.Request) -> web.Response:
    """Resets the connection: the caller sees neither an answer nor an orderly end."""
    request["cut"] = True
    if request.transport is not None:
        peer = request.transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


async def _dribble(request: web.Request, answer: web.StreamResponse, seconds: float) -> web.StreamResponse:
    """Sends the same answer byte by byte, spread over `seconds`."""
    body = answer.body if isinstance(answer, web.Response) else None
    content = body if isinstance(body, bytes) else b""
    if not content:
        await asyncio.sleep(seconds)
        return answer
    slowly = web.StreamResponse(status=answer.status, headers=answer.headers)
    slowly.headers["Content-Length"] = str(len(content))
    await slowly.prepare(request)
    pieces = min(len(content), 40)
    size = -(-len(content) // pieces)
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / pieces)
        await slowly.write(content[start : start + size])
    await slowly.write_eof()
    return slowly
