"""A shopper's addresses: one default among them, nobody else's to be seen, and bad ones refused by field."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from shop.models import Address, Shopper, Store
from tests.conftest import client_of, make_shopper
from tests.shop.conftest import StoreClient

HOME = {
    "name": "王小明",
    "phone": "138 0013 8000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "龙井路 1 号",
}


def add(client: StoreClient, **changes: Any) -> Any:
    answer = client.post("addresses", {**HOME, **changes})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_it_works(store: Store, mine: StoreClient) -> None:
    address = add(mine, label="家")
    assert address == {
        **HOME,
        "id": address["id"],
        "country": "CN",
        "postal_code": "",
        "label": "家",
        "is_default": True,
    }
    assert mine.get(f"addresses/{address['id']}").json() == address
    assert mine.get("addresses").json() == {"results": [address], "next": None}
    changed = mine.patch(f"addresses/{address['id']}", {"city": "绍兴市"}).json()
    assert changed == {**address, "city": "绍兴市"}
    assert mine.delete(f"addresses/{address['id']}").status_code == 204
    assert mine.get("addresses").json()["results"] == []


def test_there_is_one_default(store: Store, mine: StoreClient) -> None:
    first, second = add(mine), add(mine)
    assert (first["is_default"], second["is_default"]) == (True, False)
    mine.patch(f"addresses/{second['id']}", {"is_default": True})
    assert [(row["id"], row["is_default"]) for row in mine.get("addresses").json()["results"]] == [
        (second["id"], True),
        (first["id"], False),
    ]
    mine.delete(f"addresses/{second['id']}")
    assert mine.get("addresses").json()["results"][0]["is_default"] is True
    assert add(mine, is_default=True)["is_default"] is True
    assert Address.objects.filter(is_default=True).count() == 1


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"phone": "abc"}, "phone"),
        ({"phone": "1"}, "phone"),
        ({"phone": 13800138000}, "phone"),
        ({"country": "china"}, "country"),
        ({"country": "cn"}, "country"),
        ({"city": None}, "city"),
        ({"street": "\x00"}, "street"),
        ({"is_default": "true"}, "is_default"),
        ({"label": "x" * 21}, "label"),
    ],
)
def test_what_is_wrong_is_named(store: Store, mine: StoreClient, changes: Any, field: str) -> None:
    answer = mine.post("addresses", {**HOME, **changes})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Address.objects.exists()


def test_nothing_else_can_be_set(store: Store, mine: StoreClient, shopper: Shopper, other_shopper: Shopper) -> None:
    add(mine, id="mine", public_id="x", shopper=other_shopper.pk, store=99, created_at="2001-01-01T00:00:00Z")
    row = Address.objects.get()
    assert (row.shopper, row.store) == (shopper, store)
    assert row.public_id != "x"


def test_strangers_see_and_change_nothing(
    store: Store, other_store: Store, mine: StoreClient, other_shopper: Shopper
) -> None:
    address = add(mine)
    path = f"addresses/{address['id']}"
    for stranger in (StoreClient(client_of(other_shopper)), StoreClient(client_of(make_shopper(other_store)), "books")):
        assert stranger.get(path).status_code == 404
        assert stranger.patch(path, {"city": "x"}).status_code == 404
        assert stranger.delete(path).status_code == 404
        assert stranger.get("addresses").json()["results"] == []
    foreign_token = StoreClient(client_of(make_shopper(other_store)))
    nobody = StoreClient(APIClient())
    for stranger, status, kind in ((foreign_token, 404, "not-found"), (nobody, 401, "not-authenticated")):
        for answer in (
            stranger.get(path),
            stranger.patch(path, {"city": "x"}),
            stranger.delete(path),
            stranger.get("addresses"),
        ):
            assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert mine.get(path).json() == address


def test_there_are_not_endlessly_many(store: Store, mine: StoreClient, shopper: Shopper) -> None:
    Address.objects.bulk_create(Address(store=store, shopper=shopper, **HOME) for _ in range(50))
    answer = mine.post("addresses", HOME)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many-addresses")
