"""Reserved money is captured once, in full or in part, or released; a cancel never undoes a payment."""

from __future__ import annotations

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused


def reserved(stripe: StripeApi) -> str:
    intent = stripe.paid(capture_method="manual")
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == ("requires_capture", 1000, 0)
    return str(intent["id"])


def test_captured_in_full(sandbox: SandboxClient, stripe: StripeApi) -> None:
    identifier = reserved(stripe)
    assert stripe.retrieve("balance_transactions")["data"] == []
    done = stripe.done("POST", f"payment_intents/{identifier}/capture")
    assert (done["status"], done["amount_received"], done["amount_capturable"]) == ("succeeded", 1000, 0)
    assert [entry["amount"] for entry in stripe.retrieve("balance_transactions")["data"]] == [1000]
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=identifier)]
    assert told[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_captured_in_part(stripe: StripeApi) -> None:
    identifier = reserved(stripe)
    assert stripe.refused("POST", f"payment_intents/{identifier}/capture", {"amount_to_capture": 1001})[0] == 400
    form = {"amount_to_capture": 600, "expand[]": "latest_charge"}
    done = stripe.done("POST", f"payment_intents/{identifier}/capture", form)
    assert (done["amount_received"], done["latest_charge"]["amount_captured"]) == (600, 600)
    assert stripe.refused("POST", "refunds", {"payment_intent": identifier, "amount": 601})[0] == 400
    assert stripe.refund(identifier)["amount"] == 600


def test_captured_once(stripe: StripeApi) -> None:
    identifier = reserved(stripe)
    stripe.done("POST", f"payment_intents/{identifier}/capture")
    status, error = stripe.refused("POST", f"payment_intents/{identifier}/capture")
    assert (status, error["code"]) == (400, "payment_intent_unexpected_state")
    assert len(stripe.retrieve("balance_transactions")["data"]) == 1


def test_released(stripe: StripeApi) -> None:
    identifier = reserved(stripe)
    done = stripe.done("POST", f"payment_intents/{identifier}/cancel", {"cancellation_reason": "abandoned"})
    assert (done["status"], done["cancellation_reason"], done["amount_capturable"]) == ("canceled", "abandoned", 0)
    assert done["canceled_at"]
    assert stripe.retrieve("balance_transactions")["data"] == []


def test_canceled_before_the_payer_paid(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    assert stripe.done("POST", f"payment_intents/{intent['id']}/cancel")["next_action"] is None
    with pytest.raises(SandboxRefused):
        sandbox.stripe_pay(intent["id"])
    assert [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])][
        -1
    ] == "payment_intent.canceled"


@pytest.mark.parametrize("ended", ["paid", "canceled"])
def test_what_has_ended_is_not_canceled(stripe: StripeApi, ended: str) -> None:
    intent = stripe.paid() if ended == "paid" else stripe.create()
    if ended == "canceled":
        stripe.done("POST", f"payment_intents/{intent['id']}/cancel")
    status, error = stripe.refused("POST", f"payment_intents/{intent['id']}/cancel")
    assert (status, error["code"]) == (400, "payment_intent_unexpected_state")
    assert error["payment_intent"]["status"] == ("succeeded" if ended == "paid" else "canceled")


def test_an_unknown_intent(stripe: StripeApi) -> None:
    for verb in ("confirm", "capture", "cancel"):
        status, error = stripe.refused("POST", f"payment_intents/pi_nothing/{verb}")
        assert (status, error["code"]) == (404, "resource_missing")
