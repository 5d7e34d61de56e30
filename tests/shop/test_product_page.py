"""A product's page has its pictures, its options and exactly the variants that are sold."""

from shop.models import ProductPicture, Store
from tests.shop.conftest import StoreClient, make_picture
from tests.support.catalogue import make_category, make_product, variant_of


def test_it_works(store: Store, public: StoreClient) -> None:
    product = make_product(
        store,
        ("盖碗", "Gaiwan"),
        specs={("大小", "Size"): [("小", "S"), ("大", "L")], ("颜色", "Colour"): [("白", "White"), ("青", "Celadon")]},
        prices=[100, 200, 300],
        stock=120,
        without=[("L", "Celadon")],
        category=make_category(store, "Teaware"),
        description_en="<p>Thin</p>",
        vendor="Kiln",
    )
    picture = make_picture(store)
    ProductPicture.objects.create(store=store, product=product, picture=picture)
    ProductPicture.objects.create(store=store, product=product, picture=make_picture(store, state="waiting"))
    blue = variant_of(product, "S", "White")
    blue.picture = make_picture(store, alt_en="White gaiwan")
    blue.compare_at_price = 150
    blue.save()

    page = public.get(f"products/{product.public_id}").json()

    assert page["description_html"] == "<p>Thin</p>"
    assert page["category"]["name"] == "Teaware"
    assert [picture["alt"] for picture in page["pictures"]] == ["A pot", "White gaiwan"]
    assert page["pictures"][0] == {
        "id": picture.public_id, "alt": "A pot", "width": 700, "height": 700, "tint": "#aabbcc",
        "sizes": [
            {"width": 320, "webp": "/media/p/320.webp", "jpeg": "/media/p/320.jpg"},
            {"width": 640, "webp": "/media/p/640.webp", "jpeg": "/media/p/640.jpg"},
        ],
    }  # fmt: skip
    assert [(option["name"], [value["name"] for value in option["values"]]) for option in page["options"]] == [
        ("Size", ["S", "L"]),
        ("Colour", ["White", "Celadon"]),
    ]
    assert [variant["spec"] for variant in page["variants"]] == ["S / White", "S / Celadon", "L / White"]
    ids = {value["id"]: value["name"] for option in page["options"] for value in option["values"]}
    assert [[ids[pk] for pk in variant["value_ids"]] for variant in page["variants"]] == [
        ["S", "White"],
        ["S", "Celadon"],
        ["L", "White"],
    ]
    first = page["variants"][0]
    assert (first["price"], first["compare_at_price"], first["available"]) == (100, 150, 99)
    assert first["picture_id"] == page["pictures"][1]["id"]
    assert page["variants"][1]["picture_id"] is None


def test_variants_that_are_not_sold_take_their_values_along(store: Store, public: StoreClient) -> None:
    product = make_product(store, specs={"Size": ["S", "L"], "Colour": ["Red"]})
    large = variant_of(product, "L", "Red")
    large.is_active = False
    large.save()
    page = public.get(f"products/{product.public_id}").json()
    assert [variant["spec"] for variant in page["variants"]] == ["S / Red"]
    assert [[value["name"] for value in option["values"]] for option in page["options"]] == [["S"], ["Red"]]


def test_a_product_without_options_has_one_variant_with_an_empty_spec(store: Store, public: StoreClient) -> None:
    product = make_product(store)
    page = public.get(f"products/{product.public_id}").json()
    assert page["options"] == []
    assert [(variant["spec"], variant["value_ids"]) for variant in page["variants"]] == [("", [])]


def test_drafts_foreign_and_unknown_products_are_not_there(
    store: Store, other_store: Store, public: StoreClient
) -> None:
    for product in (make_product(store, status="draft"), make_product(other_store)):
        assert public.get(f"products/{product.public_id}").status_code == 404
    assert public.get("products/none").status_code == 404


def test_nothing_internal_is_told(store: Store, public: StoreClient) -> None:
    product = make_product(store, specs={"Size": ["S"]})
    text = public.get(f"products/{product.public_id}").content.decode()
    for name in ("search_text", "search_terms", "sold", '"store"', "handle", '"pk"'):
        assert name not in text
