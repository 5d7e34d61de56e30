"""The histories of money that are known to matter, each played from its first step to the end, where both sides' books agree.

They are played on the machine whose steps ``test_any_history`` mixes at random; here every step is written down.
"""

import pytest

from core.problems import Problem
from payments import refund_requests
from payments.closing import WHILE_BEING_PAID
from payments.comparing import CONFIRMED
from payments.differences import MADE_THERE
from payments.gateways import BeingPaid, Unavailable
from payments.models import Difference, Notification, Payment, Refund
from payments.verdicts import (
    DOUBLE,
    DOUBT_AMOUNT,
    ELSEWHERE,
    KNOWN,
    LATE,
    REFUND_FAILED,
    REOPENED,
    SETTLED,
    WRONG_AMOUNT,
)
from shop.models import Stock
from tests.support.histories import APPROVAL_FROM, CALLS, PRICE, Histories, played
from tests.support.orders import sell_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def the_books_balance() -> None:
    """Each history asks by itself, while its rows are there."""


def order_state(history: Histories, payment: int) -> str:
    return str(history.payment(payment).order.state)


def held(history: Histories) -> int:
    """How much of the stock is kept for orders."""
    return Stock.objects.get(variant=history.variant).held


def paid(history: Histories, quantity: int = 2) -> int:
    """An order that has been paid in the usual way."""
    payment: int = history.buy(quantity, "north")
    history.paid_and_told(payment)
    assert order_state(history, payment) == "paid"
    return payment


def test_paid() -> None:
    with played() as history:
        payment = paid(history)
        assert history.payment(payment).settles
        assert held(history) == 2
    assert SETTLED in history.reached


def test_told_three_times_and_then_otherwise() -> None:
    with played() as history:
        payment = history.buy(2, "north")
        history.the_payer_pays(payment)
        history.the_provider_tells(payment, times=3)
        history.the_worker_works()
        history.paid_and_told(payment)
        assert sorted(Notification.objects.values_list("verdict", flat=True)) == [SETTLED, KNOWN]
    assert {SETTLED, KNOWN} <= history.reached


def test_paid_after_its_time_and_reopened() -> None:
    with played() as history:
        payment = history.buy(2, "north")
        history.time_passes(31)
        history.the_worker_works()
        assert (order_state(history, payment), held(history)) == ("cancelled", 0)
        history.paid_and_told(payment)
        assert (order_state(history, payment), held(history)) == ("paid", 2)
    assert REOPENED in history.reached


def test_paid_after_its_time_and_sold_out() -> None:
    with played() as history:
        payment = history.buy(2, "north")
        history.time_passes(31)
        history.the_worker_works()
        sell_out(history.variant)
        history.paid_and_told(payment)
        history.refunds_come_to_their_end()
        refund = Refund.objects.get()
        assert (refund.cause, refund.amount, refund.state) == ("late", 2 * PRICE, "succeeded")
        assert (order_state(history, payment), held(history)) == ("cancelled", 0)
    assert LATE in history.reached


def test_paid_at_two_providers() -> None:
    with played() as history:
        first = history.buy(2, "north")
        second = history.another_tab(first, "south")
        for payment in (first, second):
            history.the_payer_pays(payment)
            history.the_provider_tells(payment)
        history.the_worker_works()
        history.refunds_come_to_their_end()
        assert order_state(history, first) == "paid"
        refund = Refund.objects.get()
        assert (refund.payment_id, refund.cause, refund.amount, refund.state) == (
            second,
            "double",
            2 * PRICE,
            "succeeded",
        )
    assert {SETTLED, DOUBLE} <= history.reached


def test_paid_at_two_providers_and_refunded_at_both() -> None:
    """What was paid twice goes back by itself, and what paid the order by staff: two refunds, each with a number of its own."""
    with played() as history:
        first = history.buy(2, "north")
        second = history.another_tab(first, "south")
        for payment in (first, second):
            history.paid_and_told(payment)
        history.staff_refund(which=0, amount=500)
        history.refunds_come_to_their_end()
        assert sorted(Refund.objects.values_list("payment", "amount")) == [(first, 500), (second, 2 * PRICE)]
        assert [len(provider.refunds) for provider in history.providers.values()] == [1, 1]
    assert {DOUBLE, "succeeded"} <= history.reached


@pytest.mark.parametrize("amount", [1, 2 * PRICE - 1, 2 * PRICE + 1])
def test_the_provider_confirms_another_amount(amount: int) -> None:
    with played() as history:
        payment = history.buy(2, "north")
        history.the_payer_pays(payment, amount=amount)
        history.time_passes(5)
        history.the_worker_works()
        history.refunds_come_to_their_end()
        assert not history.payment(payment).settles
        refund = Refund.objects.get()
        assert (refund.cause, refund.amount, refund.state) == ("amount", amount, "succeeded")
    assert WRONG_AMOUNT in history.reached


