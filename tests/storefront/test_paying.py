"""The shopper chooses how to pay where there is a choice; what no provider carries out is explained on the order's page, in the server's
words; on the web another provider's cashier shows its code until the server knows that it is paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.storefront.conftest import FakeShop, Storefront

pytestmark = pytest.mark.browser
Visit = Callable[..., Storefront]

ALL = ["wechatpay", "cash_on_delivery", "bank_transfer"]


def open_order(visit: Visit, fake: FakeShop, methods: list[str], **how: object) -> Storefront:
    fake.plan(fill=True, methods=methods)
    shop = visit("orders/order?id=o1", **how)
    shop.wait("page.data.order")
    shop.tap("pay")
    return shop


def choose(shop: Storefront, provider: str) -> None:
    shop.tap(f"way-{provider}")
    assert shop.on(f"way-{provider}").get_attribute("aria-checked") == "true"
    shop.tap("pay-this-way")


def paid_by(fake: FakeShop) -> list[str]:
    return [one["data"].get("provider", "") for one in fake.seen("POST", "orders/[^/]+/pay")]


def test_one_way_is_not_asked_for(visit: Visit, fake: FakeShop) -> None:
    shop = open_order(visit, fake, ["wechatpay"])
    shop.page.locator(".jp-cashier").wait_for()

    assert shop.on("pay-this-way").count() == 0
    assert paid_by(fake) == ["wechatpay"]


def test_cash_on_delivery(visit: Visit, fake: FakeShop) -> None:
    shop = open_order(visit, fake, ALL)
    choose(shop, "cash_on_delivery")

    shop.wait("page.data.order.state === 'confirmed'")
    shop.see("To be paid on delivery")
    shop.see("You pay when it arrives")
    shop.see("Please have the exact amount ready")
    assert shop.of("page.data.order.buttons.map((one) => one.action)") == ["cancel", "reorder"]
    assert paid_by(fake) == ["cash_on_delivery"]


def test_bank_transfer(visit: Visit, fake: FakeShop) -> None:
    shop = open_order(visit, fake, ALL)
    choose(shop, "bank_transfer")

    shop.wait("page.data.transfer.length === 5")
    shop.see("To be paid until")
    number = shop.of("page.data.order.number")
    assert shop.of("page.data.transfer[4].value") == number
    shop.tap("copy-line-2")
    # WeChat's question about privacy comes first
    shop.page.locator(".jp-dialog .jp-confirm").tap()
    shop.see("Copied")
    copied = [one for one in shop.log("wx") if one["name"] == "setClipboardData"]
    assert "6222 0000 0000 1234" in str(copied[-1])


def test_from_the_checkout_the_way_leads_to_the_order(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True, methods=ALL)
    shop = visit("catalogue/product?id=walnut")
    shop.wait("page.data.product")
    shop.tap("buy-now")
    shop.wait("page.route === 'orders/checkout' && page.data.quote && page.data.quote.placeable")
    shop.tap("place-order")
    choose(shop, "cash_on_delivery")

    shop.wait("page.route === 'orders/order' && page.data.order.state === 'confirmed'")
    assert "orders/checkout" not in shop.of("stack.map((one) => one.path)"), "back does not order twice"


def test_closing_the_sheet_pays_nothing(visit: Visit, fake: FakeShop) -> None:
    shop = open_order(visit, fake, ALL)
    shop.on("pay-this-way").wait_for()
    shop.on("close-sheet").tap()

    shop.see("Not paid yet")
    shop.wait("page.data.busy === ''")
    assert shop.of("page.data.order.state") == "pending"
    assert paid_by(fake) == []
    # and it can be chosen anew
    shop.tap("pay")
    choose(shop, "cash_on_delivery")
    shop.wait("page.data.order.state === 'confirmed'")


def test_in_the_list_of_orders(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True, methods=ALL)
    shop = visit("orders/list")
    shop.wait("page.data.list.items.length")
    shop.tap("pay-o1")
    choose(shop, "cash_on_delivery")

    shop.wait("page.data.list.items[0].state === 'confirmed' && page.data.counts.paid === 2")
    shop.tap("tab-paid")
    shop.wait("page.data.list.items.length === 2")
    assert shop.of("page.data.list.items.map((one) => one.state)") == ["confirmed", "paid"]


def test_another_provider_shows_its_code_until_it_is_paid(visit: Visit, fake: FakeShop) -> None:
    fake.plan(paid=False)
    shop = open_order(visit, fake, ["wechatpay", "stripe"])
    choose(shop, "stripe")
    cashier = shop.page.locator(".jp-cashier")
    cashier.locator("img").wait_for()
    assert cashier.locator("a").get_attribute("href") == "https://pay.example/pi_1"
    assert shop.of("page.data.order.state") == "pending"

    fake.plan(paid=True)
    shop.wait("page.route === 'orders/paid' && page.data.state === 'done'")


def test_leaving_its_cashier_leaves_the_order_to_pay(visit: Visit, fake: FakeShop) -> None:
    fake.plan(paid=False)
    shop = open_order(visit, fake, ["wechatpay", "stripe"])
    choose(shop, "stripe")
    shop.page.locator(".jp-sheet-close").tap()

    shop.see("Not paid yet")
    shop.page.wait_for_timeout(500)
    asked = len(fake.seen("GET", "orders/o1/payment"))
    shop.page.wait_for_timeout(3200)
    assert len(fake.seen("GET", "orders/o1/payment")) == asked, "nobody asks any more"


def test_the_shop_on_the_web_says_so_and_the_preview_does_not(visit: Visit, fake: FakeShop) -> None:
    shop = open_order(visit, fake, ["wechatpay"])
    shop.page.locator(".jp-cashier").wait_for()
    assert fake.seen("GET", "orders/o1/payment-methods")[-1]["query"] == {"channel": "web"}

    # when the same program runs in the frame of the preview
    shop.page.evaluate(
        "() => { const frame = document.createElement('iframe'); frame.src = location.pathname + '?capsule=1#/orders/order?id=o1';"
        " frame.id = 'stage'; document.body.append(frame) }"
    )
    frame = shop.page.frame_locator("#stage")
    frame.locator('[data-wx-id="pay"]').dispatch_event("click")
    frame.locator(".jp-cashier").wait_for()
    assert fake.seen("GET", "orders/o1/payment-methods")[-1]["query"] == {"channel": "miniapp"}


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_it_fits(visit: Visit, fake: FakeShop, width: int, language: str) -> None:
    """The sheet and the bank's details stay inside the page, in both languages."""
    shop = open_order(visit, fake, ALL, width=width, language=language)
    shop.on("pay-this-way").wait_for()
    shop.settle()
    for way in [*(f"way-{name}" for name in ALL), "pay-this-way"]:
        box = shop.on(way).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert shop.on("pay-this-way").bounding_box()["height"] >= 40
    choose(shop, "bank_transfer")
    shop.wait("page.data.transfer.length === 5")
    assert shop.page.evaluate("document.scrollingElement.scrollWidth") <= width
    for place in range(5):
        box = shop.on(f"copy-line-{place}").bounding_box()
        assert box["x"] + box["width"] <= width
