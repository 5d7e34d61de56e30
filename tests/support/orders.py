"""Orders for tests, at any stage of their way, made by the same functions as in life."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django_scopes import scope

from core import clock, duework
from orders import closing, packing, shipping
from orders.goods import goods
from orders.models import Duty, Order, Parcel
from orders.paying import mark_paid
from orders.placing import place
from orders.quoting import Wanted, quote
from shop import stock
from shop.models import Address, Shopper, Stock, Variant

ADDRESS = {
    "name": "李明",
    "phone": "13800138000",
    "country": "CN",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
    "postal_code": "310012",
}


def make_address(shopper: Shopper, **columns: object) -> Address:
    """An address of the shopper, in Hangzhou unless said otherwise."""
    with scope(store=shopper.store):
        return Address.objects.create(store=shopper.store, shopper=shopper, **ADDRESS | columns)


def address_of(shopper: Shopper) -> Address:
    """The shopper's address; made when there is none."""
    with scope(store=shopper.store):
        return Address.objects.filter(shopper=shopper).first() or make_address(shopper)


def place_order(shopper: Shopper, quantities: Mapping[Variant, int], *, note: str = "") -> Order:
    """A placed, unpaid order for so many of each variant, at the prices of the moment."""
    with scope(store=shopper.store):
        address = address_of(shopper)
        variants = {variant.pk: variant for variant in goods().filter(pk__in=[variant.pk for variant in quantities])}
        lines = [Wanted(variants[variant.pk], quantity) for variant, quantity in quantities.items()]
        total = quote(shopper.store, shopper, lines, address).total
        order = place(shopper.store, shopper, address=address, expected_total=total, lines=lines, note=note)
        return Order.objects.get(pk=order.pk)


def paid_order(shopper: Shopper, quantities: Mapping[Variant, int]) -> Order:
    """An order that has been paid, whose fulfilment is due."""
    order = place_order(shopper, quantities)
    with scope(store=shopper.store):
        mark_paid(order, paid_at=clock.now(), actor="provider:wechatpay")
    return order


def packing_order(shopper: Shopper, quantities: Mapping[Variant, int]) -> tuple[Order, Parcel]:
    """A paid order whose one parcel waits to be packed."""
    order = paid_order(shopper, quantities)
    duework.run_pending(Duty)
    with scope(store=shopper.store):
        return Order.objects.get(pk=order.pk), Parcel.objects.get(order=order)


def shipped_order(
    shopper: Shopper, quantities: Mapping[Variant, int], *, carrier: str = "SF", waybill: str = "SF1234567890123"
) -> tuple[Order, Parcel]:
    """An order whose one parcel has been handed to the carrier."""
    order, parcel = packing_order(shopper, quantities)
    with scope(store=shopper.store):
        packing.pack(parcel, actor="staff:1")
        shipping.ship(parcel, carrier, waybill, actor="staff:1")
        return Order.objects.get(pk=order.pk), parcel


def cancelled(order: Order, cause: str = "expired") -> None:
    """Its time to pay has ended, and nothing was paid: the order is closed, its goods are free."""
    with transaction.atomic():
        Duty.objects.filter(order=order, kind="close").update(done_at=clock.now())
        closing.close(Order.objects.get(pk=order.pk), cause, actor="system")


def sell_out(variant: Variant) -> None:
    """Everything of it that was free has gone to somebody else: what was cancelled cannot be reopened."""
    with scope(store=variant.store):
        free = Stock.objects.get(variant=variant).available
        stock.change(variant.pk, -free, "counted", actor="staff:1")


def states_of(rows: Iterable[Order | Parcel]) -> list[str]:
    """Their states as they are in the database now."""
    return [type(row)._base_manager.values_list("state", flat=True).get(pk=row.pk) for row in rows]


def due(row: Duty | Parcel) -> datetime:
    """When the row is due; it has to be."""
    assert row.due_at is not None, f"{row} is not due at all"
    return row.due_at
