"""What every part of the sandbox works with, and how its handlers are marked."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from sandbox.clock import Clock
from sandbox.errors import Refused
from sandbox.settings import Settings
from sandbox.signing import PlatformKeys
from sandbox.state import State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Marked = TypeVar("Marked", bound=Handler)


@dataclass
class World:
    state: State
    clock: Clock
    settings: Settings
    keys: PlatformKeys
    log: logging.Logger
    # Set whenever something new has become due, so that the errands look at once.
    bell: asyncio.Event = field(default_factory=asyncio.Event)


WORLD = web.AppKey("world", World)


def provider_call(name: str) -> Callable[[Marked], Marked]:
    """Marks a handler as a provider's call of this name: faults and recorded requests go by it."""

    def mark(handler: Marked) -> Marked:
        handler.provider_call = name  # type: ignore[attr-defined]
        return handler

    return mark


def call_of(request: web.Request) -> str:
    """The provider call which a request is for; empty for control calls and unknown paths."""
    return str(getattr(request.match_info.handler, "provider_call", ""))


def host_of(request: web.Request) -> str:
    """The name by which the caller reached this process; empty when the Host header makes no sense."""
    try:
        return request.url.host or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether an address is this machine alone. Names other than localhost are not trusted: they resolve to anything."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a control or carrier call; an empty body is an empty object. Raises Refused."""
    raw = await request.read()
    try:
        content = json.loads(raw) if raw else {}
    except ValueError:
        raise Refused(400, "NOT_JSON", "the body is not JSON") from None
    if not isinstance(content, dict):
        raise Refused(400, "NOT_AN_OBJECT", "the body must be a JSON object")
    return content


def text_field(content: dict[str, Any], name: str, default: str | None = None, most: int = 256) -> str:
    """A string of a control call's body. Raises Refused naming the field."""
    value = content.get(name, default)
    if not isinstance(value, str) or len(value) > most or (value == "" and default is None):
        raise Refused(400, "BAD_FIELD", f"{name} must be a string of 1 to {most} characters")
    return value
