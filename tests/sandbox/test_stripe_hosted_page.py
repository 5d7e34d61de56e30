"""The page where a person pays or declines: reached by the code's address alone, and on to the shop when it says so."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient


def page_of(intent: dict) -> str:
    return str(intent["next_action"]["wechat_pay_display_qr_code"]["hosted_instructions_url"])


def test_a_person_pays(stripe: StripeApi) -> None:
    intent = stripe.by_wechat(1250, "hkd", description="Tea <b>")
    shown = requests.get(page_of(intent), timeout=5)
    assert "12.50 HKD" in shown.text
    assert "Tea &lt;b&gt;" in shown.text
    after = requests.post(page_of(intent), {"action": "pay"}, timeout=5)
    assert "Paid." in after.text
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "succeeded"
    # A second press finds it paid.
    assert "Paid." in requests.post(page_of(intent), {"action": "decline"}, timeout=5).text


def test_a_person_declines_in_chinese(stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert "微信支付" in requests.get(page_of(intent), headers=chinese, timeout=5).text
    assert "付款已被拒绝" in requests.post(page_of(intent), {"action": "decline"}, headers=chinese, timeout=5).text
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "requires_payment_method"


@pytest.mark.parametrize(("action", "told"), [("pay", "succeeded"), ("decline", "failed")])
def test_on_to_the_shop(stripe: StripeApi, action: str, told: str) -> None:
    form = {"payment_method": "pm_card_authenticationRequired", "confirm": "true"}
    intent = stripe.create(**form, return_url="https://shop.test/back?order=1")
    url = intent["next_action"]["redirect_to_url"]["url"]
    answer = requests.post(url, {"action": action}, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    back = urlsplit(answer.headers["Location"])
    assert (back.netloc, parse_qs(back.query)["order"]) == ("shop.test", ["1"])
    assert parse_qs(back.query)["payment_intent"] == [intent["id"]]
    assert parse_qs(back.query)["redirect_status"] == [told]


def test_the_code_is_a_picture(stripe: StripeApi) -> None:
    code = stripe.by_wechat()["next_action"]["wechat_pay_display_qr_code"]
    assert requests.get(code["image_url_png"], timeout=5).content.startswith(b"\x89PNG")
    assert b"<svg" in requests.get(code["image_url_svg"], timeout=5).content


def test_nobody_gets_there_by_guessing(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    url = f"{sandbox.url}/stripe/pay/{intent['id']}_secret_guessed"
    assert requests.get(url, timeout=5).status_code == 404
    assert requests.post(url, {"action": "pay"}, timeout=5).status_code == 404
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "requires_action"
