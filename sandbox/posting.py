"""The postman: delivers notifications that are due, retries what was not acknowledged, hands over on demand.

A delivery is noted after the answer. What a killed sandbox had not yet sent, or sent without noting the answer, is
therefore sent after its restart: twice rather than never, as the real one.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from sandbox import notifying, refunds, trading
from sandbox.clock import beijing
from sandbox.dressing import dress
from sandbox.errors import Refused
from sandbox.settings import BEHAVIOURS
from sandbox.stripe import facts, webhooks
from sandbox.world import World, text_field

# Seconds between a failed attempt and the next: fifteen retries over about a day.
LADDER = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
# By provider: how a delivery looks, and when it is tried again.
DRESS = {"wechatpay": dress, "stripe": webhooks.dress}
LADDERS = {"wechatpay": LADDER, "stripe": facts.LADDER}
ACKNOWLEDGED = {"wechatpay": (200, 204), "stripe": range(200, 300)}
ANSWER_WITHIN = 5.0
AT_ONCE = 40


class Postman:
    """Delivers what is due, many at a time, never the same one twice at a time."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.session = session
        self._busy: dict[str, asyncio.Task[None]] = {}

    def deliver_those_due(self) -> None:
        sql = "SELECT * FROM notifications WHERE due_at <= ? ORDER BY due_at, seq"
        for row in self.world.state.all(sql, self.world.clock.errand()):
            if len(self._busy) >= AT_ONCE:
                return
            if row["id"] not in self._busy:
                task = asyncio.create_task(self._attempt(row))
                self._busy[row["id"]] = task
                task.add_done_callback(partial(self._done, row["id"]))

    def _done(self, identifier: str, task: asyncio.Task[None]) -> None:
        self._busy.pop(identifier, None)

    async def rest(self) -> None:
        """Stops the deliveries under way; their rows stay due."""
        for task in list(self._busy.values()):
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _attempt(self, row: sqlite3.Row) -> None:
        try:
            await self._deliver(row)
        except Exception:
            # A fault of the sandbox itself: told, and not repeated at once for ever.
            self.world.log.exception("notify      %s could not be sent", row["id"])
            later = self.world.clock.errand() + LADDER[0]
            self.world.state.run("UPDATE notifications SET due_at = ? WHERE id = ?", later, row["id"])

    async def _deliver(self, row: sqlite3.Row) -> None:
        plan = json.loads(row["plan"])
        spoiled = row["attempts"] < plan.get("attempts", 1 if plan["behaviour"] in ("signtest", "duplicate") else 99)
        behaviour = plan["behaviour"] if spoiled else "normal"
        copies = plan.get("times", 2) if behaviour == "duplicate" else 1
        answers = await asyncio.gather(*(self.send(row, behaviour, plan) for _ in range(copies)))
        self._note_outcome(row, _acknowledged(row, answers))

    def _note_outcome(self, row: sqlite3.Row, acknowledged: bool) -> None:
        state, attempts, ladder = self.world.state, row["attempts"] + 1, LADDERS[row["provider"]]
        if acknowledged:
            outcome, due_at = "acknowledged", None
        elif attempts <= len(ladder):
            outcome, due_at = "waiting", self.world.clock.errand() + ladder[attempts - 1]
        else:
            outcome, due_at = "given up", None
        with state.transaction():
            state.run(
                "UPDATE notifications SET state = ?, attempts = ?, due_at = ? "
                "WHERE id = ? AND state NOT IN ('acknowledged', 'lost')",
                outcome,
                attempts,
                due_at,
                row["id"],
            )
            # Whoever waited to be overtaken has now been.
            state.run(
                "UPDATE notifications SET state = 'waiting', due_at = ? WHERE state = 'held' AND mchid = ? AND id <> ?",
                self.world.clock.errand(),
                row["mchid"],
                row["id"],
            )
        self.world.bell.set()

    async def send(self, row: sqlite3.Row, behaviour: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """One POST to the merchant: {status (0: none), body, seconds, trouble, behaviour}, noted as a delivery."""
        headers, body = DRESS[row["provider"]](self.world, row, behaviour, options)
        started, status, text, trouble = time.monotonic(), 0, "", ""
        try:
            # Not aiohttp's own timeout: that one is rounded up to whole seconds of the loop's clock.
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self.session.post(row["url"], data=body, headers=headers, allow_redirects=False) as answer,
            ):
                text = (await answer.content.read(2000)).decode("utf-8", "replace")
                status = answer.status
        except TimeoutError:
            trouble = f"no answer within {ANSWER_WITHIN:g} s"
        except (aiohttp.ClientError, ValueError, OSError) as error:
            trouble = f"{type(error).__name__}: {error}"
        seconds = round(time.monotonic() - started, 3)
        self.world.state.insert(
            "deliveries",
            notification_id=row["id"],
            at=self.world.clock.wall(),
            behaviour=behaviour,
            status=status,
            body=text,
            seconds=seconds,
            trouble=trouble,
        )
        what = f"{row['event_type']} {row['out_refund_no'] or row['out_trade_no']}"
        self.world.log.info("notify      %s (%s) -> %s", what, behaviour, status or trouble)
        return {"status": status, "body": text, "seconds": seconds, "trouble": trouble, "behaviour": behaviour}

    async def send_now(self, row: sqlite3.Row, options: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Sends at once, `times` copies at the same moment; the retries go on as they would have."""
        behaviour = str(options.get("behaviour", "normal"))
        copies = range(int(options.get("times", 1)))
        answers = list(await asyncio.gather(*(self.send(row, behaviour, options) for _ in copies)))
        if behaviour == "normal" and _acknowledged(row, answers):
            self.world.state.run(
                "UPDATE notifications SET state = 'acknowledged', due_at = NULL WHERE id = ?", row["id"]
            )
        return answers


def _acknowledged(row: sqlite3.Row, answers: list[dict[str, Any]]) -> bool:
    """Whether one of the answers says, as this provider reads it, that the notification has arrived."""
    return any(answer["status"] in ACKNOWLEDGED[row["provider"]] for answer in answers)


POSTMAN = web.AppKey("postman", Postman)


async def deliver_now(world: World, postman: Postman, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Sends a notification at once and answers what the merchant said to it. Raises Refused.

    Which: {id}, or {mchid, out_trade_no} with out_refund_no for a refund's; `new` makes another of the same content
    with an id of its own. One that does not exist yet is made: for an unpaid payment it claims a success that never
    was. How: behaviour, times (at the same moment), overrides, without, seconds, serial, event_type.
    """
    behaviour = read_options(content)
    row = _find(world, content)
    if row is None or content.get("new") is True:
        row = _make(world, content)
    return await postman.send_now(row, {"behaviour": behaviour, **content})


def read_options(content: dict[str, Any]) -> str:
    """The behaviour of a delivery by hand, when it and the other options are in order. Raises Refused."""
    behaviour, times = content.get("behaviour", "normal"), content.get("times", 1)
    if behaviour not in BEHAVIOURS or behaviour in ("lose", "duplicate", "delay", "reorder"):
        raise Refused(400, "BAD_FIELD", "behaviour: one that spoils a delivery, or normal")
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 500:
        raise Refused(400, "BAD_FIELD", "times must be a whole number from 1 to 500")
    for name, kind in (("overrides", dict), ("without", list), ("seconds", int | float)):
        if name in content and not isinstance(content[name], kind):
            raise Refused(400, "BAD_FIELD", f"{name} is of the wrong type")
    return str(behaviour)


def _find(world: World, content: dict[str, Any]) -> sqlite3.Row | None:
    if "id" in content:
        row = world.state.one("SELECT * FROM notifications WHERE id = ?", content["id"])
        if row is None:
            raise Refused(404, "NOTIFICATION_UNKNOWN", "there is no notification with this id")
        return row
    return world.state.one(
        "SELECT * FROM notifications WHERE mchid = ? AND out_trade_no = ? AND out_refund_no = ? ORDER BY seq LIMIT 1",
        text_field(content, "mchid"),
        text_field(content, "out_trade_no"),
        text_field(content, "out_refund_no", default=""),
    )


def _make(world: World, content: dict[str, Any]) -> sqlite3.Row:
    """A notification that is sent by hand only: what is given in the call decides, no plan does."""
    mchid, number = text_field(content, "mchid"), text_field(content, "out_trade_no")
    refund_number = text_field(content, "out_refund_no", default="")
    trade = trading.find(world, mchid, number)
    if trade is None:
        raise Refused(404, "TRANSACTION_UNKNOWN", "there is no such payment")
    event_type, url, resource = (
        "TRANSACTION.SUCCESS",
        json.loads(trade["request"])["notify_url"],
        _success(world, trade),
    )
    if refund_number:
        refund = refunds.find(world, mchid, refund_number)
        if refund is None:
            raise Refused(404, "REFUND_UNKNOWN", "there is no such refund")
        outcome = "SUCCESS" if refund["status"] == "PROCESSING" else refund["status"]
        event_type, resource = f"REFUND.{outcome}", {**refunds.told(world, refund), "refund_status": outcome}
        url = json.loads(refund["request"]).get("notify_url", url)
    plan = {"behaviour": "normal"}
    identifier = notifying.queue(world, mchid, event_type, number, refund_number, url, resource, plan, due=False)
    row = world.state.one("SELECT * FROM notifications WHERE id = ?", identifier)
    assert row is not None
    return row


def _success(world: World, trade: sqlite3.Row) -> dict[str, Any]:
    """The payment as paid, whether it is or not."""
    if trade["paid_at"] is not None:
        return {**trading.shown(world, trade), "trade_state": "SUCCESS", "trade_state_desc": "支付成功"}
    now, request = world.clock.wall(), json.loads(trade["request"])
    return {
        **trading.shown(world, trade),
        "amount": {
            "currency": "CNY",
            "payer_currency": "CNY",
            "payer_total": trade["total"],
            "total": trade["total"],
        },
        "bank_type": "OTHERS",
        "payer": {"openid": request["payer"]["openid"]},
        "success_time": beijing(now),
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "trade_type": "JSAPI",
        "transaction_id": trading.new_transaction_id(now),
    }
