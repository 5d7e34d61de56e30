"""What waits for staff, in queues: which orders are in each, how many, and which come first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from orders.models import Duty, Order, OrderLine, Parcel
from orders.states import TO_SHIP
from payments import gateways
from payments.models import Payment, Refund

PAGE = 50
# A paid or confirmed order that has not left after this time is late; so is a parcel that has been on its way for so long.
SHIP_WITHIN = timedelta(hours=24)
ARRIVE_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Queue:
    """One tab of the board. ``oldest_first``: in queues of work the late ones come first."""

    key: str
    label: Promise
    empty: Promise
    condition: Q
    oldest_first: bool = True
    counted: bool = True


_WORK = Q(state__in=TO_SHIP, hold_reason="")
# Shipped unpaid, or unpaid with a transfer on its way: money that staff will have to take in.
_UNPAID_ON_DELIVERY = Q(on_delivery=True, paid_at=None) & ~Q(state__in=[Order.State.PENDING, Order.State.CANCELLED])
_TO_COLLECT = (_UNPAID_ON_DELIVERY & ~Q(state=Order.State.CONFIRMED)) | Q(state=Order.State.PENDING, by_hand=True)
_TROUBLE = ~Q(hold_reason="") | Q(parcel_trouble=True) | Q(duty_parked=True) | Q(money_trouble=True)

QUEUES = {
    queue.key: queue
    for queue in (
        Queue("to_pay", _("To pay"), _("Nobody is about to pay."), Q(state=Order.State.PENDING), oldest_first=False),
        Queue("to_pack", _("To pack"), _("Everything is packed."), _WORK & Q(unpacked=True)),
        Queue("to_ship", _("To ship"), _("Nothing is waiting for a carrier."), _WORK & Q(unpacked=False)),
        Queue(
            "on_its_way",
            _("On its way"),
            _("Nothing is on its way."),
            Q(state=Order.State.SHIPPED, parcel_trouble=False, hold_reason=""),
        ),
        Queue("to_collect", _("To collect"), _("No cash and no transfer is awaited."), _TO_COLLECT),
        Queue("problems", _("Problems"), _("No order needs a person."), _TROUBLE),
        Queue(
            "done",
            _("Done"),
            _("No order has arrived yet."),
            Q(state__in=[Order.State.RECEIVED, Order.State.COMPLETED]),
            oldest_first=False,
            counted=False,
        ),
        Queue("all", _("All"), _("There are no orders yet."), Q(), oldest_first=False, counted=False),
    )
}
FIRST = "to_pack"


def _orders() -> QuerySet[Order]:
    """Orders with what tells their queue: one subquery each, no row is multiplied."""
    parcels = Parcel.objects.filter(order=OuterRef("pk"))
    payments = Payment.objects.filter(order=OuterRef("pk"), parked_at__isnull=False)
    refunds = failed_refunds().filter(payment__order=OuterRef("pk"))
    by_hand = Payment.objects.filter(order=OuterRef("pk"), state=Payment.State.OPENED, provider__in=gateways.by_hand())
    packed = parcels.filter(state=Parcel.State.PACKED)
    return Order.objects.annotate(
        # Before the worker has allocated a paid order there is no parcel at all: it is still to be packed.
        unpacked=Exists(parcels.filter(state=Parcel.State.PACKING)) | ~Exists(packed),
        parcel_trouble=Exists(parcels.filter(state__in=[Parcel.State.PROBLEM, Parcel.State.RETURNED])),
        duty_parked=Exists(Duty.objects.filter(order=OuterRef("pk"), parked_at__isnull=False)),
        money_trouble=Exists(payments) | Exists(refunds),
        by_hand=Exists(by_hand),
    )


def failed_refunds() -> QuerySet[Refund]:
    """Money that should have gone back and did not."""
    return Refund.objects.filter(Q(parked_at__isnull=False) | Q(state=Refund.State.FAILED, handled_at=None))


def counts() -> dict[str, int]:
    """How many orders are in each counted queue, in one query over the orders that are alive or in trouble."""
    alive = Q(state__in=[Order.State.PENDING, *TO_SHIP, Order.State.SHIPPED]) | ~Q(hold_reason="") | _UNPAID_ON_DELIVERY
    alive |= Q(pk__in=failed_refunds().values("payment__order"))
    filters: dict[str, Any] = {
        queue.key: Count("pk", filter=queue.condition) for queue in QUEUES.values() if queue.counted
    }
    return _orders().filter(alive).aggregate(**filters)


def search(rows: QuerySet[Order], words: str) -> QuerySet[Order]:
    """Orders whose number, recipient, phone, waybill or product the words name."""
    for word in words.split()[:5]:
        number = word.replace("-", "").lower()
        rows = rows.filter(
            Q(public_id__startswith=number)
            | Q(name__icontains=word)
            | Q(phone__contains=word)
            | Q(pk__in=Parcel.objects.filter(waybill__iexact=word).values("order"))
            | Q(
                pk__in=OrderLine.objects.filter(
                    Q(sku__iexact=word) | Q(title_zh__icontains=word) | Q(title_en__icontains=word)
                ).values("order")
            )
        )
    return rows


def page(
    queue: Queue, words: str = "", after: int | None = None, store: int | None = None
) -> tuple[list[Order], int | None]:
    """One page of the queue and the id to go on after, or None at the end. Pages by key, as quick on the last as on the first."""
    rows = search(_orders().filter(queue.condition), words)
    if store is not None:
        rows = rows.filter(store=store)
    if after is not None:
        rows = rows.filter(pk__gt=after) if queue.oldest_first else rows.filter(pk__lt=after)
    rows = rows.order_by("pk" if queue.oldest_first else "-pk").select_related("store")
    rows = rows.prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("picture")), Prefetch("parcels", Parcel.objects.all())
    )
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def late(order: Order, now: datetime | None = None) -> bool:
    """Whether this order has waited longer than the house allows."""
    now = now or clock.now()
    released_at = order.confirmed_at or order.paid_at
    if order.state in TO_SHIP and released_at:
        return now - released_at > SHIP_WITHIN
    if order.state == Order.State.SHIPPED and order.shipped_at:
        return now - order.shipped_at > ARRIVE_WITHIN
    return False
