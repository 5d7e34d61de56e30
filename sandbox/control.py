"""The control calls below /sandbox/: for tests, for the preview's proxy, and for the page to play by hand."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox import carrier, cashier, faults, merchants, notifying, recording, refunds, trading, wechat
from sandbox.clock import beijing, utc
from sandbox.errors import Refused
from sandbox.posting import POSTMAN, deliver_now
from sandbox.signing import first_keys
from sandbox.state import TABLES
from sandbox.world import WORLD, World, read_object, text_field


def transaction_shown(world: World, row: Any) -> dict[str, Any]:
    """A payment with what the merchant's calls do not show: its prepay id and until when it can be paid."""
    prepay_id = world.state.value(
        "SELECT prepay_id FROM prepays WHERE mchid = ? AND out_trade_no = ? ORDER BY made_at DESC LIMIT 1",
        row["mchid"],
        row["out_trade_no"],
    )
    return {
        **trading.shown(world, row),
        "prepay_id": prepay_id,
        "made_at": beijing(row["made_at"]),
        "pay_until": beijing(row["pay_until"]),
        "refunds": [
            refunds.shown(world, refund)
            for refund in world.state.all(
                "SELECT * FROM refunds WHERE mchid = ? AND out_trade_no = ? ORDER BY made_at",
                row["mchid"],
                row["out_trade_no"],
            )
        ],
    }


async def health(request: web.Request) -> web.StreamResponse:
    return web.json_response({"ok": True})


async def apps(request: web.Request) -> web.StreamResponse:
    merchants.register_app(request.app[WORLD], await read_object(request))
    return web.json_response({"ok": True})


async def add_merchant(request: web.Request) -> web.StreamResponse:
    return web.json_response(merchants.register_merchant(request.app[WORLD], await read_object(request)))


async def list_merchants(request: web.Request) -> web.StreamResponse:
    return web.json_response({"merchants": merchants.shown(request.app[WORLD])})


async def login_codes(request: web.Request) -> web.StreamResponse:
    return web.json_response({"code": wechat.issue_login_code(request.app[WORLD], await read_object(request))})


async def tokens(request: web.Request) -> web.StreamResponse:
    wechat.spoil_token(request.app[WORLD], await read_object(request))
    return web.json_response({"ok": True})


async def open_cashier(request: web.Request) -> web.StreamResponse:
    return web.json_response(cashier.open_sheet(request.app[WORLD], await read_object(request)))


async def act_at_cashier(request: web.Request) -> web.StreamResponse:
    world, prepay_id, content = request.app[WORLD], request.match_info["prepay_id"], await read_object(request)
    done = cashier.act(world, prepay_id, content)
    _, trade = trading.of_prepay_id(world, prepay_id)
    world.log.info("cashier     %s %s -> %s", content["action"], trade["out_trade_no"], done["state"])
    return web.json_response(done)


async def transaction(request: web.Request) -> web.StreamResponse:
    world, known = request.app[WORLD], request.match_info
    row = trading.find(world, known["mchid"], known["out_trade_no"])
    if row is None:
        raise Refused(404, "TRANSACTION_UNKNOWN", "there is no such payment")
    return web.json_response(transaction_shown(world, row))


async def settle_refund(request: web.Request) -> web.StreamResponse:
    """Finishes a refund now: {mchid, out_refund_no, outcome SUCCESS|ABNORMAL|CLOSED}."""
    world, content = request.app[WORLD], await read_object(request)
    mchid, number = text_field(content, "mchid"), text_field(content, "out_refund_no")
    refunds.settle(world, mchid, number, text_field(content, "outcome", "SUCCESS"))
    row = refunds.find(world, mchid, number)
    assert row is not None
    return web.json_response(refunds.shown(world, row))


async def plan_notification(request: web.Request) -> web.StreamResponse:
    notifying.plan_next(request.app[WORLD], (await read_object(request)).get("plan"))
    return web.json_response({"ok": True})


async def plans(request: web.Request) -> web.StreamResponse:
    return web.json_response({"plans": notifying.planned(request.app[WORLD])})


async def clear_plans(request: web.Request) -> web.StreamResponse:
    request.app[WORLD].state.run("DELETE FROM plans")
    return web.Response(status=204)


async def lose_notification(request: web.Request) -> web.StreamResponse:
    notifying.lose(request.app[WORLD], await read_object(request))
    return web.json_response({"ok": True})


async def list_notifications(request: web.Request) -> web.StreamResponse:
    world, where, values = request.app[WORLD], ["1"], []
    for name in ("mchid", "out_trade_no", "out_refund_no", "state", "event_type", "provider"):
        if name in request.query:
            where.append(f"{name} = ?")
            values.append(request.query[name])
    rows = world.state.all(f"SELECT * FROM notifications WHERE {' AND '.join(where)} ORDER BY seq", *values)
    return web.json_response({"notifications": [notifying.shown(world, row) for row in rows]})


