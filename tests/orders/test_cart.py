"""The cart is the same on every device, shows prices and stock of the moment, and never takes more than there is."""

import pytest

from orders import carts
from orders.carts import MOST_LINES
from orders.models import CartLine
from shop.models import Product, Shopper, Stock, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of


@pytest.fixture
def variant(store: Store) -> Variant:
    product = make_product(
        store, ("龙井", "Longjing"), 12800, 10, {("规格", "Size"): [("50 克", "50 g"), ("100 克", "100 g")]}
    )
    return variant_of(product, "100 g")


def add(client: Client, variant: Variant, quantity: int = 1) -> dict:
    answer = client.post("cart/lines", {"variant_id": variant.public_id, "quantity": quantity})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_it_works(mine: Client, variant: Variant) -> None:
    cart = add(mine, variant, 2)

    assert cart == mine.get("cart").json()
    line = cart["lines"][0]
    assert line == {
        "id": line["id"],
        "variant_id": variant.public_id,
        "product_id": variant.product.public_id,
        "title": "Longjing",
        "spec": "100 g",
        "picture": None,
        "unit_price": 12800,
        "quantity": 2,
        "selected": True,
        "available": 10,
        "status": "ok",
        "total": 25600,
    }
    assert (cart["count"], cart["selected_count"], cart["total"], cart["currency"]) == (2, 2, 25600, "CNY")


def test_it_speaks_the_language_asked_for(mine: Client, variant: Variant) -> None:
    add(mine, variant)

    line = mine.get("cart", language="zh-CN").json()["lines"][0]

    assert (line["title"], line["spec"]) == ("龙井", "100 克")


def test_adding_again_adds_up(mine: Client, variant: Variant) -> None:
    add(mine, variant, 2)

    assert [line["quantity"] for line in add(mine, variant, 3)["lines"]] == [5]


def test_adding_more_than_there_is_is_refused_and_says_how_many_there_are(mine: Client, variant: Variant) -> None:
    add(mine, variant, 4)

    answer = mine.post("cart/lines", {"variant_id": variant.public_id, "quantity": 7})

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/stock-short"
    assert problem["detail"] == "Only 10 are left. 4 are in the cart already."
    assert problem["lines"] == [{"variant_id": variant.public_id, "available": 10}]
    assert CartLine.objects.get().quantity == 4


def test_the_price_is_that_of_the_moment(mine: Client, variant: Variant) -> None:
    add(mine, variant)
    Variant.objects.filter(pk=variant.pk).update(price=900)

    assert mine.get("cart").json()["total"] == 900


@pytest.mark.parametrize("left,status", [(0, "sold_out"), (1, "short"), (2, "ok")])
def test_a_line_says_how_it_stands(mine: Client, variant: Variant, left: int, status: str) -> None:
    add(mine, variant, 2)
    Stock.objects.filter(variant=variant).update(on_hand=left)

    cart = mine.get("cart").json()

    assert (cart["lines"][0]["status"], cart["lines"][0]["available"]) == (status, left)
    assert cart["total"] == (25600 if status == "ok" else 0)


def test_what_is_withdrawn_is_shown_and_not_counted(mine: Client, variant: Variant) -> None:
    add(mine, variant, 2)
    Product.objects.update(status="archived")

    cart = mine.get("cart").json()

    assert (cart["lines"][0]["status"], cart["lines"][0]["available"]) == ("withdrawn", 0)
    assert (cart["count"], cart["selected_count"], cart["total"]) == (2, 0, 0)


def test_a_line_can_be_changed_unticked_and_removed(mine: Client, variant: Variant) -> None:
    line = add(mine, variant, 2)["lines"][0]["id"]

    assert mine.patch(f"cart/lines/{line}", {"quantity": 5}).json()["total"] == 64000
    assert mine.patch(f"cart/lines/{line}", {"selected": False}).json()["total"] == 0
    assert mine.delete(f"cart/lines/{line}").status_code == 204
    assert mine.get("cart").json()["lines"] == []
    assert mine.delete(f"cart/lines/{line}").status_code == 404


def test_a_quantity_can_be_lowered_even_to_one_that_is_still_too_high(mine: Client, variant: Variant) -> None:
    """Else the stepper would be stuck as soon as somebody else buys."""
    line = add(mine, variant, 5)["lines"][0]["id"]
    Stock.objects.filter(variant=variant).update(on_hand=3)

    assert mine.patch(f"cart/lines/{line}", {"quantity": 4}).json()["lines"][0]["status"] == "short"
    assert mine.patch(f"cart/lines/{line}", {"quantity": 5}).json()["type"] == "/problems/stock-short"
    assert CartLine.objects.get().quantity == 4


def test_everything_can_be_ticked_at_once(store: Store, mine: Client, variant: Variant) -> None:
    add(mine, variant)
    add(mine, variant_of(make_product(store, "B", 100)))

    assert mine.patch("cart", {"selected": False}).json()["total"] == 0
    assert mine.patch("cart", {"selected": True}).json()["total"] == 12900


def test_what_is_not_sold_cannot_be_added(store: Store, mine: Client, variant: Variant) -> None:
    draft = variant_of(make_product(store, "Draft", status="draft"))
    Variant.objects.filter(pk=variant.pk).update(is_active=False)

    for unsold in (draft, variant):
        answer = mine.post("cart/lines", {"variant_id": unsold.public_id, "quantity": 1})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/withdrawn")
    assert not CartLine.objects.exists()


def test_unknown_and_foreign_variants_are_the_same_to_a_shopper(mine: Client, store: Store, other_store: Store) -> None:
    foreign = variant_of(make_product(other_store, "Book"))

    answers = [
        mine.post("cart/lines", {"variant_id": name, "quantity": 1})
        for name in (foreign.public_id, "0" * 16, "no such thing")
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    assert answers[0].json()["errors"] == {"variant_id": ["There is no such variant."]}


def test_a_cart_has_room_for_so_many_lines(store: Store, shopper: Shopper, mine: Client) -> None:
    product = make_product(store, specs={"No": [str(number) for number in range(MOST_LINES + 1)]})
    *most, last = list(product.variants.select_related("product", "stock"))
    CartLine.objects.bulk_create(
        CartLine(store=store, shopper=shopper, variant=variant, quantity=1) for variant in most
    )

    answer = mine.post("cart/lines", {"variant_id": last.public_id, "quantity": 1})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/cart-full")
    carts.add(shopper, most[0], 1)  # more of what is there already still goes


def test_at_most_999_of_one_thing(store: Store, mine: Client) -> None:
    plenty = variant_of(make_product(store, stock=5000))
    add(mine, plenty, 998)

    answer = mine.post("cart/lines", {"variant_id": plenty.public_id, "quantity": 2})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many")
    assert CartLine.objects.get().quantity == 998
