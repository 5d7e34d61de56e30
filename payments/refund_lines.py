"""Refunds of goods: what of each line of an order can still go back, and what a number of its pieces comes to.

A line's total carries its share of the discount. Part by part it goes back rounded down, and the last part takes what is left, so that
the refunds of a line add up to the line, and those of all lines with the freight to the order.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.problems import Problem
from orders.models import OrderLine
from payments.models import Payment, Refund

# The line of an order, how many pieces of it, and what they come to in minor units.
Part = tuple[OrderLine, int, int]


@dataclass(frozen=True)
class Left:
    """What of a line has not gone back and is not about to: pieces, and minor units."""

    line: OrderLine
    quantity: int
    amount: int

    def part(self, quantity: int) -> int:
        """What so many of the pieces that are left come to, in minor units; all of them to all that is left."""
        return self.amount * quantity // self.quantity if self.quantity else 0


def left_of(payment: Payment) -> list[Left]:
    """What is left of each line of the payment's order, in the order's sequence. Refunds that failed or were refused took nothing."""
    quantities: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    live = Refund.objects.filter(payment__order=payment.order_id, payment__settles=True).exclude(
        state__in=[Refund.State.FAILED, Refund.State.REFUSED]
    )
    for goods in live.values_list("goods", flat=True):
        for entry in goods:
            quantities[entry.get("line", "")] += entry["quantity"]
            amounts[entry.get("line", "")] += entry["amount"]
    lines = OrderLine.objects.filter(order=payment.order_id).select_related("picture")
    return [
        Left(line, line.quantity - quantities[line.public_id], line.total - amounts[line.public_id]) for line in lines
    ]


def check(payment: Payment, parts: Sequence[Part], amount: int) -> None:
    """Raises Problem (409) ``refund-invalid`` for what is no refund of these lines, ``refund-lines`` when they have not got that left."""
    if not parts:
        return
    left = {entry.line.pk: entry for entry in left_of(payment)}
    lines = [line.pk for line, _quantity, _amount in parts]
    sound = all(quantity >= 1 and part >= 0 for _line, quantity, part in parts)
    if not sound or len(set(lines)) < len(lines) or not left.keys() >= set(lines) or not payment.settles:
        raise Problem("refund-invalid", 409, _("These are not lines of what was paid."))
    if sum(part for _line, _quantity, part in parts) > amount:
        raise Problem("refund-invalid", 409, _("The lines come to more than the refund."))
    for line, quantity, part in parts:
        if quantity > left[line.pk].quantity or part > left[line.pk].amount:
            raise Problem("refund-lines", 409, _("Some of these goods have been refunded already."))


def goods(line: OrderLine, quantity: int, amount: int) -> dict[str, Any]:
    """One entry of ``Refund.goods``."""
    return {
        "line": line.public_id,
        "sku": line.sku or line.public_id,
        "name": line.title_zh or line.title_en,
        "unit_price": line.unit_price,
        "quantity": quantity,
        "amount": amount,
    }
