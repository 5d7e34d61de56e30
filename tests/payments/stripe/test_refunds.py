"""Money that goes back by Stripe: made once whatever gets lost, booked when it has gone, booked back when the bank returns it.

C3, C4, C9, and refunds that were made in Stripe's dashboard.
"""

from typing import Any

import pytest

from core import clock, duework
from orders.models import Order
from payments import gateways, refund_requests, refunding
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.stripe import client
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient, eventually
from tests.support.stripe import apply, newest, paid_at_stripe

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture
def payment(order: Order, account: StripeAccount, sandbox: SandboxClient) -> Payment:
    return paid_at_stripe(order, sandbox)


@pytest.fixture
def refund(payment: Payment) -> Refund:
    """A part of it is to go back."""
    return refund_requests.request(payment, 500, "broken", actor="staff:1")


def carry_out(refund: Refund) -> Refund:
    Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
    duework.run_pending(Refund)
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def at_stripe(account: StripeAccount, payment: Payment) -> list[dict[str, Any]]:
    return list(Client(account).refunds(payment.transaction_id or ""))


def booked(refund: Refund) -> list[tuple[str, int]]:
    return list(
        LedgerEntry.objects.filter(group__endswith=f":{refund.pk}", group__startswith="re").values_list(
            "account", "amount"
        )
    )


def test_refunded(refund: Refund, payment: Payment, account: StripeAccount) -> None:
    refund = carry_out(refund)

    (there,) = at_stripe(account, payment)
    assert (refund.state, refund.provider_refund_id) == ("succeeded", there["id"])
    assert (there["amount"], there["reason"]) == (500, "requested_by_customer")
    assert there["metadata"] == {
        "refund": refund.number, "payment": payment.number, "store": "tea", "reason": "broken",
    }  # fmt: skip
    assert booked(refund) == [("refunds", 500), ("clearing", -500)]
    assert refund.payment.order.refund_state == "part"


def test_done_and_the_answer_lost(
    refund: Refund, payment: Payment, account: StripeAccount, sandbox: SandboxClient
) -> None:
    sandbox.faults("stripe_refund", "accept_and_lose", "accept_and_lose")
    assert carry_out(refund).state == "due"
    refund = carry_out(refund)

    assert refund.state == "succeeded"
    assert [there["amount"] for there in at_stripe(account, payment)] == [500]


