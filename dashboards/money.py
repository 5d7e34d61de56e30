"""Where the money is: of what was paid on a day, for an order or in a store, what is where now. From the ledger alone.

Received = at the provider + settled + fees + refunded + disputed, in every row and in every sum.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from orders.models import Order
from payments import gateways

# One payment a row, with what the ledger says of it. A payment is frozen while its provider keeps it until the goods are shipped.
_PAYMENTS = """
    SELECT p.id, p.store_id, p.order_id, p.currency, p.succeeded_at,
        (p.succeeded_at AT TIME ZONE %(zone)s)::date AS day,
        CASE WHEN p.settles THEN o.total ELSE 0 END AS expected,
        coalesce(e.received, 0) AS received, coalesce(e.refunded, 0) AS refunded, coalesce(e.provider, 0) AS provider,
        coalesce(e.settled, 0) AS settled, coalesce(e.fees, 0) AS fees, coalesce(e.disputed, 0) AS disputed,
        CASE WHEN p.provider = ANY(%(freezing)s) AND o.state = 'paid' AND o.shipped_at IS NULL AND NOT coalesce(e.moved, false)
            THEN coalesce(e.provider, 0) ELSE 0 END AS frozen
    FROM payments_payment p JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN LATERAL (
        SELECT sum(amount) FILTER (WHERE account = 'clearing' AND "group" LIKE 'payment:%%') AS received,
            -sum(amount) FILTER (WHERE account = 'clearing' AND ("group" LIKE 'refund:%%' OR "group" LIKE 'returned:%%')) AS refunded,
            sum(amount) FILTER (WHERE account = 'clearing') AS provider,
            sum(amount) FILTER (WHERE account = 'settled') AS settled,
            sum(amount) FILTER (WHERE account = 'fees') AS fees,
            sum(amount) FILTER (WHERE account = 'disputed') AS disputed,
            bool_or("group" LIKE 'movement:%%') AS moved
        FROM payments_ledgerentry WHERE payment_id = p.id) e ON true
    WHERE p.store_id = ANY(%(stores)s) AND p.state = 'succeeded'
"""
_RANGE = " AND p.succeeded_at >= %(start)s AND p.succeeded_at < %(end)s"
# The amounts of a row: its columns above, and the fields of ``Money``.
_AMOUNTS = ("expected", "received", "provider", "frozen", "settled", "fees", "refunded", "disputed")
_SUMS = f"""{", ".join(f"sum({name})::bigint" for name in _AMOUNTS)}, count(DISTINCT order_id),
    min(succeeded_at) FILTER (WHERE frozen <> 0)"""
_BY_DAY = f"""
WITH money AS ({_PAYMENTS}{_RANGE}) SELECT currency, store_id, day, {_SUMS} FROM money GROUP BY 1, 2, 3
"""  # noqa: S608  pieces of this file alone
_BY_ORDER = f"""
WITH money AS ({_PAYMENTS}{_RANGE} AND p.currency = %(currency)s)
SELECT order_id, currency, max(day), {_SUMS} FROM money
GROUP BY 1, 2 HAVING {{what}} AND (%(after)s::bigint IS NULL OR order_id < %(after)s) ORDER BY order_id DESC LIMIT %(limit)s
"""  # noqa: S608
_OF_ORDER = f"""
WITH money AS ({_PAYMENTS} AND p.order_id = %(order)s) SELECT {_SUMS} FROM money GROUP BY order_id
"""  # noqa: S608
# Fees that belong to no order stand on the day on which they were booked.
_OF_NO_ORDER = """
SELECT currency, store_id, coalesce(sum(amount) FILTER (WHERE account = 'settled'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE account = 'fees'), 0)::bigint
FROM payments_ledgerentry WHERE store_id = ANY(%(stores)s) AND payment_id IS NULL AND account IN ('settled', 'fees')
    AND at >= %(start)s AND at < %(end)s GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Money:
    """Amounts in minor units. ``frozen`` is part of ``provider``; ``frozen_since`` is when the oldest of it was paid."""

    expected: int = 0
    received: int = 0
    provider: int = 0
    frozen: int = 0
    settled: int = 0
    fees: int = 0
    refunded: int = 0
    disputed: int = 0
    orders: int = 0
    frozen_since: datetime | None = None

    @property
    def kept(self) -> int:
        """What of it remains the store's: neither gone back, nor taken, nor charged."""
        return self.received - self.refunded - self.disputed - self.fees

    def __add__(self, other: "Money") -> "Money":
        moments = [moment for moment in (self.frozen_since, other.frozen_since) if moment]
        sums = {name: getattr(self, name) + getattr(other, name) for name in (*_AMOUNTS, "orders")}
        return Money(**sums, frozen_since=min(moments, default=None))


