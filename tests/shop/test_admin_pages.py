"""Every page of the shop's admin opens for the owner of one store, of several, and says so where there is nothing yet."""

import re

import pytest
from django.test import Client

from shop.models import Store
from tests.shop.admin_support import fill, staff_of
from tests.shop.test_admin_tenancy import form_of
from tests.support.catalogue import make_product

MODELS = [
    "store",
    "staffmembership",
    "category",
    "product",
    "picture",
    "homesection",
    "stock",
    "shopper",
    "productimport",
]
ADDABLE = ["staffmembership", "category", "product", "picture", "homesection", "productimport"]


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_open(store: Store, model: str) -> None:
    rows = fill(store, "Mine")
    client = staff_of(store)
    page = client.get(f"/admin/shop/{model}/")
    assert page.status_code == 200
    assert "Mine" in page.content.decode()
    assert client.get(f"/admin/shop/{model}/?q=mine").status_code == 200
    page = client.get(f"/admin/shop/{model}/{rows[model].pk}/change/")
    assert page.status_code == 200
    assert "Mine" in page.content.decode()
    assert client.get(f"/admin/shop/{model}/{rows[model].pk}/history/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_lists_open_when_there_is_nothing(store: Store, model: str) -> None:
    assert staff_of(store).get(f"/admin/shop/{model}/").status_code == 200


@pytest.mark.parametrize("model", ADDABLE)
def test_forms_of_new_rows_ask_for_the_store_only_among_several(store: Store, other_store: Store, model: str) -> None:
    one = staff_of(store).get(f"/admin/shop/{model}/add/")
    two = staff_of(store, other_store).get(f"/admin/shop/{model}/add/")
    assert one.status_code == two.status_code == 200
    assert 'name="for_store"' not in one.content.decode()
    assert 'name="for_store"' in two.content.decode()


def test_the_catalogue_in_chinese(store: Store) -> None:
    fill(store, "Mine")
    client = staff_of(store)
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/admin/shop/product/").content.decode()
    assert re.search("商品", page)


def test_staff_without_a_store_and_strangers_see_nothing(store: Store) -> None:
    fill(store, "Mine")
    nobody = staff_of(name="nobody")
    for model in MODELS:
        assert nobody.get(f"/admin/shop/{model}/").status_code == 403
        assert Client().get(f"/admin/shop/{model}/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "product/?q=%00",
        "product/?q=%EF%BC%85",
        "product/?category__id__exact=%C2%B2",
        "product/?category__id__exact=99999999999999999999999",
        "product/?stock=x&status=y",
        "product/?p=-1",
        "product/?o=99.x",
        "stock/?level=x",
        "category/?q=%00",
    ],
)
def test_odd_questions_are_no_faults(store: Store, path: str) -> None:
    fill(store, "Mine")
    assert staff_of(store).get(f"/admin/shop/{path}").status_code in (200, 302, 400)


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "99999999999999999999999", "1%00", "%C2%B2"])
def test_odd_keys_are_not_found(store: Store, pk: str) -> None:
    client = staff_of(store)
    for model in ("product", "stock", "productimport"):
        assert client.get(f"/admin/shop/{model}/{pk}/change/").status_code == 404
    assert client.get(f"/admin/shop/product/{pk}/options/").status_code == 404


def test_a_handle_is_one_products_in_its_store(store: Store, other_store: Store) -> None:
    mine, taken = make_product(store, "A"), make_product(store, "B", handle="b")
    make_product(other_store, "C", handle="c")
    client = staff_of(store)
    url = f"/admin/shop/product/{mine.pk}/change/"
    response = client.post(url, form_of(client.get(url)) | {"handle": taken.handle})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert client.post(url, form_of(client.get(url)) | {"handle": "c"}).status_code == 302


def test_the_superuser_keeps_accounts_and_every_store(store: Store, other_store: Store, admin_client: Client) -> None:
    fill(store, "Mine")
    fill(other_store, "Theirs")
    page = admin_client.get("/admin/shop/product/").content.decode()
    assert "Mine product" in page
    assert "Theirs product" in page
    assert admin_client.get("/admin/auth/user/").status_code == 200
    assert admin_client.get("/admin/auth/user/add/").status_code == 200
    assert admin_client.get("/admin/shop/store/add/").status_code == 200
