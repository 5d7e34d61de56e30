"""Stripe's payments on the page: a person pays, late too, declines, disputes and decides, refunds, and settles a refund."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.receiver import Receiver
from tests.sandbox.stripe_api import StripeApi, types
from tests.sandbox.test_page_by_hand import open_page, page, said
from tests.support.sandbox import SandboxClient, eventually

pytestmark = pytest.mark.browser
__all__ = ["page"]


def test_paying_and_disputing(page: Any, sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat(12_850, "hkd", description="Longjing, spring harvest")
    open_page(page, sandbox)
    card = page.locator("#stripe .card", has_text=intent["id"])
    assert "128.50" in card.inner_text()
    card.get_by_role("button", name="Pay", exact=True).click()
    card.locator(".dot.good", has_text="succeeded").wait_for()
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "succeeded"
    card.get_by_role("button", name="Send notification again").click()
    said(page, "The merchant answered: 204")
    card.get_by_role("button", name="Dispute").click()
    card.get_by_role("button", name="Merchant wins").click()
    card.locator(".dot.good", has_text="dispute won").wait_for()


def test_paying_late(page: Any, sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(speed=0)
    intent = stripe.by_wechat(12_850, "hkd")
    open_page(page, sandbox)
    card = page.locator("#stripe .card", has_text=intent["id"])
    card.get_by_text("More").click()
    card.get_by_label("How much later").select_option("+1 h")
    card.get_by_role("button", name="Pay late").click()
    said(page, "unless the payment is canceled by then")
    card.locator(".dot", has_text="waits for the payer · will pay late").wait_for()
    sandbox.advance_clock(3600)
    card.locator(".dot.good", has_text="succeeded").wait_for()


def test_refunding_in_the_dashboard(page: Any, sandbox: SandboxClient, stripe: StripeApi) -> None:
    """A second click before the answer refunds nothing more; what is not an amount is not sent."""
    intent = stripe.paid(12_850, "hkd")
    open_page(page, sandbox)
    card = page.locator("#stripe .card", has_text=intent["id"])
    card.get_by_text("More").click()
    refund = card.get_by_role("button", name="Refund in the dashboard")
    for wrong in ("", "1.234", "-1", "1e2"):
        card.get_by_label("Amount").fill(wrong)
        refund.click()
        said(page, "An amount of at most 128.50")
    card.get_by_label("Amount").fill("28.5")
    refund.dblclick()
    card.locator(".refund", has_text="28.50").wait_for()
    assert card.get_by_label("Amount").input_value() == "100.00", "what is left"
    assert [made["amount"] for made in stripe.retrieve("refunds")["data"]] == [2850]


def test_sending_it_twice(page: Any, sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    intent = stripe.paid(1000)
    eventually(lambda: "payment_intent.succeeded" in types(receiver.received))
    open_page(page, sandbox)
    page.locator("#stripe .card", has_text=intent["id"]).get_by_role("button", name="Send it twice").click()
    said(page, "The merchant answered: 204")
    assert types(receiver.received).count("payment_intent.succeeded") == 3


def test_declining_and_settling_in_chinese(page: Any, sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(stripe_refund="hold")
    waiting, refund = stripe.by_wechat(500, "jpy"), stripe.refund(stripe.paid(700)["id"])
    page.set_viewport_size({"width": 320, "height": 640})
    open_page(page, sandbox)
    page.get_by_role("button", name="中文").click()
    page.locator("#stripe .card", has_text=waiting["id"]).get_by_role("button", name="拒绝").click()
    page.locator("#stripe .dot", has_text="缺少付款方式").wait_for()
    page.locator("#stripe").get_by_role("button", name="完成退款").click()
    page.locator("#stripe .dot.good", has_text="成功").first.wait_for()
    assert stripe.retrieve(f"refunds/{refund['id']}")["status"] == "succeeded"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
