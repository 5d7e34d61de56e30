"""Placing an order: one transaction, at the price that the shopper has seen, and with the stock held.

The stock's rows are what everybody waits for, so holding them comes last. Of everything else only the shopper's own row is locked:
orders of one shopper are placed one after the other, and a cart is bought once.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from core import clock, money
from core.crashing import step
from core.problems import Problem
from core.states import record
from core.texts import EN, ZH
from orders import goods
from orders.models import CartLine, Duty, Order, OrderLine
from orders.paying import mark_paid
from orders.quoting import EMPTY, OUT_OF_STOCK, UNDELIVERABLE, WITHDRAWN, Quote, QuoteLine, Wanted, quote
from shop import stock
from shop.catalogue import spec_text
from shop.models import Address, Shopper, Store


def place(
    store: Store,
    shopper: Shopper,
    *,
    address: Address | str,
    expected_total: int,
    lines: Sequence[Wanted] | None = None,
    note: str = "",
    placed: Callable[[Order], None] = lambda order: None,
) -> Order:
    """Place an order for those lines, or for the ticked lines of the cart, which are then taken out of it.

    ``address`` is one of the shopper's, or its public id. ``expected_total`` (minor units) is what the shopper agreed to. ``placed``
    is called with the order, its ``lines`` and ``duties`` at hand, inside the transaction and before the stock is held.

    Nothing has happened when this raises Problem: ``stock-short`` (with what is available), ``invalid`` (no such address),
    ``withdrawn``, ``nothing-to-buy``, ``undeliverable``, ``total-changed`` (with the new total) or ``too-many-unpaid``.
    """
    with step("place an order"):
        to = _lock(shopper, address)
        _check_cap(store, shopper)
        agreed = quote(store, shopper, lines, to)
        _check(agreed, expected_total)
        order = _write(store, shopper, agreed, to, note)
        if lines is None:
            CartLine.objects.filter(shopper=shopper, variant__in=[line.variant for line in agreed.lines]).delete()
        if order.total == 0:
            mark_paid(order, paid_at=clock.now(), actor="system")
        placed(order)
        quantities = {line.variant.pk: line.quantity for line in agreed.lines}
        try:
            stock.hold(order.stock_reference, quantities, actor=f"shopper:{shopper.pk}")
        except stock.StockShort as error:
            raise _short({line.variant.pk: line.variant.public_id for line in agreed.lines}, error.short) from None
    return order


def _lock(shopper: Shopper, address: Address | str) -> Address:
    """The address as it is now, and with it the lock on its shopper: one order of a shopper at a time.

    So the cap counts right, and the same cart is not bought twice.
    """
    of_that_id = address if isinstance(address, str) else address.public_id
    rows = Address.objects.filter(shopper=shopper, public_id=of_that_id).select_related("shopper")
    found: Address | None = rows.select_for_update(of=("shopper",), no_key=True).order_by().first()
    if found is None:
        raise Problem(
            "invalid",
            400,
            _("Some values cannot be accepted."),
            errors={"address_id": [_("There is no such address.")]},
        )
    return found


def _check_cap(store: Store, shopper: Shopper) -> None:
    """Unpaid orders keep stock from others; a shopper may have so many of them."""
    unpaid = Order.objects.filter(shopper=shopper, state=Order.State.PENDING).count()
    if unpaid >= store.order_limit:
        raise Problem(
            "too-many-unpaid",
            409,
            _("There are too many unpaid orders. Pay or cancel one first."),
            most=store.order_limit,
        )


def _check(agreed: Quote, expected_total: int) -> None:
    in_the_way = {anomaly.kind: anomaly for anomaly in agreed.anomalies if anomaly.in_the_way}
    # What has gone from the cart is only worth a word when it changed what there is to pay.
    if agreed.total != expected_total:
        in_the_way = {anomaly.kind: anomaly for anomaly in agreed.anomalies}
    if OUT_OF_STOCK in in_the_way:
        short = [anomaly for anomaly in agreed.anomalies if anomaly.kind == OUT_OF_STOCK and anomaly.variant]
        raise _short(
            {anomaly.variant.pk: anomaly.variant.public_id for anomaly in short if anomaly.variant},
            {anomaly.variant.pk: anomaly.available or 0 for anomaly in short if anomaly.variant},
        )
    if WITHDRAWN in in_the_way:
        gone = [
            anomaly.variant.public_id for anomaly in agreed.anomalies if anomaly.kind == WITHDRAWN and anomaly.variant
        ]
        raise Problem(
            "withdrawn",
            409,
            _("Some of this is no longer sold."),
            lines=[{"variant_id": one, "available": 0} for one in gone],
        )
    if EMPTY in in_the_way:
        raise Problem("nothing-to-buy", 409, _("There is nothing to buy."))
    if UNDELIVERABLE in in_the_way:
        raise Problem("undeliverable", 409, in_the_way[UNDELIVERABLE].detail)
    if agreed.total != expected_total:
        raise Problem(
            "total-changed",
            409,
            _("The total has changed. Look at it again."),
            total=agreed.total,
            currency=agreed.currency,
        )
    if agreed.total > money.LIMIT:
        raise Problem("too-much", 409, _("This is too much for one order."))


def _short(public_ids: dict[int, str], available: dict[int, int]) -> Problem:
    detail = _("Some of this is not in stock in that quantity.")
    lines = [{"variant_id": public_ids[pk], "available": count} for pk, count in available.items() if pk in public_ids]
    return Problem(
        "stock-short", 409, _("There is not enough of this in stock."), detail, errors={"lines": [detail]}, lines=lines
    )


def _write(store: Store, shopper: Shopper, agreed: Quote, address: Address, note: str) -> Order:
    now = clock.now()
    order = Order.objects.create(
        store=store,
        shopper=shopper,
        currency=agreed.currency,
        goods_total=agreed.goods_total,
        discount_total=agreed.discount_total,
        freight_total=agreed.freight_total,
        total=agreed.total,
        note=note,
        name=address.name,
        phone=address.phone,
        country=address.country,
        province=address.province,
        city=address.city,
        district=address.district,
        street=address.street,
        postal_code=address.postal_code,
        expires_at=now + timedelta(minutes=store.payment_minutes),
    )
    lines = OrderLine.objects.bulk_create(_line(order, position, line) for position, line in enumerate(agreed.lines))
    duty = Duty.objects.create(store=store, order=order, kind=Duty.Kind.CLOSE, due_at=order.expires_at)
    record(order, "order", actor=f"shopper:{shopper.pk}", to=order.state)
    order._prefetched_objects_cache = {"lines": lines, "duties": [duty], "parcels": []}  # type: ignore[attr-defined]
    return order


def _line(order: Order, position: int, line: QuoteLine) -> OrderLine:
    """The line with the words and the picture of this moment: what happens to the product later does not change the order."""
    product = line.variant.product
    return OrderLine(
        store_id=order.store_id,
        order=order,
        variant=line.variant,
        product=product,
        picture=goods.picture_of(line.variant),
        title_zh=product.title_zh,
        title_en=product.title_en,
        spec_zh=spec_text(line.variant, ZH)[:320],
        spec_en=spec_text(line.variant, EN)[:320],
        sku=line.variant.sku,
        unit_price=line.unit_price,
        quantity=line.quantity,
        discount=line.discount,
        total=line.total,
        position=position,
    )
