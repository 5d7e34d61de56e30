"""Staff make products from a title to a full range of variants: options, prices in major units, stock by differences, pictures."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.ids import public_id
from shop import stock, variants
from shop.models import Category, Picture, Product, ProductPicture, StockMovement, Store, Variant
from shop.variants import OptionDraft, ValueDraft
from tests.shop.admin_support import staff_of
from tests.shop.conftest import StoreClient, make_picture
from tests.shop.test_admin_tenancy import form_of
from tests.support.catalogue import counters, make_product, variant_of


def png(color: str = "green", size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


def change(store: Store, product: Product, **changes: Any) -> Any:
    client = staff_of(store, name=f"staff-{public_id()}")
    url = f"/admin/shop/product/{product.pk}/change/"
    return client.post(url, form_of(client.get(url)) | changes)


def test_from_a_title_to_the_shop_window(store: Store, public: StoreClient) -> None:
    client = staff_of(store)
    response = client.post(
        "/admin/shop/product/add/", {"title_zh": "盖碗", "title_en": "Gaiwan", "price": "128.50", "quantity": "7"}
    )
    product = Product.objects.get()
    assert response.headers["Location"] == f"/admin/shop/product/{product.pk}/change/"
    variant = variant_of(product)
    assert (product.status, variant.price, counters(variant)) == ("draft", 12850, (7, 0))
    assert StockMovement.objects.get().actor.startswith("staff:")
    assert not public.get("products").json()["results"]

    assert (
        client.post("/admin/shop/product/", {"action": "put_on_sale", "_selected_action": [product.pk]}).status_code
        == 302
    )

    card = public.get("products", {"q": "gaiwan"}).json()["results"][0]
    assert (card["title"], card["price"], card["available"]) == ("Gaiwan", 12850, True)


def test_options_and_their_variants(store: Store, public: StoreClient) -> None:
    product = make_product(store, "Tea", price=2000, stock=4)
    client = staff_of(store)
    url = f"/admin/shop/product/{product.pk}/options/"
    assert client.get(url).status_code == 200
    sent = {
        "o0-zh": "规格",
        "o0-en": "Size",
        "o0-v0-zh": "50 克",
        "o0-v0-en": "50 g",
        "o0-v1-en": "100 g",
        "o1-en": "Tin",
        "o1-v0-en": "Green",
        "o1-v1-en": "Red",
    }
    assert client.post(url, sent).status_code == 302

    # The variant that was there has the first values, and keeps its stock.
    assert [(row.price, counters(row)) for row in Variant.objects.filter(product=product)] == [(2000, (4, 0))]
    page = client.get(url)
    assert page.context["missing"] == ["50 g / Red", "100 g / Green", "100 g / Red"]
    assert client.post(url, {"generate": "1", "price": "35.00", "quantity": "2"}).status_code == 302

    document = public.get(f"products/{product.public_id}").json()
    assert sorted((row["spec"], row["price"], row["available"]) for row in document["variants"]) == [
        ("100 g / Green", 3500, 2), ("100 g / Red", 3500, 2), ("50 g / Green", 2000, 4), ("50 g / Red", 3500, 2),
    ]  # fmt: skip
    assert (document["price"], document["price_max"]) == (2000, 3500)
    assert client.get(url).context["missing"] == []


@pytest.mark.parametrize(
    "sent, words",
    [
        ({"o0-en": "Size"}, "no choices"),
        ({"o0-v0-en": "50 g", "o0-pk": ""}, "none"),
        ({"o0-en": "Size", "o0-v0-en": "S", "o0-v1-en": "s"}, "twice"),
    ],
)
def test_options_that_make_no_sense(store: Store, sent: Any, words: str) -> None:
    product = make_product(store)
    response = staff_of(store).post(f"/admin/shop/product/{product.pk}/options/", sent)
    if words == "none":
        # A choice without an option is no option: nothing is left to save.
        assert response.status_code == 302
    else:
        assert words in response.context["problem"]
    assert not product.options.exists()


def test_what_tells_variants_apart_cannot_be_removed(store: Store) -> None:
    product = make_product(store, specs={"Size": ["S", "L"], "Colour": ["Red"]})
    size, colour = product.options.all()
    drafts = [
        OptionDraft("", "Size", size.pk, drop=True),
        OptionDraft("", "Colour", colour.pk, values=[ValueDraft("", "Red", colour.values.get().pk)]),
    ]
    with pytest.raises(Exception, match="cannot be removed"):
        variants.save_options(product, drafts)
    assert product.options.count() == 2
    drafts[0].drop, drafts[1].drop = False, True
    drafts[0].values = [ValueDraft("", value.name_en, value.pk) for value in size.values.all()]
    variants.save_options(product, drafts)
    assert product.options.count() == 1
    assert sorted(Variant.objects.values_list("spec_key", flat=True)) == sorted(
        str(value.pk) for value in size.values.all()
    )


def test_a_choice_with_variants_stays(store: Store) -> None:
    product = make_product(store, specs={"Size": ["S", "L"]})
    size = product.options.get()
    first, second = size.values.all()
    drafts = [
        OptionDraft(
            "", "Size", size.pk, values=[ValueDraft("", "S", first.pk), ValueDraft("", "L", second.pk, drop=True)]
        )
    ]
    with pytest.raises(Exception, match="cannot be removed"):
        variants.save_options(product, drafts)
    assert size.values.count() == 2


def test_no_more_variants_than_anybody_could_keep(store: Store) -> None:
    product = make_product(store)
    many = [OptionDraft("", f"O{n}", values=[ValueDraft("", f"v{i}") for i in range(6)]) for n in range(3)]
    variants.save_options(product, many)
    with pytest.raises(Exception, match="more than 200"):
        variants.generate(product, price=100, quantity=0, actor="staff:1")
    assert Variant.objects.count() == 1


def test_prices_and_stock_in_the_table(store: Store) -> None:
    product = make_product(store, specs={"Size": ["S", "L"]}, stock=5)
    stock.hold("order:1", {variant_of(product, "S").pk: 3}, actor="shopper:1")
    response = change(
        store, product,
        **{
            "variants-0-price": "12.30", "variants-0-compare_at_price": "15", "variants-0-change_by": "-2",
            "variants-1-change_by": "10", "variants-1-is_active": "",
        },
    )  # fmt: skip
    assert response.status_code == 302
    small, large = variant_of(product, "S"), variant_of(product, "L")
    assert (small.price, small.compare_at_price, counters(small)) == (1230, 1500, (3, 3))
    assert (counters(large), large.is_active) == ((15, 0), False)
    assert set(StockMovement.objects.filter(actor__startswith="staff:").values_list("kind", "on_hand_delta")) == {
        ("counted", -2),
        ("received", 10),
    }
    product.refresh_from_db()
    assert (product.price_min, product.price_max, product.compare_at_min) == (1230, 1230, 1500)


@pytest.mark.parametrize(
    "field, value",
    [
        ("price", ""), ("price", "-1"), ("price", "1.234"), ("price", "abc"), ("price", "1e3x"), ("price", "99999999999999"),
        ("compare_at_price", "0.01"), ("change_by", "-3"), ("change_by", "0.5"), ("change_by", "9999999"), ("sku", "TAKEN"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_table_is_named(store: Store, field: str, value: str) -> None:
    other = variant_of(make_product(store))
    other.sku = "TAKEN"
    other.save()
    product = make_product(store, stock=5)
    stock.hold("order:1", {variant_of(product).pk: 3}, actor="shopper:1")
    response = change(store, product, **{f"variants-0-{field}": value})
    assert response.status_code == 200
    errors = response.context["inline_admin_formsets"][0].formset.forms[0].errors
    assert field in errors or "__all__" in errors
    assert counters(variant_of(product)) == (5, 3)


def test_nothing_goes_on_sale_without_a_variant(store: Store) -> None:
    product = make_product(store, status="draft")
    Variant.objects.update(is_active=False)
    response = change(store, product, status="active")
    assert "status" in response.context["adminform"].form.errors
    staff_of(store).post("/admin/shop/product/", {"action": "put_on_sale", "_selected_action": [product.pk]})
    product.refresh_from_db()
    assert product.status == "draft"


def test_descriptions_are_cleaned_when_they_are_written(store: Store, public: StoreClient) -> None:
    product = make_product(store)
    evil = '<p onclick="x()">Good<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">link</a></p>'
    assert change(store, product, description_en=evil).status_code == 302
    html = public.get(f"products/{product.public_id}").json()["description_html"]
    assert "Good" in html
    for word in ("script", "onclick", "onerror", "<img"):
        assert word not in html


def test_pictures_are_uploaded_several_at_once(store: Store) -> None:
    product = make_product(store)
    files = [SimpleUploadedFile("a.png", png("red")), SimpleUploadedFile("b.php", png("blue"))]
    assert change(store, product, uploads=files).status_code == 302
    assert ProductPicture.objects.filter(product=product).count() == 2
    assert not [picture.original.name for picture in Picture.objects.all() if "php" in str(picture.original.name)]
    # Once more the same one: it is kept once.
    assert change(store, product, uploads=[SimpleUploadedFile("c.png", png("red"))]).status_code == 302
    assert Picture.objects.count() == 2


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.4", png()[:60]]
)
def test_what_is_no_picture_is_refused(store: Store, content: bytes) -> None:
    product = make_product(store)
    response = change(store, product, uploads=[SimpleUploadedFile("a.png", content)])
    if content == png()[:60]:
        # The head is fine: its renditions fail later, and the picture says so.
        assert response.status_code in (200, 302)
        return
    assert response.status_code == 200
    assert "uploads" in response.context["adminform"].form.errors
    assert not Picture.objects.exists()


def test_an_upload_is_kept_once(store: Store) -> None:
    client = staff_of(store)
    for _ in range(2):
        response = client.post(
            "/admin/shop/picture/add/", {"upload": SimpleUploadedFile("a.png", png()), "alt_en": "A pot"}
        )
        assert response.status_code == 302
    assert Picture.objects.count() == 1


def test_categories_go_where_they_are_put_but_not_below_themselves(store: Store, public: StoreClient) -> None:
    client = staff_of(store)
    client.post("/admin/shop/category/add/", {"name_en": "Tea", "position": "0", "is_visible": "on"})
    tea = Category.objects.get()
    client.post(
        "/admin/shop/category/add/", {"name_en": "Green", "position": "0", "is_visible": "on", "parent": tea.pk}
    )
    green = Category.objects.get(name_en="Green")
    assert green.path == f"/{tea.pk}/{green.pk}/"
    response = client.post(
        f"/admin/shop/category/{tea.pk}/change/", {"name_en": "Tea", "position": "0", "parent": green.pk}
    )
    assert "parent" in response.context["adminform"].form.errors
    response = client.post("/admin/shop/category/add/", {"name_en": "", "name_zh": "", "position": "0"})
    assert "name_zh" in response.context["adminform"].form.errors
    assert public.get("categories").json()["results"][0]["children"][0]["name"] == "Green"


def test_stock_is_changed_by_differences_with_a_reason(store: Store) -> None:
    variant = variant_of(make_product(store, stock=5))
    stock.hold("order:1", {variant.pk: 4}, actor="shopper:1")
    client = staff_of(store, role="ops")
    url = f"/admin/shop/stock/{variant.stock.pk}/change/"
    assert client.post(url, form_of(client.get(url)) | {"change_by": "-2", "reason": "counted"}).status_code == 200
    assert (
        client.post(
            url, form_of(client.get(url)) | {"change_by": "3", "reason": "returned", "on_hand": "999"}
        ).status_code
        == 302
    )
    assert counters(variant) == (8, 4)
    assert StockMovement.objects.filter(kind="returned", on_hand_delta=3).exists()


def test_a_home_section_needs_what_it_shows(store: Store, public: StoreClient) -> None:
    client = staff_of(store)
    empty = {"chosen-TOTAL_FORMS": "0", "chosen-INITIAL_FORMS": "0", "position": "0", "is_visible": "on"}
    response = client.post("/admin/shop/homesection/add/", {"kind": "hero", **empty})
    assert "picture" in response.context["adminform"].form.errors
    product = make_product(store)
    rail = {
        "kind": "rail",
        "title_en": "New",
        **empty,
        "chosen-TOTAL_FORMS": "1",
        "chosen-0-product": product.pk,
        "chosen-0-position": "0",
    }
    assert client.post("/admin/shop/homesection/add/", rail).status_code == 302
    assert public.get("home").json()["sections"][0]["items"][0]["title"] == "Longjing"
    assert make_picture(store)
