"""The carriers' tracking service over HTTP: register a parcel, ask where it is.

One service speaks for all carriers, as kuaidi100 and its like do; ``settings.CARRIER_API_BASE`` says where it is. Call these outside of
any transaction: a slow carrier must not keep rows locked.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

# Seconds to connect, and between two packets of the answer.
TIMEOUT = (3.05, 10)
LARGEST_ANSWER = 256 * 1024
MOST_EVENTS = 200
STATUSES = frozenset({"accepted", "picked_up", "in_transit", "out_for_delivery", "delivered", "problem", "returned"})


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
    _call("POST", "/carrier/v1/parcels", body)


def ask(carrier: str, waybill: str) -> list[Station]:
    """The stations of a parcel, oldest first. Raises CarrierDown, CarrierRefused, or WaybillUnknown among the latter."""
    document = _call("GET", f"/carrier/v1/parcels/{quote(carrier, safe='')}/{quote(waybill, safe='')}")
    events = document.get("events")
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise CarrierDown("the answer has no list of events")
    return sorted((_station(event) for event in events), key=lambda station: station.at)


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        with requests.request(
            method, settings.CARRIER_API_BASE.rstrip("/") + path, json=body, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            status = answer.status_code
    except (requests.RequestException, OSError, ValueError) as error:
        raise CarrierDown(f"{type(error).__name__} from the carrier") from error
    except Exception as error:
        # urllib3 raises its own errors while a streamed answer is read.
        raise CarrierDown(f"{type(error).__name__} from the carrier") from error
    if status == 404:
        raise WaybillUnknown("the carrier does not know this waybill")
    if 400 <= status < 500 and status not in (408, 425, 429):
        raise CarrierRefused(f"the carrier refused: {status}")
    if not 200 <= status < 300:
        raise CarrierDown(f"the carrier answered {status}")
    return _document(content)


def _document(content: bytes) -> dict[str, Any]:
    import json

    if len(content) > LARGEST_ANSWER:
        raise CarrierDown("the answer is too large")
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
        text_zh, text_en, location = str(event.get("text") or ""), str(event.get("text_en") or ""), str(event.get("location") or "")
        status = str(event["status"])
    except (TypeError, KeyError, ValueError, AttributeError):
        raise CarrierDown("an event cannot be read") from None
    if at.tzinfo is None:
        # Carriers that leave the zone out mean UTC in this service's contract.
        at = at.replace(tzinfo=UTC)
    return Station(at.astimezone(UTC), status[:20], _clean(text_zh)[:300], _clean(text_en)[:300], _clean(location)[:100])


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "").strip()
