"""A store with an account at the sandbox's Stripe, and an order that waits to be paid."""

import pytest
from pytest_django import Settings

from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import use_stripe


@pytest.fixture
def account(store: Store, sandbox: SandboxClient, settings: Settings) -> StripeAccount:
    """The store's account, where all calls go. Nobody is told of events unless the test delivers them."""
    settings.STRIPE_API_BASE = sandbox.url
    return use_stripe(store, sandbox.stripe_account())
