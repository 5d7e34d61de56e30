"""Pages of staff ask the database as often for one row as for seven. ``query_budgets.json`` says how often."""

import json
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import alerts, clock
from payments import refund_requests, refunding
from payments.gateways import RefundReport
from payments.models import Notification, Payment, Refund
from shop.models import Store
from tests.conftest import make_shopper
from tests.dashboards.test_two_people import person
from tests.support.catalogue import make_product
from tests.support.orders import place_order
from tests.support.pay import pay

BUDGETS: dict[str, int] = json.loads(Path(__file__).with_name("query_budgets.json").read_text())
LISTS = {
    "overview": "/admin/",
    "board": "/ops/queue/to_pack/",
    "problems": "/ops/queue/problems/",
    "refunds to agree to": "/ops/refunds/?show=waiting",
    "refunds that went wrong": "/ops/refunds/?show=failed",
    "parked work": "/ops/parked/",
    "admin: orders": "/admin/orders/order/",
    "admin: payments": "/admin/payments/payment/",
    "admin: refunds": "/admin/payments/refund/",
    "admin: notifications": "/admin/payments/notification/",
    "admin: alerts": "/admin/core/alert/",
}


@pytest.fixture
def owner(store: Store) -> Client:
    return person(store, "mei", "owner")


def rows(store: Store, count: int) -> Payment:
    """So many paid orders; of each a refund that waits, one that failed, and a notification that was set aside. One of the payments."""
    Store.objects.filter(pk=store.pk).update(refund_approval_from=1000)
    variant = make_product(store, price=25000, stock=99).variants.get()
    for number in range(count):
        payment = pay(place_order(make_shopper(store), {variant: 2}))
        refunds(payment, number)
    Notification.objects.update(parked_at=clock.now(), done_at=None, last_error="x")
    with transaction.atomic():
        for notification in Notification.objects.select_related("store"):
            alerts.parked(notification, "x")
    return payment


def refunds(payment: Payment, number: int) -> None:
    refund_requests.request(payment, 1000, "x", actor=f"staff:{900 + number}")
    failed = refund_requests.request(payment, 900, "x", actor=f"staff:{900 + number}")
    row = Refund.objects.select_related("payment").get(pk=failed.pk)
    report = RefundReport(row.number, "failed", 900, f"50{row.pk}", detail="ABNORMAL")
    refunding.take_in(row, report, actor="provider:wechatpay")


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is read once a process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("count", [1, 7])
def test_lists(owner: Client, store: Store, count: int) -> None:
    rows(store, count)
    assert {name: queries(owner, path) for name, path in LISTS.items()} == {name: BUDGETS[name] for name in LISTS}


@pytest.mark.parametrize("count", [1, 7])
def test_pages_of_one(owner: Client, store: Store, count: int) -> None:
    """However many refunds the payment has, whoever asked for them."""
    payment = rows(store, 1)
    for number in range(1, count):
        refunds(payment, number)
    waiting, failed = (Refund.objects.filter(state=state).earliest("pk") for state in ("requested", "failed"))
    pages = {
        "order": f"/ops/orders/{payment.order.public_id}/",
        "refund form": f"/ops/payments/{payment.public_id}/refund/",
        "refund that waits": f"/ops/refunds/{waiting.number}/",
        "refund that failed": f"/ops/refunds/{failed.number}/",
        "refund to a card": f"/ops/refunds/{failed.number}/elsewhere/",
        "admin: payment": f"/admin/payments/payment/{payment.pk}/change/",
        "admin: order": f"/admin/orders/order/{payment.order_id}/change/",
    }
    assert {name: queries(owner, path) for name, path in pages.items()} == {name: BUDGETS[name] for name in pages}
