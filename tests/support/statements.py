"""A provider with statements for tests, and paid orders by the thousand.

counter = Counter()                                   # register it, and unregister it afterwards
payments = paid_orders(store, shopper, 5000, at=noon)  # orders, payments, bookings, journal: as settling leaves them
counter.lines = [line_of(payment) for payment in payments]
reconciliation = reconcile(store, day)                # fetched, compared, closed
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from core import clock, duework
from core.ids import public_id
from core.models import JournalEntry
from orders.models import Duty, Order
from payments import gateways, refund_requests, refunding
from payments.gateways import (
    Event,
    Forged,
    GatewayError,
    Movement,
    NumberUnknown,
    PaymentReport,
    Prepaid,
    RefundReport,
    StatementLine,
)
from payments.models import Difference, LedgerEntry, Notification, Payment, Reconciliation, Refund
from payments.opening import open_payment
from shop.models import Shopper, Store

# A day that is over, whenever the tests run.
DAY = (clock.now() - timedelta(days=2)).date()
NOON = datetime.combine(DAY, time(12), UTC)


class Counter(gateways.Gateway):
    """Pays over a counter and keeps a till roll: the statement of each day is whatever the test has put into ``lines``.

    ``paid`` and ``refunds`` are what it says when it is asked; ``trouble`` is raised instead of an answer.
    """

    name = "counter"
    label = "Counter"
    has_statements = True
    frozen_until_shipped = True

    def __init__(self) -> None:
        self.lines: list[StatementLine] = []
        self.moved: list[Movement] = []
        self.paid: dict[str, PaymentReport] = {}
        self.refunds: dict[str, RefundReport] = {}
        self.trouble: GatewayError | None = None
        self.asked: list[str] = []

    def offered(self, store: Store) -> bool:
        return True

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        return {"number": number, "total": order.total}

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(draft["total"] == other["total"])

    def prepay(self, payment: Payment) -> Prepaid:
        return Prepaid(f"slip-{payment.number}", clock.now() + timedelta(days=1))

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {}

    def query(self, payment: Payment) -> PaymentReport:
        self._answer(f"query {payment.number}")
        return self.paid.get(payment.number) or PaymentReport(payment.number, "open")

    def close(self, payment: Payment) -> None:
        pass

    def refund(self, refund: Refund) -> RefundReport:
        return self.query_refund(refund)

    def query_refund(self, refund: Refund) -> RefundReport:
        return self._refund(refund.number)

    def find_refund(self, payment: Payment, number: str) -> RefundReport:
        return self._refund(number)

    def receive(self, store: Store, headers: Any, body: bytes, now: datetime) -> Event:
        raise Forged("a counter tells nobody anything")

    def read(self, notification: Notification) -> None:
        return None

    def statement(self, store: Store, day: date) -> Iterable[StatementLine]:
        self._answer(f"statement {day}")
        return [line for line in self.lines if line.at.date() == day]

    def movements(self, store: Store, day: date) -> Iterable[Movement]:
        return [movement for movement in self.moved if movement.at.date() == day]

    def _refund(self, number: str) -> RefundReport:
        self._answer(f"refund {number}")
        if number not in self.refunds:
            raise NumberUnknown("no such refund")
        return self.refunds[number]

    def _answer(self, question: str) -> None:
        # As every gateway must be able to rely on.
        assert not transaction.get_connection().in_atomic_block or _in_test_only(), (
            "a provider is asked in a transaction"
        )
        self.asked.append(question)
        if self.trouble is not None:
            raise self.trouble


def _in_test_only() -> bool:
    """Whether the only open transaction is the one in which pytest-django runs the test."""
    return all(getattr(block, "_from_testcase", False) for block in transaction.get_connection().atomic_blocks)


@contextmanager
def registered(counter: Counter) -> Iterator[Counter]:
    """Make the provider known for a while."""
    gateways.register(counter)
    try:
        yield counter
    finally:
        del gateways._gateways[counter.name]


def paid_orders(
    store: Store, shopper: Shopper, count: int, *, at: datetime = NOON, amount: int = 10000, provider: str = "counter",
    apart: timedelta = timedelta(0), shipped_at: datetime | None = None,
) -> list[Payment]:  # fmt: skip
    """So many orders that were paid at that moment (each ``apart`` from the next), with everything that settling writes."""
    moments = [at + apart * n for n in range(count)]
    orders = Order.objects.bulk_create(
        Order(
            store=store, shopper=shopper, state="shipped" if shipped_at else "paid", currency=store.currency,
            goods_total=amount + n, total=amount + n, name="Lin", phone="13800138001", country="CN", city="Hangzhou",
            street="Wensan Road 90", expires_at=moment + timedelta(hours=1), paid_at=moment, shipped_at=shipped_at,
        )
        for n, moment in enumerate(moments)
    )  # fmt: skip
    payments = Payment.objects.bulk_create(
        Payment(
            store=store, order=order, provider=provider, number=f"n{public_id()}", state="succeeded", amount=order.total,
            currency=order.currency, transaction_id=f"t{public_id()}", paid_amount=order.total, settles=True,
            succeeded_at=order.paid_at, done_at=order.paid_at,
        )
        for order in orders
    )  # fmt: skip
    done = clock.now()
    Duty.objects.bulk_create(
        Duty(store=store, order=order, kind=kind, done_at=done) for order in orders for kind in ("close", "fulfil")
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            store=store, group=f"payment:{payment.pk}", account=account, amount=sign * payment.amount,
            currency=payment.currency, provider=provider, payment=payment,
        )
        for payment in payments
        for account, sign in (("clearing", 1), ("revenue", -1))
    )  # fmt: skip
    JournalEntry.objects.bulk_create(
        JournalEntry(store=store, subject=subject, actor="system", from_state=was, to_state=to)
        for payment in payments
        for subject, was, to in (
            (f"payment:{payment.pk}", "", "opened"),
            (f"payment:{payment.pk}", "opened", "succeeded"),
            (f"order:{payment.order_id}", "", "pending"),
            (f"order:{payment.order_id}", "pending", "paid"),
            *([(f"order:{payment.order_id}", "paid", "shipped")] if shipped_at else []),
        )
    )
    if count > 500:
        # By the time that a statement comes, the database has done so by itself.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE payments_payment, payments_refund, orders_order")
    return payments


def attempt(order: Order) -> Payment:
    """An attempt at the counter to pay this order, of which nothing more was heard."""
    row = Order.objects.select_related("store").get(pk=order.pk)
    return open_payment(row, actor="shopper:1", provider="counter")[0]


def refunded(counter: Counter, payment: Payment, amount: int, *, at: datetime = NOON) -> Refund:
    """So much of it has gone back, at the counter's word."""
    refund = refund_requests.request(payment, amount, "broken", actor="staff:1")
    counter.refunds[refund.number] = RefundReport(
        refund.number, "succeeded", amount, f"back-{refund.number}", at, payment_number=payment.number
    )
    duework.run_pending(Refund)
    # As if all of it had happened then.
    Refund.objects.filter(pk=refund.pk).update(created_at=at, succeeded_at=at)
    return Refund.objects.select_related("payment").get(pk=refund.pk)


