"""*Where is my money*, read from the ledger, says what payments, refunds, disputes and movements say when they are added up by themselves.

The sums here are made of those records and never of the ledger, and the days with the time zone of the site.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django_scopes import scope

from dashboards import money
from dashboards.money import Range
from payments import disputes, settling
from payments.gateways import DisputeReport, Movement, PaymentReport
from shop.models import Shopper, Store
from tests.conftest import make_shopper
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import place_order
from tests.support.statements import (
    DAY,
    NOON,
    Counter,
    attempt,
    line_of,
    paid_orders,
    reconcile,
    refund_line_of,
    refunded,
    registered,
    sent_back,
)

ZONE = ZoneInfo(settings.TIME_ZONE)
MIDNIGHT = datetime.combine(DAY, time(), ZONE)
SECOND = timedelta(seconds=1)
NAMES = ("received", "refunded", "disputed", "settled", "fees", "provider")
# One payment a row: what came in, went back, was taken by a bank, and became the store's.
RECORDS = """
SELECT p.order_id, p.currency, p.succeeded_at, p.paid_amount,
    (SELECT coalesce(sum(r.amount), 0) FROM payments_refund r WHERE r.payment_id = p.id AND r.state = 'succeeded'),
    (SELECT coalesce(sum(d.amount), 0) FROM payments_dispute d WHERE d.payment_id = p.id AND d.state IN ('open', 'lost')),
    coalesce(sum(m.amount - m.fee), 0), coalesce(sum(m.fee), 0)
FROM payments_payment p LEFT JOIN payments_movementrow m ON m.provider_id = p.transaction_id
    OR m.provider_id IN (SELECT r.provider_refund_id FROM payments_refund r WHERE r.payment_id = p.id)
WHERE p.state = 'succeeded' GROUP BY p.id
"""

Sums = tuple[int, ...]


def recorded() -> list[tuple[int, str, date, Sums]]:
    """Order, currency, day and the amounts of ``NAMES`` of each payment."""
    with connection.cursor() as cursor:
        cursor.execute(RECORDS)
        rows = cursor.fetchall()
    found = []
    for order, currency, at, paid, back, taken, settled, fees in rows:
        amounts = (paid, back, taken, settled, fees, paid - back - taken - settled - fees)
        found.append((order, currency, at.astimezone(ZONE).date(), tuple(int(amount) for amount in amounts)))
    return found


def plus(one: Sums, other: Sums) -> Sums:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def shown(sums: money.Money) -> Sums:
    return tuple(getattr(sums, name) for name in NAMES)


@pytest.fixture
def counter() -> Iterator[Counter]:
    with registered(Counter()) as found:
        yield found


@pytest.fixture
def everything(store: Store, shopper: Shopper, counter: Counter) -> Range:
    """All that can become of money, on three days, in two currencies."""
    noon = paid_orders(store, shopper, 9)
    edge = [paid_orders(store, shopper, 1, at=moment)[0] for moment in (MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT + SECOND)]
    counter.lines = [line_of(payment) for payment in (*noon, *edge)]

    backs = [refunded(counter, noon[n], amount) for n, amount in ((1, 4000), (2, 10002), (3, 500), (4, 600))]
    counter.lines += [refund_line_of(back) for back in backs]
    sent_back(backs[2])
    counter.moved = [
        Movement("payment", noon[n].transaction_id or "", f"m-{n}", amount, 60, "CNY", NOON)
        for n, amount in ((0, 10000), (1, 6001), (4, 10004))
    ] + [Movement("refund", backs[3].provider_refund_id or "", "m-back", -600, -3, "CNY", NOON)]
    for n, state in ((5, "open"), (6, "lost"), (7, "won")):
        for step in ("open", state):
            report = DisputeReport(f"dp_{n}", noon[n].number, step, noon[n].amount, "CNY")  # type: ignore[arg-type]
            disputes.take_in("counter", report, actor="provider:counter")
    reconcile(store)

    # A payment of another amount pays nothing, and goes back by itself later.
    order = place_order(shopper, {variant_of(make_product(store, price=12800, stock=10)): 1})
    odd = attempt(order)
    told = PaymentReport(odd.number, "succeeded", 77, "CNY", "t-odd", NOON, confirmed=True)
    settling.settle("counter", told, actor="provider:counter")
    store.currency = "JPY"
    paid_orders(store, shopper, 2, amount=500)
    return Range(DAY - timedelta(days=3), DAY + timedelta(days=3), (store.pk,))


def test_by_day(everything: Range) -> None:
    expected: dict[tuple[str, date], Sums] = defaultdict(lambda: (0,) * len(NAMES))
    for _order, currency, day, amounts in recorded():
        expected[currency, day] = plus(expected[currency, day], amounts)

    found = {(one.code, day): shown(sums) for one in money.by_day(everything) for day, sums in one.days.items()}

    assert found == dict(expected)
    assert len({day for _currency, day in found}) > 1
    assert {currency for currency, _day in found} == {"CNY", "JPY"}


def test_a_second_on_either_side_of_midnight(everything: Range, store: Store) -> None:
    """The day begins at midnight of the site, to the second."""
    (first, *_others) = money.by_day(Range(DAY - timedelta(days=1), DAY - timedelta(days=1), (store.pk,)))

    assert (first.total.orders, list(first.days)) == (1, [DAY - timedelta(days=1)])


def test_by_order_and_of_order(everything: Range) -> None:
    expected: dict[tuple[str, int], Sums] = defaultdict(lambda: (0,) * len(NAMES))
    for pk, currency, _day, amounts in recorded():
        expected[currency, pk] = plus(expected[currency, pk], amounts)

    rows = [(code, *row) for code in ("CNY", "JPY") for row in money.by_order(everything, code)]

    assert {(code, order.pk): shown(sums) for code, order, _day, sums in rows} == dict(expected)
    for _code, order, _day, sums in rows:
        assert money.of_order(order) == sums


def test_what_came_in_is_somewhere(everything: Range) -> None:
    for one in money.by_day(everything):
        for sums in (one.total, *one.days.values(), *one.stores.values()):
            assert sums.received == sums.provider + sums.settled + sums.fees + sums.refunded + sums.disputed
        assert sum(sums.received for sums in one.days.values()) == one.total.received


def test_another_stores_money_is_not_counted(everything: Range, other_store: Store) -> None:
    before = money.by_day(everything)
    with scope(store=other_store):
        paid_orders(other_store, make_shopper(other_store), 2)

    assert money.by_day(everything) == before
