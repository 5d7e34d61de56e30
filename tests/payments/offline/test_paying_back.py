"""Refunds of money that staff took in are carried out by a person: booked when they say that it has gone, and not before."""

import pytest

from core.models import JournalEntry
from core.problems import Problem
from core.states import IllegalMove
from orders.models import Order
from payments import by_hand, refund_requests
from payments.models import LedgerEntry, Payment, Refund
from payments.verdicts import KNOWN, REFUND_FAILED, REFUNDED
from shop.models import Store, Variant
from tests.payments.offline.conftest import STAFF, now, work
from tests.support.catalogue import counters
from tests.support.pay import pay


@pytest.fixture
def payment(awaited: Order) -> Payment:
    by_hand.take_in(awaited, "bank_transfer", awaited.total, "2026112500017", actor=STAFF)
    return Payment.objects.get()


@pytest.fixture
def refund(payment: Payment) -> Refund:
    """Asked for, and taken up by the worker."""
    refund = refund_requests.request(payment, 5600, "One cup was broken", actor=STAFF)
    work(Refund)
    refund.refresh_from_db()
    return refund


def booked(refund: Refund) -> dict[str, int]:
    groups = (f"refund:{refund.pk}", f"paid_back:{refund.pk}")
    return {f"{e.group.partition(':')[0]} {e.account}": e.amount for e in LedgerEntry.objects.filter(group__in=groups)}


def test_it_waits_for_a_person(refund: Refund) -> None:
    assert (refund.state, refund.due_at, refund.parked_at) == ("processing", None, None)
    assert booked(refund) == {}


def test_paid_back(refund: Refund) -> None:
    assert by_hand.paid_back(refund, "2026112600003", actor=STAFF) == REFUNDED

    refund.refresh_from_db()
    assert (refund.state, refund.provider_refund_id) == ("succeeded", f"{refund.number}:2026112600003")
    assert booked(refund) == {
        "refund refunds": 5600, "refund clearing": -5600, "paid_back clearing": 5600, "paid_back settled": -5600,
    }  # fmt: skip
    assert Order.objects.get().refund_state == "part"
    assert JournalEntry.objects.filter(subject=f"refund:{refund.pk}", to_state="succeeded", actor=STAFF).exists()


def test_the_second_click_books_nothing(refund: Refund) -> None:
    by_hand.paid_back(refund, "2026112600003", actor=STAFF)

    assert by_hand.paid_back(refund, "2026112600003", actor=STAFF) == KNOWN
    assert len(booked(refund)) == 4


def test_it_could_not_be_paid_back_and_then_it_could(refund: Refund, payment: Payment) -> None:
    assert by_hand.not_paid_back(refund, "The account is closed", actor=STAFF) == REFUND_FAILED
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, refund.verdict, payment.refund_reserved) == ("failed", "The account is closed", 0)
    assert Order.objects.get().hold_reason == REFUND_FAILED
    assert booked(refund) == {}

    assert by_hand.paid_back(refund, "cash", actor=STAFF) == REFUNDED


def test_two_people_above_an_amount(store: Store, payment: Payment) -> None:
    Store.objects.filter(pk=store.pk).update(refund_approval_from=5000)
    payment = Payment.objects.get()
    refund = refund_requests.request(payment, 5600, "Broken", actor=STAFF)

    with pytest.raises(IllegalMove):
        by_hand.paid_back(refund, "x", actor=STAFF)
    refund_requests.approve(refund, actor="staff:8")
    by_hand.paid_back(Refund.objects.get(), "x", actor=STAFF)

    assert Refund.objects.get().state == "succeeded"


def test_a_full_refund_before_shipping_stops_the_order(payment: Payment, variant: Variant) -> None:
    refund_requests.request(payment, payment.amount, "No longer wanted", actor=STAFF)

    assert now(payment.order).state == "cancelled"
    assert counters(variant) == (10, 0)


@pytest.mark.parametrize("reference", ["", "  ", "x" * 31])
def test_without_a_reference(refund: Refund, reference: str) -> None:
    with pytest.raises(Problem):
        by_hand.paid_back(refund, reference, actor=STAFF)
    refund.refresh_from_db()
    assert refund.state == "processing"


def test_what_a_provider_pays_back_is_not_for_people_to_say(order: Order) -> None:
    refund = refund_requests.request(pay(order), 100, "Broken", actor=STAFF)

    with pytest.raises(Problem) as refused:
        by_hand.paid_back(refund, "x", actor=STAFF)

    assert refused.value.kind == "not-by-hand"
    assert Refund.objects.get().state == "due"