async def deliver_notification(request: web.Request) -> web.StreamResponse:
    answers = await deliver_now(request.app[WORLD], request.app[POSTMAN], await read_object(request))
    return web.json_response({"answers": answers})


async def plan_faults(request: web.Request) -> web.StreamResponse:
    content = await read_object(request)
    faults.plan(request.app[WORLD], text_field(content, "call"), content.get("behaviours"))
    return web.json_response({"faults": faults.waiting(request.app[WORLD])})


async def list_faults(request: web.Request) -> web.StreamResponse:
    return web.json_response({"faults": faults.waiting(request.app[WORLD])})


async def clear_faults(request: web.Request) -> web.StreamResponse:
    request.app[WORLD].state.run("DELETE FROM faults")
    return web.Response(status=204)


async def list_requests(request: web.Request) -> web.StreamResponse:
    return web.json_response({"requests": recording.seen(request.app[WORLD], request.query)})


async def clear_requests(request: web.Request) -> web.StreamResponse:
    request.app[WORLD].state.run("DELETE FROM requests")
    return web.Response(status=204)


def _settings(world: World) -> web.Response:
    return web.json_response({"speed": world.clock.speed, **world.settings.shown()})


async def read_settings(request: web.Request) -> web.StreamResponse:
    return _settings(request.app[WORLD])


async def change_settings(request: web.Request) -> web.StreamResponse:
    world, content = request.app[WORLD], await read_object(request)
    speed = content.pop("speed", None)
    if speed is not None and (isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 <= speed <= 1e6):
        raise Refused(400, "BAD_SETTING", "speed: a number from 0 (errands stand still) to 1000000")
    world.settings.change(content)
    if speed is not None:
        world.clock.set_speed(float(speed))
    world.bell.set()
    return _settings(world)


async def read_clock(request: web.Request) -> web.StreamResponse:
    clock = request.app[WORLD].clock
    return web.json_response({"wall": utc(clock.wall()), "errand": utc(clock.errand()), "speed": clock.speed})


async def advance_clock(request: web.Request) -> web.StreamResponse:
    world, seconds = request.app[WORLD], (await read_object(request)).get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 4e8:
        raise Refused(400, "BAD_FIELD", "advance must be a number of seconds, not negative")
    world.clock.advance(float(seconds))
    world.bell.set()
    return await read_clock(request)


async def advance_parcel(request: web.Request) -> web.StreamResponse:
    world, known = request.app[WORLD], request.match_info
    to = (await read_object(request)).get("to")
    row = carrier.advance(world, known["carrier"], known["waybill"], to)
    return web.json_response(carrier.shown(world, row))


async def reset(request: web.Request) -> web.StreamResponse:
    """Forgets everything but the platform's first keys."""
    world = request.app[WORLD]
    await request.app[POSTMAN].rest()
    with world.state.transaction():
        for table in TABLES:
            world.state.run(f"DELETE FROM {table}")
        world.keys = first_keys(world.state)
        world.settings.reset()
        world.clock.reset()
    return web.json_response({"ok": True})


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sandbox/health", health),
        web.post("/sandbox/apps", apps),
        web.get("/sandbox/merchants", list_merchants),
        web.post("/sandbox/merchants", add_merchant),
        web.post("/sandbox/login-codes", login_codes),
        web.post("/sandbox/tokens", tokens),
        web.post("/sandbox/cashier", open_cashier),
        web.post("/sandbox/cashier/{prepay_id}", act_at_cashier),
        web.get("/sandbox/transactions/{mchid}/{out_trade_no}", transaction),
        web.post("/sandbox/refunds/settle", settle_refund),
        web.get("/sandbox/notifications", list_notifications),
        web.post("/sandbox/notifications", plan_notification),
        web.post("/sandbox/notifications/deliver", deliver_notification),
        web.post("/sandbox/notifications/lose", lose_notification),
        web.get("/sandbox/notifications/plans", plans),
        web.delete("/sandbox/notifications/plans", clear_plans),
        web.get("/sandbox/faults", list_faults),
        web.post("/sandbox/faults", plan_faults),
        web.delete("/sandbox/faults", clear_faults),
        web.get("/sandbox/requests", list_requests),
        web.delete("/sandbox/requests", clear_requests),
        web.get("/sandbox/settings", read_settings),
        web.post("/sandbox/settings", change_settings),
        web.get("/sandbox/clock", read_clock),
        web.post("/sandbox/clock", advance_clock),
        web.post("/sandbox/parcels/{carrier}/{waybill}/advance", advance_parcel),
        web.post("/sandbox/reset", reset),
    ]
