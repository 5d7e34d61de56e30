"""A payer's bank takes a payment back: the order is shown, the books move once, and once more when the store wins.

C10.
"""

import pytest

from orders.models import Order
from payments.models import Dispute, LedgerEntry, Payment
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import apply, newest, paid_at_stripe

ALL = ("charge.dispute.created", "charge.dispute.funds_withdrawn")


@pytest.fixture
def payment(order: Order, account: StripeAccount, sandbox: SandboxClient) -> Payment:
    return paid_at_stripe(order, sandbox)


@pytest.fixture
def dispute(payment: Payment, store: Store, sandbox: SandboxClient) -> Dispute:
    sandbox.stripe_dispute(payment.provider_reference, "product_not_received")
    for kind in ALL:
        apply(store, newest(sandbox, kind))
    return Dispute.objects.get()


def booked() -> list[tuple[str, str, int]]:
    entries = LedgerEntry.objects.exclude(group__startswith="payment")
    return [
        (group.partition(":")[0], account, amount)
        for group, account, amount in entries.values_list("group", "account", "amount")
    ]


def test_taken_back(dispute: Dispute, payment: Payment, order: Order) -> None:
    order.refresh_from_db()
    assert order.hold_reason == "The payer's bank takes the payment back."
    assert (dispute.state, dispute.amount, dispute.reason) == ("open", payment.amount, "product_not_received")
    assert booked() == [("dispute", "disputed", payment.amount), ("dispute", "clearing", -payment.amount)]


def test_told_again(dispute: Dispute, payment: Payment, store: Store, sandbox: SandboxClient) -> None:
    for kind in ALL:
        apply(store, newest(sandbox, kind) | {"id": f"again {kind}"})
    assert len(booked()) == 2


def test_answered_and_won(
    dispute: Dispute, payment: Payment, store: Store, order: Order, sandbox: SandboxClient
) -> None:
    sandbox.stripe_dispute_decide(dispute.provider_dispute_id, "under_review")
    apply(store, newest(sandbox, "charge.dispute.updated"))
    sandbox.stripe_dispute_decide(dispute.provider_dispute_id, "won")
    for kind in ("charge.dispute.closed", "charge.dispute.funds_reinstated"):
        apply(store, newest(sandbox, kind))

    dispute.refresh_from_db()
    order.refresh_from_db()
    assert (dispute.state, order.hold_reason) == ("won", "")
    assert booked()[2:] == [("won", "clearing", payment.amount), ("won", "disputed", -payment.amount)]


def test_lost(dispute: Dispute, store: Store, order: Order, sandbox: SandboxClient) -> None:
    sandbox.stripe_dispute_decide(dispute.provider_dispute_id, "lost")
    apply(store, newest(sandbox, "charge.dispute.closed"))

    dispute.refresh_from_db()
    order.refresh_from_db()
    assert (dispute.state, order.hold_reason) == ("lost", "The dispute was lost.")
    assert len(booked()) == 2


def test_the_end_is_told_first(payment: Payment, store: Store, order: Order, sandbox: SandboxClient) -> None:
    """How it stands is asked, so that the opening, told last, opens nothing again."""
    made = sandbox.stripe_dispute(payment.provider_reference)
    sandbox.stripe_dispute_decide(made["id"], "won")
    for kind in ("charge.dispute.closed", *reversed(ALL)):
        apply(store, newest(sandbox, kind))

    order.refresh_from_db()
    assert (Dispute.objects.get().state, order.hold_reason) == ("won", "")
    assert sum(amount for _group, _account, amount in booked()) == 0
    assert len(booked()) == 4


def test_a_part_of_it(payment: Payment, store: Store, sandbox: SandboxClient) -> None:
    sandbox.stripe_dispute(payment.provider_reference, amount=700)
    apply(store, newest(sandbox, "charge.dispute.created"))
    assert booked() == [("dispute", "disputed", 700), ("dispute", "clearing", -700)]
