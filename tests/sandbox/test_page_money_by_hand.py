"""The page in a real browser, what money can meet: late payers, lost and doubled notifications, refunds by hand, plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Any, sandbox: SandboxClient) -> Iterator[Any]:
    """The page, open; any error in it fails the test."""
    errors: list[str] = []
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(sandbox.url + "/")
    page.locator("#clock", has_text=":").wait_for()
    yield page
    page.close()
    assert errors == []


def card_of(page: Any, number: str) -> Any:
    card = page.locator(".card", has_text=number)
    card.wait_for()
    return card


def press(inside: Any, name: str) -> None:
    inside.get_by_role("button", name=name, exact=True).click()


def said(page: Any, words: str) -> None:
    page.locator("#said", has_text=words).wait_for()


def test_paying_after_it_was_closed(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(speed=0)
    merchant.open(number)
    merchant.close(number)
    card = card_of(page, number)
    card.get_by_label("How much later").select_option("+25 h")
    press(card, "Pay late")
    said(page, "even if the order is closed")
    card.locator(".dot", has_text="will pay late").wait_for()
    press(page, "+1 h")
    assert merchant.query(number)[1]["trade_state"] == "CLOSED"
    press(page, "+25 h")
    card.locator(".dot.good", has_text="paid").wait_for()
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"


@pytest.mark.parametrize(("name", "copies"), [("Pay, notify twice", 2), ("Pay, lose the notification", 0)])
def test_how_the_merchant_is_told(
    page: Any, sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, name: str, copies: int
) -> None:
    merchant.open(number)
    card = card_of(page, number)
    card.get_by_text("More").click()
    press(card, name)
    card.locator(".dot.good" if copies else ".dot.bad", has_text="acknowledged" if copies else "lost").wait_for()
    assert len(receiver.received) == copies
    assert merchant.query(number)[1]["trade_state"] == "SUCCESS"


def test_sending_twice_and_losing(
    page: Any, sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.plan("delay", delay=10_000)
    merchant.paid(number)
    card = card_of(page, number)
    press(card, "Lose the notification")
    card.locator(".dot.bad", has_text="lost").wait_for()
    assert receiver.received == []
    press(card, "Send it twice")
    said(page, "The merchant answered: 204")
    assert len(receiver.received) == 2
    assert card.get_by_role("button", name="Lose the notification").count() == 0


@pytest.mark.parametrize(("outcome", "status"), [("done", "SUCCESS"), ("stuck", "ABNORMAL"), ("closed", "CLOSED")])
def test_finishing_a_refund(
    page: Any, sandbox: SandboxClient, merchant: Merchant, number: str, outcome: str, status: str
) -> None:
    sandbox.settings(refund="hold")
    merchant.paid(number)
    merchant.refund(number, "R" + number, 100)
    card = card_of(page, number)
    card.get_by_label("Outcome").select_option(outcome)
    press(card, "Finish refund")
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == status)
    card.locator(".refund .dot", has_text=outcome).wait_for()


def test_refunding_in_the_console(
    page: Any, sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    sandbox.settings(refund_seconds=0)
    merchant.paid(number, 12_850)
    eventually(lambda: receiver.received)
    card = card_of(page, number)
    card.get_by_text("More").click()
    amount = card.get_by_label("Amount")
    assert amount.input_value() == "128.50"
    for wrong, answer in (("a lot", "An amount of at most 128.50"), ("128.51", "申请退款金额超过订单可退金额")):
        amount.fill(wrong)
        press(card, "Refund in the console")
        said(page, answer)
    amount.fill("28.5")
    card.get_by_label("Tell the shop").select_option("the shop is told")
    press(card, "Refund in the console")
    card.locator(".refund", has_text="¥28.50").locator(".dot.good", has_text="done").wait_for()
    assert amount.input_value() == "100.00", "what is left; the card is still open"
    eventually(lambda: len(receiver.received) == 2)
    assert merchant.query(number)[1]["trade_state"] == "REFUND"


def test_what_is_typed_outlives_the_redrawing(
    page: Any, sandbox: SandboxClient, merchant: Merchant, number: str
) -> None:
    sandbox.plan("delay", delay=10_000)
    merchant.paid(number, 1000)
    card = card_of(page, number)
    card.get_by_text("More").click()
    card.get_by_label("Amount").fill("1.23")
    sandbox.deliver(number)
    card.locator(".dot.good", has_text="acknowledged").wait_for()
    assert card.get_by_label("Amount").input_value() == "1.23"


def test_arranging_and_calling_off(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    for value, shown in (("tamper", "tampered body"), ("signtest", "SIGNTEST first")):
        page.get_by_label("Upcoming notification").select_option(value)
        press(page, "Plan")
        page.locator("#plans", has_text=shown).wait_for()
    assert sandbox.plans() == [{"behaviour": "tamper", "count": 1}, {"behaviour": "signtest", "count": 1}]
    page.get_by_text("waiting: tampered body, SIGNTEST first").wait_for()
    press(page.locator("#plans"), "Call off")
    eventually(lambda: sandbox.plans() == [])
    sandbox.faults("tradebill", {"do": "500", "host": "localhost"})
    page.get_by_text("waiting: tradebill 500 @localhost").wait_for()
    press(page.locator("#faults"), "Call off")
    eventually(lambda: sandbox.call("GET", "/sandbox/faults") == {"faults": []})


def test_in_chinese_on_a_phone(page: Any, sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(refund="hold")
    merchant.open(number + "A")
    merchant.close(number + "A")
    merchant.paid(number + "B", 1000)
    made = sandbox.console_refund(merchant.known.mchid, number + "B", 300)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="中文").click()
    card = card_of(page, made["out_refund_no"])
    card.get_by_text("更多").click()
    card.get_by_role("button", name="在商户平台退款").wait_for()
    page.get_by_role("button", name="稍后付款").wait_for()
    assert page.locator("#plan-behaviour option:checked").inner_text() == "丢失"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = "[...document.querySelectorAll('.card button, .card select, .card input')].filter(one => one.offsetHeight < 44).length"
    assert page.evaluate(small) == 0
