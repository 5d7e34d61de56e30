"""Whatever is sent to the API, it never fails with a server error, and every answer is one that its description names.

Schemathesis makes requests from the description, good ones and bad ones. Ids in paths are replaced, half of the time, by those of
things that exist, so that the requests get past the first 404.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django_scopes import scope
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from orders import carts
from shop import tokens
from shop.models import Address, Store
from tests.conftest import make_shopper, make_store
from tests.support.catalogue import make_category, make_product
from tests.support.orders import place_order
from tests.support.pay import use_sandbox
from tests.support.sandbox import SandboxClient, sandbox, sandbox_process  # noqa: F401

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(autouse=True)
def connection_stays() -> Iterator[None]:
    """The requests run in the transaction of the test: the end of one must not close its connection (Django's own client sees to that)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def open_store(db: None, settings: Any, sandbox: SandboxClient) -> Store:  # noqa: F811
    """A store without limits on the number of requests, whose providers are the sandbox."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, 10**6)
    settings.WECHAT_API_BASE = settings.WECHATPAY_API_BASE = settings.STRIPE_API_BASE = sandbox.url
    sandbox.settings(notify="lose")
    store = make_store("any", order_limit=1000)
    use_sandbox(store, sandbox.merchant(appid=store.wechat_app_id, app_secret=store.wechat_app_secret))
    return store


@pytest.fixture
def existing(open_store: Store) -> dict[str, str]:
    """What the paths may name, by the name of the parameter, and the token of its owner."""
    store = open_store
    category = make_category(store)
    product = make_product(store, category=category, specs={"Size": ["S", "L"]}, stock=1000)
    shopper = make_shopper(store)
    with scope(store=store):
        variant = product.variants.all()[0]
        order = place_order(shopper, {variant: 1})
        carts.add(shopper, variant, 1)
        address = Address.objects.filter(shopper=shopper).first() or Address.objects.create(
            store=store, shopper=shopper, name="Lin", phone="13800000000", city="杭州", street="文三路 1"
        )
        return {
            "token": tokens.issue(shopper)[0],
            "product": product.public_id,
            "order": order.public_id,
            "address": address.public_id,
            "line": shopper.cart_lines.get().public_id,
            "parcel": "0000000000000000",
        }


schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.mark.slow
@pytest.mark.django_db
@schema.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
    print_blob=False,
)
def test_every_operation_answers_as_described(case: Any, open_store: Store, existing: dict[str, str]) -> None:
    for name, value in (case.path_parameters or {}).items():
        if name == "store":
            case.path_parameters[name] = open_store.slug
        elif zlib.crc32(str(value).encode()) % 2:
            case.path_parameters[name] = existing[name]
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {existing['token']}"}

    case.call_and_validate(checks=CHECKS)
