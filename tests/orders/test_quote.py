"""A quote says what a purchase would cost and names everything that stands in its way; it changes nothing."""

import pytest

from orders.models import CartLine, Order
from shop.models import Product, Shopper, Stock, StockHold, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import address_of, make_address


def kinds(quote: dict) -> list[str]:
    return [anomaly["type"] for anomaly in quote["anomalies"]]


def test_it_works(store: Store, shopper: Shopper, mine: Client) -> None:
    store.freight, store.free_freight_from = 800, 20000
    store.save()
    variant = variant_of(make_product(store, "Longjing", 6000))
    mine.post("cart/lines", {"variant_id": variant.public_id, "quantity": 2})

    quote = mine.post("quote", {"address_id": address_of(shopper).public_id}).json()

    assert (quote["goods_total"], quote["discount_total"], quote["freight_total"], quote["total"]) == (
        12000,
        0,
        800,
        12800,
    )
    assert (quote["currency"], quote["anomalies"], quote["placeable"]) == ("CNY", [], True)
    line = quote["lines"][0]
    assert (line["unit_price"], line["quantity"], line["discount"], line["total"]) == (6000, 2, 0, 12000)
    assert not Order.objects.exists()
    assert not StockHold.objects.exists()
    assert CartLine.objects.count() == 1


@pytest.mark.parametrize("quantity,freight", [(1, 800), (2, 800), (3, 0)])
def test_freight_is_free_from_the_stores_threshold_on(store: Store, mine: Client, quantity: int, freight: int) -> None:
    store.freight, store.free_freight_from = 800, 3000
    store.save()
    variant = variant_of(make_product(store, price=1000))

    quote = mine.post("quote", {"lines": [{"variant_id": variant.public_id, "quantity": quantity}]}).json()

    assert (quote["freight_total"], quote["total"]) == (freight, quantity * 1000 + freight)


def test_without_an_address_it_costs_the_same_but_cannot_be_placed(store: Store, mine: Client) -> None:
    variant = variant_of(make_product(store))

    quote = mine.post("quote", {"lines": [{"variant_id": variant.public_id, "quantity": 1}]}).json()

    assert (quote["total"], kinds(quote), quote["placeable"]) == (1000, ["no_address"], False)


def test_an_empty_cart(shopper: Shopper, mine: Client) -> None:
    quote = mine.post("quote", {"address_id": address_of(shopper).public_id}).json()

    assert (quote["total"], quote["freight_total"], kinds(quote), quote["placeable"]) == (0, 0, ["empty"], False)


def test_an_address_that_nothing_can_be_sent_to(store: Store, shopper: Shopper, mine: Client) -> None:
    address = make_address(shopper, phone=" ")
    lines = [{"variant_id": variant_of(make_product(store)).public_id, "quantity": 1}]

    quote = mine.post("quote", {"address_id": address.public_id, "lines": lines}).json()

    assert (kinds(quote), quote["placeable"]) == (["undeliverable"], False)


def test_of_named_lines_everything_stands_in_the_way(store: Store, shopper: Shopper, mine: Client) -> None:
    few, gone = variant_of(make_product(store, "A", stock=2)), variant_of(make_product(store, "B"))
    Product.objects.filter(title_en="B").update(status="archived")
    lines = [{"variant_id": variant.public_id, "quantity": 3} for variant in (few, gone)]

    quote = mine.post("quote", {"address_id": address_of(shopper).public_id, "lines": lines}).json()

    assert quote["placeable"] is False
    assert quote["anomalies"] == [
        {
            "type": "out_of_stock",
            "detail": "Only 2 are left.",
            "variant_id": few.public_id,
            "title": "A",
            "available": 2,
        },
        {"type": "withdrawn", "detail": "This is no longer sold.", "variant_id": gone.public_id, "title": "B"},
    ]


def test_of_the_cart_what_is_gone_is_left_out_and_named(store: Store, shopper: Shopper, mine: Client) -> None:
    """The rest can be bought; a line of which fewer are there than wanted is for the shopper to decide on."""
    fine, sold_out, withdrawn, short = (variant_of(make_product(store, title, 100)) for title in "ABCD")
    for variant in (fine, sold_out, withdrawn, short):
        mine.post("cart/lines", {"variant_id": variant.public_id, "quantity": 2})
    Stock.objects.filter(variant=sold_out).update(on_hand=0)
    Variant.objects.filter(pk=withdrawn.pk).update(is_active=False)
    body = {"address_id": address_of(shopper).public_id}

    without_short = mine.post("quote", body).json()
    Stock.objects.filter(variant=short).update(on_hand=1)
    with_short = mine.post("quote", body).json()

    assert [line["title"] for line in without_short["lines"]] == ["A", "D"]
    assert (sorted(kinds(without_short)), without_short["placeable"]) == (["out_of_stock", "withdrawn"], True)
    assert with_short["placeable"] is False


def test_unknown_variants_and_addresses_are_named(
    store: Store, other_store: Store, other_shopper: Shopper, mine: Client
) -> None:
    known, foreign = variant_of(make_product(store)), variant_of(make_product(other_store))
    lines = [{"variant_id": variant.public_id, "quantity": 1} for variant in (known, foreign)]

    assert mine.post("quote", {"lines": lines}).json()["errors"] == {
        "lines.1.variant_id": ["There is no such variant."]
    }
    answer = mine.post("quote", {"address_id": address_of(other_shopper).public_id})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"address_id": ["There is no such address."]})
