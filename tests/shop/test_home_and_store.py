"""The store, its categories and its home page, as the merchant arranged them."""

from shop.models import HomeSection, SectionProduct, Store
from tests.shop.conftest import StoreClient, make_picture
from tests.support.catalogue import make_category, make_product


def section(store: Store, kind: str, **columns: object) -> HomeSection:
    columns.setdefault("position", HomeSection.objects.count())
    return HomeSection.objects.create(store=store, kind=kind, **columns)


def test_store(store: Store, public: StoreClient) -> None:
    store.logo = make_picture(store)
    store.freight, store.free_freight_from = 800, 9900
    store.save()
    document = public.get("store").json()
    assert document == {
        "slug": "tea", "name": "Tea", "currency": "CNY", "languages": ["zh-hans", "en"], "default_language": "zh-hans",
        "brand": {"color": "#256d4f", "logo": document["brand"]["logo"], "slogan": ""},
        "freight": {"amount": 800, "free_from": 9900},
    }  # fmt: skip
    assert document["brand"]["logo"]["alt"] == "A pot"


def test_no_secret_of_the_store_is_told(store: Store, public: StoreClient) -> None:
    for path in ("store", "home", "categories", "products"):
        assert "tea-secret" not in public.get(path).content.decode()
        assert store.wechat_app_id not in public.get(path).content.decode()


def test_categories_are_a_tree_without_what_is_hidden(store: Store, other_store: Store, public: StoreClient) -> None:
    tea = make_category(store, ("茶", "Tea"), position=2)
    make_category(store, "Green", parent=tea)
    hidden = make_category(store, "Hidden", is_visible=False)
    make_category(store, "Below hidden", parent=hidden)
    make_category(store, "First", position=1, picture=make_picture(store))
    make_category(other_store, "Foreign")

    tree = public.get("categories").json()["results"]

    assert [node["name"] for node in tree] == ["First", "Tea"]
    assert [node["name"] for node in tree[1]["children"]] == ["Green"]
    assert tree[0]["picture"]["tint"] == "#aabbcc"


def test_sections_in_their_order_with_their_links(store: Store, public: StoreClient) -> None:
    tea = make_category(store, "Tea")
    product = make_product(store, "Longjing", category=tea)
    section(store, "hero", title_en="Spring", picture=make_picture(store), product=product)
    section(store, "notice", title_en="Free delivery", position=0)
    section(store, "hero", category=tea)
    section(store, "hero", is_visible=False)
    section(store, "categories")

    sections = public.get("home").json()["sections"]

    assert [row["kind"] for row in sections] == ["hero", "notice", "hero", "categories"]
    assert sections[0]["link"] == {"kind": "product", "id": product.public_id}
    assert sections[2]["link"] == {"kind": "category", "id": tea.public_id}
    assert sections[1]["link"] == {"kind": "none", "id": None}
    assert [item["name"] for item in sections[3]["items"]] == ["Tea"]


def test_products_are_the_chosen_ones_in_order_else_those_of_the_category_else_the_newest(
    store: Store, public: StoreClient
) -> None:
    tea, pots = make_category(store, "Tea"), make_category(store, "Pots")
    a, b = make_product(store, "A", category=tea), make_product(store, "B", category=tea)
    c = make_product(store, "C", category=pots)
    draft = make_product(store, "Draft", status="draft")
    by_hand = section(store, "rail", category=tea)
    for position, product in enumerate([c, draft, a]):
        SectionProduct.objects.create(store=store, section=by_hand, product=product, position=position)
    section(store, "grid", category=tea)
    section(store, "grid")

    sections = public.get("home").json()["sections"]

    assert [[item["title"] for item in row["items"]] for row in sections] == [["C", "A"], ["B", "A"], ["C", "B", "A"]]
    assert sections[0]["link"]["kind"] == "category"
    assert b.pk


def test_a_link_to_a_withdrawn_product_leads_nowhere(store: Store, public: StoreClient) -> None:
    section(store, "hero", product=make_product(store, status="archived"))
    assert public.get("home").json()["sections"][0]["link"] == {"kind": "none", "id": None}


def test_an_empty_home_is_an_empty_list(store: Store, public: StoreClient) -> None:
    assert public.get("home").json() == {"sections": []}
