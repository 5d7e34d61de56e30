"""What a purchase would cost, and what stands in its way. Reads, never writes.

``quote`` looks the goods up and hands them to ``price``, which only calculates: goods → discounts → freight → total. All amounts are
integers in minor units of the store's currency, and every price is the server's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import money
from orders import carts, goods
from shop.models import Address, Shopper, Store, Variant

OUT_OF_STOCK, WITHDRAWN, UNDELIVERABLE, EMPTY, NO_ADDRESS = (
    "out_of_stock",
    "withdrawn",
    "undeliverable",
    "empty",
    "no_address",
)


@dataclass(frozen=True)
class Wanted:
    """So many of a variant."""

    variant: Variant
    quantity: int


@dataclass(frozen=True)
class QuoteLine:
    """A priced line: ``total = unit_price * quantity - discount``."""

    variant: Variant
    quantity: int
    unit_price: int
    discount: int

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True)
class Anomaly:
    """Something the shopper has to know before buying. While one is in the way, nothing can be placed."""

    kind: str
    detail: str
    variant: Variant | None = None
    available: int | None = None
    in_the_way: bool = True


@dataclass(frozen=True)
class Quote:
    """``total = goods_total - discount_total + freight_total``, in minor units of ``currency``."""

    currency: str
    lines: list[QuoteLine]
    freight_total: int
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def goods_total(self) -> int:
        return sum(line.unit_price * line.quantity for line in self.lines)

    @property
    def discount_total(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods_total - self.discount_total + self.freight_total

    @property
    def placeable(self) -> bool:
        """Whether an order could be placed as things stand."""
        return not any(anomaly.in_the_way for anomaly in self.anomalies)


def quote(store: Store, shopper: Shopper, lines: Sequence[Wanted] | None, address: Address | None) -> Quote:
    """The price of those lines, or of the ticked lines of the cart when ``lines`` is None, sent to that address.

    Of the cart, what is sold out or withdrawn is left out and named, and does not stand in the way of the rest; a line of which fewer
    are there than wanted does, because only the shopper knows whether fewer will do. Of lines asked for by name, everything does.
    """
    if lines is None:
        wanted, notices = _from_cart(shopper)
    else:
        wanted, notices = merge(lines), []
    anomalies = [*notices, *_goods_anomalies(wanted), *_address_anomalies(address)]
    if not wanted:
        anomalies.append(Anomaly(EMPTY, _("There is nothing to buy.")))
    return price(store, wanted, anomalies=anomalies)


def price(store: Store, wanted: Sequence[Wanted], *, discount: int = 0, anomalies: Sequence[Anomaly] = ()) -> Quote:
    """Calculate only: split a discount over the lines by their worth, add freight on what the goods then cost."""
    gross = [each.variant.price * each.quantity for each in wanted]
    discounts = split_discount(gross, discount)
    lines = [
        QuoteLine(each.variant, each.quantity, each.variant.price, part)
        for each, part in zip(wanted, discounts, strict=True)
    ]
    return Quote(
        store.currency, lines, freight(store, sum(line.total for line in lines)) if lines else 0, list(anomalies)
    )


def split_discount(gross: Sequence[int], discount: int) -> list[int]:
    """A discount split over lines that cost ``gross``: the parts add up to it, and no line falls below nothing.

    It is capped at what the lines cost. The remainder of the rounding goes to the last line that has room for it.
    """
    if not gross:
        return []
    parts = money.split(max(0, min(discount, sum(gross))), gross)
    # A cheap last line may not have room for the whole remainder; what is over moves up.
    for index in range(len(parts) - 1, 0, -1):
        over = max(0, parts[index] - gross[index])
        parts[index] -= over
        parts[index - 1] += over
    return parts


def freight(store: Store, goods_cost: int) -> int:
    """What sending goods of that worth costs: the store's one rate, nothing from its threshold on."""
    if store.free_freight_from is not None and goods_cost >= store.free_freight_from:
        return 0
    return store.freight


def merge(lines: Sequence[Wanted]) -> list[Wanted]:
    """The same variant named twice is one line of both quantities: two halves must not pass where the whole would not."""
    quantities: dict[int, int] = {}
    variants = {line.variant.pk: line.variant for line in lines}
    for line in lines:
        quantities[line.variant.pk] = quantities.get(line.variant.pk, 0) + line.quantity
    return [Wanted(variants[pk], quantity) for pk, quantity in quantities.items()]


def _from_cart(shopper: Shopper) -> tuple[list[Wanted], list[Anomaly]]:
    wanted, notices = [], []
    for line in carts.shown(shopper):
        if not line.row.selected:
            continue
        if line.status == "sold_out":
            notices.append(_out_of_stock(line.variant, 0, in_the_way=False))
        elif line.status == "withdrawn":
            notices.append(_withdrawn(line.variant, in_the_way=False))
        else:
            wanted.append(Wanted(line.variant, line.row.quantity))
    # The cart shows the newest first; an order reads in the order of choosing.
    return wanted[::-1], notices


def _goods_anomalies(wanted: Sequence[Wanted]) -> list[Anomaly]:
    found = []
    for each in wanted:
        there = goods.available(each.variant)
        if not goods.is_sold(each.variant):
            found.append(_withdrawn(each.variant))
        elif there < each.quantity:
            found.append(_out_of_stock(each.variant, there))
    return found


def _address_anomalies(address: Address | None) -> list[Anomaly]:
    if address is None:
        return [Anomaly(NO_ADDRESS, _("Choose where it is to go."))]
    if not (address.name.strip() and address.phone.strip() and address.city.strip() and address.street.strip()):
        return [Anomaly(UNDELIVERABLE, _("Nothing can be sent there: the address is not complete."))]
    return []


def _out_of_stock(variant: Variant, there: int, *, in_the_way: bool = True) -> Anomaly:
    detail = (
        ngettext("Only %(count)d is left.", "Only %(count)d are left.", there) % {"count": there}
        if there
        else _("This is sold out.")
    )
    return Anomaly(OUT_OF_STOCK, detail, variant, there, in_the_way)


def _withdrawn(variant: Variant, *, in_the_way: bool = True) -> Anomaly:
    return Anomaly(WITHDRAWN, _("This is no longer sold."), variant, in_the_way=in_the_way)
