"""Following parcels: ask the carrier, keep each station once, move the parcel forward, never back.

A parcel's row is due work from the moment it ships. The carrier is asked outside of any transaction; what it said is written in one,
under a lock on the order, together with the date of the next question. News are asked for often at first and seldom when nothing
happens; a carrier that does not answer is asked again with growing pauses.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from core import clock
from core.duework import handles
from orders import carrier_client, holding
from orders.carrier_client import CarrierRefused, Station, WaybillUnknown
from orders.models import Duty, Order, Parcel, TrackingEvent
from orders.packing import lock_order
from orders.states import CAME_BACK, IN_THE_HOUSE, PARCEL

log = logging.getLogger(__name__)

State = Parcel.State
# What a station says about the parcel, and how far along the way that is. "accepted" says no more than that it was shipped.
MEANING = {
    "picked_up": State.IN_TRANSIT,
    "in_transit": State.IN_TRANSIT,
    "out_for_delivery": State.OUT_FOR_DELIVERY,
    "delivered": State.DELIVERED,
    "problem": State.PROBLEM,
    "returned": State.RETURNED,
}
PROGRESS = [State.SHIPPED, State.IN_TRANSIT, State.OUT_FOR_DELIVERY, State.DELIVERED]
ENDS = frozenset({State.DELIVERED, State.RETURNED})
# A parcel of which nothing has been heard for so long needs a person.
GIVEN_UP_AFTER = timedelta(days=45)
SLOWEST = 8
ACTOR = "carrier"
NO_NEWS = gettext_noop("no news for a long time")


# About a day of trying at growing pauses before a carrier that does not answer is shown to a person.
@handles(Parcel, lease=90, max_attempts=60)
def follow(parcel: Parcel) -> None:
    """Ask the carrier about one parcel and write down what it says."""
    if parcel.state in IN_THE_HOUSE or parcel.state in ENDS:
        parcel.finish()
    elif not carrier_client.is_configured():
        _nobody_to_ask(parcel)
    else:
        _ask(parcel)


def _ask(parcel: Parcel) -> None:
    try:
        if parcel.registered_at is None:
            _register(parcel)
        stations = carrier_client.ask(parcel.carrier, parcel.waybill)
    except WaybillUnknown as error:
        # Known when it was registered: the service has forgotten it, or the number is wrong.
        _refused(parcel, error, registered_at=None)
    except CarrierRefused as error:
        _refused(parcel, error)
    else:
        note(parcel, stations)


def _register(parcel: Parcel) -> None:
    order = Order.objects.only("city", "phone").get(pk=parcel.order_id)
    digits = "".join(sign for sign in order.phone if sign.isdigit() and sign.isascii())
    carrier_client.register(
        parcel.carrier, parcel.waybill, city=order.city, phone_tail=digits[-4:] if len(digits) >= 4 else ""
    )
    parcel.registered_at = clock.now()
    # By the claim: a waybill corrected meanwhile has not been registered.
    Parcel.objects.filter(pk=parcel.pk, claim=parcel.claim).update(registered_at=parcel.registered_at)


def note(parcel: Parcel, stations: Sequence[Station]) -> None:
    """Write down what the carrier said, move the parcel on, and give its row back until the next question.

    Raises LeaseLost, and changes nothing, when the row is another worker's by now or the waybill has been corrected.
    """
    with transaction.atomic():
        order = lock_order(parcel.order_id)
        parcel.state = Parcel.objects.values_list("state", flat=True).get(pk=parcel.pk)
        fresh = _unknown(parcel, stations)
        TrackingEvent.objects.bulk_create((_event(parcel, station) for station in fresh), ignore_conflicts=True)
        _move_on(parcel, stations)
        if parcel.state == State.RETURNED and not order.hold_reason:
            holding.hold(order.pk, order.store_id, CAME_BACK)
        if parcel.state in ENDS:
            receive_when_all_are_there(order)
            parcel.finish()
        else:
            parcel.postpone(_next_question(parcel, bool(fresh)))


def _unknown(parcel: Parcel, stations: Sequence[Station]) -> list[Station]:
    """The stations that are not kept yet, each as often as it was told more often than it is kept.

    Compared without their times, which carriers put right afterwards; a second attempt to deliver is told twice, and is kept twice.
    """
    columns = ("status", "text_zh", "text_en", "location")
    kept = Counter(TrackingEvent.objects.filter(parcel=parcel).order_by().values_list(*columns))
    unknown, seen = [], set()
    for station in stations:
        if station in seen:
            continue
        seen.add(station)
        key = (station.status, station.text_zh, station.text_en, station.location)
        if kept[key]:
            kept[key] -= 1
        else:
            unknown.append(station)
    return unknown


def _event(parcel: Parcel, station: Station) -> TrackingEvent:
    return TrackingEvent(
        store_id=parcel.store_id,
        parcel=parcel,
        happened_at=station.at,
        status=station.status,
        text_zh=station.text_zh,
        text_en=station.text_en,
        location=station.location,
    )


def _move_on(parcel: Parcel, stations: Sequence[Station]) -> None:
    to = destination(parcel.state, stations)
    if to == parcel.state:
        return
    last = max(stations, key=lambda station: station.at)
    # The carrier's own time, unless it is nonsense.
    at = min(last.at, clock.now())
    columns: dict[str, Any] = {"delivered_at": at} if to == State.DELIVERED else {}
    PARCEL.move(parcel, to, actor=ACTOR, why=last.text_en or last.text_zh, **columns)


def destination(state: str, stations: Sequence[Station]) -> str:
    """The state that a parcel in ``state`` comes to by these stations, oldest first; the same when they bring nothing new.

    The newest station decides. Going back is not possible: a parcel that is handed over the counter a second time is still out for
    delivery, and a delivered one stays delivered. Only a problem is left again.
    """
    if state in ENDS:
        return state
    for station in reversed(stations):
        meant = MEANING.get(station.status)
        if meant is None:
            continue
        if meant in PROGRESS and state in PROGRESS and PROGRESS.index(meant) <= PROGRESS.index(State(state)):
            return state
        return meant if PARCEL.may(state, meant) else state
    return state


def receive_when_all_are_there(order: Order) -> None:
    """Once every parcel of a shipped order has been delivered, let the order be taken as received after the store's days."""
    states = set(Parcel.objects.filter(order=order).values_list("state", flat=True))
    if order.state != Order.State.SHIPPED or states != {State.DELIVERED}:
        return
    due_at = clock.now() + timedelta(days=order.store.receive_days)
    Duty.objects.get_or_create(
        order=order, kind=Duty.Kind.RECEIVE, defaults={"store_id": order.store_id, "due_at": due_at}
    )


