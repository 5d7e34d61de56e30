"""The list of products: what is on sale, by category, words, price and order, in pages that neither repeat nor skip."""

from typing import Any

import pytest

from shop.models import Product, Store
from tests.shop.conftest import StoreClient
from tests.support.catalogue import make_category, make_product, variant_of

CARD = {
    "id", "title", "subtitle", "price", "price_max", "compare_at_price", "currency", "available", "picture", "tags",
}  # fmt: skip


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [card["title"] for card in answer.json()["results"]]


def all_pages(client: StoreClient, **query: Any) -> list[str]:
    found, cursor = [], ""
    for _ in range(100):
        page = client.get("products", {**query, **({"cursor": cursor} if cursor else {})})
        found += titles(page)
        cursor = page.json()["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages never end")


def test_it_works(store: Store, public: StoreClient) -> None:
    product = make_product(
        store,
        ("龙井", "Longjing"),
        specs={"Size": ["50 g", "100 g"]},
        prices=[2000, 3500],
        tags=["spring"],
        subtitle_en="Early",
    )

    answer = public.get("products")

    assert answer.json() == {
        "results": [
            {
                "id": product.public_id, "title": "Longjing", "subtitle": "Early", "price": 2000, "price_max": 3500,
                "compare_at_price": None, "currency": "CNY", "available": True, "picture": None, "tags": ["spring"],
            }
        ],
        "next": None,
    }  # fmt: skip
    assert set(answer.json()["results"][0]) == CARD