# What a number leads to the orders of, as a condition over the sums of an order.
WHAT = {name: f"sum({name}) <> 0" for name in _AMOUNTS} | {
    "orders": "true",
    "kept": "sum(received - refunded - disputed - fees) <> 0",
}


@dataclass(frozen=True)
class Range:
    """From which day to which, both included, in the site's time zone; of which stores."""

    first: date
    last: date
    stores: tuple[int, ...]

    @property
    def days(self) -> list[date]:
        """All of them, the newest first."""
        return [self.last - timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def values(self) -> dict[str, Any]:
        """What the questions ask with."""
        zone = timezone.get_current_timezone()
        return _values(self.stores) | {
            "start": datetime.combine(self.first, time(), zone),
            "end": datetime.combine(self.last + timedelta(days=1), time(), zone),
        }


@dataclass(frozen=True)
class Currency:
    """Everything of one currency: by day, by store, what belongs to no order, and all together."""

    code: str
    days: dict[date, Money]
    stores: dict[int, Money]
    no_order: Money
    total: Money


def by_day(asked: Range) -> list[Currency]:
    """Where the money is that was paid in these days; two queries, however many orders there are."""
    days: dict[str, dict[date, Money]] = defaultdict(lambda: defaultdict(Money))
    stores: dict[str, dict[int, Money]] = defaultdict(lambda: defaultdict(Money))
    loose: dict[str, Money] = defaultdict(Money)
    for currency, store, day, *numbers in _ask(_BY_DAY, asked.values()):
        days[currency][day] += Money(*numbers)
        stores[currency][store] += Money(*numbers)
    for currency, store, settled, fees in _ask(_OF_NO_ORDER, asked.values()):
        loose[currency] += Money(settled=settled, fees=fees)
        stores[currency][store] += Money(settled=settled, fees=fees)
    found = []
    for code in sorted({*days, *loose}):
        total = sum(stores[code].values(), Money())
        found.append(Currency(code, dict(days[code]), dict(stores[code]), loose[code], total))
    return found


def by_order(
    asked: Range, currency: str, what: str = "orders", after: int | None = None, limit: int | None = None
) -> list[tuple[Order, date, Money]]:
    """The orders behind a number, newest first, each with the day on which it was paid and its own money. Raises KeyError for ``what``."""
    values = asked.values() | {"currency": currency, "after": after, "limit": limit}
    rows = _ask(_BY_ORDER.format(what=WHAT[what]), values)
    orders = Order.objects.select_related("store").in_bulk([row[0] for row in rows])
    return [(orders[pk], day, Money(*numbers)) for pk, _currency, day, *numbers in rows]


def of_order(order: Order) -> Money | None:
    """Where the money of this order is; None while nothing was paid for it."""
    rows = _ask(_OF_ORDER, _values([order.store_id]) | {"order": order.pk})
    return Money(*rows[0]) if rows else None


def _values(stores: Iterable[int]) -> dict[str, Any]:
    freezing = [name for name in gateways.names() if gateways.gateway(name).frozen_until_shipped]
    return {"stores": list(stores), "freezing": freezing, "zone": settings.TIME_ZONE}


def _ask(question: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        rows: list[Any] = cursor.fetchall()
    return rows
