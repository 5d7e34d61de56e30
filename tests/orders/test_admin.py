"""Orders and parcels in the admin: found by what staff know of them, shown whole, changed by nobody; other stores' do not exist."""

from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from core import clock
from orders.models import Order, Parcel, TrackingEvent
from shop.models import Store
from tests.conftest import make_shopper
from tests.shop.admin_support import staff_of
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import make_address, place_order, shipped_order


def fill(store: Store, word: str, waybill: str) -> dict[str, Any]:
    """A pending and a shipped order, each with the word in every text."""
    shopper = make_shopper(store)
    make_address(shopper, name=f"{word} Li", city=f"{word}ville", street=f"{word} street", phone="13700137000")
    variant = variant_of(make_product(store, f"{word} tea"))
    pending = place_order(shopper, {variant: 1}, note=f"{word} note")
    order, parcel = shipped_order(shopper, {variant: 1}, waybill=waybill)
    with scope(store=store):
        TrackingEvent.objects.create(
            store=store, parcel=parcel, happened_at=clock.now(), status="in_transit", text_en=f"{word} hub"
        )
    return {"pending": pending, "order": order, "parcel": parcel}


@pytest.fixture
def rows(store: Store, other_store: Store) -> dict[str, Any]:
    fill(other_store, "Canary", "SF9999999999999")
    return fill(store, "Mine", "SF1234567890123")


@pytest.fixture
def staff(store: Store) -> Client:
    return staff_of(store, role="ops")


def found(staff: Client, words: str) -> set[str]:
    page = staff.get("/admin/orders/order/", {"q": words})
    assert page.status_code == 200
    return {order.public_id for order in page.context["cl"].result_list}


def test_pages_show_their_own_store_and_no_other(rows: dict[str, Any], staff: Client) -> None:
    pages = [
        "/admin/orders/order/",
        f"/admin/orders/order/{rows['order'].pk}/change/",
        f"/admin/orders/order/{rows['pending'].pk}/change/",
        f"/admin/orders/order/{rows['order'].pk}/history/",
        "/admin/orders/parcel/",
        f"/admin/orders/parcel/{rows['parcel'].pk}/change/",
        "/admin/orders/order/?state__exact=shipped&problem=yes",
        "/admin/orders/parcel/?carrier=SF",
    ]
    for page in pages:
        answer = staff.get(page)
        assert answer.status_code == 200, page
        assert "Canary" not in answer.content.decode(), page


def test_the_page_of_an_order_has_everything(rows: dict[str, Any], staff: Client) -> None:
    page = staff.get(f"/admin/orders/order/{rows['order'].pk}/change/").content.decode()

    for text in (rows["order"].number, "Mine tea", "Mineville", "¥10.00", "SF1234567890123", "SF Express", "Mine hub"):
        assert text in page
    for text in ("Order placed", "Paid", "Handed to the carrier", "staff:1", "provider:wechatpay"):
        assert text in page


@pytest.mark.parametrize("how", ["number", "part of the number", "name", "phone", "waybill", "nothing of the kind"])
def test_finding_an_order(rows: dict[str, Any], staff: Client, how: str) -> None:
    order, pending = rows["order"], rows["pending"]
    words, expected = {
        "number": (order.number, {order}),
        "part of the number": (order.number[:9].lower(), {order}),
        "name": ("mine l", {order, pending}),
        "phone": ("1370013", {order, pending}),
        "waybill": ("SF1234 567890123", {order}),
        "nothing of the kind": ("no such thing", set()),
    }[how]

    assert found(staff, words) == {each.public_id for each in expected}
    assert staff.get("/admin/orders/parcel/", {"q": "SF1234567890123"}).context["cl"].result_count == 1


def test_nobody_elses_can_be_found(rows: dict[str, Any], staff: Client) -> None:
    foreign = Order._base_manager.exclude(store=rows["order"].store).first()
    parcel = Parcel._base_manager.exclude(store=rows["order"].store).first()
    assert foreign is not None
    assert parcel is not None

    assert found(staff, foreign.number) == found(staff, "Canary") == found(staff, "SF9999999999999") == set()
    for path in (f"order/{foreign.pk}/change/", f"order/{foreign.pk}/history/", f"parcel/{parcel.pk}/change/"):
        assert staff.get(f"/admin/orders/{path}").status_code == 404


def test_nothing_can_be_changed(rows: dict[str, Any], store: Store) -> None:
    """Not even by an owner, nor by a forged form."""
    owner = staff_of(store)
    before = list(Order.objects.order_by("pk").values()), list(Parcel.objects.order_by("pk").values())

    for name, row in (("order", rows["order"]), ("parcel", rows["parcel"])):
        assert owner.get(f"/admin/orders/{name}/add/").status_code == 403
        assert owner.get(f"/admin/orders/{name}/{row.pk}/delete/").status_code == 403
        assert owner.post(f"/admin/orders/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert owner.post(f"/admin/orders/{name}/{row.pk}/change/", {"state": "received"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        owner.post(f"/admin/orders/{name}/", action)
    assert (list(Order.objects.order_by("pk").values()), list(Parcel.objects.order_by("pk").values())) == before


def test_without_a_part_in_the_store_there_is_nothing(rows: dict[str, Any], other_store: Store) -> None:
    stranger = staff_of(other_store)
    assert stranger.get(f"/admin/orders/order/{rows['order'].pk}/change/").status_code == 404
    assert Client().get("/admin/orders/order/").status_code == 302


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_costs_the_same_however_long(
    store: Store, staff: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    store.order_limit = 50
    store.save()
    shopper = make_shopper(store)
    variant = variant_of(make_product(store, stock=50))
    for _ in range(count):
        place_order(shopper, {variant: 1})

    with django_assert_max_num_queries(10):
        staff.get("/admin/orders/order/")


def test_in_chinese(rows: dict[str, Any], staff: Client) -> None:
    staff.cookies["django_language"] = "zh-hans"

    page = staff.get(f"/admin/orders/order/{rows['order'].pk}/change/").content.decode()

    for text in ("已发货", "顺丰速运", "收货信息", "包裹"):
        assert text in page
