"""Fulfilling an order that is paid, or to be paid on delivery: what is to be packed is set down as a parcel, exactly once however
often the work is started.
"""

from django.db import transaction

from core.duework import handles
from core.states import record
from orders.models import Duty, Order, Parcel, ParcelLine
from orders.states import TO_SHIP


@handles(Duty, Duty.Kind.FULFIL)
def fulfil(duty: Duty) -> None:
    """Make one parcel of all lines of the order; staff may split it. The goods have been held since the order was placed."""
    with transaction.atomic():
        # First, for it is what proves that this worker still has the work: the parcel commits with it, or not at all.
        duty.finish()
        order = Order.objects.get(pk=duty.order_id)
        if order.state in TO_SHIP:
            allocate(order)


def allocate(order: Order) -> Parcel:
    """The parcel of everything in the order, waiting to be packed."""
    parcel = Parcel.objects.create(store_id=order.store_id, order=order)
    ParcelLine.objects.bulk_create(
        ParcelLine(store_id=order.store_id, parcel=parcel, line=line, quantity=line.quantity)
        for line in order.lines.all()
    )
    record(parcel, "parcel", actor="system", to=parcel.state)
    return parcel