def test_language_follows_the_header(store: Store, public: StoreClient) -> None:
    make_product(store, ("龙井", "Longjing"))
    make_product(store, ("", "Only English"))
    answer = public.get("products", HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
    assert titles(answer) == ["Only English", "龙井"]
    assert answer.headers["Content-Language"] == "zh-hans"


def test_only_what_is_on_sale(store: Store, other_store: Store, public: StoreClient) -> None:
    make_product(store, "Draft", status=Product.Status.DRAFT)
    make_product(store, "Gone", status=Product.Status.ARCHIVED)
    make_product(other_store, "Foreign")
    unpriced = make_product(store, "No variant is sold")
    unpriced.variants.update(is_active=False)
    from shop import catalogue

    catalogue.refresh([unpriced.pk])
    make_product(store, "Here")
    assert titles(public.get("products")) == ["Here"]


def test_sold_out_is_shown_and_said(store: Store, public: StoreClient) -> None:
    make_product(store, "Empty", stock=0)
    assert public.get("products").json()["results"][0]["available"] is False


def test_a_category_shows_what_is_below_it(store: Store, public: StoreClient) -> None:
    tea = make_category(store, "Tea")
    green = make_category(store, "Green", parent=tea)
    make_product(store, "Pot", category=make_category(store, "Pots"))
    make_product(store, "Any tea", category=tea)
    make_product(store, "Green tea", category=green)

    assert titles(public.get("products", {"category": tea.public_id})) == ["Green tea", "Any tea"]
    assert titles(public.get("products", {"category": green.public_id})) == ["Green tea"]
    assert titles(public.get("products", {"category": "unknown"})) == []


def test_a_moved_category_takes_its_products_along(store: Store, public: StoreClient) -> None:
    from shop import catalogue

    tea, drinks = make_category(store, "Tea"), make_category(store, "Drinks")
    green = make_category(store, "Green", parent=tea)
    make_product(store, "Green tea", category=green)
    tea.parent = drinks
    tea.save()
    catalogue.place_category(tea)
    assert titles(public.get("products", {"category": drinks.public_id})) == ["Green tea"]


@pytest.mark.parametrize(
    "sort, expected",
    [
        ("newest", ["C", "B", "A"]),
        ("price", ["B", "A", "C"]),
        ("-price", ["C", "A", "B"]),
        ("popular", ["A", "C", "B"]),
    ],
)
def test_orders(store: Store, public: StoreClient, sort: str, expected: list[str]) -> None:
    make_product(store, "A", price=200, sold=9)
    make_product(store, "B", price=100, sold=1)
    make_product(store, "C", price=300, sold=1)
    assert titles(public.get("products", {"sort": sort})) == expected


def test_prices_between(store: Store, public: StoreClient) -> None:
    for price in (100, 200, 300):
        make_product(store, str(price), price=price)
    assert titles(public.get("products", {"min_price": 101, "max_price": 300, "sort": "price"})) == ["200", "300"]


@pytest.mark.parametrize("sort", ["newest", "price", "-price", "popular"])
def test_pages_neither_repeat_nor_skip_among_equals(store: Store, public: StoreClient, sort: str) -> None:
    names = {f"Tea {number}" for number in range(23)}
    for name in sorted(names):
        make_product(store, name, price=100)
    found = all_pages(public, sort=sort, page_size=5)
    assert len(found) == 23
    assert set(found) == names


def test_a_product_that_comes_in_meanwhile_shifts_nothing(store: Store, public: StoreClient) -> None:
    for number in range(4):
        make_product(store, str(number))
    first = public.get("products", {"page_size": 2})
    make_product(store, "new")
    second = public.get("products", {"page_size": 2, "cursor": first.json()["next"]})
    assert titles(first) + titles(second) == ["3", "2", "1", "0"]


def test_a_cursor_tells_nothing_and_stays_the_same(store: Store, public: StoreClient) -> None:
    for number in range(4):
        make_product(store, str(number))
    cursors = {public.get("products", {"page_size": 2}).json()["next"] for _ in range(3)}
    assert len(cursors) == 1
    # Ciphertext of the primary key: an altered one is refused rather than decoded.
    cursor = cursors.pop()
    assert public.get("products", {"cursor": cursor[:-2] + "AA"}).status_code == 400
    assert public.get("products", {"cursor": cursor, "sort": "price"}).status_code == 400


@pytest.mark.parametrize(
    "query, field",
    [
        ({"sort": "cheapest"}, "sort"),
        ({"sort": "price; drop table"}, "sort"),
        ({"min_price": "-1"}, "min_price"),
        ({"min_price": "1e3"}, "min_price"),
        ({"max_price": "9" * 400}, "max_price"),
        ({"min_price": "5", "max_price": "4"}, "max_price"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "x" * 61}, "q"),
        ({"category": "a\x00b"}, "category"),
        ({"cursor": "!!"}, "cursor"),
        ({"cursor": "x" * 5000}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "51"}, "page_size"),
        ({"page_size": "1000000000"}, "page_size"),
        ({"page_size": "abc"}, "page_size"),
        ({"page_size": "٣"}, "page_size"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(store: Store, public: StoreClient, query: Any, field: str) -> None:
    answer = public.get("products", query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid"
    assert list(answer.json()["errors"]) == [field]


def test_lone_surrogates_are_harmless(store: Store, public: StoreClient) -> None:
    answer = public.client.get("/api/v1/stores/tea/products?q=%ED%A0%80")
    assert answer.status_code in (200, 400)


def test_unchanged_lists_are_not_sent_again(store: Store, public: StoreClient) -> None:
    for number in range(3):
        make_product(store, str(number))
    first = public.get("products", {"page_size": 2})
    again = public.get("products", {"page_size": 2}, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert again.status_code == 304
    assert not again.content
    product = make_product(store, "new")
    assert variant_of(product)
    assert public.get("products", {"page_size": 2}, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status_code == 200


def test_unknown_and_closed_stores_are_not_there(store: Store, public: StoreClient) -> None:
    assert public.client.get("/api/v1/stores/none/products").status_code == 404
    store.is_open = False
    store.save()
    answer = public.get("products")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_the_catalogue_may_be_kept_and_a_shoppers_things_may_not(
    store: Store, public: StoreClient, mine: StoreClient
) -> None:
    assert public.get("products").headers["Cache-Control"] == "no-cache"
    assert mine.get("addresses").headers["Cache-Control"] == "private, no-store"
    assert public.get("addresses").headers["Cache-Control"] == "private, no-store"
    assert "Authorization" in public.get("products").headers["Vary"]