@pytest.mark.parametrize("amount", [0, 1, 2 * PRICE + 1])
def test_somebody_claims_another_amount(amount: int) -> None:
    """Nothing comes of it; what the payer then really pays does."""
    with played() as history:
        payment = history.buy(2, "north")
        history.somebody_claims(payment, amount)
        history.the_worker_works()
        assert (order_state(history, payment), history.payment(payment).state) == ("pending", "opened")
        history.paid_and_told(payment)
        assert order_state(history, payment) == "paid"
        assert not Refund.objects.exists()
    assert {DOUBT_AMOUNT, SETTLED} <= history.reached


def test_a_small_refund_by_staff() -> None:
    with played() as history:
        payment = paid(history)
        history.staff_refund(amount=500)
        history.the_worker_works()
        # Accepted is not refunded.
        assert (Refund.objects.get().state, history.payment(payment).order.refund_state) == ("processing", "none")
        history.refunds_come_to_their_end()
        assert (Refund.objects.get().state, history.payment(payment).order.refund_state) == ("succeeded", "part")
        assert order_state(history, payment) == "paid"
    assert "succeeded" in history.reached


def test_a_second_person_agrees() -> None:
    with played() as history:
        payment = paid(history, 4)
        history.staff_refund(amount=APPROVAL_FROM, who="staff:1")
        history.the_worker_works()
        assert (Refund.objects.get().state, history.providers["north"].refunds) == ("requested", {})
        history.a_second_person_decides("staff:2", agree=True)
        history.refunds_come_to_their_end()
        assert (Refund.objects.get().state, Refund.objects.get().decided_by) == ("succeeded", "staff:2")
        assert history.payment(payment).refundable == 4 * PRICE - APPROVAL_FROM
    assert "succeeded" in history.reached


def test_a_second_person_refuses() -> None:
    with played() as history:
        payment = paid(history, 4)
        history.staff_refund(amount=APPROVAL_FROM, who="staff:1")
        history.a_second_person_decides("staff:2", agree=False)
        history.refunds_come_to_their_end()
        assert history.providers["north"].refunds == {}
        assert history.payment(payment).refundable == 4 * PRICE
    assert "refused" in history.reached


def test_who_asked_cannot_agree() -> None:
    with played() as history:
        paid(history, 4)
        history.staff_refund(amount=APPROVAL_FROM, who="staff:1")
        with pytest.raises(Problem) as refused:
            refund_requests.approve(Refund.objects.select_related("payment__store").get(), actor="staff:1")
        assert refused.value.kind == "same-person"
        history.refunds_come_to_their_end()
        assert (Refund.objects.get().state, history.providers["north"].refunds) == ("requested", {})
    assert "requested" in history.reached


def test_everything_goes_back_before_it_is_shipped() -> None:
    with played() as history:
        payment = paid(history)
        history.staff_refund(amount=2 * PRICE)
        history.refunds_come_to_their_end()
        order = history.payment(payment).order
        assert (order.state, order.cancel_cause, order.refund_state, held(history)) == (
            "cancelled",
            "refunded",
            "full",
            0,
        )
    assert "succeeded" in history.reached


def test_more_than_was_paid_is_asked_for() -> None:
    with played() as history:
        payment = paid(history)
        history.staff_refund(amount=1500)
        history.staff_refund(amount=501)
        assert [refund.amount for refund in Refund.objects.all()] == [1500]
        history.staff_refund(amount=500)
        history.refunds_come_to_their_end()
        assert history.payment(payment).refundable == 0
    assert "succeeded" in history.reached


def test_a_refund_fails_at_the_provider_and_is_asked_for_anew() -> None:
    with played() as history:
        payment = paid(history)
        history.staff_refund(amount=2 * PRICE - 1)
        history.refunds_come_to_their_end("failed")
        assert Refund.objects.get().state == "failed"
        assert history.payment(payment).refundable == 2 * PRICE
        assert history.payment(payment).order.hold_reason == REFUND_FAILED
        history.staff_refund(amount=2 * PRICE - 1)
        history.refunds_come_to_their_end()
        assert sorted(Refund.objects.values_list("state", flat=True)) == ["failed", "succeeded"]
        assert history.payment(payment).refundable == 1
    assert {"failed", "succeeded"} <= history.reached


def test_a_refund_in_the_console() -> None:
    with played() as history:
        payment = paid(history)
        history.somebody_refunds_in_the_console(amount=300)
        refund = Refund.objects.get()
        assert (refund.cause, refund.amount, refund.state) == ("elsewhere", 300, "succeeded")
        assert history.payment(payment).refundable == 2 * PRICE - 300
    assert ELSEWHERE in history.reached


