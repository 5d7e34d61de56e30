"""Where Stripe is offered: on the web, to shoppers of stores that have an account, in currencies that it takes. Never inside WeChat."""

import pytest
from rest_framework.test import APIClient

from orders.models import Order
from payments import gateways
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxMerchant


def test_on_the_web_alone(store: Store, account: StripeAccount) -> None:
    assert gateways.offered(store, gateways.WEB) == ["stripe"]
    assert gateways.offered(store, gateways.MINIAPP) == []


def test_not_without_an_account(store: Store) -> None:
    assert gateways.offered(store, gateways.WEB) == []


@pytest.mark.parametrize(
    ("currency", "methods", "offered"),
    [
        ("USD", ["card"], True),
        ("JPY", ["card", "wechat_pay"], True),
        ("KRW", ["card", "wechat_pay"], True),
        ("KRW", ["wechat_pay"], False),
        ("KRW", [], True),
        ("XXX", ["card"], False),
    ],
)
def test_by_currency(currency: str, methods: list[str], offered: bool, store: Store, account: StripeAccount) -> None:
    StripeAccount.objects.update(methods=methods)
    store.currency = currency
    assert gateways.gateway("stripe").offered(store) is offered


def test_through_the_api(api: APIClient, order: Order, account: StripeAccount, merchant: SandboxMerchant) -> None:
    url = f"/api/v1/stores/tea/orders/{order.public_id}/pay"
    inside = api.post(url, {"provider": "stripe"}, format="json", headers={"Idempotency-Key": "inside-wechat-1"})
    outside = api.post(
        url, {"provider": "stripe", "channel": "web"}, format="json", headers={"Idempotency-Key": "on-the-web-1"}
    )

    assert inside.status_code == 409
    assert outside.status_code == 200, outside.content
    assert outside.json()["params"]["publishable_key"] == account.publishable_key
