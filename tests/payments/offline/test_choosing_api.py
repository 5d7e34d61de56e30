"""The API says in which ways an order can be paid there, in the shopper's language, and takes the choice."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from orders.models import Order
from payments.models import Payment
from shop.models import OfflineMethod, Shopper, Store
from tests.conftest import client_of, make_shopper
from tests.payments.offline.conftest import now
from tests.support.pay import Platform

pytestmark = pytest.mark.usefixtures("cash", "bank")


def url(order: Order, what: str, store: str = "tea") -> str:
    return f"/api/v1/stores/{store}/orders/{order.public_id}/{what}"


def methods(api: APIClient, order: Order, language: str = "en", **query: str) -> list[dict[str, Any]]:
    answer = api.get(url(order, "payment-methods"), query, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def pay(api: APIClient, order: Order, key: str = "a-key-of-choice", **body: Any) -> Any:
    return api.post(url(order, "pay"), body, format="json", headers={"Idempotency-Key": key})


def test_it_works(api: APIClient, order: Order, platform: Platform) -> None:
    assert methods(api, order) == [
        {"provider": "wechatpay", "label": "WeChat Pay", "kind": "online", "description": ""},
        {
            "provider": "cash_on_delivery", "label": "Cash on delivery", "kind": "offline",
            "description": "Pay the courier when your parcel arrives.",
        },
        {
            "provider": "bank_transfer", "label": "Bank transfer", "kind": "offline",
            "description": "Transfer it within 7 days; the goods are kept for you.",
        },
    ]  # fmt: skip


def test_in_chinese(api: APIClient, order: Order) -> None:
    assert [one["label"] for one in methods(api, order, "zh-hans")] == ["货到付款", "银行转账"]


def test_what_does_not_suit_the_order_is_left_out(api: APIClient, order: Order) -> None:
    OfflineMethod.objects.filter(kind="cash_on_delivery").update(most_amount=order.total - 1)

    assert [one["provider"] for one in methods(api, order)] == ["bank_transfer"]
    assert pay(api, order, provider="cash_on_delivery").json()["type"] == "/problems/not-payable"


def test_a_gateway_is_offered_where_it_works(api: APIClient, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    from payments.offline.bank_transfer import BankTransfer

    monkeypatch.setattr(BankTransfer, "channels", frozenset({"web"}))

    assert [one["provider"] for one in methods(api, order)] == ["cash_on_delivery"]
    assert [one["provider"] for one in methods(api, order, channel="web")] == ["cash_on_delivery", "bank_transfer"]
    assert pay(api, order, provider="bank_transfer").status_code == 409
    assert pay(api, order, provider="bank_transfer", channel="web").status_code == 200


def test_cash_on_delivery_is_chosen(api: APIClient, order: Order) -> None:
    answer = pay(api, order, provider="cash_on_delivery")

    assert answer.status_code == 200
    assert (answer.json()["provider"], answer.json()["params"]) == ("cash_on_delivery", {})
    assert now(order).state == "confirmed"
    assert methods(api, order) == []
    # Sent once more by a client that heard nothing: the same answer, and one attempt.
    assert pay(api, order, provider="cash_on_delivery").json() == answer.json()
    assert Payment.objects.count() == 1


def test_a_bank_transfer_is_chosen(api: APIClient, order: Order) -> None:
    answer = pay(api, order, provider="bank_transfer")

    assert answer.json()["params"] == {"reference": order.number}
    assert answer.json()["expires_at"] == api.get(url(order, "")[:-1]).json()["expires_at"]
    standing = api.get(url(order, "payment")).json()
    assert (standing["state"], standing["provider"], standing["label"]) == ("opened", "bank_transfer", "Bank transfer")
    assert standing["instructions"][1] == {"name": "Account", "value": "6222 0000 0000 1234"}
    assert standing["instructions"][-1] == {"name": "Reference to write", "value": order.number}


def test_the_banks_details_stay_when_another_cashier_was_opened_and_left(
    api: APIClient, order: Order, platform: Platform
) -> None:
    from tests.support.pay import open_attempt

    pay(api, order, provider="bank_transfer")
    open_attempt(order)

    assert api.get(url(order, "payment")).json()["instructions"]


@pytest.mark.parametrize("channel", ["phone", "", "MINIAPP"])
def test_an_odd_channel(api: APIClient, order: Order, channel: str) -> None:
    assert api.get(url(order, "payment-methods"), {"channel": channel}).status_code == 400
    assert pay(api, order, channel=channel).status_code == 400
    assert not Payment.objects.exists()


def test_outsiders(
    order: Order, anonymous: APIClient, other_shopper: Shopper, other_store: Store, api: APIClient
) -> None:
    assert anonymous.get(url(order, "payment-methods")).status_code == 401
    assert client_of(other_shopper).get(url(order, "payment-methods")).status_code == 404
    stranger = client_of(make_shopper(other_store))
    assert stranger.get(url(order, "payment-methods", "books")).status_code == 404
    assert stranger.get(url(order, "payment-methods")).status_code == 404
