"""How carts, quotes and orders look in the API. Plain JSON values: what is answered to an Idempotency-Key is kept as it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from core.texts import pick, text
from orders.carriers import CARRIERS, carrier_name
from orders.carts import MOST_OF_ONE, ShownLine
from orders.goods import picture_of
from orders.models import Order, OrderLine, Parcel, TrackingEvent
from orders.quoting import Anomaly, Quote
from orders.states import actions, is_closing
from orders.timeline import milestones
from shop.api.serializers import picture_document
from shop.catalogue import spec_text
from shop.models import Store, Variant

Document = dict[str, Any]
SHIP_TO = ("name", "phone", "country", "province", "city", "district", "street", "postal_code")
SHOWN_IN_LISTS = 4


def utc(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond: ``2026-11-22T07:30:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _variant(variant: Variant) -> Document:
    return {
        "variant_id": variant.public_id,
        "product_id": variant.product.public_id,
        "title": text(variant.product, "title"),
        "spec": spec_text(variant),
        "picture": picture_document(picture_of(variant)),
        "unit_price": variant.price,
    }


def cart(store: Store, lines: Sequence[ShownLine]) -> Document:
    """The whole cart."""
    counted = [line for line in lines if line.counts]
    return {
        "lines": [
            {
                "id": line.row.public_id,
                **_variant(line.variant),
                "quantity": line.row.quantity,
                "selected": line.row.selected,
                "available": min(line.available, MOST_OF_ONE),
                "status": line.status,
                "total": line.total,
            }
            for line in lines
        ],
        "count": sum(line.row.quantity for line in lines),
        "selected_count": sum(line.row.quantity for line in counted),
        "total": sum(line.total for line in counted),
        "currency": store.currency,
    }


def quote(quoted: Quote) -> Document:
    """A quote with its anomalies."""
    return {
        "lines": [
            {**_variant(line.variant), "quantity": line.quantity, "discount": line.discount, "total": line.total}
            for line in quoted.lines
        ],
        "goods_total": quoted.goods_total,
        "discount_total": quoted.discount_total,
        "freight_total": quoted.freight_total,
        "total": quoted.total,
        "currency": quoted.currency,
        "anomalies": [_anomaly(anomaly) for anomaly in quoted.anomalies],
        "placeable": quoted.placeable,
    }


def _anomaly(anomaly: Anomaly) -> Document:
    document: Document = {"type": anomaly.kind, "detail": anomaly.detail}
    if anomaly.variant is not None:
        document |= {"variant_id": anomaly.variant.public_id, "title": text(anomaly.variant.product, "title")}
    if anomaly.available is not None:
        document["available"] = min(anomaly.available, MOST_OF_ONE)
    return document


def _head(order: Order, item_count: int) -> Document:
    closing = is_closing(order)
    return {
        "id": order.public_id,
        "number": order.number,
        "state": order.state,
        "state_text": _("being cancelled") if closing else str(Order.State(order.state).label),
        "closing": closing,
        "total": order.total,
        "currency": order.currency,
        "placed_at": utc(order.placed_at),
        "expires_at": utc(order.expires_at) if order.state == Order.State.PENDING else None,
        "item_count": item_count,
        "actions": actions(order),
    }


def _summary_line(line: OrderLine) -> Document:
    return {
        "title": text(line, "title"),
        "spec": text(line, "spec"),
        "picture": picture_document(line.picture),
        "quantity": line.quantity,
        "unit_price": line.unit_price,
    }


def order_summary(order: Order) -> Document:
    """The order in a list. Needs what ``orders.api.views.listed`` reads along."""
    first: list[OrderLine] = order.first_lines  # type: ignore[attr-defined]  # prefetched
    item_count: int = order.item_count  # type: ignore[attr-defined]  # an annotation
    return {**_head(order, item_count), "lines": [_summary_line(line) for line in first]}


def order(order: Order) -> Document:
    """The whole order."""
    lines = list(order.lines.all())
    return {
        **_head(order, sum(line.quantity for line in lines)),
        "lines": [
            {
                "id": line.public_id,
                **_summary_line(line),
                "product_id": line.product.public_id if line.product else None,
                "variant_id": line.variant.public_id if line.variant else None,
                "discount": line.discount,
                "total": line.total,
            }
            for line in lines
        ],
        "goods_total": order.goods_total,
        "discount_total": order.discount_total,
        "freight_total": order.freight_total,
        "ship_to": {name: getattr(order, name) for name in SHIP_TO},
        "note": order.note,
        "on_delivery": order.on_delivery,
        "paid_at": utc(order.paid_at),
        "shipped_at": utc(order.shipped_at),
        "received_at": utc(order.received_at),
        "cancelled_at": utc(order.cancelled_at),
        "cancel_cause": order.cancel_cause or None,
        "parcels": [parcel(each) for each in order.parcels.all()],
        "timeline": [
            {"at": utc(item.at), "kind": item.kind, "text": item.text, "detail": item.detail}
            for item in milestones(order)
        ],
    }


def parcel(parcel: Parcel) -> Document:
    """A parcel with its stations. Those of a parcel that is still in the house say nothing yet."""
    carrier = CARRIERS.get(parcel.carrier)
    return {
        "id": parcel.public_id,
        "state": parcel.state,
        "state_text": str(Parcel.State(parcel.state).label),
        "carrier": parcel.carrier,
        "carrier_name": carrier_name(parcel.carrier),
        "waybill": parcel.waybill,
        "tracking_url": carrier.tracking_url(parcel.waybill) if carrier and parcel.waybill else "",
        "shipped_at": utc(parcel.shipped_at),
        "delivered_at": utc(parcel.delivered_at),
        "lines": [
            {"line_id": row.line.public_id, "title": text(row.line, "title"), "quantity": row.quantity}
            for row in parcel.lines.all()
        ],
        "events": [_station(event) for event in parcel.events.all()],
    }


def _station(event: TrackingEvent) -> Document:
    return {
        "happened_at": utc(event.happened_at),
        "status": event.status,
        "text": pick(event.text_zh, event.text_en),
        "location": event.location,
    }
