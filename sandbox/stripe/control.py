"""The control calls below /sandbox/stripe/: accounts, the payer, the bank, webhooks, seeds."""

from __future__ import annotations

from aiohttp import web

from sandbox.errors import Refused
from sandbox.posting import POSTMAN
from sandbox.stripe import accounts, delivering, disputes, paying, payouts, refunds, seeding
from sandbox.world import WORLD, read_object, text_field

ACTIONS = ("pay", "decline", "pay_late")


async def add_account(request: web.Request) -> web.StreamResponse:
    accounts.register(request.app[WORLD], await read_object(request))
    return web.json_response({"ok": True})


async def list_accounts(request: web.Request) -> web.StreamResponse:
    return web.json_response({"accounts": accounts.shown(request.app[WORLD])})


async def pay(request: web.Request) -> web.StreamResponse:
    """What the payer does: {payment_intent, action: pay | decline | pay_late, delay?} → {status}."""
    world, content = request.app[WORLD], await read_object(request)
    intent, action = text_field(content, "payment_intent"), text_field(content, "action", default="pay")
    delay = content.get("delay", 60)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay <= 10_000_000:
        raise Refused(400, "BAD_FIELD", "delay must be a number of seconds")
    if action not in ACTIONS:
        raise Refused(400, "BAD_FIELD", f"action: one of {', '.join(ACTIONS)}")
    done = paying.payer_acts(world, intent, action, float(delay))
    world.log.info("payer       %s %s -> %s", action, intent, done["status"])
    return web.json_response({"status": done["status"]})


async def settle_refund(request: web.Request) -> web.StreamResponse:
    """{refund, outcome: succeeded | failed | canceled | requires_action, failure_reason?} → the refund."""
    content = await read_object(request)
    reason = text_field(content, "failure_reason", default="")
    outcome = text_field(content, "outcome", default="succeeded")
    return web.json_response(refunds.settle(request.app[WORLD], text_field(content, "refund"), outcome, reason))


async def refund(request: web.Request) -> web.StreamResponse:
    """A refund made by hand in Stripe's dashboard: {payment_intent, amount?} → the refund."""
    world, content = request.app[WORLD], await read_object(request)
    intent, amount = text_field(content, "payment_intent"), content.get("amount", 1)
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise Refused(400, "BAD_FIELD", "amount must be a whole number of the currency's smallest unit")
    return web.json_response(refunds.in_dashboard(world, intent, content.get("amount")))


async def open_dispute(request: web.Request) -> web.StreamResponse:
    """{payment_intent, reason?, amount?} → the dispute."""
    content = await read_object(request)
    intent, reason = text_field(content, "payment_intent"), text_field(content, "reason", default="fraudulent")
    return web.json_response(disputes.open_one(request.app[WORLD], intent, reason, content.get("amount")))


async def decide_dispute(request: web.Request) -> web.StreamResponse:
    """{outcome: under_review | won | lost} → the dispute."""
    outcome = text_field(await read_object(request), "outcome")
    return web.json_response(disputes.decide(request.app[WORLD], request.match_info["id"], outcome))


async def pay_out(request: web.Request) -> web.StreamResponse:
    """{account?, currency, everything?} → the payout."""
    world, content = request.app[WORLD], await read_object(request)
    everything = content.get("everything") is True
    payout = payouts.pay_out(world, accounts.known(world, content), text_field(content, "currency"), everything)
    return web.json_response(payout)


async def list_events(request: web.Request) -> web.StreamResponse:
    return web.json_response({"events": delivering.shown(request.app[WORLD], request.query)})


async def deliver(request: web.Request) -> web.StreamResponse:
    content = await read_object(request)
    answers = await delivering.deliver_now(request.app[WORLD], request.app[POSTMAN], content)
    return web.json_response({"answers": answers})


async def seed(request: web.Request) -> web.StreamResponse:
    world, content = request.app[WORLD], await read_object(request)
    return web.json_response({"made": seeding.seed(world, accounts.known(world, content), content)})


async def plant(request: web.Request) -> web.StreamResponse:
    world, content = request.app[WORLD], await read_object(request)
    return web.json_response(seeding.plant(world, accounts.known(world, content), content))


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sandbox/stripe/accounts", list_accounts),
        web.post("/sandbox/stripe/accounts", add_account),
        web.post("/sandbox/stripe/pay", pay),
        web.post("/sandbox/stripe/refunds", refund),
        web.post("/sandbox/stripe/refunds/settle", settle_refund),
        web.post("/sandbox/stripe/disputes", open_dispute),
        web.post("/sandbox/stripe/disputes/{id}", decide_dispute),
        web.post("/sandbox/stripe/payouts", pay_out),
        web.get("/sandbox/stripe/events", list_events),
        web.post("/sandbox/stripe/deliver", deliver),
        web.post("/sandbox/stripe/seed", seed),
        web.post("/sandbox/stripe/balance-transactions", plant),
    ]
