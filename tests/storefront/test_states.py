"""Every page says what is the matter, and how to go on: while it loads, when there is nothing, when it failed, without a network, and
when goods are short, sold out or withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.storefront.conftest import FakeShop, Storefront

pytestmark = pytest.mark.browser
Visit = Callable[..., Storefront]

RETRY = '.jp-page:not([inert]):not([hidden]) [data-wx-id="empty-action"]'
FAILING = [
    ("pages/home/home", "home", "page.data.rows.length"),
    ("pages/category/category", "categories", "page.data.categories.length"),
    ("pages/cart/cart", "cart", "page.data.cart"),
    ("catalogue/list", "products", "page.data.list.items.length"),
    ("catalogue/product?id=walnut", "products/walnut", "page.data.product"),
    ("orders/checkout", "quote", "page.data.quote"),
    ("orders/list", "orders", "page.data.list.items.length"),
    ("orders/order?id=o2", "orders/o2", "page.data.order"),
    ("orders/parcel?order=o2&id=p1", "orders/o2/parcels/p1", "page.data.parcel"),
    ("account/addresses", "addresses", "page.data.addresses"),
    ("account/address?id=a1", "addresses/a1", "page.data.address.name"),
]


@pytest.mark.parametrize("path, call, loaded", FAILING)
def test_a_page_that_failed_says_so_and_can_be_tried_again(
    visit: Visit, fake: FakeShop, path: str, call: str, loaded: str
) -> None:
    fake.plan(fill=True, fail={call: 500})
    shop = visit(path)
    shop.see("Something went wrong. Try again in a moment")

    fake.plan(fail={})
    shop.page.locator(RETRY).tap()
    shop.wait(loaded)
    assert shop.page.locator(RETRY).count() == 0


@pytest.mark.parametrize(
    "path, text",
    [
        ("orders/list", "No orders here"),
        ("pages/cart/cart", "Your cart is empty"),
        ("account/addresses", "No address yet"),
    ],
)
def test_nothing_here_has_a_way_on(visit: Visit, path: str, text: str) -> None:
    shop = visit(path)
    shop.see(text)


def test_nothing_found_offers_another_search(visit: Visit) -> None:
    shop = visit("catalogue/list?q=nothinglikethis")
    shop.see("Nothing found")
    shop.page.locator(RETRY).tap()
    shop.wait("page.route === 'catalogue/search'")


def test_the_shape_of_the_page_stands_while_it_loads(visit: Visit, fake: FakeShop) -> None:
    fake.plan(held=True)
    shop = visit("pages/home/home")
    shop.page.locator('[class*="--bone"]').first.wait_for()
    fake.plan(held=False)
    shop.wait("page.data.rows.length")
    assert shop.page.locator('[class*="--bone"]').count() == 0


def test_a_refresh_keeps_what_is_shown(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/list")
    shop.wait("page.data.list.items.length === 4")
    fake.plan(held=True)
    shop.of("page.onPullDownRefresh() && null")
    assert shop.of("page.data.list.items.length") == 4
    fake.plan(held=False)
    fake.plan(fail={"orders": 500})
    shop.of("page.onPullDownRefresh() && null")
    shop.see("Something went wrong")
    assert shop.of("page.data.list.items.length") == 4


def test_an_answer_that_comes_after_its_page_is_gone_troubles_nobody(visit: Visit, fake: FakeShop) -> None:
    fake.plan(held=True)
    shop = visit("catalogue/list")
    with shop.page.expect_response(lambda answer: "/products?" in answer.url) as late:
        shop.of("wx.reLaunch({url: '/account/about'}) && null")
        shop.wait("page.route === 'account/about'")
        fake.plan(held=False)
    assert late.value.json()["results"]
    shop.wait("page.data.name")


def test_a_list_goes_on_page_by_page_and_again_after_a_failure(visit: Visit, fake: FakeShop) -> None:
    fake.plan(page_size=8)
    shop = visit("catalogue/list")
    shop.wait("page.data.list.items.length === 8")
    fake.plan(fail={"products": 502})
    shop.of("page.onReachBottom() && null")
    shop.wait("page.data.list.state === 'failed'")
    fake.plan(fail={})
    shop.tap("retry-more")
    shop.wait("page.data.list.items.length === 16")
    shop.of("page.onReachBottom() && null")
    shop.wait("page.data.list.state === 'end'")
    shop.see("That is all")
    ids = shop.of("page.data.list.items.map((one) => one.id)")
    assert len(ids) == len(set(ids)) == 19


def test_without_a_network_the_last_shop_is_there_to_look_at(visit: Visit, fake: FakeShop) -> None:
    shop = visit("pages/home/home")
    shop.wait("page.data.rows.length")
    before = shop.of("page.data.rows.length")
    fake.plan(fail={".*": 0})
    shop.of("page.load() && null")
    shop.see("You are offline. This is what you saw last time")
    assert shop.of("page.data.rows.length") == before
    shop.errors.clear()
    shop.page.evaluate("JishiPreview.log.length = 0")


def test_sold_out_and_withdrawn(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("catalogue/product?id=dianhong")
    shop.on("sold-out").wait_for()
    assert shop.on("buy-now").count() == 0

    gone = visit("catalogue/product?id=never")
    gone.see("No longer for sale")

    cart = visit("pages/cart/cart")
    cart.see("Sold out for now")
    cart.see("Only 3 left")
    assert cart.of("page.data.invalid.map((line) => line.status)") == ["sold_out", "withdrawn"]


def test_checkout_shows_what_is_in_the_way_and_mends_it(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/checkout")
    shop.see("Only 3 left.")
    shop.tap("place-order")
    shop.see("Settle the points above first")
    shop.tap("take-biluochun-s100")
    shop.wait("page.data.quote.placeable")


def test_a_login_that_has_run_out_is_made_anew_once(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/list")
    shop.wait("page.data.list.items.length")
    logins = len(fake.seen("POST", "login"))

    # when the server has forgotten the token, and many calls are made at once
    shop.of("wx.setStorageSync('jishi:jishi-tea:token', 'stale') || null")
    shop.of("page.reload(false) && null")
    shop.wait("page.data.counts.pending === 1")
    shop.page.wait_for_timeout(500)

    assert len(fake.seen("POST", "login")) == logins + 1


def test_a_broken_picture_has_a_drawing_instead(visit: Visit, fake: FakeShop) -> None:
    fake.plan(broken_pictures=["walnut-0"])
    shop = visit("catalogue/list?q=walnut")
    shop.page.locator('[class*="--fallback-drawing"]').wait_for()
    shop.page.evaluate("JishiPreview.log.length = 0")
