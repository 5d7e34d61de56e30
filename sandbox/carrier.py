"""A carrier. A registered parcel is accepted, picked up, travels from hub to hub, goes out and is delivered,
by itself in about a minute (setting parcel_seconds, divided by the speed) or step by step by hand."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from aiohttp import web

from sandbox.cities import HOME, City, city_named, way
from sandbox.clock import utc
from sandbox.errors import Refused
from sandbox.world import WORLD, World, provider_call, read_object

STATES = ("accepted", "picked_up", "in_transit", "out_for_delivery", "delivered", "problem")
NAMES = {
    "sf": ("顺丰速运", "SF Express"),
    "zto": ("中通快递", "ZTO Express"),
    "yto": ("圆通速递", "YTO Express"),
    "sto": ("申通快递", "STO Express"),
    "yunda": ("韵达速递", "Yunda Express"),
    "jd": ("京东物流", "JD Logistics"),
    "ems": ("邮政 EMS", "China Post EMS"),
    "dhl": ("DHL", "DHL"),
    "ups": ("UPS", "UPS"),
    "fedex": ("联邦快递", "FedEx"),
}
COURIERS = (("李师傅", "Li"), ("王师傅", "Wang"), ("陈师傅", "Chen"), ("周师傅", "Zhou"))
IDENTIFIER = re.compile(r"[0-9A-Za-z_\-]{1,64}")

Step = dict[str, str]


def register(world: World, content: dict[str, Any]) -> sqlite3.Row:
    """Makes the carrier accept a parcel; a parcel it knows already stays as it is. Raises Refused.

    `recipient` is an address object ({city, ...}) or its text; the parcel travels to that city.
    """
    carrier, waybill = content.get("carrier"), content.get("waybill")
    for name, value in (("carrier", carrier), ("waybill", waybill)):
        if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
            raise Refused(400, "BAD_FIELD", f"{name} must be 1 to 64 letters, digits, - or _")
    phone_tail = content.get("phone_tail") or ""
    if not isinstance(phone_tail, str) or not re.fullmatch(r"(\d{4})?", phone_tail):
        raise Refused(400, "BAD_FIELD", "phone_tail must be the last four digits")
    with world.state.transaction():
        known = find(world, str(carrier), str(waybill))
        if known is not None:
            return known
        route = plan_route(str(carrier), str(waybill), content.get("sender"), content.get("recipient"))
        world.state.insert(
            "parcels",
            carrier=carrier,
            waybill=waybill,
            made_at=world.clock.wall(),
            phone_tail=phone_tail,
            route=json.dumps(route, ensure_ascii=False),
            step=-1,
            due_at=None,
        )
        return advance(world, str(carrier), str(waybill))


def _city_of(address: Any) -> City | None:
    if isinstance(address, dict):
        for part in ("city", "province"):
            if isinstance(address.get(part), str) and (city := city_named(address[part])):
                return city
        return None
    return city_named(address) if isinstance(address, str) else None


def plan_route(carrier: str, waybill: str, sender: Any, recipient: Any) -> list[Step]:
    """The steps of the whole journey, in both languages."""
    origin, destination = _city_of(sender) or HOME, _city_of(recipient)
    if destination is None:
        destination = city_named("上海") or HOME
    zh, en = NAMES.get(carrier.lower(), (carrier, carrier))
    courier_zh, courier_en = COURIERS[sum(waybill.encode()) % len(COURIERS)]

    def step(status: str, place: City, text: str, text_en: str) -> Step:
        return {"status": status, "location": place.zh, "text": text, "text_en": text_en}

    steps = [
        step("accepted", origin, f"商家已下单，等待{zh}上门揽收", f"Order received, waiting for {en} to collect"),
        step(
            "picked_up",
            origin,
            f"【{origin.zh}】{zh}已揽收，揽收员{courier_zh}",
            f"[{origin.en}] Collected by {en}, courier {courier_en}",
        ),
    ]
    hubs = way(origin, destination)
    for here, following in zip(hubs, [*hubs[1:], destination], strict=True):
        if here == following:
            text, text_en = f"快件到达【{here.zh}转运中心】", f"Arrived at the {here.en} sorting hub"
        else:
            text = f"快件已离开【{here.zh}转运中心】，发往{following.zh}"
            text_en = f"Left the {here.en} sorting hub for {following.en}"
        steps.append(step("in_transit", here, text, text_en))
    end_zh, end_en = COURIERS[(sum(waybill.encode()) + 1) % len(COURIERS)]
    steps += [
        step(
            "out_for_delivery",
            destination,
            f"【{destination.zh}】派送员{end_zh}正在为您派件，请保持电话畅通",
            f"[{destination.en}] Out for delivery with courier {end_en}",
        ),
        step(
            "delivered",
            destination,
            f"【{destination.zh}】快件已签收，感谢使用{zh}",
            f"[{destination.en}] Delivered. Thank you for using {en}",
        ),
    ]
    return steps


def find(world: World, carrier: str, waybill: str) -> sqlite3.Row | None:
    return world.state.one("SELECT * FROM parcels WHERE carrier = ? AND waybill = ?", carrier, waybill)


def _known(world: World, carrier: str, waybill: str) -> sqlite3.Row:
    row = find(world, carrier, waybill)
    if row is None:
        raise Refused(404, "PARCEL_UNKNOWN", "the carrier has no parcel with this waybill")
    return row


def advance(world: World, carrier: str, waybill: str, to: str | None = None) -> sqlite3.Row:
    """Moves a parcel one step, or on until it is in state `to` (`problem`: at once). The parcel after it.

    One that is delivered, or in or past that state, stays where it is; one with a problem goes on. Raises Refused.
    """
    if to is not None and to not in STATES:
        raise Refused(400, "BAD_FIELD", f"to: one of {', '.join(STATES)}")
    with world.state.transaction():
        row = _known(world, carrier, waybill)
        route: list[Step] = json.loads(row["route"])
        if to == "problem":
            return _report_problem(world, row, route)
        current = state_of(world, row)
        if to is not None and to not in [step["status"] for step in route[row["step"] + 1 :]]:
            return row
        while row["step"] < len(route) - 1 and not (to is not None and current == to):
            row = _take_step(world, row, route, world.clock.errand())
            current = route[row["step"]]["status"]
            if to is None:
                break
        return row


def _take_step(world: World, row: sqlite3.Row, route: list[Step], due: float) -> sqlite3.Row:
    """The next step, which was due at this time of the errands' clock: earlier than now when the sandbox was not
    running, or the clock was advanced by much."""
    following = row["step"] + 1
    due_at = None
    if following < len(route) - 1:
        due_at = due + world.settings["parcel_seconds"] / (len(route) - 1)
    late = (world.clock.errand() - due) / max(world.clock.speed, 1e-6)
    _note_event(world, row, route[following], world.clock.wall() - max(0.0, late))
    world.state.run(
        "UPDATE parcels SET step = ?, due_at = ? WHERE carrier = ? AND waybill = ?",
        following,
        due_at,
        row["carrier"],
        row["waybill"],
    )
    world.bell.set()
    return _known(world, row["carrier"], row["waybill"])


def _report_problem(world: World, row: sqlite3.Row, route: list[Step]) -> sqlite3.Row:
    if row["step"] >= len(route) - 1:
        raise Refused(409, "DELIVERED", "the parcel is delivered already")
    place = city_named(route[row["step"]]["location"]) or HOME
    _note_event(
        world,
        row,
        {
            "status": "problem",
            "location": place.zh,
            "text": f"【{place.zh}】无法联系收件人，快件暂存网点，将再次派送",
            "text_en": f"[{place.en}] The recipient could not be reached; kept at the depot for another attempt",
        },
        world.clock.wall(),
    )
    world.state.run(
        "UPDATE parcels SET due_at = NULL WHERE carrier = ? AND waybill = ?", row["carrier"], row["waybill"]
    )
    return _known(world, row["carrier"], row["waybill"])


def _note_event(world: World, row: sqlite3.Row, step: Step, at: float) -> None:
    sql = "SELECT max(at) FROM parcel_events WHERE carrier = ? AND waybill = ?"
    last = world.state.value(sql, row["carrier"], row["waybill"]) or 0.0
    world.state.insert(
        "parcel_events", carrier=row["carrier"], waybill=row["waybill"], at=max(at, last + 0.001), **step
    )


def state_of(world: World, row: sqlite3.Row) -> str:
    """The status of the last event."""
    sql = "SELECT status FROM parcel_events WHERE carrier = ? AND waybill = ? ORDER BY seq DESC LIMIT 1"
    return str(world.state.value(sql, row["carrier"], row["waybill"]) or "accepted")


def move_those_due(world: World) -> list[str]:
    """Moves the parcels whose time has come, by as many steps as are due; a line for each step."""
    told, now = [], world.clock.errand()
    for row in world.state.all("SELECT * FROM parcels WHERE due_at <= ?", now):
        with world.state.transaction():
            while row["due_at"] is not None and row["due_at"] <= now:
                row = _take_step(world, row, json.loads(row["route"]), row["due_at"])
                told.append(f"parcel {row['carrier']} {row['waybill']} is {state_of(world, row)}")
    return told


def shown(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """A parcel as the tracking call answers it, events oldest first."""
    sql = "SELECT * FROM parcel_events WHERE carrier = ? AND waybill = ? ORDER BY seq"
    events = world.state.all(sql, row["carrier"], row["waybill"])
    return {
        "carrier": row["carrier"],
        "waybill": row["waybill"],
        "state": events[-1]["status"],
        "events": [
            {name: event[name] for name in ("status", "text", "text_en", "location")} | {"at": utc(event["at"])}
            for event in events
        ],
    }


@provider_call("parcel_register")
async def register_call(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    return web.json_response(shown(world, register(world, await read_object(request))), status=201)


@provider_call("parcel_track")
async def track_call(request: web.Request) -> web.StreamResponse:
    world, known = request.app[WORLD], request.match_info
    return web.json_response(shown(world, _known(world, known["carrier"], known["waybill"])))


def routes() -> list[web.RouteDef]:
    return [
        web.post("/carrier/v1/parcels", register_call),
        web.get("/carrier/v1/parcels/{carrier}/{waybill}", track_call, allow_head=False),
    ]
