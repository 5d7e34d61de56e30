"""The page in a real browser: a person pays, declines, sends a notification again, moves a parcel, arranges a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of the browser; any error in it fails the test."""
    errors: list[str] = []
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.expected_errors = []
    yield page
    page.close()
    assert [error for error in errors if error not in page.expected_errors] == []


def open_page(page: Any, sandbox: SandboxClient) -> None:
    page.goto(sandbox.url + "/")
    page.get_by_text("No request seen yet.").or_(page.locator("#requests .dot").first).wait_for()


def said(page: Any, words: str) -> None:
    page.locator("#said", has_text=words).wait_for()


def test_an_empty_sandbox(page: Any, sandbox: SandboxClient) -> None:
    open_page(page, sandbox)
    assert page.get_by_text("No payment yet.").is_visible()
    assert page.get_by_text("No parcel yet.").is_visible()


def test_paying_by_hand(page: Any, sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.open(number, 12_850, description="Longjing, spring harvest")
    open_page(page, sandbox)
    card = page.locator(".card", has_text=number)
    assert "¥128.50" in card.inner_text().replace("\n", "")

    card.get_by_role("button", name="Decline").click()
    said(page, "Declined")
    card.get_by_role("button", name="Pay", exact=True).click()
    card.locator(".dot.good", has_text="paid").wait_for()
    eventually(lambda: receiver.received)
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"

    card.get_by_role("button", name="Send notification again").click()
    said(page, "The merchant answered: 204")
    assert len(receiver.received) == 2


def test_a_parcel_by_hand(page: Any, sandbox: SandboxClient) -> None:
    sandbox.settings(parcel_seconds=1_000_000)
    sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "SF", "waybill": "SF1234567890123"})
    open_page(page, sandbox)
    card = page.locator(".card", has_text="SF1234567890123")
    card.get_by_role("button", name="Advance").click()
    card.locator(".dot", has_text="picked up").wait_for()
    card.get_by_role("button", name="Deliver").click()
    card.locator(".dot", has_text="delivered").wait_for()
    assert card.get_by_role("button").count() == 0


def test_switches_and_faults(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    open_page(page, sandbox)
    page.get_by_label("Speed").select_option("20")
    page.get_by_label("Notifications").select_option("lose")
    eventually(lambda: sandbox.settings()["notify"] == {"behaviour": "lose"})
    assert sandbox.settings()["speed"] == 20
    page.get_by_label("Next").select_option("prepay")
    page.get_by_role("button", name="Arrange").click()
    page.get_by_text("waiting: prepay 500").wait_for()
    assert merchant.prepay(number)[0] == 500
    page.locator("#requests tr", has_text="prepay").locator(".dot.bad", has_text="500").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("No request seen yet.").wait_for()


def test_a_second_click_arranges_nothing_more(page: Any, sandbox: SandboxClient) -> None:
    open_page(page, sandbox)
    page.get_by_role("button", name="Arrange").dblclick()
    page.get_by_text("waiting: any 500").wait_for()
    assert sandbox.call("GET", "/sandbox/faults")["faults"] == [{"call": "any", "do": "500"}]


def test_a_sandbox_that_is_away(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    """What was seen stays; every button says that nobody answers; afterwards the page goes on by itself."""
    merchant.open(number)
    open_page(page, sandbox)
    card = page.locator(".card", has_text=number)
    page.route("**/sandbox/**", lambda route: route.abort())
    for name in ("Pay", "Clear", "Arrange"):
        page.get_by_role("button", name=name, exact=True).click()
        said(page, "The sandbox does not answer")
    assert card.is_visible()
    page.unroute("**/sandbox/**")
    card.get_by_role("button", name="Pay", exact=True).click()
    card.locator(".dot.good", has_text="paid").wait_for()
    page.expected_errors.append("Failed to load resource: net::ERR_FAILED")


def test_in_chinese_on_a_narrow_screen(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.open(number, description="明前龙井 " * 12)
    sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "SF", "waybill": "SF1234567890123"})
    page.set_viewport_size({"width": 320, "height": 640})
    open_page(page, sandbox)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="付款", exact=True).wait_for()
    assert page.get_by_text("等待顺丰速运上门揽收").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
