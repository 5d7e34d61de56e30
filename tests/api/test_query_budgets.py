"""The calls that touch several rooms have their budgets of queries here; those of one room stand beside its tests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from shop import login
from shop.models import OfflineMethod, Shopper, Store
from tests.support.catalogue import make_product
from tests.support.orders import address_of, place_order
from wechat.client import Session

BUDGETS = Path(__file__).with_name("query_budgets.json")


def test_budgets(
    store: Store, shopper: Shopper, api: APIClient, anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = [make_product(store, f"Tea {n}", stock=50).variants.get() for n in range(5)]
    order = place_order(shopper, dict.fromkeys(variants, 1))
    unpaid = place_order(shopper, dict.fromkeys(variants, 1))
    for kind in OfflineMethod.Kind.values:
        OfflineMethod.objects.create(store=store, kind=kind, instructions_en="Account: 1")
    address = address_of(shopper)
    base = f"/api/v1/stores/{store.slug}"
    # What WeChat answers is not counted here: it costs no query.
    monkeypatch.setattr(
        login.WeChatClient, "code2session", lambda self, code: Session(openid=shopper.openid, unionid="")
    )
    calls: dict[str, Callable[[], Any]] = {
        "login": lambda: anonymous.post(f"{base}/login", {"code": "0123456789"}, format="json"),
        "address": lambda: api.get(f"{base}/addresses/{address.public_id}"),
        "reorder": lambda: api.post(f"{base}/orders/{order.public_id}/reorder"),
        "payment methods": lambda: api.get(f"{base}/orders/{unpaid.public_id}/payment-methods"),
        "payment": lambda: api.get(f"{base}/orders/{order.public_id}/payment"),
        "pay on delivery": lambda: api.post(
            f"{base}/orders/{unpaid.public_id}/pay",
            {"provider": "cash_on_delivery"},
            format="json",
            headers={"Idempotency-Key": "pay-on-delivery"},
        ),
        "payment of an order on delivery": lambda: api.get(f"{base}/orders/{unpaid.public_id}/payment"),
    }
    counted = {}
    for name, call in calls.items():
        with CaptureQueriesContext(connection) as queries:
            assert call().status_code < 400, name
        counted[name] = len(queries)

    assert counted == json.loads(BUDGETS.read_text())
