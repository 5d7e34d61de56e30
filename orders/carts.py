"""The cart of a shopper: add, change, remove. Prices and stock are looked up whenever it is shown, never kept.

Adding more than is there is refused and says how many there are and how many the cart has already: a quantity that silently
differs from what was asked for is found out at the till. Lowering a quantity is always possible, even to one that is still too high.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.ids import public_id
from core.problems import Problem
from orders.goods import available, is_sold, related, with_choices
from orders.models import CartLine, Order
from shop.models import Shopper, Variant

MOST_OF_ONE = 999
MOST_LINES = 100

# One statement, so that two taps at once add up instead of one overwriting the other.
_ADD = """
INSERT INTO orders_cartline (store_id, public_id, shopper_id, variant_id, quantity, selected, added_at)
VALUES (%s, %s, %s, %s, %s, true, %s)
ON CONFLICT (shopper_id, variant_id) DO UPDATE SET quantity = orders_cartline.quantity + EXCLUDED.quantity, selected = true
WHERE orders_cartline.quantity + EXCLUDED.quantity <= %s
RETURNING quantity
"""


@dataclass(frozen=True)
class ShownLine:
    """A cart line as it stands now. ``status``: ok, short (fewer are there than wanted), sold_out, withdrawn."""

    row: CartLine
    status: str
    available: int

    @property
    def variant(self) -> Variant:
        return self.row.variant

    @property
    def total(self) -> int:
        """Minor units, at the price of the moment."""
        return self.row.quantity * self.variant.price

    @property
    def counts(self) -> bool:
        """Whether it is part of what would be bought."""
        return self.row.selected and self.status == "ok"


def rows(shopper: Shopper) -> "QuerySet[CartLine]":
    """The lines with all that is needed to show or to buy them."""
    lines = CartLine.objects.filter(shopper=shopper).select_related("variant", *related("variant__"))
    return with_choices(lines, "variant__")


def shown(shopper: Shopper) -> list[ShownLine]:
    """The whole cart, newest line first."""
    return [show(row) for row in rows(shopper)]


def show(row: CartLine) -> ShownLine:
    """The line beside what is sold and there at this moment."""
    there = available(row.variant) if is_sold(row.variant) else 0
    if not is_sold(row.variant):
        status = "withdrawn"
    elif there == 0:
        status = "sold_out"
    else:
        status = "ok" if row.quantity <= there else "short"
    return ShownLine(row, status, there)


def add(shopper: Shopper, variant: Variant, quantity: int) -> None:
    """Put so many more into the cart.

    Raises Problem: ``withdrawn``, ``stock-short``, ``too-many`` (of one thing) or ``cart-full``; then nothing has changed.
    """
    _check_sold(variant)
    held = dict(CartLine.objects.filter(shopper=shopper).values_list("variant_id", "quantity"))
    there, already = available(variant), held.get(variant.pk, 0)
    if already + quantity > there:
        raise _short(variant, there, already)
    if variant.pk not in held and len(held) >= MOST_LINES:
        raise Problem("cart-full", 409, _("The cart is full. Take something out first."), most=MOST_LINES)
    if not _insert(shopper, variant, quantity, min(there, MOST_OF_ONE), clock.now()):
        if there > MOST_OF_ONE or already + quantity > MOST_OF_ONE:
            raise Problem(
                "too-many", 409, _("At most %(most)d of one thing.") % {"most": MOST_OF_ONE}, most=MOST_OF_ONE
            )
        # Another tap was quicker, and both together are more than there is.
        raise _short(variant, there, CartLine.objects.get(shopper=shopper, variant=variant).quantity)


def change(line: CartLine, *, quantity: int | None = None, selected: bool | None = None) -> None:
    """Set the quantity of a line, or whether it is ticked. Raises Problem ``withdrawn`` or ``stock-short`` when raising it too far."""
    changes: dict[str, object] = {}
    if quantity is not None and quantity != line.quantity:
        if quantity > line.quantity:
            _check_sold(line.variant)
            if quantity > available(line.variant):
                raise _short(line.variant, available(line.variant), 0)
        changes["quantity"] = quantity
    if selected is not None:
        changes["selected"] = selected
    if changes:
        CartLine.objects.filter(pk=line.pk).update(**changes)


def select_all(shopper: Shopper, selected: bool) -> None:
    """Tick or untick every line."""
    CartLine.objects.filter(shopper=shopper).update(selected=selected)


def put_back(order: Order) -> None:
    """Put what an order contained into its shopper's cart: what is still sold, as many as are there."""
    wanted: Mapping[int, int] = {line.variant_id: line.quantity for line in order.lines.all() if line.variant_id}
    with_stock = Variant.objects.filter(pk__in=wanted).select_related("product", "stock").order_by("-pk")
    for variant in with_stock:
        there = min(available(variant), MOST_OF_ONE)
        if is_sold(variant) and there:
            _insert(order.shopper, variant, min(wanted[variant.pk], there), there, clock.now())
    # What was in the cart already and would go past the stock stays as it is, but ticked.
    CartLine.objects.filter(shopper_id=order.shopper_id, variant_id__in=wanted).update(selected=True)


def _insert(shopper: Shopper, variant: Variant, quantity: int, most: int, at: datetime) -> bool:
    if quantity > most:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [shopper.store_id, public_id(), shopper.pk, variant.pk, quantity, at, most])
        return cursor.fetchone() is not None


def _check_sold(variant: Variant) -> None:
    if not is_sold(variant):
        raise Problem("withdrawn", 409, _("This is no longer sold."), variant_id=variant.public_id)


def _short(variant: Variant, there: int, already: int) -> Problem:
    if there == 0:
        detail = _("This is sold out.")
    else:
        detail = ngettext("Only %(count)d is left.", "Only %(count)d are left.", there) % {"count": there}
        if already:
            more = ngettext("%(count)d is in the cart already.", "%(count)d are in the cart already.", already)
            detail = f"{detail} {more % {'count': already}}"
    return Problem(
        "stock-short",
        409,
        _("There is not enough of this in stock."),
        detail,
        errors={"quantity": [detail]},
        lines=[{"variant_id": variant.public_id, "available": there}],
    )
