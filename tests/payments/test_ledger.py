"""The ledger is double entry and append-only: the database itself refuses to change or delete a booking, or to book a thing twice."""

import pytest
from django.db import IntegrityError, transaction

from orders.models import Order
from payments import ledger
from payments.models import LedgerEntry, Payment
from tests.support.pay import Platform, pay


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return pay(order)


def test_a_booking_cannot_be_changed(payment: Payment) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.filter(payment=payment).update(amount=1)


def test_a_booking_cannot_be_deleted(payment: Payment) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        LedgerEntry.objects.filter(payment=payment).delete()


def test_a_thing_is_booked_once(payment: Payment) -> None:
    with pytest.raises(IntegrityError, match="ledger_once_a_group"), transaction.atomic():
        ledger.book_payment(payment, payment.amount)


def test_nothing_is_booked_for_nothing(payment: Payment) -> None:
    count = LedgerEntry.objects.count()
    ledger.book("free:1", payment, ledger.Account.CLEARING, ledger.Account.REVENUE, 0)
    assert LedgerEntry.objects.count() == count


def test_every_group_adds_up_to_nothing(payment: Payment) -> None:
    amounts = list(LedgerEntry.objects.filter(payment=payment).values_list("amount", flat=True))
    assert len(amounts) == 2
    assert sum(amounts) == 0
