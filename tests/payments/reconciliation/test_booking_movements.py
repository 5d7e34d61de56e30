"""What the statements say became the store's is booked once: settled, and the fee; what was refunded out of it is taken back again.

The ledger's promise holds throughout: clearing, settled, fees and disputed together are what was paid less what went back.
"""

from datetime import timedelta

import pytest
from django.db.models import Sum

from orders.models import Order
from payments import reconciling
from payments.gateways import Movement, PaymentReport
from payments.models import LedgerEntry, MovementRow, Payment
from payments.settling import settle
from shop.models import Shopper, Store
from tests.payments.reconciliation.test_asking import lost
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
    sent_back,
)


def balances(**which: object) -> dict[str, int]:
    rows = LedgerEntry.objects.filter(**which).order_by().values_list("account").annotate(sum=Sum("amount"))
    return {account: amount for account, amount in rows if amount}


def moved(payment: Payment, *, amount: int = 10000, fee: int = 60, **other: object) -> Movement:
    columns = {
        "kind": "payment", "provider_id": payment.transaction_id, "movement_id": f"m-{payment.pk}", "amount": amount,
        "fee": fee, "currency": "CNY", "at": NOON,
    }  # fmt: skip
    return Movement(**columns | other)  # type: ignore[arg-type]


@pytest.fixture
def settled(store: Store, counter: Counter, payment: Payment) -> Payment:
    counter.lines, counter.moved = [line_of(payment)], [moved(payment)]
    reconcile(store)
    return payment


def test_settled_less_the_fee(settled: Payment) -> None:
    assert balances() == {"settled": 9940, "fees": 60, "revenue": -10000}


def test_a_second_run_books_nothing(store: Store, settled: Payment) -> None:
    before = LedgerEntry.objects.count()

    reconcile(store)

    assert LedgerEntry.objects.count() == before
    assert MovementRow.objects.count() == 1


def test_a_refund_is_taken_out_of_settled_money(store: Store, settled: Payment, counter: Counter) -> None:
    refund = refunded(counter, settled, 4000)
    counter.lines.append(refund_line_of(refund))
    counter.moved.append(Movement("refund", refund.provider_refund_id or "", "m-back", -4000, -24, "CNY", NOON))

    reconcile(store)

    assert balances() == {"settled": 9940 - 4000 + 24, "fees": 36, "refunds": 4000, "revenue": -10000}


def test_what_was_refunded_before_it_was_settled_never_gets_there(
    store: Store, counter: Counter, payment: Payment
) -> None:
    refund = refunded(counter, payment, 4000)
    counter.lines = [line_of(payment), refund_line_of(refund)]
    counter.moved = [moved(payment, amount=6000, fee=36)]

    reconcile(store)

    assert balances() == {"settled": 5964, "fees": 36, "refunds": 4000, "revenue": -10000}


def test_a_refund_that_was_sent_back_is_settled_money_again(store: Store, settled: Payment, counter: Counter) -> None:
    """It left the account on one day and came again on another; the order is still owed it."""
    refund = refunded(counter, settled, 4000)
    counter.lines.append(refund_line_of(refund))
    counter.moved.append(Movement("refund", refund.provider_refund_id or "", "m-back", -4000, -24, "CNY", NOON))
    reconcile(store)
    sent_back(refund)
    counter.moved.append(Movement("refund", refund.provider_refund_id or "", "m-again", 4000, 0, "CNY", NOON))

    reconcile(store)

    assert balances() == {"settled": 9940 + 24, "fees": 36, "revenue": -10000}


def test_a_payout_to_the_bank_books_nothing(store: Store, settled: Payment, counter: Counter) -> None:
    before = balances()
    counter.moved.append(Movement("payout", "", "m-out", -9940, 0, "CNY", NOON))

    reconcile(store)

    assert balances() == before


def test_a_fee_of_nothing_in_particular(store: Store, settled: Payment, counter: Counter) -> None:
    counter.moved.append(Movement("other", "", "m-month", 0, 500, "CNY", NOON))

    reconcile(store)

    assert balances(payment=None) == {"fees": 500, "settled": -500}


def test_another_currency_is_left_for_a_person(store: Store, counter: Counter, payment: Payment) -> None:
    counter.lines, counter.moved = [line_of(payment)], [moved(payment, currency="USD")]

    reconcile(store)

    assert balances() == {"clearing": 10000, "revenue": -10000}
    assert MovementRow.objects.get().booked_at is None


def test_money_of_a_payment_that_is_not_known_yet_waits_for_it(store: Store, counter: Counter, order: Order) -> None:
    payment = attempt(order)
    counter.lines = [lost(payment)]
    counter.moved = [moved(payment, provider_id="t-lost", amount=payment.amount)]
    reconcile(store)
    assert balances() == {}

    report = PaymentReport(payment.number, "succeeded", payment.amount, "CNY", "t-lost", NOON)
    settle("counter", report, actor="provider:counter")
    reconciling.recheck()

    assert balances()["settled"] == payment.amount - 60


def test_a_later_day_settles_an_earlier_payment(
    store: Store, shopper: Shopper, counter: Counter, payment: Payment
) -> None:
    other = paid_orders(store, shopper, 1)[0]
    counter.lines = [line_of(payment), line_of(other)]
    counter.moved = [moved(payment, at=NOON + timedelta(days=1))]

    reconcile(store)
    assert balances() == {"clearing": 20000, "revenue": -20000}
    reconcile(store, DAY + timedelta(days=1))

    assert balances() == {"clearing": 10000, "settled": 9940, "fees": 60, "revenue": -20000}
