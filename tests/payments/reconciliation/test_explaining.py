"""A difference is closed with a word why, in the journal, once; several are closed together or not at all.

A refund that the provider cannot be asked about is booked on the statement's word when somebody says so.
"""

from dataclasses import replace

import pytest

from core.models import JournalEntry
from core.problems import Problem
from payments import differences
from payments.gateways import StatementLine
from payments.models import Difference, LedgerEntry, Payment, Refund
from shop.models import Shopper, Store
from tests.support.statements import NOON, Counter, kinds, line_of, paid_orders, reconcile


@pytest.fixture
def three(store: Store, shopper: Shopper, counter: Counter) -> list[Difference]:
    counter.lines = [line_of(payment, amount=1) for payment in paid_orders(store, shopper, 3)]
    reconcile(store)
    return list(Difference.objects.order_by("pk"))


@pytest.fixture
def by_hand(store: Store, counter: Counter, payment: Payment) -> Difference:
    line = StatementLine("refund", "by-hand", "back-1", payment.number, 2500, "CNY", "succeeded", 0, NOON)
    counter.lines = [line_of(payment), line]
    reconcile(store)
    return Difference.objects.select_related("payment").get()


def test_explained_by_whom_and_why(three: list[Difference]) -> None:
    assert differences.explain(three[:2], "  a coupon  ", actor="staff:7") == 2

    assert kinds() == ["amount"]
    first = Difference.objects.get(pk=three[0].pk)
    assert (first.state, first.explanation, first.explained_by) == ("explained", "a coupon", "staff:7")
    last = JournalEntry.objects.filter(subject=f"difference:{first.pk}").last()
    assert (last.actor, last.from_state, last.to_state, last.why) == ("staff:7", "open", "explained", "a coupon")


@pytest.mark.parametrize("word", ["", "   "])
def test_a_word_is_needed(three: list[Difference], word: str) -> None:
    with pytest.raises(Problem):
        differences.explain(three, word, actor="staff:7")

    assert len(kinds()) == 3


def test_a_second_word_changes_nothing(three: list[Difference]) -> None:
    differences.explain(three, "a coupon", actor="staff:7")

    assert differences.explain(three, "something else", actor="staff:8") == 0
    assert set(Difference.objects.values_list("explanation", flat=True)) == {"a coupon"}


def test_a_refund_on_the_statements_word(by_hand: Difference) -> None:
    differences.book(by_hand, actor="staff:7")

    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.provider_refund_id) == ("succeeded", 2500, "back-1")
    assert LedgerEntry.objects.filter(group=f"refund:{refund.pk}").count() == 2
    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.explained_by) == ("explained", "staff:7")
    with pytest.raises(Problem):
        differences.book(by_hand, actor="staff:7")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("change", [{"amount": 10001}, {"currency": "USD"}])
def test_what_cannot_be_is_not_booked(by_hand: Difference, change: dict[str, object]) -> None:
    by_hand.found = by_hand.found | change
    by_hand.save()

    with pytest.raises(Problem):
        differences.book(by_hand, actor="staff:7")

    assert not Refund.objects.exists()
    by_hand.refresh_from_db()
    assert by_hand.state == "open"


def test_a_refund_of_a_payment_that_is_not_known_cannot_be_booked(
    store: Store, counter: Counter, payment: Payment
) -> None:
    counter.lines = [
        line_of(payment),
        replace(line_of(payment), kind="refund", number="by-hand", provider_id="back-1", payment_number="nobody"),
    ]
    reconcile(store)
    difference = Difference.objects.get()

    assert not differences.can_be_asked(difference)
    with pytest.raises(Problem):
        differences.book(difference, actor="staff:7")
