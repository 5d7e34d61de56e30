"""Promise 8: another shopper's and another store's carts, orders and parcels do not exist, and cannot be changed."""

from typing import Any

import pytest

from orders.models import CartLine, Order, Parcel
from shop.models import Shopper, Store
from tests.conftest import client_of, make_shopper
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import address_of, place_order, shipped_order


@pytest.fixture
def rows(store: Store, shopper: Shopper) -> dict[str, Any]:
    """The shopper's cart line, unpaid order, shipped order and its parcel."""
    from orders import carts

    variant = variant_of(make_product(store))
    carts.add(shopper, variant, 1)
    order, parcel = shipped_order(shopper, {variant: 1})
    return {
        "line": CartLine.objects.get(),
        "pending": place_order(shopper, {variant: 1}),
        "shipped": order,
        "parcel": parcel,
        "variant": variant,
    }


def paths(rows: dict[str, Any]) -> list[tuple[str, str]]:
    shipped, pending = f"orders/{rows['shipped'].public_id}", f"orders/{rows['pending'].public_id}"
    return [
        ("patch", f"cart/lines/{rows['line'].public_id}"),
        ("delete", f"cart/lines/{rows['line'].public_id}"),
        ("get", shipped),
        ("get", f"{shipped}/parcels/{rows['parcel'].public_id}"),
        ("post", f"{pending}/cancel"),
        ("post", f"{shipped}/receive"),
        ("post", f"{shipped}/reorder"),
    ]


def call(client: Client, method: str, path: str) -> Any:
    if method == "patch":
        return client.patch(path, {"quantity": 2})
    return getattr(client, method)(path)


def state_of_things() -> list[Any]:
    return [
        *CartLine.objects.values_list("shopper", "quantity", "selected"),
        *Order.objects.order_by("pk").values_list("pk", "state"),
        *Parcel.objects.values_list("pk", "state"),
    ]


def test_another_shopper_finds_nothing(rows: dict[str, Any], theirs: Client) -> None:
    before = state_of_things()

    for method, path in paths(rows):
        foreign = call(theirs, method, path)
        absent = call(theirs, method, path.replace(path.split("/")[-1 if "line" in path else 1], "0" * 16))
        assert foreign.status_code == absent.status_code == 404, (method, path)
        assert foreign.json() == absent.json()
    assert theirs.get("orders").json()["results"] == []
    assert theirs.get("cart").json()["lines"] == []
    assert theirs.get("orders/counts").json() == {"pending": 0, "paid": 0, "shipped": 0}
    assert state_of_things() == before


def test_a_shopper_of_another_store_finds_nothing(store: Store, other_store: Store, rows: dict[str, Any]) -> None:
    """Neither with the own token at this store, nor by asking the own store for this store's ids."""
    stranger = client_of(make_shopper(other_store))
    before = state_of_things()

    for at in (store, other_store):
        client = Client(stranger, at)
        for method, path in paths(rows):
            assert call(client, method, path).status_code == 404, (at, method, path)
    assert Client(stranger, store).get("orders").status_code == 404
    assert state_of_things() == before


def test_without_a_token_there_is_nothing_to_do(store: Store, rows: dict[str, Any], anonymous: Any) -> None:
    client = Client(anonymous, store)

    for method, path in [*paths(rows), ("get", "cart"), ("get", "orders"), ("post", "orders"), ("post", "quote")]:
        answer = call(client, method, path)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-authenticated"), (method, path)


def test_nobody_elses_address_or_goods_can_be_named_in_an_order(
    store: Store, other_store: Store, shopper: Shopper, other_shopper: Shopper, mine: Client
) -> None:
    variant, foreign = variant_of(make_product(store)), variant_of(make_product(other_store))

    bodies = {
        "address_id": (address_of(other_shopper), variant),
        "lines.0.variant_id": (address_of(shopper), foreign),
    }
    for field, (address, bought) in bodies.items():
        lines = [{"variant_id": bought.public_id, "quantity": 1}]
        body = {"address_id": address.public_id, "expected_total": 1000, "lines": lines}
        answer = mine.post("orders", body, key=f"key-{field}-0")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Order.objects.exists()
