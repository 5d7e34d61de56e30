"""A shopper finds a tea, chooses its specs, fills the cart, gives an address, orders and pays; nothing is done twice by a second tap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.storefront.conftest import FakeShop, Storefront

pytestmark = pytest.mark.browser
Visit = Callable[..., Storefront]


def fill_address(shop: Storefront, phone: str = "13800138000") -> None:
    shop.on("field-name").locator("input").fill("Lin Xiao")
    shop.on("field-phone").locator("input").fill(phone)
    shop.on("field-street").locator("textarea").fill("Xingang Road 397")
    shop.tap("field-region")
    shop.page.locator(".jp-picker-confirm").tap()


def test_it_works(visit: Visit, fake: FakeShop) -> None:
    shop = visit()
    shop.tap("product-longjing")
    shop.wait("page.data.product")

    # when a variant is chosen in the sheet
    shop.tap("add-to-cart")
    for option in ("s100", "g1", "tin"):
        shop.tap(f"option-{option}")
    shop.tap("sheet-add-to-cart")
    shop.wait("page.data.inCart === 1")
    shop.tap("go-cart")
    shop.wait("page.data.cart && page.data.cart.selected_count === 1")

    # and an address is written on the way to the order
    shop.tap("cart-checkout")
    shop.wait("page.route === 'orders/checkout' && page.data.quote")
    shop.tap("checkout-address")
    shop.tap("new-address")
    fill_address(shop)
    shop.tap("save-address")
    shop.wait("page.route === 'orders/checkout' && page.data.quote.placeable")
    shop.tap("place-order")
    shop.page.locator("[data-action=pay]").tap()

    # then the server's word decides that it is paid
    shop.wait("page.route === 'orders/paid' && page.data.state === 'done'")
    shop.tap("paid-to-order")
    shop.wait("page.route === 'orders/order' && page.data.order.state === 'paid'")
    placed = fake.seen("POST", "orders")
    assert [one["data"]["expected_total"] for one in placed] == [12800]
    assert len(placed[0]["key"]) >= 16


def test_options_that_cannot_be_had_are_off(visit: Visit) -> None:
    shop = visit("catalogue/product?id=longjing")
    shop.wait("page.data.product")
    shop.tap("add-to-cart")
    shop.tap("option-s100")
    shop.tap("option-g0")

    assert shop.on("option-tin").get_attribute("aria-disabled") == "true"
    assert shop.on("option-bag").get_attribute("aria-disabled") == "false"

    shop.on("option-tin").tap(force=True)
    assert shop.on("option-tin").get_attribute("aria-checked") == "false"
    shop.tap("sheet-add-to-cart")
    shop.see("Choose Packaging first")
    assert shop.of("page.data.inCart") == 0


def test_the_sheet_follows_the_choice(visit: Visit) -> None:
    shop = visit("catalogue/product?id=biluochun")
    shop.wait("page.data.product")
    shop.tap("choose-spec")
    shop.tap("option-s100")
    picker = "page.selectComponent('#spec-picker').data"

    assert shop.of(f"[{picker}.low, {picker}.high, {picker}.max]") == [18400, 18400, 3]
    shop.see("only 3 left")
    for _ in range(4):
        shop.on("more").tap(force=True)
    assert shop.of(f"{picker}.quantity") == 3


def test_a_second_tap_orders_nothing_twice(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("catalogue/product?id=walnut")
    shop.wait("page.data.product")
    fake.plan(held=True)

    # when the same button is hit again and again while the server thinks
    for _ in range(4):
        shop.on("add-to-cart").dispatch_event("click")
        shop.of("page.addToCart() && null")
    fake.plan(held=False)
    shop.wait("page.data.inCart")
    assert len(fake.seen("POST", "cart/lines")) == 1

    shop.tap("buy-now")
    shop.wait("page.route === 'orders/checkout' && page.data.quote && page.data.quote.placeable")
    fake.plan(held=True)
    for _ in range(4):
        shop.of("page.place() && null")
    fake.plan(held=False)
    shop.page.locator("[data-action=pay]").wait_for()
    assert len(fake.seen("POST", "orders")) == 1


def test_a_retry_of_the_same_order_has_the_same_key(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("catalogue/product?id=walnut")
    shop.wait("page.data.product")
    shop.tap("buy-now")
    shop.wait("page.route === 'orders/checkout' && page.data.quote && page.data.quote.placeable")

    fake.plan(fail={"orders": 503})
    shop.tap("place-order")
    shop.wait("page.data.busy === '' && page.key")
    shop.wait("page.data.quote")
    fake.plan(fail={})
    shop.tap("place-order")
    shop.page.locator("[data-action=pay]").wait_for()

    keys = [one["key"] for one in fake.seen("POST", "orders")]
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_leaving_the_cashier_leaves_the_order_to_pay(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/order?id=o1")
    shop.tap("pay")
    shop.page.locator(".jp-cashier").wait_for()
    shop.page.locator(".jp-cashier [data-action=decline]").tap()

    shop.wait("page.route === 'orders/order' && page.data.busy === ''")
    assert shop.of("page.data.order.state") == "pending"


def test_the_result_page_asks_five_times_and_then_the_shopper_decides(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True, paid=False)
    shop = visit("orders/paid?id=o1")
    shop.wait("page.data.state === 'unknown'", timeout=40)
    assert len(fake.seen("GET", "orders/o1/payment")) == 5

    # when the money is there at last and the shopper asks again
    fake.plan(paid=True)
    shop.page.request.post(f"{fake.origin}/api/v1/stores/jishi-tea/login", data={"code": "x"})
    token = fake.seen("GET", "orders/o1/payment")[0]["token"]
    shop.page.request.post(
        f"{fake.origin}/api/v1/stores/jishi-tea/orders/o1/pay", headers={"Authorization": token}, data={}
    )
    shop.tap("i-have-paid")
    shop.wait("page.data.state === 'done'")


def test_cancelling_asks_first(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/order?id=o1")
    shop.tap("cancel")
    shop.page.locator(".jp-dialog .jp-cancel").tap()
    assert fake.seen("POST", "orders/o1/cancel") == []

    shop.tap("cancel")
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.wait("page.data.order.state === 'cancelled'")


def test_buttons_are_those_that_the_server_allows(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("orders/list")
    shop.wait("page.data.list.items.length")

    buttons = shop.of(
        "Object.fromEntries(page.data.list.items.map((one) => [one.id, one.buttons.map((b) => b.action)]))"
    )
    assert buttons == {"o1": ["cancel", "pay"], "o2": ["reorder", "receive"], "o3": ["reorder"], "o4": ["reorder"]}


def test_cart_lines_change_on_the_server(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("pages/cart/cart")
    shop.wait("page.data.valid.length === 3")

    shop.on("more-longjing-s100-g1-tin").evaluate("(more) => [1, 2, 3].forEach(() => more.click())")
    shop.wait("page.data.valid[0].total === 5 * 12800")
    assert [one["data"] for one in fake.seen("PATCH", "cart/lines/l1")] == [{"quantity": 5}], "three taps, one request"
    shop.tap("take-biluochun-s100")
    shop.wait("page.data.valid[1].status === 'ok' && page.data.valid[1].quantity === 3")
    shop.tap("select-osmanthus-one")
    shop.wait("page.data.allSelected")
    shop.tap("drop-osmanthus-one")
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.wait("page.data.valid.length === 2")
    shop.tap("drop-invalid")
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.wait("page.data.invalid.length === 0")


def test_a_tap_while_an_answer_is_on_its_way_is_not_lost(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("pages/cart/cart")
    shop.wait("page.data.valid.length === 3")

    # when the first tap is being sent, and the answer knows nothing of the second
    fake.plan(held=True)
    shop.tap("more-longjing-s100-g1-tin")
    shop.wait("page.data.busy === 'change'")
    shop.tap("more-longjing-s100-g1-tin")
    fake.plan(held=False)
    shop.wait("page.data.busy === ''")
    shop.tap("more-longjing-s100-g1-tin")

    shop.wait("page.data.valid[0].total === 5 * 12800")
    assert shop.of("page.data.valid[0].quantity") == 5


def test_a_bad_phone_number_stands_at_its_field(visit: Visit, fake: FakeShop) -> None:
    shop = visit("account/address")
    shop.tap("save-address")
    assert shop.of("Object.keys(page.data.errors).sort()") == ["city", "name", "phone", "street"]

    fill_address(shop, phone="123")
    shop.tap("save-address")
    shop.see("Enter a mobile number of 11 digits.")
    assert shop.of("Object.keys(page.data.errors).filter((key) => page.data.errors[key])") == ["phone"]


def test_an_address_from_wechat(visit: Visit, fake: FakeShop) -> None:
    shop = visit("account/addresses")
    shop.wait("page.data.addresses")
    shop.tap("import-address")
    # WeChat's question about privacy, then its address book
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.page.locator(".jp-address").first.tap()
    shop.wait("page.data.addresses.length === 1")
    assert shop.of("page.data.addresses[0].is_default") is True


def test_search_remembers_and_forgets(visit: Visit) -> None:
    shop = visit("catalogue/search")
    shop.on("search-input").locator("input").fill("teapot")
    shop.tap("search-go")
    shop.wait("page.route === 'catalogue/list' && page.data.list.items.length === 1")
    shop.back()
    shop.wait("page.route === 'catalogue/search' && page.data.history.length === 1")
    shop.tap("forget")
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.wait("page.data.history.length === 0")


def test_sorting_and_a_price_range(visit: Visit, fake: FakeShop) -> None:
    shop = visit("catalogue/list")
    shop.wait("page.data.list.items.length")
    shop.tap("sort-price")
    shop.tap("sort-price")
    shop.wait("page.data.list.items.length && page.data.list.items[0].price > 30000")
    shop.tap("filter")
    shop.on("price-low").locator("input").fill("20")
    shop.on("price-high").locator("input").fill("32.5")
    shop.tap("filter-apply")
    shop.wait("page.data.list.items.length === 2")

    asked: dict[str, Any] = fake.seen("GET", "products")[-1]["query"]
    assert (asked["min_price"], asked["max_price"], asked["sort"]) == ("2000", "3250", "-price")


def test_the_language_changes_everywhere(visit: Visit, fake: FakeShop) -> None:
    shop = visit("pages/me/me")
    shop.tap("language")
    shop.tap("language-zh-Hans")
    shop.wait("page.data.language === 'zh-Hans'")
    shop.page.locator(".jp-tab[data-index='0']").tap()
    shop.see("当季好茶")
    assert shop.page.locator(".jp-tab[data-index='2']").inner_text().startswith("购物车")


def test_a_double_tap_opens_one_page(visit: Visit) -> None:
    shop = visit("pages/home/home")
    shop.wait("page.data.rows.length")
    shop.of("(page.search(), page.search(), null)")
    shop.wait("page.route === 'catalogue/search'")
    shop.page.wait_for_timeout(200)

    assert shop.of("stack.map((one) => one.path)") == ["pages/home/home", "catalogue/search"]


def test_quantities_on_their_way_are_in_the_order(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("pages/cart/cart")
    shop.wait("page.data.valid.length === 3")
    shop.tap("more-longjing-s100-g1-tin")
    shop.tap("cart-checkout")

    shop.wait("page.route === 'orders/checkout' && page.data.quote")
    assert shop.of("page.data.quote.lines[0].quantity") == 3
