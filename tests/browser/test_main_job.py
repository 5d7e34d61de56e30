"""The main job, end to end: from the merchant's product file to a parcel that has arrived.

The generated mini program runs unmodified in Chromium, against real processes and a sandbox that speaks WeChat Pay's own protocol; a
member of staff packs and ships on the order board in a browser of their own.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.support.browser import Program

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("main_job"),
]

PHONE = {"width": 390, "height": 844}
WAYBILL = "SF1234567890123"


def until(look: Callable[[], Any], seconds: float = 30) -> Any:
    """Ask again and again until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"not after {seconds} s"
        time.sleep(0.3)
    return answer


def open_storefront(chromium: Any, site: Site) -> Program:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en")
    page = context.new_page()
    program = Program(page)
    page.goto(f"{site.url}/preview/jishi-tea/app/")
    program.wait("page.route === 'pages/home/home' && page.data.rows && page.data.rows.length > 5")
    return program


def choose_every_option(shop: Program) -> None:
    """Take, of each option, the first value that is enabled."""
    groups = shop.of("page.data.product.options.map(option => option.values.map(value => value.id))")
    for values in groups:
        for value in values:
            option = shop.on(f"option-{value}").first
            if option.get_attribute("aria-disabled") != "true":
                option.tap()
                break


def write_address(shop: Program) -> None:
    shop.on("field-name").locator("input").fill("Lin Xiao")
    shop.on("field-phone").locator("input").fill("13800138000")
    shop.on("field-street").locator("textarea").fill("Xingang Road 397")
    shop.on("field-region").tap()
    shop.page.locator(".jp-picker-confirm").tap()
    shop.on("save-address").tap()


def place_order(shop: Program) -> None:
    """From the home page to an order that is placed and not yet paid, by way of category, product, cart and checkout."""
    shop.page.locator(".jp-tab").nth(1).tap()
    shop.wait("page.route === 'pages/category/category'")
    shop.page.locator('.jp-page:not([inert]) [data-wx-id^="product-"]').first.tap()
    shop.wait("page.route === 'catalogue/product' && page.data.product")
    assert len(shop.of("page.data.product.options")) >= 2, "two or three specs"
    shop.on("add-to-cart").tap()
    choose_every_option(shop)
    shop.on("sheet-add-to-cart").tap()
    shop.wait("page.data.inCart === 1")
    shop.on("go-cart").tap()
    shop.wait("page.data.cart && page.data.cart.selected_count === 1")
    shop.on("cart-checkout").tap()
    shop.wait("page.route === 'orders/checkout' && page.data.quote")
    shop.on("checkout-address").tap()
    shop.wait("page.route === 'account/addresses'")
    shop.on("new-address").tap()
    shop.wait("page.route === 'account/address'")
    write_address(shop)
    shop.wait("page.route === 'orders/checkout' && page.data.quote.placeable")
    shop.on("place-order").tap()
    choose_wechat_pay(shop)


def choose_wechat_pay(shop: Program) -> None:
    """Of the ways to pay that the store offers; its cashier opens."""
    shop.on("way-wechatpay").tap()
    shop.on("pay-this-way").tap()
    shop.page.locator(".jp-cashier").wait_for()


def known_as_paid(shop: Program) -> bool:
    """The page with the result knows it; on a busy machine it gives up asking after ten seconds, and the shopper asks."""
    route, state = shop.of("[page.route, page.data.state]")
    if (route, state) == ("orders/paid", "unknown"):
        shop.on("i-have-paid").tap()
    return bool((route, state) == ("orders/paid", "done"))


def ship_on_the_board(chromium: Any, site: Site, number: str) -> None:
    """A member of staff logs in, finds the order under *To pack*, packs it and ships it."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.goto(f"{site.url}/ops/")
    page.fill("input[name=username]", "ops")
    page.fill("input[name=password]", "jishi-demo")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/ops/")
    page.locator(".tab-to_pack").click()
    page.locator(".board-number", has_text=number).click()
    page.get_by_role("button", name="Packed").click()
    page.get_by_label("Waybill").fill(WAYBILL)
    page.get_by_role("button", name="Ship", exact=True).click()
    page.get_by_text("Shipped.").wait_for()
    timeline = page.locator(".timeline").inner_text()
    for entry in ("Order placed", "paid", "Packed", "Handed to the carrier"):
        assert entry in timeline
    page.context.close()


def test_from_the_product_file_to_the_parcel_at_the_door(chromium: Any, site: Site) -> None:
    shop = open_storefront(chromium, site)
    place_order(shop)

    # The shopper pays; WeChat Pay notifies; a worker applies it.
    shop.page.locator(".jp-cashier [data-action=pay]").tap()
    until(lambda: known_as_paid(shop), 60)
    shop.on("paid-to-order").tap()
    shop.wait("page.route === 'orders/order' && page.data.order && page.data.order.state === 'paid'")
    number, order = shop.of("[page.data.order.number, page.data.order.id]")
    notified = [one for one in site.sandbox.notifications() if order in str(one)]
    assert any(delivery["status"] in (200, 204) for one in notified for delivery in one["deliveries"])

    # Staff pack and ship it.
    ship_on_the_board(chromium, site, number)
    shop.of("page.load() && null")
    shop.wait("page.data.order.state === 'shipped' && page.data.order.parcels.length === 1")

    # The carrier moves it on; the shopper follows it.
    until(lambda: "accepted" in str(site.sandbox.call("GET", f"/carrier/v1/parcels/SF/{WAYBILL}")))
    site.sandbox.advance_parcel("SF", WAYBILL, "in_transit")
    shop.page.locator('.jp-page:not([inert]) [data-wx-id^="parcel-"]').first.tap()
    shop.wait("page.route === 'orders/parcel' && page.data.parcel")
    until(lambda: shop.of("(page.load(), page.data.parcel.state)") == "in_transit")
    site.sandbox.advance_parcel("SF", WAYBILL, "delivered")
    until(lambda: shop.of("(page.load(), page.data.parcel.state)") == "delivered")
    assert shop.of("page.data.parcel.events.length") >= 4, "the timeline has its stations"

    # It has arrived.
    shop.of("wx.navigateBack() && null")
    shop.wait("page.route === 'orders/order'")
    shop.on("receive").tap()
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.wait("page.data.order.state === 'received'")

    assert shop.errors == []
    assert shop.log("missing", "error") == [], "the program uses nothing that the browser runtime lacks"
    assert not re.search(r"Traceback|Internal Server Error", site.process.output())


def test_a_declined_payment_leaves_the_order_to_pay_and_a_late_one_arrives(chromium: Any, site: Site) -> None:
    shop = open_storefront(chromium, site)
    place_order(shop)

    shop.page.locator(".jp-cashier [data-action=decline]").tap()
    shop.wait("page.route === 'orders/order' && page.data.order && page.data.order.state === 'pending'")

    shop.on("pay").tap()
    choose_wechat_pay(shop)
    shop.page.locator(".jp-cashier [data-action=pay_late]").tap()
    until(
        lambda: (
            shop.of("(page.load && page.load(), (page.data.order || {}).state || page.data.state)") in ("paid", "done")
        ),
        60,
    )
