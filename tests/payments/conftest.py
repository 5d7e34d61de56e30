"""A store with an account at WeChat Pay and an order that waits to be paid; after every test the books are checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pytest_django import Settings

from core import outbound
from orders.models import Order
from shop.models import Shopper, Store, Variant
from tests.faults import source
from tests.support import invariants
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import place_order
from tests.support.pay import Platform, give_account, use_sandbox
from tests.support.sandbox import SandboxClient, SandboxMerchant, sandbox, sandbox_process  # noqa: F401

# Read once: it does not change while tests run.
provider_calls = cache(source.provider_calls)


@pytest.fixture(autouse=True)
def the_books_balance(request: pytest.FixtureRequest) -> Iterator[None]:
    """The invariants of money hold after every test that had a store."""
    database = "store" in request.fixturenames
    if database:
        request.getfixturevalue("store")
    yield
    if database:
        invariants.check()


@pytest.fixture(autouse=True)
def nowhere(settings: Settings) -> None:
    """A test that calls a provider without saying which one does not reach it."""
    settings.WECHATPAY_API_BASE = settings.WECHAT_API_BASE = settings.STRIPE_API_BASE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def no_call_is_without_its_crash_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are killed at each call that ``tests.faults`` reads in the source: what is really called must be among those."""
    real = outbound.call

    def call(method: str, url: str, *, call: str, **more: Any) -> outbound.Answer:
        known = provider_calls()
        ours = {name.partition(".")[0] for name in known}
        assert call in known or call.partition(".")[0] not in ours, f"tests.faults.source does not find {call}"
        return real(method, url, call=call, **more)

    monkeypatch.setattr(outbound, "call", call)


@pytest.fixture
def platform(store: Store) -> Platform:
    """WeChat Pay's side; the store has an account there."""
    return give_account(store)


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, price=12800, stock=10))


@pytest.fixture
def order(shopper: Shopper, variant: Variant) -> Order:
    """Two of something, not paid."""
    return place_order(shopper, {variant: 2})


@pytest.fixture
def merchant(store: Store, sandbox: SandboxClient, settings: Settings) -> SandboxMerchant:  # noqa: F811
    """The store's account, registered at the sandbox process, where all calls go. Notifications are lost unless said otherwise."""
    registered = sandbox.merchant(appid=store.wechat_app_id, app_secret=store.wechat_app_secret)
    sandbox.settings(notify="lose")
    use_sandbox(store, registered)
    settings.WECHATPAY_API_BASE = sandbox.url
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    return registered
