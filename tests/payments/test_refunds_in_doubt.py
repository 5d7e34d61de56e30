"""A refund that the provider has, or may have, is never taken for failed: its money would be free to go back under another number too.

The store's account is gone or another one, its keys are refused, the provider will not answer: a person is told, and the amount stays
set aside. What was never sent, or is not there, has failed. And what somebody has refunded in the provider's console is followed from
here, but never asked for.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from core import clock, duework
from core.models import Alert
from core.problems import Problem
from orders.models import Order
from payments import refund_requests
from payments.gateways import Declined, NumberUnknown, Unavailable
from payments.models import Notification, Payment, Refund
from payments.opening import open_payment
from shop.models import Store, WeChatPayAccount
from tests.support.memory_provider import MemoryProvider, registered
from tests.support.sandbox import SandboxClient, SandboxMerchant

LOST, NO = Unavailable("no answer"), Declined("the keys are not accepted")


@pytest.fixture
def north() -> Iterator[MemoryProvider]:
    provider = MemoryProvider("north")
    with registered(provider):
        yield provider


@pytest.fixture
def payment(order: Order, north: MemoryProvider) -> Payment:
    """Paid at a provider whose books the test can see."""
    payment, _params = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="s", provider="north")
    north.pay(payment.number)
    north.notify(order.store, payment.number)
    duework.run_pending(Notification)
    return Payment.objects.select_related("store").get()


@pytest.fixture
def refund(payment: Payment) -> Refund:
    """Of a part; due, and not yet sent."""
    return refund_requests.request(payment, 1000, "x", actor="staff:1")


def carry_out(refund: Refund) -> Refund:
    Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
    duework.run_pending(Refund)
    return Refund.objects.get(pk=refund.pk)


def in_doubt(refund: Refund, state: str) -> None:
    """It stands as before, its money is set aside, and a person is told."""
    refund.refresh_from_db()
    assert (refund.state, refund.parked_at is not None) == (state, True)
    assert Payment.objects.get().refund_reserved == refund.amount
    assert Alert.objects.filter(kind="parked", subject=f"payments.refund:{refund.pk}").count() == 1
    with pytest.raises(Problem, match="can still go back"):
        refund_requests.request(Payment.objects.select_related("store").get(), 25600, "y", actor="staff:1")


def test_under_way_and_its_question_is_refused(refund: Refund, north: MemoryProvider) -> None:
    assert carry_out(refund).state == "processing"
    north.fail("query_refund", NO)

    carry_out(refund)

    in_doubt(refund, "processing")
    # Somebody has put the account right.
    north.finish_refund(refund.number)
    duework.retry(refund, "staff:1")
    assert carry_out(refund).state == "succeeded"
    assert len(north.refunds) == 1


def test_the_answer_was_lost_and_then_it_is_refused(refund: Refund, north: MemoryProvider) -> None:
    """It is there all the same: whoever asks how it stands sees it."""
    north.fail("refund", LOST, done=True)
    assert carry_out(refund).state == "due"
    north.fail("refund", NO)

    assert carry_out(refund).state == "processing"
    assert len(north.refunds) == 1


def test_the_answer_was_lost_and_then_every_question_is_refused(refund: Refund, north: MemoryProvider) -> None:
    north.fail("refund", LOST, done=True)
    carry_out(refund)
    for call in ("refund", "query_refund"):
        north.fail(call, NO)

    carry_out(refund)

    in_doubt(refund, "due")
    duework.retry(refund, "staff:1")
    assert carry_out(refund).state == "processing"
    assert len(north.refunds) == 1


def test_refused_at_once(refund: Refund, north: MemoryProvider) -> None:
    """Nothing is there, and nobody need be asked."""
    north.fail("refund", NO)

    assert carry_out(refund).state == "failed"
    assert north.calls[-1] == "refund"
    assert Payment.objects.get().refund_reserved == 0


def test_not_arrived_and_then_refused(refund: Refund, north: MemoryProvider) -> None:
    north.fail("refund", LOST)
    carry_out(refund)
    north.fail("refund", NO)

    assert carry_out(refund).state == "failed"
    assert north.calls[-2:] == ["refund", "query_refund"]
    assert Payment.objects.get().refund_reserved == 0


@pytest.mark.parametrize("account", ["another merchant's", "none"])
def test_the_account_changes_while_a_refund_is_under_way(
    account: str, order: Order, store: Store, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    """At WeChat Pay: the refund goes on there whatever the store does here, and is found once the account is back."""
    payment, _params = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")
    sandbox.pay(payment.provider_reference)
    duework.run_pending(Payment)
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)
    sandbox.settings(refund="hold")
    refund = refund_requests.request(Payment.objects.select_related("store").get(), 1000, "x", actor="staff:1")
    assert carry_out(refund).state == "processing"
    row = WeChatPayAccount.objects.get()
    if account == "none":
        row.delete()
    else:
        WeChatPayAccount.objects.update(mchid="1900009999")

    carry_out(refund)

    in_doubt(refund, "processing")
    row.save()
    sandbox.settle_refund(merchant.mchid, refund.number)
    duework.retry(refund, "staff:1")
    assert carry_out(refund).state == "succeeded"


def told_of_console_refund(payment: Payment, north: MemoryProvider, **columns: Any) -> Refund:
    number = north.refund_by_hand(payment.number, 300)
    assert number is not None
    vars(north.refunds[number]).update(columns)
    north.notify(payment.store, number)
    duework.run_pending(Notification)
    return Refund.objects.get()


def test_made_in_the_console_and_unknown_there_later(payment: Payment, north: MemoryProvider) -> None:
    refund = told_of_console_refund(payment, north, state="processing", done_at=None)
    north.fail("query_refund", NumberUnknown("never heard of it"))

    carry_out(refund)

    in_doubt(refund, "processing")
    assert "refund" not in north.calls


def test_made_in_the_console_and_failed(payment: Payment, north: MemoryProvider) -> None:
    """Asked about again it is not taken up by the house, which had not asked for it."""
    refund = told_of_console_refund(payment, north, state="processing", done_at=None)
    north.finish_refund(refund.number, "failed")
    assert carry_out(refund).state == "failed"
    north.fail("query_refund", NumberUnknown("never heard of it"))

    refund_requests.ask_again(Refund.objects.get(), actor="staff:1")
    after = carry_out(refund)

    assert (after.state, after.done_at is None) == ("failed", False)
    assert "refund" not in north.calls
    assert Payment.objects.get().refund_reserved == 0
