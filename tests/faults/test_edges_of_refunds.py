"""The edges of refunds, each once with real processes: the reply is lost, they fail after they were accepted, come all at once, or were
made in the provider's console. Money goes back once, and both sides' books agree.
"""

from datetime import timedelta

import pytest
from django.db.models import F

from core import clock
from core.problems import Problem
from payments import refund_requests
from payments.models import Payment, Refund
from payments.verdicts import REFUND_FAILED
from tests.faults import in_worker
from tests.faults.site import (
    ONE,
    PAID,
    PART,
    PART_RETURNED,
    PRICE,
    REFUNDED,
    Outcome,
    Site,
    fresh,
    later,
    make_due,
    wait_for,
)

pytestmark = [
    pytest.mark.process, pytest.mark.slow, pytest.mark.xdist_group("edges of refunds"), pytest.mark.timeout(240),
]  # fmt: skip


def test_a_refund_is_not_answered_but_done(running: Site) -> None:
    """It is asked for again under the same number: the provider has one, and says so."""
    payment = running.paid()
    running.sandbox.settings(notify="lose")
    running.sandbox.forget_requests()
    running.sandbox.faults("refund", {"do": "accept_and_lose", "times": 2})
    refund_requests.request(payment, PRICE, "all of it", actor=ONE)
    running.comes_to(payment, REFUNDED, 60)
    assert [request["status"] for request in running.sandbox.requests(call="refund")] == [0, 0, 200]


@pytest.mark.parametrize("outcome, trade", [("abnormal", "REFUND"), ("closed", "SUCCESS")])
def test_a_refund_is_accepted_and_fails(outcome: str, trade: str, running: Site) -> None:
    """A person is shown the order; the books stay as they are, and the money can go back otherwise."""
    payment = running.paid()
    running.sandbox.settings(refund=outcome)
    in_worker.ask_for_refund.delay(payment.pk, PART, ONE)
    running.comes_to(payment, Outcome("paid", "succeeded", trade, (outcome.upper(),), ("payment",), 1))
    wait_for(lambda: Refund.objects.get(payment=payment).state, "failed", 20)
    assert Refund.objects.get(payment=payment).verdict == outcome.upper()
    assert fresh(payment.order).hold_reason == REFUND_FAILED
    assert fresh(payment).refundable == PRICE


def test_twenty_refunds_at_once(running: Site) -> None:
    payment = running.paid()
    for _ in range(20):
        in_worker.ask_for_refund.delay(payment.pk, 60, ONE)
    running.comes_to(payment, PART_RETURNED)
    wait_for(lambda: running.log().count("refused: refund-too-much"), 19, 20)
    assert fresh(payment).refundable == PRICE - 60


def test_more_than_fifty_refunds(running: Site) -> None:
    payment = running.paid()
    for _ in range(50):
        refund_requests.request(payment, 1, "a fen", actor=ONE)

    with pytest.raises(Problem, match="50 refunds") as refused:
        refund_requests.request(payment, 1, "another fen", actor=ONE)

    assert refused.value.kind == "refund-too-many"
    for refund in Refund.objects.filter(payment=payment):
        make_due(refund)
    running.comes_to(
        payment, Outcome("paid", "succeeded", "REFUND", ("SUCCESS",) * 50, ("payment", *["refund"] * 50), 1), 120
    )


def test_two_refunds_within_a_minute(running: Site) -> None:
    """The second waits for its time, so that the provider never has to refuse it."""
    payment = running.paid()
    running.sandbox.settings(refund_spacing=60)
    running.sandbox.forget_requests()
    for _ in range(2):
        refund_requests.request(payment, PART, "part of it", actor=ONE)
    running.comes_to(payment, PART_RETURNED)
    assert Refund.objects.get(payment=payment, state="due").due_at > clock.now() + timedelta(seconds=20)

    later(running, payment, 61)

    running.comes_to(
        payment, Outcome("paid", "succeeded", "REFUND", ("SUCCESS",) * 2, ("payment", "refund", "refund"), 1)
    )
    assert {request["status"] for request in running.sandbox.requests(call="refund")} == {200}


def test_a_refund_after_a_year(running: Site) -> None:
    payment = running.paid()
    Payment.objects.filter(pk=payment.pk).update(succeeded_at=F("succeeded_at") - timedelta(days=366))
    running.sandbox.forget_requests()

    with pytest.raises(Problem, match="365 days") as refused:
        refund_requests.request(payment, PART, "part of it", actor=ONE)

    assert refused.value.kind == "refund-too-late"
    running.comes_to(payment, PAID)
    assert not running.sandbox.requests(call="refund")


def test_a_refund_made_in_the_console(running: Site) -> None:
    payment = running.paid()
    running.sandbox.console_refund(running.merchant.mchid, payment.number, PART, notify=True)
    running.comes_to(payment, PART_RETURNED)
    refund = Refund.objects.get(payment=payment)
    assert (refund.state, refund.cause, refund.amount) == ("succeeded", "elsewhere", PART)
