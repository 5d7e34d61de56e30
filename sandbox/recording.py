"""Every request of a provider's surface is kept, the last 5,000 of them, to be read back by tests and by hand."""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web

from sandbox.clock import utc
from sandbox.errors import Refused
from sandbox.world import WORLD, Handler, World, call_of

KEPT = 5000
BODY_KEPT = 64_000
ANSWER_KEPT = 4_000
ROOM = {"/v3": "wechatpay", "/v1": "stripe", "/ca": "carrier"}


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Notes the request before it is worked on (a killed sandbox has it still) and its outcome afterwards."""
    if request.path.startswith(("/sandbox/", "/page/", "/stripe/")) or request.path in ("/", "/favicon.ico"):
        return await handler(request)
    world, started = request.app[WORLD], time.monotonic()
    raw = await request.read()
    seq = _note(world, request, raw)
    status, text = 0, ""
    try:
        answer = await handler(request)
        if not request.get("cut"):
            status = answer.status
            body = answer.body if isinstance(answer, web.Response) else None
            text = body[:ANSWER_KEPT].decode("utf-8", "replace") if isinstance(body, bytes) else ""
        return answer
    except web.HTTPException as refusal:
        status = refusal.status
        raise
    finally:
        behaviour = request.get("behaviour", "")
        world.state.run(
            "UPDATE requests SET status = ?, behaviour = ?, answer = ? WHERE seq = ?", status, behaviour, text, seq
        )
        spent = (time.monotonic() - started) * 1000
        # Never the query or the headers: they carry secrets.
        room = ROOM.get(request.path[:3], "wechat")
        fault = f" ({behaviour})" if behaviour not in ("", "ok") else ""
        world.log.info(
            "%-11s %s %s%s -> %s  %.0f ms", room, request.method, request.path, fault, status or "cut", spent
        )


def _note(world: World, request: web.Request, raw: bytes) -> int:
    with world.state.transaction():
        seq = world.state.insert(
            "requests",
            at=world.clock.wall(),
            method=request.method,
            path=request.path,
            query=request.query_string,
            headers=json.dumps(dict(request.headers)),
            body=raw[:BODY_KEPT].decode("utf-8", "replace"),
            call=call_of(request),
            behaviour="",
        )
        world.state.run("DELETE FROM requests WHERE seq <= ?", seq - KEPT)
    return seq


def seen(world: World, query: Any) -> list[dict[str, Any]]:
    """Recorded requests, oldest first. Filters: path (a prefix), since (after this seq), method, call, status, limit
    (the newest so many). Raises Refused."""
    where, values = ["1"], []
    if "path" in query:
        where.append("substr(path, 1, ?) = ?")
        values += [len(query["path"]), query["path"]]
    for name in ("since", "status", "limit"):
        if not query.get(name, "0").isdecimal() or len(query.get(name, "")) > 18:
            raise Refused(400, "BAD_QUERY", f"{name} must be a whole number")
    for name, column in (
        ("method", "method = ?"),
        ("call", "call = ?"),
        ("status", "status = ?"),
        ("since", "seq > ?"),
    ):
        if name in query:
            where.append(column)
            values.append(int(query[name]) if name in ("since", "status") else query[name])
    sql = f"SELECT * FROM requests WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?"
    rows = world.state.all(sql, *values, int(query.get("limit", KEPT)))
    return [
        {
            "seq": row["seq"],
            "at": utc(row["at"]),
            "method": row["method"],
            "path": row["path"],
            "query": row["query"],
            "headers": json.loads(row["headers"]),
            "body": row["body"],
            "call": row["call"],
            "behaviour": row["behaviour"],
            "status": row["status"],
            "answer": row["answer"],
        }
        for row in reversed(rows)
    ]
