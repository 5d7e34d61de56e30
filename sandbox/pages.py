"""The page to play by hand, and what it shows: one JSON answer that it asks for again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import carrier, faults, merchants, notifying, trading
from sandbox.clock import utc
from sandbox.control import transaction_shown
from sandbox.stripe import overview as stripe
from sandbox.world import WORLD, World

FILES = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
SHOWN = 30


def overview(world: World) -> dict[str, Any]:
    """Everything the page shows: the newest of each kind."""
    trades = world.state.all("SELECT * FROM transactions ORDER BY made_at DESC LIMIT ?", SHOWN)
    parcels = world.state.all("SELECT * FROM parcels ORDER BY made_at DESC, rowid DESC LIMIT ?", SHOWN)
    requests = world.state.all("SELECT * FROM requests ORDER BY seq DESC LIMIT ?", SHOWN)
    return {
        "speed": world.clock.speed,
        "now": utc(world.clock.wall()),
        "settings": world.settings.shown(),
        "faults": faults.waiting(world),
        "plans": notifying.planned(world),
        "merchants": merchants.shown(world),
        "payments": [_payment(world, row) for row in trades],
        "stripe": stripe.payments(world, SHOWN),
        "parcels": [carrier.shown(world, row) for row in parcels],
        "requests": [
            {name: row[name] for name in ("seq", "method", "path", "call", "behaviour", "status")}
            | {"at": utc(row["at"])}
            for row in requests
        ],
    }


def _payment(world: World, row: Any) -> dict[str, Any]:
    notices = world.state.all(
        "SELECT id, event_type, state, attempts FROM notifications WHERE mchid = ? AND out_trade_no = ? ORDER BY seq",
        row["mchid"],
        row["out_trade_no"],
    )
    full = transaction_shown(world, row)
    return {
        "mchid": row["mchid"],
        "out_trade_no": row["out_trade_no"],
        "prepay_id": full["prepay_id"],
        "description": trading.description(row),
        "total": row["total"],
        "state": full["trade_state"],
        "made_at": utc(row["made_at"]),
        "pay_until": utc(row["pay_until"]),
        "late": row["pay_late_due"] is not None,
        "notifications": [dict(notice) for notice in notices],
        "refundable": row["total"]
        - sum(one["amount"]["refund"] for one in full["refunds"] if one["status"] != "CLOSED"),
        "refunds": [
            {"out_refund_no": one["out_refund_no"], "amount": one["amount"]["refund"], "status": one["status"]}
            for one in full["refunds"]
        ],
    }


async def overview_call(request: web.Request) -> web.StreamResponse:
    return web.json_response(overview(request.app[WORLD]))


async def page(request: web.Request) -> web.StreamResponse:
    """One of the page's own files; there are no others to be had."""
    name = request.match_info.get("name") or "index.html"
    path = FILES / name
    if path.parent != FILES or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=headers)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", page),
        web.get("/page/{name}", page),
        web.get("/sandbox/overview", overview_call),
    ]
