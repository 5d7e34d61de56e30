"""Every page of the shop's admin opens for the owner of one store, of several, and says so where there is nothing yet."""

import re

import pytest
from django.test import Client

from shop.models import Store
from tests.shop.admin_support import fill, staff_of

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
