"""Every call of the shop's API takes exactly as many queries as ``query_budgets.json`` says, however many rows there are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.models import HomeSection, ProductPicture, SectionProduct, Store
from tests.shop.conftest import StoreClient, make_picture
from tests.shop.test_addresses import HOME
from tests.support.catalogue import make_category, make_product

BUDGETS = Path(__file__).with_name("query_budgets.json")


def test_budgets(store: Store, public: StoreClient, mine: StoreClient) -> None:
    category = make_category(store, "Tea", picture=make_picture(store))
    for number in range(6):
        product = make_product(
            store, f"Tea {number}", specs={"Size": ["S", "L"], "Colour": ["Red", "Blue"]}, category=category
        )
        for _ in range(2):
            ProductPicture.objects.create(store=store, product=product, picture=make_picture(store))
    for kind in ("hero", "rail", "grid", "grid", "categories", "notice"):
        section = HomeSection.objects.create(store=store, kind=kind, category=category, picture=make_picture(store))
        if kind == "rail":
            SectionProduct.objects.create(store=store, section=section, product=product)
    address = mine.post("addresses", HOME).json()["id"]
    calls: dict[str, Callable[[], Any]] = {
        "store": lambda: public.get("store"),
        "home": lambda: public.get("home"),
        "categories": lambda: public.get("categories"),
        "products": lambda: public.get("products"),
        "products in a category": lambda: public.get("products", {"category": category.public_id}),
        "products by words": lambda: public.get("products", {"q": "tea"}),
        "product": lambda: public.get(f"products/{product.public_id}"),
        "addresses": lambda: mine.get("addresses"),
        "add address": lambda: mine.post("addresses", HOME),
        "change address": lambda: mine.patch(f"addresses/{address}", {"city": "x", "is_default": True}),
        "delete address": lambda: mine.delete(f"addresses/{address}"),
        "logout": lambda: mine.post("logout"),
    }
    counted = {}
    for name, call in calls.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert call().status_code < 400, name
        counted[name] = len(queries)
    assert counted == json.loads(BUDGETS.read_text())
