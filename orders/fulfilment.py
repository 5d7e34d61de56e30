"""Fulfilling an order that is paid, or to be paid on delivery: what is to be packed is set down as a parcel, exactly once however
often the work is started.
"""

from django.db import connection, transaction

from core.duework import handles
from core.states import record
from orders.models import Duty, Order, Parcel
from orders.states import TO_SHIP

_ALL_LINES = """
INSERT INTO orders_parcelline (store_id, parcel_id, line_id, quantity)
SELECT store_id, %s, id, quantity FROM orders_orderline WHERE order_id = %s ORDER BY position
"""


@handles(Duty, Duty.Kind.FULFIL)
def fulfil(duty: Duty) -> None:
    """Make one parcel of all lines of the order; staff may split it. The goods have been held since the order was placed."""
    with transaction.atomic():
        # First, for it is what proves that this worker still has the work: the parcel commits with it, or not at all.
        duty.finish()
        if Order.objects.filter(pk=duty.order_id, state__in=TO_SHIP).exists():
            allocate(duty.order_id, duty.store_id)


def allocate(order_pk: int, store_pk: int) -> Parcel:
    """The parcel of everything in the order, waiting to be packed."""
    parcel = Parcel.objects.create(store_id=store_pk, order_id=order_pk)
    with connection.cursor() as cursor:
        cursor.execute(_ALL_LINES, [parcel.pk, order_pk])
    record(parcel, "parcel", actor="system", to=parcel.state)
    return parcel
