"""What happened to an order, in words: from its journal and those of its parcels, and the stations of the parcels' ways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import JournalEntry
from core.texts import pick
from orders.carriers import carrier_name
from orders.models import Order

ORDER_TEXTS: dict[str, Any] = {
    "pending": gettext_lazy("Order placed"),
    "confirmed": gettext_lazy("Confirmed, to be paid on delivery"),
    "paid": gettext_lazy("Paid"),
    "shipped": gettext_lazy("Everything has been shipped"),
    "received": gettext_lazy("Received"),
    "completed": gettext_lazy("Completed"),
    "cancelled": gettext_lazy("Cancelled"),
}
PARCEL_TEXTS: dict[str, Any] = {
    "packing": gettext_lazy("Being packed"),
    "packed": gettext_lazy("Packed"),
    "shipped": gettext_lazy("Handed to the carrier"),
    "in_transit": gettext_lazy("On its way"),
    "out_for_delivery": gettext_lazy("Out for delivery"),
    "delivered": gettext_lazy("Delivered"),
    "problem": gettext_lazy("A problem on the way"),
    "returned": gettext_lazy("Returned to the store"),
    "merged": gettext_lazy("Put into another parcel"),
    "stopped": gettext_lazy("Taken apart: it is not shipped"),
}
CAUSES: dict[str, Any] = {
    "expired": gettext_lazy("Not paid in time"),
    "shopper": gettext_lazy("By the shopper"),
    "staff": gettext_lazy("By the store"),
    "refunded": gettext_lazy("Refunded before it was shipped"),
    "came_back": gettext_lazy("Came back unpaid"),
}


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. ``kind`` is ``order.<state>``, ``parcel.<state>`` or ``tracking.<status>``; texts in the active language.

    ``actor`` is the journal's and for staff alone.
    """

    at: datetime
    kind: str
    text: str
    detail: str = ""
    actor: str = ""


def timeline(order: Order, *, with_stations: bool = True) -> list[TimelineItem]:
    """Everything that happened to the order and its parcels, newest first. Reads ``order.parcels`` and their events."""
    parcels = {f"parcel:{parcel.pk}": parcel for parcel in order.parcels.all()}
    subjects = [f"order:{order.pk}", *parcels]
    items = [_of_journal(entry) for entry in JournalEntry.objects.filter(subject__in=subjects)]
    if with_stations:
        for parcel in parcels.values():
            items += [
                TimelineItem(
                    event.happened_at,
                    f"tracking.{event.status}",
                    pick(event.text_zh, event.text_en),
                    event.location,
                    "carrier",
                )
                for event in parcel.events.all()
            ]
    return sorted(items, key=lambda item: item.at, reverse=True)


def milestones(order: Order) -> list[TimelineItem]:
    """The order's own stations, as the shopper sees them, newest first. From its columns alone: no query."""
    moments = [
        (order.placed_at, "placed", _("Order placed")),
        (order.confirmed_at, "confirmed", _("Confirmed, to be paid on delivery")),
        (order.paid_at, "paid", _("Paid")),
        (order.shipped_at, "shipped", _("Everything has been shipped")),
        (order.received_at, "received", _("Received")),
        (order.cancelled_at, "cancelled", str(CAUSES.get(order.cancel_cause, _("Cancelled")))),
    ]
    items = [TimelineItem(at, kind, text) for at, kind, text in moments if at]
    for parcel in order.parcels.all():
        if parcel.shipped_at:
            waybill = f"{carrier_name(parcel.carrier)} {parcel.waybill}"
            items.append(TimelineItem(parcel.shipped_at, "parcel", _("Handed to the carrier"), waybill))
        if parcel.delivered_at:
            items.append(TimelineItem(parcel.delivered_at, "delivered", _("Delivered"), carrier_name(parcel.carrier)))
    return sorted(items, key=lambda item: item.at, reverse=True)


def _of_journal(entry: JournalEntry) -> TimelineItem:
    name = entry.subject.partition(":")[0]
    texts = ORDER_TEXTS if name == "order" else PARCEL_TEXTS
    # What the carrier said stands beside it as a station, in both languages; a word that is the state says nothing more.
    said = name == "parcel" and entry.actor == "carrier" and entry.to_state != "problem"
    detail = "" if said or not entry.why or entry.why == entry.to_state else _(entry.why)
    if waybill := entry.data.get("waybill"):
        detail = f"{carrier_name(entry.data.get('carrier', ''))} {waybill}"
        if entry.data.get("was"):
            detail = _("Corrected: %(waybill)s instead of %(was)s") % {
                "waybill": detail,
                "was": entry.data["was"].get("waybill", ""),
            }
    elif entry.why in CAUSES:
        detail = str(CAUSES[entry.why])
    return TimelineItem(
        entry.at, f"{name}.{entry.to_state}", str(texts.get(entry.to_state, entry.to_state)), detail, entry.actor
    )
