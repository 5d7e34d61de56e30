"""Shipping: a parcel leaves the house under a waybill, and its stock with it. Wrong waybills are corrected afterwards.

Nothing here speaks to a carrier: that is due work of the parcel (orders.tracking), which rings once all of this has been committed.
"""

from collections import Counter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, duework
from core.problems import Problem
from core.states import IllegalMove
from orders import carriers, holding
from orders.models import Duty, Order, Parcel, TrackingEvent
from orders.packing import lock_order, refresh
from orders.states import CAME_BACK, IN_THE_HOUSE, ORDER, PARCEL, TO_SHIP
from shop import stock


def ship(parcel: Parcel, carrier: str, waybill: str, *, actor: str) -> bool:
    """Hand the parcel to the carrier: it and its stock leave the house; the order is shipped once its last parcel is.

    False, and nothing changes, when it has already been shipped under this very waybill: a second click. Raises Problem: ``invalid``
    (carrier or waybill), ``waybill-used`` (by another parcel), IllegalMove or StaleState when it cannot be shipped (any more).
    """
    carrier, waybill = carriers.checked(carrier, waybill)
    with transaction.atomic():
        order = lock_order(parcel.order_id)
        refresh(parcel)
        if parcel.state not in IN_THE_HOUSE and (parcel.carrier, parcel.waybill) == (carrier, waybill):
            return False
        if parcel.state not in IN_THE_HOUSE:
            raise IllegalMove(f"parcel:{parcel.pk}", parcel.state, Parcel.State.SHIPPED)
        _check_unused(parcel, carrier, waybill)
        now = clock.now()
        _move_with_waybill(parcel, carrier, waybill, actor, shipped_at=now, packed_at=parcel.packed_at or now)
        still_here = Parcel.objects.filter(order=order, state__in=IN_THE_HOUSE).exists()
        if not still_here:
            ORDER.move(order, Order.State.SHIPPED, actor=actor, shipped_at=now)
        duework.ring(parcel)
        if quantities := _quantities(parcel):
            stock.take(order.stock_reference, quantities, actor=actor)
    return True


def correct(parcel: Parcel, carrier: str, waybill: str, *, actor: str) -> bool:
    """Put a wrong waybill right: what the carrier told of the wrong one is forgotten, and the right one is followed from the start.

    False when it is the same waybill. Raises Problem: ``invalid``, ``waybill-used``, IllegalMove for a parcel that is still in the
    house or whose order has been received.
    """
    carrier, waybill = carriers.checked(carrier, waybill)
    with transaction.atomic():
        order = lock_order(parcel.order_id)
        refresh(parcel)
        if (parcel.carrier, parcel.waybill) == (carrier, waybill):
            return False
        if order.state not in TO_SHIP | {Order.State.SHIPPED}:
            raise Problem(
                "illegal-state",
                409,
                _("The order has been received: its parcels can no longer be changed."),
                state=order.state,
            )
        if parcel.state in IN_THE_HOUSE:
            raise IllegalMove(f"parcel:{parcel.pk}", parcel.state, Parcel.State.SHIPPED)
        _check_unused(parcel, carrier, waybill)
        was = {"carrier": parcel.carrier, "waybill": parcel.waybill}
        TrackingEvent.objects.filter(parcel=parcel).delete()
        Duty.objects.filter(order=order, kind=Duty.Kind.RECEIVE, done_at=None).delete()
        _move_with_waybill(parcel, carrier, waybill, actor, why="waybill corrected", was=was, delivered_at=None)
        holding.release(order.pk, CAME_BACK, by=actor)
        duework.ring(parcel)
    return True


def _move_with_waybill(
    parcel: Parcel,
    carrier: str,
    waybill: str,
    actor: str,
    *,
    why: str = "",
    was: dict[str, str] | None = None,
    **columns: Any,
) -> None:
    """To "shipped" under that waybill, with asking the carrier due from now on, whatever a worker may be doing about the old one."""
    columns |= {"carrier": carrier, "waybill": waybill, "registered_at": None}
    columns |= {"due_at": clock.now(), "done_at": None, "parked_at": None, "attempts": 0, "last_error": ""}
    columns |= {"claim": "", "claimed_until": None}
    data = {"carrier": carrier, "waybill": waybill} | ({"was": was} if was else {})
    try:
        with transaction.atomic():
            PARCEL.move(parcel, Parcel.State.SHIPPED, actor=actor, why=why, data=data, **columns)
    except IntegrityError:
        raise _used(carrier, waybill) from None


def _check_unused(parcel: Parcel, carrier: str, waybill: str) -> None:
    if Parcel.objects.filter(store=parcel.store_id, carrier=carrier, waybill=waybill).exclude(pk=parcel.pk).exists():
        raise _used(carrier, waybill)


def _used(carrier: str, waybill: str) -> Problem:
    message = _("Another parcel has this waybill.")
    return Problem("waybill-used", 409, message, f"{carrier} {waybill}", errors={"waybill": [str(message)]})


def _quantities(parcel: Parcel) -> dict[int, int]:
    """How many of each variant (by primary key) are in the parcel."""
    counted: Counter[int] = Counter()
    for row in parcel.lines.select_related("line"):
        if row.line.variant_id:
            counted[row.line.variant_id] += row.quantity
    return dict(counted)
