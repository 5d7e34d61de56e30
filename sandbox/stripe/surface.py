"""The API's own manners: whose key, which parameters, one execution for an idempotency key, errors and headers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.answering import compact
from sandbox.fields import Fields
from sandbox.stripe import accounts, documents, forms, idempotency, intents
from sandbox.stripe.errors import Invalid, StripeError, broken
from sandbox.stripe.events import CAUSE
from sandbox.stripe.facts import API_VERSION, Document
from sandbox.world import WORLD, World, provider_call


@dataclass(frozen=True)
class Asked:
    """A request whose key and parameters are in order."""

    world: World
    account: str
    publishable: bool
    params: dict[str, Any]
    id: str
    path: str
    origin: str


Act = Callable[[Asked], Document]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def stripe_call(name: str, fields: Fields, act: Act, publishable: bool = False) -> Handler:
    """A handler of a call of this name. `act` answers the object, or raises StripeError; what it wrote before a
    StripeError stays (a declined card leaves its trace), what it wrote before an Invalid does not."""

    @provider_call(name)
    async def handler(request: web.Request) -> web.StreamResponse:
        world, request_id = request.app[WORLD], documents.new_id("req")
        try:
            return await _answer(world, request, request_id, fields, act, publishable)
        except StripeError as error:
            return written(error.status, compact(error.body(request_id)), request_id)
        except Exception:
            world.log.exception("stripe      %s failed", name)
            return written(500, compact(broken().body(request_id)), request_id)

    return handler


async def _answer(
    world: World, request: web.Request, request_id: str, fields: Fields, act: Act, publishable: bool
) -> web.StreamResponse:
    caller = accounts.authenticate(world, request.headers.get("Authorization", ""))
    if caller.publishable and not publishable:
        message = "This API call cannot be made with a publishable API key. Please use a secret API key."
        raise Invalid(403, message, "secret_key_required")
    # Without the header Stripe answers in the version of the account, which is another one: nobody can rely on it.
    version = request.headers.get("Stripe-Version", "that of the account")
    if version != API_VERSION:
        raise Invalid(400, f"Invalid Stripe API version: {version}. The sandbox plays {API_VERSION}.")
    given = forms.nest(parse_qsl(request.query_string, keep_blank_values=True))
    if request.method == "POST":
        given |= forms.read(await request.read(), request.headers.get("Content-Type", ""))
    asked = Asked(
        world,
        caller.account,
        caller.publishable,
        forms.check(given, fields),
        request.match_info.get("id", ""),
        request.path,
        f"{request.scheme}://{request.host}",
    )
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    fingerprint = idempotency.fingerprint(request.method, request.path, given)
    with idempotency.working(request.app[idempotency.BUSY], caller.account, key):
        if key:
            kept = idempotency.kept(world, caller.account, key, fingerprint)
            if kept is not None:
                replayed = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
                return written(kept["status"], kept["body"], request_id, key, replayed)
        # Execution takes this long (fault `slow`); meanwhile the key is in use.
        await asyncio.sleep(request.get("working", 0.0))
        CAUSE.set({"id": request_id, "idempotency_key": key or None})
        with world.state.transaction():
            status, body = _execute(asked, act, request.get("fault"), request_id)
            if key:
                idempotency.keep(world, caller.account, key, fingerprint, request_id, status, body)
    return written(status, body, request_id, key)


def _execute(asked: Asked, act: Act, fault: Document | None, request_id: str) -> tuple[int, bytes]:
    """Status and body of the answer, with a fault that was arranged: before it is done or, with `done`, after."""
    try:
        if fault and not fault.get("done"):
            raise arranged(fault)
        content = act(asked)
        if fault:
            raise arranged(fault)
        expanded = documents.expand(asked.world, asked.account, content, asked.params.get("expand", []))
        return 200, compact(expanded)
    except StripeError as error:
        if not error.stored:
            raise
        if asked.publishable and "payment_intent" in error.content:
            error.content["payment_intent"] = intents.public(error.content["payment_intent"])
        return error.status, compact(error.body(request_id))


def arranged(fault: Document) -> StripeError:
    """The error of a fault: 500, or {"do": "error", "status", "code", "message", "type"}; with "kept": false one from
    before the execution, which no idempotency key remembers."""
    status = int(fault.get("status", 500))
    kind = str(fault.get("type", "card_error" if status == 402 else ""))
    error = StripeError(status, str(fault.get("message", "on demand")), str(fault.get("code", "")), type=kind)
    error.stored = fault.get("kept") is not False
    return error


def written(
    status: int, body: bytes, request_id: str, key: str = "", more: dict[str, str] | None = None
) -> web.Response:
    """An answer with Stripe's headers. Trying again makes sense where nothing is kept under a key."""
    again = status in (409, 429) or (status >= 500 and not key)
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION, **(more or {})}
    if key:
        headers["Idempotency-Key"] = key
    if status >= 400:
        headers["Stripe-Should-Retry"] = "true" if again else "false"
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


def refusal(error: StripeError) -> web.Response:
    """An error outside any execution: a limit, an unknown path."""
    request_id = documents.new_id("req")
    return written(error.status, json.dumps(error.body(request_id)).encode(), request_id)
