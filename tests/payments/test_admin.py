"""The admin shows payments, refunds and the inbox to staff of the store, changes none of them, and takes parked rows up again."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scope

from core import duework
from orders.models import Order
from payments.models import Notification, Payment, Refund
from shop.models import StaffMembership, Store
from tests.conftest import make_shopper
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import place_order
from tests.support.pay import Platform, deliver, open_attempt, pay


def staff_of(*stores: Store, role: str = "owner") -> Client:
    """A client that is logged in as somebody with that role in those stores."""
    user = User.objects.create_user(f"{role}-{'-'.join(store.slug for store in stores)}", is_staff=True)
    for store in stores:
        with scope(store=store):
            StaffMembership.objects.create(store=store, user=user, role=role)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


@pytest.fixture
def rows(order: Order, platform: Platform) -> dict[str, Any]:
    """A payment that paid its order, one that came twice and goes back, and a notification that was set aside."""
    from payments import asking

    first = open_attempt(order)
    asking.end(first, "closed", why="test")
    payment = pay(order)
    deliver(platform, first)
    deliver(platform, payment, out_trade_no="UNKNOWN0001")
    duework.run_pending(Notification)
    return {
        "payment": payment,
        "refund": Refund.objects.get(),
        "notification": Notification.objects.get(parked_at__isnull=False),
    }


def word_of(row: Any) -> str:
    """What a list shows of the row and of no other."""
    word: str = row.event_id if isinstance(row, Notification) else row.number
    return word


@pytest.mark.parametrize("model", ["payment", "refund", "notification"])
@pytest.mark.parametrize("role", ["owner", "ops"])
def test_pages_open(model: str, role: str, rows: dict[str, Any], store: Store) -> None:
    client = staff_of(store, role=role)
    base = f"/admin/payments/{model}/"

    listed = client.get(base)
    assert listed.status_code == 200
    assert word_of(rows[model]) in listed.content.decode()
    assert client.get(f"{base}?work=parked").status_code == 200
    page = client.get(f"{base}{rows[model].pk}/change/")
    assert page.status_code == 200
    assert str(rows[model].pk) in page.content.decode()


@pytest.mark.parametrize("model", ["payment", "refund", "notification"])
def test_nothing_can_be_changed(model: str, rows: dict[str, Any], store: Store) -> None:
    client = staff_of(store)
    base = f"/admin/payments/{model}/"
    row = rows[model]
    before = type(row).objects.filter(pk=row.pk).values().get()

    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}{row.pk}/change/", {"state": "succeeded", "settles": "on"}).status_code == 403
    assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", ["payment", "refund", "notification"])
def test_another_stores_staff_sees_nothing(model: str, rows: dict[str, Any], other_store: Store) -> None:
    client = staff_of(other_store)
    base = f"/admin/payments/{model}/"

    assert word_of(rows[model]) not in client.get(base).content.decode()
    for page in ("change", "history", "delete"):
        assert client.get(f"{base}{rows[model].pk}/{page}/").status_code in (403, 404)


def try_again(client: Client, row: Notification) -> Any:
    data = {"action": "try_again", "_selected_action": [row.pk]}
    return client.post("/admin/payments/notification/", data, follow=True)


def test_what_was_set_aside_is_tried_again(rows: dict[str, Any], store: Store) -> None:
    assert "1 row is tried again" in try_again(staff_of(store, role="ops"), rows["notification"]).content.decode()

    row = Notification.objects.get(pk=rows["notification"].pk)
    assert row.parked_at is None
    assert row.due_at is not None


def test_not_by_another_stores_staff(rows: dict[str, Any], other_store: Store) -> None:
    try_again(staff_of(other_store), rows["notification"])

    assert Notification.objects.get(pk=rows["notification"].pk).parked_at is not None


def test_verdicts_in_chinese(rows: dict[str, Any], store: Store) -> None:
    client = staff_of(store)
    client.cookies["django_language"] = "zh-hans"

    assert "本店没有这个单号" in client.get("/admin/payments/notification/").content.decode()


def test_a_list_costs_the_same_for_many(store: Store, order: Order, django_assert_max_num_queries: Any) -> None:
    variant = variant_of(make_product(store, stock=50))
    for _ in range(5):
        pay(place_order(make_shopper(store), {variant: 1}))
    client = staff_of(store)
    with django_assert_max_num_queries(14):
        client.get("/admin/payments/payment/")
    assert Payment.objects.count() == 5
