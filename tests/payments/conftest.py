"""A store with an account at WeChat Pay and an order that waits to be paid; after every test the books are checked."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from orders.models import Order
from shop.models import Shopper, Store, Variant
from tests.support import invariants
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import place_order
from tests.support.pay import Platform, give_account, use_sandbox
from tests.support.sandbox import SandboxClient, SandboxMerchant, sandbox, sandbox_process  # noqa: F401


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
