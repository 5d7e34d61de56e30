"""The admin's first screen says what needs somebody now, of one's own stores alone."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scopes_disabled

from core import alerts
from orders.models import Order
from shop.models import Product, Shopper, StaffMembership, Store
from tests.conftest import make_shopper
from tests.support.catalogue import make_product
from tests.support.orders import packing_order


@pytest.fixture
def admin(store: Store) -> Client:
    user = User.objects.create_user("mei", password="x", is_staff=True)
    StaffMembership.objects.create(store=store, user=user, role=StaffMembership.Role.OWNER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def number(client: Client, label: str) -> int:
    context = client.get("/admin/").context
    return next(entry.count for entry in [*context["work"], *context["catalogue"]] if str(entry.label) == label)


def test_a_fresh_store_has_zeros_and_a_way_on(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()

    assert number(admin, "To pack") == 0
    assert "Nothing has been paid yet." in page


def test_the_numbers_are_those_of_the_store(admin: Client, store: Store, shopper: Shopper) -> None:
    packing_order(shopper, {make_product(store, price=1000, stock=3).variants.get(): 3})
    make_product(store, "Draft", status=Product.Status.DRAFT)

    assert number(admin, "To pack") == 1
    assert number(admin, "Variants sold out") == 1
    assert number(admin, "Drafts") == 1
    (takings,) = admin.get("/admin/").context["takings"]
    assert takings.today == takings.total == "¥30.00"
    assert [height for _day, _amount, height in takings.days] == [0] * 13 + [100]


def test_open_alerts_are_counted_and_lead_to_their_list(admin: Client, store: Store, other_store: Store) -> None:
    for one, subject in ((store, "x:1"), (store, "x:2"), (other_store, "x:1")):
        alerts.raise_alert(one, "difference", subject, "x")
    alerts.resolve_alert("difference", "x:2")

    assert number(admin, "Open alerts") == 1
    assert 'href="/admin/core/alert/?state=open"' in admin.get("/admin/").content.decode()


def test_another_stores_orders_do_not_count(admin: Client, other_store: Store) -> None:
    with scopes_disabled():
        packing_order(make_shopper(other_store), {make_product(other_store).variants.get(): 1})
        assert Order.objects.filter(store=other_store, paid_at__isnull=False).exists()

    assert number(admin, "To pack") == 0
    assert admin.get("/admin/").context["takings"] == []
