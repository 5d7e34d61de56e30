"""Applying an event of Stripe costs at most 12 statements, as a notification of WeChat Pay does, however many refunds there are.

What claiming the row takes is counted too; the test's own savepoints are not.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import duework
from orders.models import Duty, Order
from payments import refund_requests
from payments.models import Notification, Refund
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import apply, newest, open_at_stripe, paid_at_stripe, post_event

MOST = 12
# Stopping an order is the order's work, and its stock's.
MOST_AND_STOPS_ORDER = 26


@pytest.fixture(autouse=True)
def site(account: StripeAccount) -> None:
    """The store sells by Stripe."""


def paid(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    sandbox.stripe_pay(open_at_stripe(order).provider_reference)
    return newest(sandbox, "payment_intent.succeeded")


def paid_again(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    event = newest(
        sandbox, "payment_intent.succeeded", payment_intent=paid_at_stripe(order, sandbox).provider_reference
    )
    return event | {"id": "evt_again"}


def refunded(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    sandbox.settings(stripe_refund="hold")
    refund = refund_requests.request(paid_at_stripe(order, sandbox), 500, "broken", actor="staff:1")
    duework.run_pending(Refund)
    refund.refresh_from_db()
    sandbox.stripe_refund_settle(refund.provider_refund_id or "")
    return newest(sandbox, "refund.updated")


def sent_back(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    refund = refund_requests.request(paid_at_stripe(order, sandbox), 500, "broken", actor="staff:1")
    duework.run_pending(Refund)
    refund.refresh_from_db()
    sandbox.stripe_refund_settle(refund.provider_refund_id or "", "failed")
    return newest(sandbox, "refund.failed")


def in_the_dashboard(order: Order, sandbox: SandboxClient, count: int = 1) -> None:
    payment = paid_at_stripe(order, sandbox)
    client = Client(StripeAccount.objects.get())
    for number in range(count):
        client.create_refund(f"by-hand-{number}", {"charge": payment.transaction_id, "amount": 10})


def refunded_elsewhere(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    in_the_dashboard(order, sandbox)
    return newest(sandbox, "refund.created")


def charge_refunded(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    in_the_dashboard(order, sandbox)
    return newest(sandbox, "charge.refunded")


def charge_refunded_and_all_known(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    in_the_dashboard(order, sandbox, 15)
    for event in sandbox.stripe_events(type="refund.created"):
        apply(order.store, event["event"])
    return newest(sandbox, "charge.refunded")


def disputed(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    sandbox.stripe_dispute(paid_at_stripe(order, sandbox).provider_reference)
    return newest(sandbox, "charge.dispute.created")


def decided(order: Order, sandbox: SandboxClient, outcome: str) -> dict[str, Any]:
    dispute = sandbox.stripe_dispute(paid_at_stripe(order, sandbox).provider_reference)
    apply(order.store, newest(sandbox, "charge.dispute.created"))
    sandbox.stripe_dispute_decide(dispute["id"], outcome)
    return newest(sandbox, "charge.dispute.closed")


def dispute_won(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    return decided(order, sandbox, "won")


def dispute_lost(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    return decided(order, sandbox, "lost")


def refund_failed(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    """It was accepted, and did not go."""
    sandbox.settings(stripe_refund="hold")
    refund = refund_requests.request(paid_at_stripe(order, sandbox), 500, "broken", actor="staff:1")
    duework.run_pending(Refund)
    refund.refresh_from_db()
    sandbox.stripe_refund_settle(refund.provider_refund_id or "", "failed")
    return newest(sandbox, "refund.failed")


def all_refunded_elsewhere(order: Order, sandbox: SandboxClient) -> dict[str, Any]:
    """The order is stopped with it: its parcel is taken apart, and its goods are free again."""
    payment = paid_at_stripe(order, sandbox)
    duework.run_pending(Duty)
    Client(StripeAccount.objects.get()).create_refund(
        "by-hand", {"charge": payment.transaction_id, "amount": payment.amount}
    )
    return newest(sandbox, "refund.created")


BUDGETS: dict[Callable[[Order, SandboxClient], dict[str, Any]], int] = {
    paid: MOST,
    paid_again: MOST,
    refunded: MOST,
    sent_back: MOST,
    refunded_elsewhere: MOST,
    charge_refunded: MOST,
    charge_refunded_and_all_known: MOST,
    refund_failed: MOST,
    disputed: MOST,
    dispute_won: MOST,
    dispute_lost: MOST,
    all_refunded_elsewhere: MOST_AND_STOPS_ORDER,
}


@pytest.mark.parametrize(("happens", "most"), BUDGETS.items())
def test_it_costs_few_statements(
    happens: Callable[[Order, SandboxClient], dict[str, Any]],
    most: int,
    order: Order,
    store: Store,
    sandbox: SandboxClient,
) -> None:
    event = happens(order, sandbox)
    assert post_event(store, event).status_code == 204
    told = Notification.objects.get(event_id=event["id"])

    with CaptureQueriesContext(connection) as queries:
        assert duework.run(Notification, told.pk)

    told.refresh_from_db()
    assert told.done_at is not None
    work = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(work) <= most, "\n".join(work)
