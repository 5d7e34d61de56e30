"""Puts the sandbox together: routes, middlewares, the errands beside them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from sandbox import bills, carrier, control, errands, faults, money_control, pages, recording, wechat, wechatpay
from sandbox.answering import refused_answer
from sandbox.errors import Refused
from sandbox.posting import POSTMAN, Postman
from sandbox.stripe import calls as stripe_calls
from sandbox.stripe import control as stripe_control
from sandbox.stripe import hosted as stripe_hosted
from sandbox.world import WORLD, Handler, World, host_of, is_loopback

MOST_BODY = 1024 * 1024


def build(world: World) -> web.Application:
    """The application around an opened world."""
    app = web.Application(middlewares=[recording.record, guard, faults.misbehave], client_max_size=MOST_BODY)
    app[WORLD] = world
    app.cleanup_ctx.append(_beside)
    stripe_calls.prepare(app)
    modules = (
        *(wechat, bills, wechatpay, carrier, control, money_control, pages),
        *(stripe_calls, stripe_control, stripe_hosted),
    )
    for module in modules:
        app.add_routes(module.routes())
    return app


async def _beside(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]
    # A connection for each delivery: one kept from before a merchant's restart would fail a delivery for no reason.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    # No proxy from the environment: merchants are on this machine.
    async with aiohttp.ClientSession(
        trust_env=False, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        postman = Postman(world, session)
        app[POSTMAN] = postman
        running = asyncio.create_task(errands.run(world, postman))
        yield
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await postman.rest()


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps web pages of others away, and writes refusals as JSON.

    A page in the developer's browser could otherwise reach a server on the loopback, by its address or by a name
    of its own that resolves to it.
    """
    try:
        if not is_loopback(host_of(request)):
            raise Refused(403, "HOST", "the sandbox is reached by 127.0.0.1 or localhost only")
        if _of_another_site(request) and not _is_for_everybody(request):
            raise Refused(403, "CROSS_SITE", "the sandbox is not for pages of other sites")
        return await handler(request)
    except Refused as refused:
        return refused_answer(refused)


def _of_another_site(request: web.Request) -> bool:
    """Whether a browser sent it for a page that is not the sandbox's own. Old browsers say so by Origin alone, and not
    on every request."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    own = f"{request.scheme}://{request.host}"
    return request.headers.get("Origin", own) != own


def _is_for_everybody(request: web.Request) -> bool:
    """What another site may show or lead to: the payer's page, whose address is a secret, and the page to play by hand
    as a page of its own, which cannot be framed."""
    if request.path.startswith("/stripe/pay/"):
        return True
    return request.path == "/" and request.headers.get("Sec-Fetch-Dest") == "document"