def sent_back(refund: Refund) -> None:
    """The payer's bank has sent back what had gone: the provider, asked, says that it failed."""
    report = RefundReport(
        refund.number, "failed", refund.amount, refund.provider_refund_id or "", detail="closed account", confirmed=True
    )
    refunding.take_in(refund, report, actor="provider:counter")


def line_of(payment: Payment, **other: Any) -> StatementLine:
    """The line that a statement has about this payment; ``other`` columns replace its own."""
    at = payment.succeeded_at
    assert at is not None
    line = StatementLine(
        "payment", payment.number, payment.transaction_id or "", payment.number, payment.paid_amount or 0,
        payment.currency, "succeeded", (payment.paid_amount or 0) * 6 // 1000, at,
    )  # fmt: skip
    return replace(line, **other)


def refund_line_of(refund: Refund, **other: Any) -> StatementLine:
    """The line that a statement has about this refund."""
    at = refund.succeeded_at or NOON
    line = StatementLine(
        "refund", refund.number, refund.provider_refund_id or f"back-{refund.number}", refund.payment.number, refund.amount,
        refund.currency, "succeeded", -refund.amount * 6 // 1000, at,
    )  # fmt: skip
    return replace(line, **other)


def reconcile(store: Store, day: date = DAY, provider: str = "counter") -> Reconciliation:
    """Carry the day out, as a worker does when it is due; once more when it was done before."""
    row, _made = Reconciliation.objects.get_or_create(store=store, provider=provider, day=day)
    Reconciliation.objects.filter(pk=row.pk).update(due_at=clock.now(), done_at=None)
    assert duework.run(Reconciliation, row.pk)
    row.refresh_from_db()
    return row


def kinds(rows: Sequence[Difference] | None = None) -> list[str]:
    """The kinds of the open differences, in order."""
    found = Difference.objects.filter(state="open") if rows is None else rows
    return sorted(difference.kind for difference in found)
