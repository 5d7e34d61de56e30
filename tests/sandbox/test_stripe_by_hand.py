"""Stripe's payments on the page: a person pays, declines, disputes and decides, and settles a refund."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.sandbox.test_page_by_hand import open_page, page, said
from tests.support.sandbox import SandboxClient

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
