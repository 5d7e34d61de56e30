"""A day that is compared by several at once (a worker, the sweep, staff) has each difference once, and each movement booked once; what a
person explains meanwhile is either explained or not, whatever the comparison finds.

Each race has a negative control: without the protection it goes wrong, or it would prove nothing.
"""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import transaction
from django.db.models import QuerySet, Sum

from payments import comparing, differences, ledger, reconciling, statements
from payments.gateways import Movement
from payments.models import Difference, LedgerEntry, Payment, Reconciliation
from shop.models import Store
from tests.conftest import make_shopper
from tests.support import invariants
from tests.support.racing import together
from tests.support.statements import DAY, NOON, Counter, line_of, paid_orders, registered

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.xdist_group("races")]
TIMES = 4


@pytest.fixture
def payments(store: Store) -> list[Payment]:
    return paid_orders(store, make_shopper(store), 20)


@pytest.fixture
def day(store: Store, payments: list[Payment]) -> Iterator[Reconciliation]:
    """Its statement is kept, and nobody has compared it yet: half of the lines differ, all of the money was settled."""
    lines = [line_of(payment, amount=1) for payment in payments[:10]] + [line_of(payment) for payment in payments[10:]]
    moved = [
        Movement("payment", payment.transaction_id or "", f"m-{payment.pk}", payment.amount, 60, "CNY", NOON)
        for payment in payments
    ]
    row = Reconciliation.objects.create(store=store, provider="counter", day=DAY)
    with registered(Counter()), transaction.atomic():
        statements.keep(row, lines, moved)
    with registered(Counter()):
        yield row


def compare_at_once(store: Store, day: Reconciliation) -> None:
    rows = [Reconciliation.objects.select_related("store").get(pk=day.pk) for _ in range(TIMES)]
    outcomes = together(store, [partial(reconciling.renew, row) for row in rows])
    # Whoever waits too long for its turn gives up and has changed nothing: the day is compared again later.
    assert "None" in outcomes
    assert set(outcomes) <= {"None", "error 55P03"}


def test_each_difference_once(store: Store, day: Reconciliation) -> None:
    compare_at_once(store, day)

    assert Difference.objects.count() == 10
    invariants.check()


def test_control_without_the_lock(store: Store, day: Reconciliation, monkeypatch: pytest.MonkeyPatch) -> None:
    found, all_have_looked = comparing._found, threading.Barrier(TIMES)

    def overtaken(row: Reconciliation) -> list[dict[str, object]]:
        rows = found(row)
        all_have_looked.wait(timeout=30)
        return rows

    monkeypatch.setattr(comparing, "_lock", lambda row: None)
    monkeypatch.setattr(comparing, "_found", overtaken)
    # The movements' rows would make them wait for each other all the same.
    monkeypatch.setattr(ledger, "book_movements", lambda row: None)

    with pytest.raises(AssertionError, match="difference_once"):
        compare_at_once(store, day)


def explain_while_it_vanishes(store: Store, day: Reconciliation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff explain ten differences while a worker finds that they are gone: each has one end, and it is the one that was told."""
    reconciling.renew(day)
    rows = list(Difference.objects.all())
    Payment.objects.filter(pk__in=[row.payment_id for row in rows]).update(paid_amount=1)
    why = comparing._why_gone

    def slowly(row: Difference) -> str:
        time.sleep(0.1)
        return why(row)

    def explain() -> int:
        time.sleep(0.3)
        return differences.explain(rows, "a coupon", actor="staff:1")

    monkeypatch.setattr(comparing, "_why_gone", slowly)
    _compared, explained = together(store, [partial(reconciling.renew, day), explain])

    assert Difference.objects.filter(explained_by="staff:1").count() == int(explained)
    assert Difference.objects.exclude(state="open").count() == 10


def test_what_is_explained_meanwhile(store: Store, day: Reconciliation, monkeypatch: pytest.MonkeyPatch) -> None:
    explain_while_it_vanishes(store, day, monkeypatch)


def test_control_without_locking_the_differences(
    store: Store, day: Reconciliation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)

    with pytest.raises(AssertionError, match="== 10"):
        explain_while_it_vanishes(store, day, monkeypatch)


def book_at_once(store: Store, day: Reconciliation) -> None:
    def book() -> None:
        with transaction.atomic():
            ledger.book_movements(day)
            time.sleep(0.2)

    together(store, [book] * 4)


def test_each_movement_once(store: Store, day: Reconciliation, payments: list[Payment]) -> None:
    book_at_once(store, day)

    sums = LedgerEntry.objects.order_by().values_list("account").annotate(Sum("amount"))
    total = sum(payment.amount for payment in payments)
    assert dict(sums) == {"clearing": 0, "settled": total - 1200, "fees": 1200, "revenue": -total}
    invariants.check()


def test_control_without_the_claim(store: Store, day: Reconciliation, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = "WHERE m.id = due.id AND m.booked_at IS NULL"
    assert claim in ledger._BOOK_MOVEMENTS
    monkeypatch.setattr(ledger, "_BOOK_MOVEMENTS", ledger._BOOK_MOVEMENTS.replace(claim, "WHERE m.id = due.id"))

    with pytest.raises(AssertionError, match="ledger_once_a_group"):
        book_at_once(store, day)
