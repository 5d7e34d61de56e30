"""A store that takes cash on delivery and bank transfers, and what its staff and shoppers do; after every test the books are checked."""

from typing import Any

import pytest

from core import duework
from orders.models import Order
from payments.models import Payment
from payments.opening import open_payment
from shop.models import OfflineMethod, Store

STAFF = "staff:7"
BANK = {
    "instructions_zh": "户名：集市茶铺\n账号：6222 0000 0000 1234\n请勿写其他内容",
    "instructions_en": "Name: Jishi Tea\nAccount: 6222 0000 0000 1234\nPlease write nothing else",
    "days": 7,
}


@pytest.fixture
def cash(store: Store) -> OfflineMethod:
    return OfflineMethod.objects.create(store=store, kind="cash_on_delivery")


@pytest.fixture
def bank(store: Store) -> OfflineMethod:
    return OfflineMethod.objects.create(store=store, kind="bank_transfer", **BANK)


def choose(order: Order, provider: str) -> Payment:
    """The shopper chooses that way to pay."""
    row = Order.objects.select_related("store").get(pk=order.pk)
    return open_payment(row, actor=f"shopper:{row.shopper_id}", provider=provider)[0]


@pytest.fixture
def on_delivery(order: Order, cash: OfflineMethod) -> Order:
    """Two of something, confirmed, to be paid on delivery."""
    choose(order, "cash_on_delivery")
    return now(order)


@pytest.fixture
def awaited(order: Order, bank: OfflineMethod) -> Order:
    """Two of something, for which a transfer is awaited."""
    choose(order, "bank_transfer")
    return now(order)


def now(order: Order) -> Order:
    """The order as it is."""
    return Order.objects.select_related("store").get(pk=order.pk)


def work(*models: Any) -> None:
    """Whatever is due is done, and what that makes due."""
    for _ in range(3):
        duework.run_pending(*models)