def test_done_after_it_was_given_up(
    refund: Refund, payment: Payment, account: StripeAccount, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe works at it for longer than it is waited for: whoever asks meanwhile begins nothing anew."""
    monkeypatch.setitem(client.SECONDS, "refund", 0.5)
    sandbox.faults("stripe_refund", {"do": "slow", "seconds": 4})
    assert carry_out(refund).state == "due"
    eventually(lambda: carry_out(refund).state != "due")

    assert carry_out(refund).state == "succeeded"
    assert [there["amount"] for there in at_stripe(account, payment)] == [500]


@pytest.mark.parametrize("done", [True, False])
def test_an_error_that_stripe_keeps(
    done: bool, refund: Refund, payment: Payment, account: StripeAccount, sandbox: SandboxClient
) -> None:
    """A 500 is given again for a day to whoever asks under the same key. Whether the refund was made is looked up, never guessed."""
    sandbox.faults("stripe_refund", {"do": "500", "done": done})
    assert carry_out(refund).state == "due"
    refund = carry_out(refund)

    assert refund.state == "succeeded"
    assert [there["amount"] for there in at_stripe(account, payment)] == [500]


def test_a_key_that_stripe_has_forgotten(
    refund: Refund, payment: Payment, account: StripeAccount, sandbox: SandboxClient
) -> None:
    """More than a day later the same key would make another refund: the one that is there is found by our number."""
    sandbox.faults("stripe_refund", "accept_and_lose", "reset")
    assert carry_out(refund).state == "due"
    sandbox.advance_clock(2 * 86400)
    refund = carry_out(refund)

    assert refund.state == "succeeded"
    assert len(at_stripe(account, payment)) == 1


def test_accepted_is_not_refunded(refund: Refund, sandbox: SandboxClient, store: Store) -> None:
    sandbox.settings(stripe_refund="hold")
    refund = carry_out(refund)
    assert (refund.state, booked(refund)) == ("processing", [])

    sandbox.stripe_refund_settle(refund.provider_refund_id or "")
    apply(store, newest(sandbox, "refund.updated"))

    refund.refresh_from_db()
    assert refund.state == "succeeded"
    assert booked(refund) == [("refunds", 500), ("clearing", -500)]


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "canceled"])
def test_followed_by_asking(outcome: str, refund: Refund, sandbox: SandboxClient) -> None:
    sandbox.settings(stripe_refund="hold")
    refund = carry_out(refund)
    sandbox.stripe_refund_settle(refund.provider_refund_id or "", outcome)
    refund = carry_out(refund)

    assert refund.state == ("succeeded" if outcome == "succeeded" else "failed")
    assert bool(booked(refund)) == (outcome == "succeeded")


def test_one_that_needs_the_payer_goes_on(refund: Refund, sandbox: SandboxClient) -> None:
    sandbox.settings(stripe_refund="hold")
    refund = carry_out(refund)
    sandbox.stripe_refund_settle(refund.provider_refund_id or "", "requires_action")
    assert carry_out(refund).state == "processing"


def test_sent_back_by_the_bank_after_it_had_gone(
    refund: Refund, payment: Payment, store: Store, sandbox: SandboxClient
) -> None:
    """The money is the store's again and still owed: booked back, the order shown, the amount free for another refund."""
    refund = carry_out(refund)
    sandbox.stripe_refund_settle(refund.provider_refund_id or "", "failed", failure_reason="lost_or_stolen_card")
    event = newest(sandbox, "refund.failed")
    assert apply(store, event).verdict == "A refund did not succeed."
    apply(store, event | {"id": "evt_again"})

    refund.refresh_from_db()
    assert (refund.state, refund.verdict) == ("failed", "lost_or_stolen_card")
    assert sorted(booked(refund)) == [("clearing", -500), ("clearing", 500), ("refunds", -500), ("refunds", 500)]
    order = Order.objects.get(pk=payment.order_id)
    assert (order.refund_state, order.hold_reason) == ("none", "A refund did not succeed.")
    another = carry_out(refund_requests.request(payment, payment.amount, "again", actor="staff:1"))
    assert another.state == "succeeded"


def test_sent_back_while_only_asked_about(refund: Refund, payment: Payment, sandbox: SandboxClient) -> None:
    """What WeChat Pay's late notice says of a refund that has succeeded since is not believed; an answer is."""
    refund = carry_out(refund)
    told = gateways.RefundReport(
        refund.number, "failed", refund.amount, refund.provider_refund_id or "", detail="ABNORMAL"
    )

    assert refunding.take_in_told("stripe", told, actor="provider:stripe") == "Was known already."
    assert Refund.objects.get().state == "succeeded"


def in_the_dashboard(account: StripeAccount, payment: Payment, amount: int) -> dict[str, Any]:
    """Somebody refunds it by hand: nothing of ours is written on it."""
    return Client(account)._call(
        "refund", "POST", "/v1/refunds", {"charge": payment.transaction_id, "amount": amount}, f"by hand {amount}"
    )


@pytest.mark.parametrize("kind", ["refund.created", "charge.refunded"])
def test_made_in_the_dashboard(
    kind: str, payment: Payment, account: StripeAccount, store: Store, sandbox: SandboxClient
) -> None:
    made = in_the_dashboard(account, payment, 300)
    for number in range(2):
        apply(store, newest(sandbox, kind) | {"id": f"evt_{number}"})

    refund = Refund.objects.get()
    assert (refund.number, refund.provider_refund_id) == (made["id"], made["id"])
    assert (refund.cause, refund.state, refund.amount) == ("elsewhere", "succeeded", 300)
    assert booked(refund) == [("refunds", 300), ("clearing", -300)]
    assert Order.objects.get().refund_state == "part"


def test_several_in_the_dashboard_told_by_charges_alone(
    payment: Payment, account: StripeAccount, store: Store, sandbox: SandboxClient
) -> None:
    """An endpoint may not be subscribed to refunds; each of these events then stands for one of them."""
    for amount in (300, 200):
        in_the_dashboard(account, payment, amount)
    for event in sandbox.stripe_events(type="charge.refunded"):
        apply(store, event["event"])

    assert sorted(Refund.objects.values_list("amount", "state")) == [(200, "succeeded"), (300, "succeeded")]


def test_one_in_the_dashboard_that_is_under_way_is_followed_and_never_made_again(
    payment: Payment, account: StripeAccount, store: Store, sandbox: SandboxClient
) -> None:
    sandbox.settings(stripe_refund="hold")
    in_the_dashboard(account, payment, 300)
    apply(store, newest(sandbox, "refund.created"))
    refund = carry_out(Refund.objects.get())
    assert refund.state == "processing"

    sandbox.stripe_refund_settle(refund.provider_refund_id or "")
    assert carry_out(refund).state == "succeeded"
    assert len(at_stripe(account, payment)) == 1


def test_ours_told_before_its_own_answer_was_stored(
    refund: Refund, payment: Payment, store: Store, account: StripeAccount, sandbox: SandboxClient
) -> None:
    sandbox.faults("stripe_refund", "accept_and_lose", "reset")
    carry_out(refund)
    apply(store, newest(sandbox, "refund.created"))
    refund = carry_out(refund)

    assert refund.state == "succeeded"
    assert Refund.objects.count() == 1
    assert len(at_stripe(account, payment)) == 1


def test_found_at_stripe_by_its_number(payment: Payment, account: StripeAccount) -> None:
    made = in_the_dashboard(account, payment, 300)
    report = gateways.gateway("stripe").find_refund(payment, made["id"])

    assert (report.state, report.amount, report.payment_number) == ("succeeded", 300, payment.number)
    assert report.mismatch == ""
    with pytest.raises(gateways.NumberUnknown):
        gateways.gateway("stripe").find_refund(payment, "re_nothing")


def test_more_than_is_left_at_stripe(
    refund: Refund, payment: Payment, account: StripeAccount, sandbox: SandboxClient
) -> None:
    """All of it has gone back in the dashboard, and nobody here was told."""
    in_the_dashboard(account, payment, payment.amount)
    refund = carry_out(refund)

    assert refund.state == "failed"
    assert "refunded" in refund.verdict
    assert Order.objects.get().hold_reason == "A refund did not succeed."


def test_an_amount_that_another_refund_has(
    refund: Refund, payment: Payment, account: StripeAccount, store: Store, sandbox: SandboxClient
) -> None:
    """A report under our number with another amount is not taken in."""
    form = {"charge": payment.transaction_id, "amount": 400, "metadata": {"refund": refund.number}}
    Client(account)._call("refund", "POST", "/v1/refunds", form, "another")

    assert apply(store, newest(sandbox, "refund.created")).parked_at is not None
    assert Refund.objects.get().state == "due"
    assert Notification.objects.latest("pk").verdict.startswith("Merchant, number or amount")
