"""Each kind of difference alone is found, named, and shown with both sides; and without it there is none."""

from dataclasses import replace

import pytest

from orders.models import Order
from payments.gateways import StatementLine
from payments.models import Difference, Payment, Refund
from shop.models import Store
from tests.support.statements import NOON, Counter, attempt, kinds, line_of, reconcile, refund_line_of, refunded


@pytest.fixture
def refund(counter: Counter, payment: Payment) -> Refund:
    return refunded(counter, payment, 3000)


@pytest.fixture
def agreeing(counter: Counter, payment: Payment, refund: Refund) -> Counter:
    """The counter's roll says what the books say."""
    counter.lines = [line_of(payment), refund_line_of(refund)]
    return counter


def test_two_sides_that_agree(store: Store, agreeing: Counter) -> None:
    day = reconcile(store)

    assert kinds() == []
    assert day.there == {
        "CNY": {"payments": 1, "paid": 10000, "refunds": 1, "refunded": 3000, "fees": 42},
    }
    assert day.here == {"CNY": {"payments": 1, "paid": 10000, "refunds": 1, "refunded": 3000}}
    assert day.done_at is not None


@pytest.mark.parametrize(
    ("of", "change", "kind"),
    [
        (0, {"amount": 9999}, "amount"),
        (0, {"currency": "USD"}, "amount"),
        (0, {"state": "failed"}, "state"),
        (0, {"number": "another"}, "number"),
        (0, {"provider_id": "t-another"}, "number"),
        (1, {"amount": 3001}, "amount"),
        (1, {"currency": "USD"}, "amount"),
        (1, {"state": "failed"}, "state"),
        (1, {"number": "another"}, "number"),
        (1, {"provider_id": "back-another"}, "number"),
        (1, {"payment_number": "another"}, "number"),
    ],
)
def test_a_line_that_says_something_else(
    store: Store, agreeing: Counter, of: int, change: dict[str, str], kind: str
) -> None:
    agreeing.lines[of] = replace(agreeing.lines[of], **change)  # type: ignore[arg-type]

    reconcile(store)

    assert kinds() == [kind]
    difference = Difference.objects.get()
    ((name, value),) = change.items()
    assert difference.found[name] == value
    assert difference.expected[name] != value
    assert difference.row is not None


def test_a_payment_that_is_missing_in_the_statement(store: Store, agreeing: Counter, payment: Payment) -> None:
    agreeing.lines = agreeing.lines[1:]

    reconcile(store)

    difference = Difference.objects.get()
    assert (difference.kind, difference.payment, difference.found) == ("missing_there", payment, None)
    assert difference.expected["amount"] == 10000


def test_a_refund_that_is_missing_in_the_statement(store: Store, agreeing: Counter, refund: Refund) -> None:
    agreeing.lines = agreeing.lines[:1]

    reconcile(store)

    difference = Difference.objects.get()
    assert (difference.kind, difference.refund, difference.found) == ("missing_there", refund, None)


def test_a_payment_that_nobody_here_knows(store: Store, agreeing: Counter) -> None:
    agreeing.lines.append(replace(agreeing.lines[0], number="n-1", payment_number="n-1", provider_id="t-1"))

    reconcile(store)

    difference = Difference.objects.get()
    assert (difference.kind, difference.payment, difference.expected) == ("missing_here", None, None)


def test_a_payment_of_which_nothing_was_heard(store: Store, counter: Counter, order: Order) -> None:
    """Not asked yet what became of it: the counter says that it is still open, so a person has to look."""
    opened = attempt(order)
    counter.lines = [_line(opened)]

    reconcile(store)

    difference = Difference.objects.get()
    assert (difference.kind, difference.payment) == ("missing_here", opened)
    assert difference.expected["state"] == "opened"


def test_a_refund_that_nobody_here_knows(store: Store, agreeing: Counter, payment: Payment) -> None:
    agreeing.lines.append(replace(agreeing.lines[1], number="by-hand", provider_id="back-1", amount=100))

    reconcile(store)

    difference = Difference.objects.get()
    assert (difference.kind, difference.payment, difference.refund) == ("refund", payment, None)


def test_a_refund_that_did_not_succeed_there_and_is_not_known_here_is_none(store: Store, agreeing: Counter) -> None:
    agreeing.lines.append(replace(agreeing.lines[1], number="by-hand", provider_id="back-1", state="failed"))

    reconcile(store)

    assert kinds() == []


def test_a_refund_that_was_under_way_when_the_statement_was_drawn_up_is_none(store: Store, agreeing: Counter) -> None:
    agreeing.lines[1] = replace(agreeing.lines[1], state="processing")

    reconcile(store)

    assert kinds() == []


def _line(payment: Payment) -> StatementLine:
    return StatementLine(
        "payment", payment.number, "t-opened", payment.number, payment.amount, "CNY", "succeeded", 60, NOON
    )
