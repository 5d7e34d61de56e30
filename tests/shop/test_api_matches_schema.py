"""What the shop's API answers is what its OpenAPI document says, whole documents and problems alike, and the document has no warning."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from shop.models import HomeSection, ProductPicture, Store
from tests.shop.conftest import StoreClient, make_picture
from tests.shop.test_addresses import HOME
from tests.support.catalogue import make_category, make_product


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    document = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    return document


def check(schema: Any, template: str, answer: Any, method: str = "get") -> None:
    operation = schema["paths"]["/api/v1/stores/{store}/" + template][method]
    documented = operation["responses"][str(answer.status_code)]
    if answer.status_code == 204:
        assert "content" not in documented
        return
    media_type = answer.headers["Content-Type"].split(";")[0]
    shape = documented["content"][media_type]["schema"]
    Draft202012Validator({**shape, "components": schema["components"]}).validate(answer.json())


def test_answers(store: Store, public: StoreClient, mine: StoreClient, schema: Any) -> None:
    category = make_category(store, "Tea", picture=make_picture(store))
    make_category(store, "Green", parent=category)
    product = make_product(store, specs={"Size": ["S", "L"]}, category=category)
    ProductPicture.objects.create(store=store, product=product, picture=make_picture(store))
    for kind in HomeSection.Kind.values:
        HomeSection.objects.create(store=store, kind=kind, picture=make_picture(store))
    store.logo = make_picture(store)
    store.save()

    for path in ("store", "home", "categories", "products"):
        check(schema, path, public.get(path))
    check(schema, "products", public.get("products", {"sort": "x"}))
    check(schema, "products/{product}", public.get(f"products/{product.public_id}"))
    check(schema, "products/{product}", public.get("products/none"))
    check(schema, "login", public.post("login", {}), "post")
    check(schema, "addresses", public.get("addresses"))
    made = mine.post("addresses", HOME)
    check(schema, "addresses", made, "post")
    check(schema, "addresses", mine.get("addresses"))
    check(schema, "addresses", mine.post("addresses", {"name": 1}), "post")
    path = f"addresses/{made.json()['id']}"
    check(schema, "addresses/{address}", mine.get(path))
    check(schema, "addresses/{address}", mine.patch(path, {"name": "x"}), "patch")
    check(schema, "addresses/{address}", mine.patch(path, {"name": ""}), "patch")
    check(schema, "addresses/{address}", mine.delete(path), "delete")
    check(schema, "logout", mine.post("logout"), "post")
