"""Applying an event of Stripe costs at most 12 statements, as a notification of WeChat Pay does, however many refunds there are.

What claiming the row takes is counted too; the test's own savepoints are not.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import duework
from orders.models import Order
from payments import refund_requests
from payments.models import Notification, Refund
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import apply, newest, open_at_stripe, paid_at_stripe, post_event

MOST = 12
RARE = 15


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


# What shoppers, their banks and our own refunds cause, and what Stripe repeats, stays within the budget of all notifications. What people
# do in Stripe's dashboard, and a refund that a bank sends back, are rare, and write more.
BUDGETS: dict[Callable[[Order, SandboxClient], dict[str, Any]], int] = {
    paid: MOST,
    paid_again: MOST,
    refunded: MOST,
    disputed: MOST,
    charge_refunded_and_all_known: MOST,
    sent_back: RARE,
    refunded_elsewhere: RARE,
    charge_refunded: RARE,
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
