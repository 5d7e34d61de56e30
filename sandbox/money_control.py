"""The control calls about money: finished payments, refunds by hand, the account, what is wrong in bills, certificates."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox import fund_flow, planting, refunds, seeding, signing
from sandbox.errors import Refused
from sandbox.world import WORLD, World, read_object, text_field

FIVE_YEARS = 5 * 365 * 86400


async def seed(request: web.Request) -> web.StreamResponse:
    return web.json_response(seeding.seed(request.app[WORLD], await read_object(request)))


async def release(request: web.Request) -> web.StreamResponse:
    world, known = request.app[WORLD], request.match_info
    fund_flow.release(world, known["mchid"], known["out_trade_no"])
    return web.json_response({"balance": fund_flow.balance(world, known["mchid"])})


async def withdraw(request: web.Request) -> web.StreamResponse:
    world, content = request.app[WORLD], await read_object(request)
    mchid, amount = text_field(content, "mchid"), content.get("amount")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int)):
        raise Refused(400, "BAD_FIELD", "amount must be a whole number of fen")
    at = seeding.moment_field(content, "at", default=world.clock.wall())
    taken = fund_flow.withdraw(world, mchid, amount, at)
    return web.json_response({"amount": taken, "balance": fund_flow.balance(world, mchid)})


async def plant(request: web.Request) -> web.StreamResponse:
    planting.plant(request.app[WORLD], await read_object(request))
    return web.json_response({"ok": True})


async def refund_in_console(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    row = refunds.in_console(world, await read_object(request))
    return web.json_response(refunds.shown(world, row))


def _certificates(world: World) -> web.Response:
    """What merchants are given: the signing certificate, and the serials of all, the newest first."""
    keys = world.keys
    listed = [one.serial for one in keys.certificates]
    signing_one: dict[str, Any] = {
        "platform_serial": keys.serial,
        "platform_certificate_pem": keys.certificate_pem,
    }
    return web.json_response({**signing_one, "serials": listed})


async def rotate(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    life: Any = (await read_object(request)).get("not_after_seconds", FIVE_YEARS)
    if isinstance(life, bool) or not isinstance(life, int | float) or abs(life) > 4e8:
        raise Refused(400, "BAD_FIELD", "not_after_seconds must be a number of seconds, negative: expired already")
    world.keys = signing.rotate(world.state, world.keys, float(life))
    return _certificates(world)


async def retire(request: web.Request) -> web.StreamResponse:
    world, content = request.app[WORLD], await read_object(request)
    try:
        world.keys = signing.retire(world.state, world.keys, text_field(content, "serial"))
    except ValueError as error:
        raise Refused(409, "CERTIFICATE", str(error)) from None
    return _certificates(world)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/sandbox/transactions", seed),
        web.post("/sandbox/transactions/{mchid}/{out_trade_no}/release", release),
        web.post("/sandbox/withdrawals", withdraw),
        web.post("/sandbox/bills/plant", plant),
        web.post("/sandbox/refunds/console", refund_in_console),
        web.post("/sandbox/certificates/rotate", rotate),
        web.post("/sandbox/certificates/retire", retire),
    ]