def test_cancelled_while_it_is_being_paid() -> None:
    """The provider is asked before the stock is given back, and what was paid there is paid here."""
    with played() as history:
        payment = history.buy(2, "north")
        history.providers["north"].fail("close", BeingPaid("the payer is at it"))
        history.the_shopper_cancels(payment)
        history.the_worker_works()
        assert (order_state(history, payment), held(history)) == ("pending", 2)
        history.the_payer_pays(payment)
        # Long before the payment itself is asked about.
        history.offset += 2 * WHILE_BEING_PAID
        history.the_worker_works()
        assert (order_state(history, payment), held(history)) == ("paid", 2)
        assert not Refund.objects.exists()
    assert history.reached == {"", "paid"}


def test_cancelled_and_not_paid() -> None:
    with played() as history:
        payment = history.buy(2, "north")
        history.the_shopper_cancels(payment)
        history.the_worker_works()
        assert (order_state(history, payment), held(history)) == ("cancelled", 0)
        assert history.providers["north"].payments[history.payment(payment).number].state == "closed"
    assert history.reached == {"", "cancelled"}


def test_a_lost_notification_is_found_by_asking() -> None:
    """Not at the first question: the payer took their time."""
    with played() as history:
        payment = history.buy(2, "north")
        for _ in range(3):
            history.time_passes(2)
            history.the_worker_works()
        assert order_state(history, payment) == "pending"
        history.the_payer_pays(payment)
        history.time_passes(7)
        history.the_worker_works()
        assert order_state(history, payment) == "paid"
        assert not Notification.objects.exists()
    assert history.reached == {"", "paid"}


def test_paid_after_it_was_closed_and_never_told() -> None:
    """The provider took money for what it had closed, and its notification is lost for ever: the day's bill shows it."""
    with played() as history:
        payment = history.buy(2, "north")
        history.the_shopper_cancels(payment)
        history.the_worker_works()
        history.the_payer_pays(payment, anyway=True)
        for _ in range(3):
            history.time_passes(60)
            history.the_worker_works()
        assert (order_state(history, payment), history.payment(payment).state) == ("cancelled", "closed")
        history.close_the_day()
        assert (order_state(history, payment), history.payment(payment).settles) == ("paid", True)
        assert Difference.objects.get().explanation == CONFIRMED
        assert not Notification.objects.exists()
    assert {"missing_here", "paid"} <= history.reached


def test_another_amount_after_it_was_closed() -> None:
    """What is told is not believed, and nobody asks about what is closed: the day's bill has it asked about."""
    with played() as history:
        payment = history.buy(2, "north")
        history.the_shopper_cancels(payment)
        history.the_worker_works()
        history.the_payer_pays(payment, amount=1, anyway=True)
        history.the_provider_tells(payment)
        history.the_worker_works()
        assert history.payment(payment).state == "closed"
        history.close_the_day()
        history.refunds_come_to_their_end()
        assert (Refund.objects.get().cause, Refund.objects.get().amount) == ("amount", 1)
        assert (order_state(history, payment), history.payment(payment).settles) == ("cancelled", False)
    assert {DOUBT_AMOUNT, WRONG_AMOUNT, "missing_here"} <= history.reached


def test_a_refund_in_the_console_that_is_never_told() -> None:
    with played() as history:
        payment = paid(history)
        history.somebody_refunds_in_the_console(amount=300, told=False)
        assert history.payment(payment).refundable == 2 * PRICE
        history.close_the_day()
        refund = Refund.objects.get()
        assert (refund.cause, refund.amount, refund.state) == ("elsewhere", 300, "succeeded")
        assert history.payment(payment).refundable == 2 * PRICE - 300
        assert Difference.objects.get().explanation == MADE_THERE
    assert {"refund", "succeeded"} <= history.reached


@pytest.mark.parametrize("done", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_fails(call: str, done: bool) -> None:
    """Each call of the whole way once without an answer: bought, paid, found by asking, given back in part; and one that is closed."""
    with played() as history:
        north = history.providers["north"]
        north.fail(call, Unavailable("no answer"), done=done)
        history.buy(2, "north")
        payment = Payment.objects.get().pk
        assert history.another_tab(payment, "north") == payment
        history.the_payer_pays(payment)
        for _ in range(2):
            history.time_passes(7)
            history.the_worker_works()
        assert order_state(history, payment) == "paid"
        history.staff_refund(amount=500)
        history.the_worker_works()
        for _ in range(2):
            history.refunds_come_to_their_end()
        other = history.buy(1, "north")
        history.the_shopper_cancels(other)
        for _ in range(2):
            history.the_worker_works()
            history.time_passes(5)
        assert order_state(history, other) == "cancelled"
        # One of each, however often it was asked for.
        assert [len(north.payments), len(north.refunds)] == [2, 1]
        assert Refund.objects.get().state == "succeeded"
        assert north._failures == []
    assert {"succeeded", "paid", "cancelled"} <= history.reached
