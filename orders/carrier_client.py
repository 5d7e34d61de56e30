"""The carriers' tracking service over HTTP: register a parcel, ask where it is.

One service speaks for all carriers, as kuaidi100 and its like do; ``settings.CARRIER_API_BASE`` says where it is.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings

from core import outbound

SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
MOST_EVENTS = 200
# Refusals of the moment, not of the parcel.
ASK_AGAIN = frozenset({401, 403, 408, 425, 429})


class CarrierDown(Exception):
    """No answer, or none that can be understood: ask again later."""


class CarrierRefused(Exception):
    """The carrier understood and said no."""


class WaybillUnknown(CarrierRefused):
    """The carrier has no such parcel."""


@dataclass(frozen=True)
class Station:
    """One event on a parcel's way."""

    at: datetime
    status: str
    text_zh: str
    text_en: str
    location: str


def is_configured() -> bool:
    """Whether there is a tracking service to ask."""
    return bool(settings.CARRIER_API_BASE)


def register(carrier: str, waybill: str, *, city: str, phone_tail: str) -> None:
    """Tell the service to follow a parcel; telling it twice is harmless. Raises CarrierDown or CarrierRefused."""
    body = {"carrier": carrier, "waybill": waybill, "recipient": {"city": city}, "phone_tail": phone_tail}
    _call("register", "POST", "/carrier/v1/parcels", body)


def ask(carrier: str, waybill: str) -> list[Station]:
    """The stations of a parcel, oldest first. Raises CarrierDown, CarrierRefused, or WaybillUnknown among the latter."""
    document = _call("track", "GET", f"/carrier/v1/parcels/{quote(carrier, safe='')}/{quote(waybill, safe='')}")
    events = document.get("events")
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise CarrierDown("the answer has no list of events")
    return sorted((_station(event) for event in events), key=lambda station: station.at)


def _call(name: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    content = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"} if content else {}
    try:
        answer = outbound.call(
            method,
            settings.CARRIER_API_BASE.rstrip("/") + path,
            call=f"carrier.{name}",
            body=content,
            headers=headers,
            seconds=SECONDS,
            size_limit=LARGEST_ANSWER,
        )
    except outbound.Unanswered as error:
        raise CarrierDown(str(error)) from None
    if answer.status == 404:
        raise WaybillUnknown("the carrier does not know this waybill")
    if 400 <= answer.status < 500 and answer.status not in ASK_AGAIN:
        raise CarrierRefused(f"the carrier refused: {answer.status}")
    if not 200 <= answer.status < 300:
        raise CarrierDown(f"the carrier answered {answer.status}")
    return _document(answer.body)


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise CarrierDown("the answer is no JSON") from None
    if not isinstance(document, dict):
        raise CarrierDown("the answer is no JSON object")
    return document


def _station(event: Any) -> Station:
    try:
        at = datetime.fromisoformat(event["at"])
        text_zh, text_en, location = (
            str(event.get("text") or ""),
            str(event.get("text_en") or ""),
            str(event.get("location") or ""),
        )
        status = str(event["status"])
    except (TypeError, KeyError, ValueError, AttributeError):
        raise CarrierDown("an event cannot be read") from None
    if at.tzinfo is None:
        # Carriers that leave the zone out mean UTC in this service's contract.
        at = at.replace(tzinfo=UTC)
    return Station(
        at.astimezone(UTC), status[:20], _clean(text_zh)[:300], _clean(text_en)[:300], _clean(location)[:100]
    )


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "").strip()
