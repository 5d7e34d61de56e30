"""Packing: parcels that are still in the house are packed, split, merged back.

What is in which parcel changes under a lock on the order, so that no unit is ever in two parcels or in none.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.problems import Problem
from core.states import IllegalMove, StaleState, record
from orders.models import Order, Parcel, ParcelLine
from orders.states import IN_THE_HOUSE, PARCEL

# Of a parcel that is no more, in the journal.
MERGED = "merged"


def lock_order(order_pk: int) -> Order:
    """The order, locked until the transaction ends. Whatever changes parcels takes this lock first."""
    order: Order = Order.objects.select_for_update(no_key=True).get(pk=order_pk)
    return order


def refresh(parcel: Parcel) -> None:
    """Read the parcel again, now that its order is locked. Raises StaleState when it has been merged away."""
    try:
        parcel.refresh_from_db()
    except Parcel.DoesNotExist:
        raise StaleState(f"parcel:{parcel.pk}") from None


def pack(parcel: Parcel, *, actor: str) -> None:
    """The goods are in the box. Packing it twice is harmless. Raises IllegalMove when it has left the house."""
    with transaction.atomic():
        lock_order(parcel.order_id)
        refresh(parcel)
        if parcel.state != Parcel.State.PACKED:
            PARCEL.move(parcel, Parcel.State.PACKED, actor=actor, packed_at=clock.now())


def unpack(parcel: Parcel, *, actor: str) -> None:
    """Open the box again. Raises IllegalMove when it has left the house."""
    with transaction.atomic():
        lock_order(parcel.order_id)
        refresh(parcel)
        if parcel.state != Parcel.State.PACKING:
            PARCEL.move(parcel, Parcel.State.PACKING, actor=actor, packed_at=None)


def split(parcel: Parcel, quantities: Mapping[int, int], *, actor: str) -> Parcel:
    """Move so many of each order line (by primary key) into a new parcel, which is returned; both are to be packed.

    Raises Problem ``bad-split`` when a quantity is not in the parcel, or when nothing would stay or go; IllegalMove when the parcel has
    left the house.
    """
    with transaction.atomic():
        lock_order(parcel.order_id)
        refresh(parcel)
        _check_in_the_house(parcel, Parcel.State.PACKING)
        lines = {row.line_id: row for row in parcel.lines.all()}
        wanted = {line: quantity for line, quantity in quantities.items() if quantity}
        _check_split(lines, wanted)
        _reopen(parcel, actor)
        new = Parcel.objects.create(store_id=parcel.store_id, order_id=parcel.order_id)
        for line_pk, quantity in wanted.items():
            _set_quantity(lines[line_pk], lines[line_pk].quantity - quantity)
            ParcelLine.objects.create(store_id=parcel.store_id, parcel=new, line_id=line_pk, quantity=quantity)
        record(new, "parcel", actor=actor, to=new.state, why="split", data={"from": parcel.public_id})
    return new


def merge(parcel: Parcel, into: Parcel, *, actor: str) -> None:
    """Put everything of one parcel into another of the same order, which is then to be packed; the first is gone.

    Raises Problem ``bad-merge`` for a parcel of another order or the same one, IllegalMove when either has left the house.
    """
    if parcel.order_id != into.order_id or parcel.pk == into.pk:
        raise Problem("bad-merge", 409, _("Only two parcels of one order can be put together."))
    with transaction.atomic():
        lock_order(parcel.order_id)
        refresh(parcel)
        refresh(into)
        _check_in_the_house(parcel, Parcel.State.PACKING)
        _check_in_the_house(into, Parcel.State.PACKING)
        there = {row.line_id: row for row in into.lines.all()}
        for row in parcel.lines.all():
            if row.line_id in there:
                _set_quantity(there[row.line_id], there[row.line_id].quantity + row.quantity)
            else:
                ParcelLine.objects.create(
                    store_id=into.store_id, parcel=into, line_id=row.line_id, quantity=row.quantity
                )
        _reopen(into, actor)
        record(parcel, "parcel", actor=actor, was=parcel.state, to=MERGED, data={"into": into.public_id})
        parcel.delete()


def _check_in_the_house(parcel: Parcel, to: str) -> None:
    if parcel.state not in IN_THE_HOUSE:
        raise IllegalMove(f"parcel:{parcel.pk}", parcel.state, to)


def _check_split(lines: Mapping[int, ParcelLine], wanted: Mapping[int, int]) -> None:
    for line_pk, quantity in wanted.items():
        if line_pk not in lines or not 0 < quantity <= lines[line_pk].quantity:
            raise Problem("bad-split", 409, _("There are not that many of it in the parcel."))
    if not wanted or sum(wanted.values()) == sum(row.quantity for row in lines.values()):
        raise Problem("bad-split", 409, _("Something has to go into the new parcel, and something has to stay."))


def _reopen(parcel: Parcel, actor: str) -> None:
    """What has been repacked has to be packed again."""
    if parcel.state == Parcel.State.PACKED:
        PARCEL.move(parcel, Parcel.State.PACKING, actor=actor, why="repacked", packed_at=None)


def _set_quantity(row: ParcelLine, quantity: int) -> None:
    if quantity:
        ParcelLine.objects.filter(pk=row.pk).update(quantity=quantity)
    else:
        row.delete()
