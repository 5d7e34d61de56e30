"""What the orders' API answers is what its OpenAPI document says, documents and problems alike."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from core import clock
from orders.models import TrackingEvent
from shop.models import Shopper, Store
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import address_of, place_order, shipped_order


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def check(schema: Any, template: str, answer: Any, method: str = "get") -> Any:
    operation = schema["paths"]["/api/v1/stores/{store}/" + template][method]
    documented = operation["responses"][str(answer.status_code)]
    if answer.status_code == 204:
        assert "content" not in documented
        return None
    media_type = answer.headers["Content-Type"].split(";")[0]
    shape = documented["content"][media_type]["schema"]
    Draft202012Validator({**shape, "components": schema["components"]}).validate(answer.json())
    return answer.json()


def test_answers(store: Store, shopper: Shopper, mine: Client, theirs: Client, schema: Any) -> None:
    variant = variant_of(make_product(store, specs={"Size": ["S", "L"]}), "L")
    address = address_of(shopper).public_id
    line = {"variant_id": variant.public_id, "quantity": 1}

    added = check(schema, "cart/lines", mine.post("cart/lines", line), "post")
    check(schema, "cart/lines", mine.post("cart/lines", line | {"quantity": 0}), "post")
    check(schema, "cart/lines", mine.post("cart/lines", line | {"quantity": 99}), "post")
    check(schema, "cart", mine.get("cart"))
    check(schema, "cart", mine.patch("cart", {"selected": True}), "patch")
    check(schema, "cart", mine.patch("cart", {"selected": "yes"}), "patch")
    path = f"cart/lines/{added['lines'][0]['id']}"
    check(schema, "cart/lines/{line}", mine.patch(path, {"quantity": 2}), "patch")
    check(schema, "cart/lines/{line}", mine.patch(path, {}), "patch")
    check(schema, "quote", mine.post("quote", {"address_id": address}), "post")
    check(schema, "quote", mine.post("quote", {"lines": [line | {"quantity": 99}]}), "post")
    check(schema, "quote", mine.post("quote", {"lines": [{}]}), "post")
    body = {"address_id": address, "expected_total": 2000}
    check(schema, "orders", mine.post("orders", body | {"expected_total": 1}, key="k" * 16), "post")
    placed = check(schema, "orders", mine.post("orders", body, key="k" * 16), "post")
    check(schema, "orders", mine.post("orders", body | {"note": "x"}, key="k" * 16), "post")
    check(schema, "orders", mine.post("orders", body), "post")
    check(schema, "cart/lines/{line}", mine.delete(path), "delete")
    check(schema, "orders", mine.get("orders"))
    check(schema, "orders", mine.get("orders", {"state": "x"}))
    check(schema, "orders", mine.get("orders", {"cursor": "x"}))
    check(schema, "orders/counts", mine.get("orders/counts"))
    check(schema, "orders/{order}", mine.get(f"orders/{placed['id']}"))
    check(schema, "orders/{order}", theirs.get(f"orders/{placed['id']}"))
    check(schema, "orders/{order}/receive", mine.post(f"orders/{placed['id']}/receive"), "post")
    check(schema, "orders/{order}/cancel", mine.post(f"orders/{placed['id']}/cancel"), "post")
    check(schema, "orders/{order}/reorder", mine.post(f"orders/{placed['id']}/reorder"), "post")

    order, parcel = shipped_order(shopper, {variant: 1})
    TrackingEvent.objects.create(store=store, parcel=parcel, happened_at=clock.now(), status="accepted", text_zh="好")
    check(schema, "orders/{order}", mine.get(f"orders/{order.public_id}"))
    check(schema, "orders/{order}/cancel", mine.post(f"orders/{order.public_id}/cancel"), "post")
    check(
        schema,
        "orders/{order}/parcels/{parcel}",
        mine.get(f"orders/{order.public_id}/parcels/{parcel.public_id}"),
    )
    check(schema, "orders/{order}/receive", mine.post(f"orders/{order.public_id}/receive"), "post")


def test_no_answer_says_more_than_it_should(store: Store, shopper: Shopper, mine: Client) -> None:
    """An allow-list of what a shopper is told of an order: nothing internal, no primary key."""
    order = place_order(shopper, {variant_of(make_product(store)): 1})

    seen = mine.get(f"orders/{order.public_id}").json()

    assert set(seen) == {
        "id", "number", "state", "state_text", "closing", "total", "currency", "placed_at", "expires_at", "item_count", "actions",
        "lines", "goods_total", "discount_total", "freight_total", "ship_to", "note", "paid_at", "shipped_at", "received_at",
        "cancelled_at", "cancel_cause", "on_delivery", "parcels", "timeline",
    }  # fmt: skip
    assert set(seen["lines"][0]) == {
        "id", "title", "spec", "picture", "quantity", "unit_price", "product_id", "variant_id", "discount", "total",
    }  # fmt: skip
    assert shopper.openid not in str(seen)
