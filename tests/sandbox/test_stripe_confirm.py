"""Confirming: WeChat Pay waits for the payer, cards do what their digits say, and every outcome is told by an event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.receiver import Receiver
from tests.sandbox.stripe_api import StripeApi, types
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_by_wechat_pay(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    intent = stripe.by_wechat(1280, "hkd", **{"metadata[order]": "A-1"})
    assert intent["status"] == "requires_action"
    assert intent["next_action"]["type"] == "wechat_pay_display_qr_code"
    code = intent["next_action"]["wechat_pay_display_qr_code"]
    assert set(code) == {"data", "hosted_instructions_url", "image_data_url", "image_url_png", "image_url_svg"}
    assert code["image_data_url"].startswith("data:image/png;base64,")
    assert code["hosted_instructions_url"].startswith(sandbox.url)

    assert sandbox.stripe_pay(intent["id"]) == "succeeded"
    paid = stripe.retrieve(f"payment_intents/{intent['id']}", "latest_charge")
    assert (paid["status"], paid["amount_received"], paid["next_action"]) == ("succeeded", 1280, None)
    charge = paid["latest_charge"]
    assert charge["id"].startswith("py_")
    assert (charge["paid"], charge["amount_captured"], charge["metadata"]) == (True, 1280, {"order": "A-1"})
    assert charge["payment_method_details"]["type"] == "wechat_pay"
    eventually(lambda: len(receiver.received) == 4)
    assert sorted(types(receiver.received)) == [
        "charge.succeeded",
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize("client", ["ios", "android"])
def test_into_an_app(stripe: StripeApi, client: str) -> None:
    options = {"payment_method_options[wechat_pay][client]": client}
    intent = stripe.create(**{"payment_method_types[]": "wechat_pay"})
    path = f"payment_intents/{intent['id']}/confirm"
    form = {"payment_method_data[type]": "wechat_pay", **options}
    assert stripe.refused("POST", path, form)[1]["param"] == "payment_method_options[wechat_pay][app_id]"
    done = stripe.done("POST", path, {**form, "payment_method_options[wechat_pay][app_id]": "wx1"})
    assert done["next_action"]["type"] == f"wechat_pay_redirect_to_{client}_app"


def test_the_payer_declines(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    assert sandbox.stripe_pay(intent["id"], "decline") == "requires_payment_method"
    declined = stripe.retrieve(f"payment_intents/{intent['id']}")
    assert declined["last_payment_error"]["code"] == "payment_intent_payment_attempt_failed"
    assert (declined["payment_method"], declined["latest_charge"]) == (None, None)
    assert [event["type"] for event in sandbox.stripe_events(type="payment_intent.payment_failed")]
    # Another try of the same intent
    stripe.done("POST", f"payment_intents/{intent['id']}/confirm", {"payment_method_data[type]": "wechat_pay"})
    assert sandbox.stripe_pay(intent["id"]) == "succeeded"


def test_the_payer_pays_late(sandbox: SandboxClient, stripe: StripeApi) -> None:
    first, second = stripe.by_wechat(), stripe.by_wechat()
    for intent in (first, second):
        assert sandbox.stripe_pay(intent["id"], "pay_late", delay=600) == "requires_action"
    stripe.done("POST", f"payment_intents/{second['id']}/cancel")
    sandbox.advance_clock(601)
    eventually(lambda: stripe.retrieve(f"payment_intents/{first['id']}")["status"] == "succeeded")
    assert stripe.retrieve(f"payment_intents/{second['id']}")["status"] == "canceled"


def test_nobody_pays_twice(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    sandbox.stripe_pay(intent["id"])
    with pytest.raises(SandboxRefused) as refused:
        sandbox.stripe_pay(intent["id"])
    assert refused.value.status == 409
    assert len(stripe.retrieve("charges")["data"]) == 1


def test_a_card(stripe: StripeApi) -> None:
    intent = stripe.create(payment_method="pm_card_visa")
    assert intent["status"] == "requires_confirmation"
    paid = stripe.done("POST", f"payment_intents/{intent['id']}/confirm", {"expand[]": "latest_charge"})
    assert paid["status"] == "succeeded"
    assert paid["latest_charge"]["payment_method_details"]["card"]["last4"] == "4242"
    assert paid["latest_charge"]["id"].startswith("ch_")


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_card_that_is_declined(
    sandbox: SandboxClient, stripe: StripeApi, card: str, code: str, decline_code: str
) -> None:
    form = {
        "amount": 1000,
        "currency": "usd",
        "payment_method_types[]": "card",
        "payment_method": card,
        "confirm": "true",
    }
    status, error = stripe.refused("POST", "payment_intents", form)
    assert (status, error["type"], error["code"], error["decline_code"]) == (402, "card_error", code, decline_code)
    # The intent exists all the same, and wants another card.
    intent = stripe.retrieve(f"payment_intents/{error['payment_intent']['id']}", "latest_charge")
    assert (intent["status"], intent["last_payment_error"]["code"]) == ("requires_payment_method", code)
    assert (intent["latest_charge"]["status"], intent["latest_charge"]["paid"]) == ("failed", False)
    assert stripe.retrieve("balance_transactions")["data"] == []
    assert len(sandbox.stripe_events(type="payment_intent.payment_failed")) == 1


@pytest.mark.parametrize(("action", "status"), [("pay", "succeeded"), ("decline", "requires_payment_method")])
def test_a_card_whose_bank_asks_the_holder(sandbox: SandboxClient, stripe: StripeApi, action: str, status: str) -> None:
    form = {
        "payment_method": "pm_card_authenticationRequired",
        "confirm": "true",
        "return_url": "https://shop.test/back",
    }
    intent = stripe.create(**form)
    assert intent["status"] == "requires_action"
    redirect = intent["next_action"]["redirect_to_url"]
    assert redirect["return_url"] == "https://shop.test/back"
    assert redirect["url"].startswith(sandbox.url)
    assert sandbox.stripe_pay(intent["id"], action) == status


def test_from_the_browser(stripe: StripeApi) -> None:
    intent = stripe.create(**{"metadata[margin]": "secret"})
    path, bearer = f"payment_intents/{intent['id']}/confirm", stripe.known.publishable_key
    form = {"payment_method": "pm_card_visa", "client_secret": intent["client_secret"]}
    assert stripe.refused("POST", path, {**form, "client_secret": "x"}, bearer=bearer)[0] == 400
    status, error = stripe.refused("POST", path, {**form, "payment_method": "pm_card_chargeDeclined"}, bearer=bearer)
    assert (status, error["payment_intent"]["status"]) == (402, "requires_payment_method")
    assert "metadata" not in error["payment_intent"]
    done = stripe.done("POST", path, form, bearer=bearer)
    assert done["status"] == "succeeded"
    assert "latest_charge" not in done


def test_in_process_for_a_while(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(stripe_processing_seconds=3600)
    intent = stripe.paid()
    assert (intent["status"], intent["latest_charge"]) == ("processing", None)
    assert (
        stripe.refused("POST", f"payment_intents/{intent['id']}/cancel")[1]["code"] == "payment_intent_unexpected_state"
    )
    sandbox.advance_clock(3601)
    eventually(lambda: stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "succeeded")
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])]
    assert told == [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "payment_intent_unexpected_state"),
        ({"payment_method": "pm_nothing"}, "resource_missing"),
        ({"payment_method_data[type]": "wechat_pay"}, "payment_intent_incompatible_payment_method"),
        ({"payment_method_data[type]": "card"}, "parameter_missing"),
    ],
)
def test_what_cannot_be_confirmed(stripe: StripeApi, form: dict[str, Any], code: str) -> None:
    intent = stripe.create()
    status, error = stripe.refused("POST", f"payment_intents/{intent['id']}/confirm", form)
    assert (status, error["code"]) == (400, code)
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "requires_payment_method"


def test_a_second_confirmation(stripe: StripeApi) -> None:
    intent = stripe.paid()
    status, error = stripe.refused("POST", f"payment_intents/{intent['id']}/confirm")
    assert (status, error["code"]) == (400, "payment_intent_unexpected_state")
    assert error["payment_intent"]["id"] == intent["id"]


def test_automatic_methods_need_a_way_back(stripe: StripeApi) -> None:
    form = {
        "amount": 1000,
        "currency": "usd",
        "automatic_payment_methods[enabled]": "true",
        "payment_method": "pm_card_visa",
        "confirm": "true",
    }
    assert stripe.refused("POST", "payment_intents", form)[1]["param"] == "return_url"
    never = {**form, "automatic_payment_methods[allow_redirects]": "never"}
    for whole in (never, {**form, "return_url": "https://shop.test/"}):
        assert stripe.done("POST", "payment_intents", whole)["status"] == "succeeded"
