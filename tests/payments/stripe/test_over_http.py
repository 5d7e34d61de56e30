"""The sandbox's Stripe tells the site itself, over HTTP: genuine events pay the order, spoiled ones are turned away."""

from typing import Any

import pytest
from django_scopes import scope

from core import duework
from orders.models import Order
from payments.models import Notification
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient, eventually
from tests.support.stripe import SECRET, open_at_stripe, use_stripe


@pytest.fixture
def account(store: Store, sandbox: SandboxClient, settings: Any, live_server: Any) -> StripeAccount:
    settings.STRIPE_API_BASE = sandbox.url
    url = f"{live_server.url}/notify/stripe/{store.slug}/"
    return use_stripe(store, sandbox.stripe_account(webhook_url=url, webhook_secrets=(SECRET, "whsec_the_next")))


def test_paid(order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    payment = open_at_stripe(order)
    sandbox.stripe_pay(payment.provider_reference)
    with scope(store=store):
        eventually(Notification.objects.filter(event_type="payment_intent.succeeded").exists)
        duework.run_pending(Notification)

        assert Order.objects.get(pk=order.pk).state == "paid"
        assert not Notification.objects.filter(parked_at__isnull=False).exists()


@pytest.mark.parametrize("behaviour", ["forge", "stale", "future", "tamper"])
def test_spoiled(behaviour: str, order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    sandbox.settings(notify="lose")
    payment = open_at_stripe(order)
    (answer,) = sandbox.stripe_deliver(payment.provider_reference, behaviour=behaviour)

    assert answer["status"] == 401
    assert not Notification.objects.exists()


def test_fifty_at_the_same_moment(order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """B1: one is stored, all are acknowledged."""
    sandbox.settings(notify="lose")
    payment = open_at_stripe(order)
    answers = sandbox.stripe_deliver(payment.provider_reference, times=50)

    assert {answer["status"] for answer in answers} == {204}
    with scope(store=store):
        assert Notification.objects.count() == 1


@pytest.mark.parametrize("behaviour", ["wrong_amount", "wrong_currency", "wrong_order"])
def test_signed_and_false(
    behaviour: str, order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient
) -> None:
    """What the event says of amount, currency and intent counts for nothing: the intent that it names is looked at."""
    sandbox.settings(notify="lose")
    payment = open_at_stripe(order)
    (answer,) = sandbox.stripe_deliver(payment.provider_reference, behaviour=behaviour)
    assert answer["status"] == 204
    with scope(store=store):
        duework.run_pending(Notification)
        assert Order.objects.get(pk=order.pk).state == "pending"
