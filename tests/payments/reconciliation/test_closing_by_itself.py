"""A difference is one row however often its day is compared; what vanishes closes with a word why, what was explained stays explained."""

from dataclasses import replace

from core.models import JournalEntry
from orders.models import Order
from payments import differences, reconciling
from payments.gateways import PaymentReport
from payments.models import Difference, Payment
from payments.settling import settle
from shop.models import Store
from tests.payments.reconciliation.test_asking import lost
from tests.support.statements import NOON, Counter, attempt, kinds, line_of, reconcile


def test_comparing_again_doubles_nothing(store: Store, counter: Counter, payment: Payment) -> None:
    counter.lines = [line_of(payment, amount=1)]

    first, second = reconcile(store), reconcile(store)

    assert first.pk == second.pk
    assert first.rows.count() == 1
    assert kinds() == ["amount"]
    assert JournalEntry.objects.filter(subject__startswith="difference:").count() == 1


def test_explained_stays_explained(store: Store, counter: Counter, payment: Payment) -> None:
    counter.lines = [line_of(payment, amount=1)]
    reconcile(store)
    differences.explain([Difference.objects.get()], "a coupon of the platform", actor="staff:1")

    reconcile(store)

    assert Difference.objects.get().state == "explained"


def test_a_late_notification_closes_it(store: Store, counter: Counter, order: Order) -> None:
    """The provider did not answer when it was asked; then the notification came."""
    payment = attempt(order)
    counter.lines = [lost(payment)]
    reconcile(store)
    Difference.objects.update(asked_at=None)
    report = PaymentReport(payment.number, "succeeded", payment.amount, payment.currency, "t-lost", NOON)
    settle("counter", report, actor="provider:counter")
    asked = len(counter.asked)

    assert reconciling.recheck() == 1

    assert len(counter.asked) == asked, "it only looks at what is kept"
    difference = Difference.objects.get()
    assert (difference.state, difference.explanation) == ("resolved", "Its notification came late.")
    assert reconciling.recheck() == 0


def test_a_statement_that_was_put_right_closes_it(store: Store, counter: Counter, payment: Payment) -> None:
    counter.lines = []
    day = reconcile(store)
    counter.lines = [line_of(payment)]

    assert reconciling.fetch_again([day]) == 1
    assert reconcile(store).lines == 1

    assert Difference.objects.get().explanation == "The statement lists it now."


def test_what_comes_back_is_open_again(store: Store, counter: Counter, payment: Payment) -> None:
    wrong, right = [line_of(payment, amount=1)], [line_of(payment)]
    for lines in (wrong, right, wrong):
        counter.lines = list(lines)
        reconcile(store)

    difference = Difference.objects.get()
    assert (difference.state, difference.explanation) == ("open", "")
    steps = JournalEntry.objects.filter(subject=f"difference:{difference.pk}").values_list("to_state", flat=True)
    assert list(steps) == ["open", "resolved", "open"]


def test_a_line_that_is_no_longer_listed_is_dropped(store: Store, counter: Counter, payment: Payment) -> None:
    line = line_of(payment)
    counter.lines = [line, replace(line, provider_id="t-nobody", number="n-nobody", payment_number="n-nobody")]
    assert reconcile(store).lines == 2
    counter.lines = [line]

    assert reconcile(store).lines == 1

    assert kinds() == []
    assert Difference.objects.get().row is None
