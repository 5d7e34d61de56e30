"""What the provider lists and nobody here took in is asked about at once: what it confirms is taken in, and the difference closes.

A payment whose notification and polling were both lost pays its order after all. A refund made in the provider's console is booked when
the provider confirms amount and payment, and stays visible as explained.
"""

from dataclasses import replace

import pytest

from core import duework
from core.models import JournalEntry
from orders.models import Order
from payments import refund_requests
from payments.gateways import PaymentReport, RefundReport, StatementLine, Unavailable
from payments.models import Difference, LedgerEntry, Payment, Refund
from shop.models import Store
from tests.support.statements import NOON, Counter, attempt, kinds, line_of, reconcile, refund_line_of


def lost(payment: Payment) -> StatementLine:
    """The line of a payment of which nobody here heard."""
    return StatementLine(
        "payment", payment.number, "t-lost", payment.number, payment.amount, payment.currency, "succeeded", 60, NOON
    )


def confirmed(payment: Payment) -> PaymentReport:
    return PaymentReport(payment.number, "succeeded", payment.amount, payment.currency, "t-lost", NOON)


def made_there(payment: Payment, amount: int = 2500, **other: object) -> RefundReport:
    report = RefundReport("by-hand", "succeeded", amount, "back-by-hand", NOON, payment_number=payment.number)
    return replace(report, **other)  # type: ignore[arg-type]


@pytest.fixture
def by_hand(payment: Payment, counter: Counter) -> StatementLine:
    """A quarter went back by hand, in the provider's console."""
    line = StatementLine(
        "refund", "by-hand", "back-by-hand", payment.number, 2500, payment.currency, "succeeded", 0, NOON
    )
    counter.lines = [line_of(payment), line]
    return line


def test_a_payment_of_which_nobody_heard_pays_its_order(store: Store, order: Order, counter: Counter) -> None:
    payment = attempt(order)
    counter.lines, counter.paid[payment.number] = [lost(payment)], confirmed(payment)

    reconcile(store)

    order.refresh_from_db()
    assert order.state == "paid"
    difference = Difference.objects.get()
    assert difference.state == "resolved"
    assert difference.explanation == "The provider was asked, and it was taken in."
    steps = JournalEntry.objects.filter(subject=f"difference:{difference.pk}").values_list("to_state", flat=True)
    assert list(steps) == ["open", "resolved"]


def test_a_payment_that_the_provider_does_not_confirm_stays_open(store: Store, order: Order, counter: Counter) -> None:
    payment = attempt(order)
    counter.lines = [lost(payment)]

    reconcile(store)

    order.refresh_from_db()
    assert order.state == "pending"
    assert Difference.objects.get().answer == "It says that this is not paid."


def test_a_refund_made_there_is_booked_and_explained(
    store: Store, payment: Payment, counter: Counter, by_hand: StatementLine
) -> None:
    counter.refunds["by-hand"] = made_there(payment)

    reconcile(store)

    refund = Refund.objects.get()
    assert (refund.state, refund.cause, refund.amount) == ("succeeded", "elsewhere", 2500)
    assert LedgerEntry.objects.get(group=f"refund:{refund.pk}", account="refunds").amount == 2500
    payment.order.refresh_from_db()
    assert payment.order.refund_state == "part"
    difference = Difference.objects.get()
    assert (difference.kind, difference.state, difference.explained_by) == ("refund", "explained", "system")
    reconcile(store)
    assert Refund.objects.count() == 1
    assert kinds() == []


@pytest.mark.parametrize("other", [{"amount": 2501}, {"payment_number": "another"}, {"mismatch": "mchid"}])
def test_a_refund_that_the_provider_tells_otherwise_is_not_booked(
    store: Store, payment: Payment, counter: Counter, by_hand: StatementLine, other: dict[str, object]
) -> None:
    counter.refunds["by-hand"] = made_there(payment, **other)  # type: ignore[arg-type]

    reconcile(store)

    assert kinds() == ["refund"]
    assert not Refund.objects.exists()


def test_more_than_came_in_is_not_booked(store: Store, payment: Payment, counter: Counter) -> None:
    counter.lines = [
        line_of(payment),
        StatementLine("refund", "by-hand", "back-by-hand", payment.number, 10001, "CNY", "succeeded", 0, NOON),
    ]
    counter.refunds["by-hand"] = made_there(payment, 10001)

    reconcile(store)

    assert Difference.objects.get().answer == "More would have gone back than came in."
    assert not Refund.objects.exists()


def test_a_refund_that_failed_here_and_was_put_right_there(store: Store, payment: Payment, counter: Counter) -> None:
    refund = refund_requests.request(payment, 2500, "broken", actor="staff:1")
    counter.refunds[refund.number] = made_there(payment, number=refund.number, state="failed")
    duework.run_pending(Refund)
    refund.refresh_from_db()
    assert refund.state == "failed"
    counter.lines = [line_of(payment), refund_line_of(refund, provider_id="back-by-hand")]
    counter.refunds[refund.number] = made_there(payment, number=refund.number)

    reconcile(store)

    refund.refresh_from_db()
    assert refund.state == "succeeded"
    difference = Difference.objects.get()
    assert (difference.kind, difference.state) == ("state", "resolved")
    assert difference.explanation == "The refund has come to its end."


def test_a_provider_that_does_not_answer_leaves_it_open(
    store: Store, payment: Payment, counter: Counter, by_hand: StatementLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(payment: Payment, number: str) -> RefundReport:
        raise Unavailable("down")

    monkeypatch.setattr(counter, "find_refund", down)

    day = reconcile(store)

    assert day.done_at is not None
    assert Difference.objects.get().answer == "down"