def _nobody_to_ask(parcel: Parcel) -> None:
    """Without a tracking service the shopper has the same days, counted from the shipping of the last parcel."""
    with transaction.atomic():
        order = lock_order(parcel.order_id)
        if order.state == Order.State.SHIPPED:
            due_at = (order.shipped_at or clock.now()) + timedelta(days=order.store.receive_days)
            Duty.objects.get_or_create(
                order=order, kind=Duty.Kind.RECEIVE, defaults={"store_id": order.store_id, "due_at": due_at}
            )
        parcel.finish()


def _refused(parcel: Parcel, error: CarrierRefused, **columns: object) -> None:
    """Show the parcel as a problem; ask again at the slowest pace, for carriers learn of some waybills late."""
    log.warning("parcel %s: %s", parcel.public_id, error)
    with transaction.atomic():
        lock_order(parcel.order_id)
        parcel.state = Parcel.objects.values_list("state", flat=True).get(pk=parcel.pk)
        if columns:
            Parcel.objects.filter(pk=parcel.pk, claim=parcel.claim).update(**columns)
        if PARCEL.may(parcel.state, State.PROBLEM):
            PARCEL.move(parcel, State.PROBLEM, actor=ACTOR, why=str(error))
        parcel.postpone(clock.now() + SLOWEST * _pace(), note=str(error))


def _next_question(parcel: Parcel, is_news: bool) -> datetime:
    """A quarter of the silence so far, but neither hastier than the pace nor slower than eight times that."""
    now = clock.now()
    if is_news:
        return now + _pace()
    latest = (
        TrackingEvent.objects.filter(parcel=parcel).order_by("-noted_at").values_list("noted_at", flat=True).first()
    )
    silence = now - (latest or parcel.shipped_at or now)
    if silence > GIVEN_UP_AFTER and PARCEL.may(parcel.state, State.PROBLEM):
        PARCEL.move(parcel, State.PROBLEM, actor=ACTOR, why=NO_NEWS)
    return now + min(max(silence / 4, _pace()), SLOWEST * _pace())


def _pace() -> timedelta:
    return timedelta(seconds=getattr(settings, "TRACKING_SECONDS", 1800))
