"""POST orders/{id}/pay gives what wx.requestPayment needs; GET orders/{id}/payment tells how it stands. Owner and outsiders."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from orders.models import Order
from payments.models import Payment
from shop.models import Shopper, Store
from tests.conftest import client_of, make_shopper
from tests.support.pay import pay
from tests.support.sandbox import SandboxClient, SandboxMerchant

KEY = "idem-key-0001"


def url(order: Order, what: str = "pay", store: str = "tea") -> str:
    return f"/api/v1/stores/{store}/orders/{order.public_id}/{what}"


def ask(api: APIClient, order: Order, key: str | None = KEY, body: Any = None, **options: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post(url(order, **options), {} if body is None else body, format="json", headers=headers)


def standing(api: APIClient, order: Order) -> tuple[str, str]:
    """How payment and order stand, as the API says."""
    document = api.get(url(order, "payment")).json()
    return document["state"], document["order_state"]


def test_it_works(
    api: APIClient, order: Order, store: Store, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    answer = ask(api, order)

    document = answer.json()
    assert answer.status_code == 200
    payment = Payment.objects.get()
    assert set(document) == {"provider", "payment_id", "params", "expires_at"}
    assert (document["provider"], document["payment_id"]) == ("wechatpay", payment.public_id)
    assert document["expires_at"].endswith("Z")
    assert sandbox.open_cashier({"appId": store.wechat_app_id, **document["params"]})["amount"] == order.total
    assert standing(api, order) == ("opened", "pending")


def test_no_secret_in_the_answer(api: APIClient, order: Order, merchant: SandboxMerchant, shopper: Shopper) -> None:
    text = json.dumps(ask(api, order).json())

    for secret in (merchant.api_v3_key, merchant.app_secret, merchant.serial_no, shopper.openid, "PRIVATE"):
        assert secret not in text


def test_before_anything(api: APIClient, order: Order) -> None:
    assert api.get(url(order, "payment")).json() == {
        "state": "none", "order_state": "pending", "provider": "", "label": "", "instructions": [],
    }  # fmt: skip


def test_paid(api: APIClient, order: Order) -> None:
    pay(order)

    assert standing(api, order) == ("succeeded", "paid")
    answer = ask(api, order)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-payable")


def test_the_same_key_gets_the_same_answer(
    api: APIClient, order: Order, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    first, second = ask(api, order), ask(api, order)

    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Payment.objects.count() == 1


def test_another_key_gets_the_same_attempt(api: APIClient, order: Order, merchant: SandboxMerchant) -> None:
    first, second = ask(api, order), ask(api, order, "idem-key-0002")

    assert second.json()["payment_id"] == first.json()["payment_id"]
    assert second.json()["params"]["package"] == first.json()["params"]["package"]


def test_the_key_for_another_body(api: APIClient, order: Order, merchant: SandboxMerchant) -> None:
    ask(api, order)
    answer = ask(api, order, body={"provider": "wechatpay"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_failed_attempt_may_be_tried_again_with_its_key(
    api: APIClient, order: Order, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    sandbox.faults("prepay", "500", "500")
    answer = ask(api, order)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/payment-unavailable")
    assert answer.headers["Retry-After"]

    assert ask(api, order).status_code == 200


@pytest.mark.parametrize("key", [None, "", "short", "x" * 201, "naïve-key-1"])
def test_without_a_good_key(key: str | None, api: APIClient, order: Order) -> None:
    answer = ask(api, order, key)
    assert (answer.status_code, answer.json()["errors"]) == (400, {"Idempotency-Key": ["required"]})
    assert not Payment.objects.exists()


@pytest.mark.parametrize("body", [{"provider": 1}, {"provider": "x" * 21}, {"provider": "paypal"}, {"provider": None}])
def test_an_odd_body(body: Any, api: APIClient, order: Order, merchant: SandboxMerchant) -> None:
    answer = ask(api, order, body=body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["provider"]
    assert not Payment.objects.exists()


def test_what_a_client_sends_decides_nothing(
    api: APIClient, order: Order, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    ask(api, order, body={"amount": 1, "total": 1, "currency": "JPY", "state": "succeeded", "settles": True})

    payment = Payment.objects.get()
    assert (payment.amount, payment.currency, payment.state, payment.settles) == (order.total, "CNY", "opened", False)


@pytest.mark.parametrize("what", ["pay", "payment"])
def test_outsiders(
    what: str, order: Order, anonymous: APIClient, other_shopper: Shopper, other_store: Store, merchant: SandboxMerchant
) -> None:
    """Another shopper's order is a 404, through every door; nothing is opened."""

    def status(api: APIClient, **options: Any) -> int:
        if what == "pay":
            return int(ask(api, order, **options).status_code)
        return int(api.get(url(order, what, **options)).status_code)

    assert status(anonymous) == 401
    assert status(client_of(other_shopper)) == 404
    stranger = client_of(make_shopper(other_store))
    assert status(stranger) == 404
    assert status(stranger, store="books") == 404
    assert not Payment.objects.exists()


def test_no_such_order(api: APIClient, order: Order) -> None:
    order.public_id = "0" * 16
    assert ask(api, order).status_code == 404
    assert api.get(url(order, "payment")).status_code == 404


def test_a_settled_payment_is_shown_before_a_newer_one(api: APIClient, order: Order) -> None:
    payment = pay(order)
    Payment.objects.create(
        store=order.store, order=order, provider="another", number="n", amount=1, currency="CNY", state="closed"
    )
    from core.states import record

    record(Payment.objects.get(number="n"), "payment", actor="system", to="closed")

    assert payment.settles
    assert api.get(url(order, "payment")).json()["state"] == "succeeded"


def test_query_budgets(
    api: APIClient, order: Order, merchant: SandboxMerchant, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(26):
        ask(api, order)
    with django_assert_max_num_queries(6):
        api.get(url(order, "payment"))
