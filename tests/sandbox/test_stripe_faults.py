"""Faults of Stripe's calls come as arranged, and what was or was not done is certain."""

from __future__ import annotations

import json
import time

import pytest
import requests

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient

CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
INTENT = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}


def made(stripe: StripeApi) -> int:
    return len(stripe.retrieve("payment_intents")["data"])


def test_each_call_has_its_own(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent, refunded = stripe.create(payment_method="pm_card_visa"), stripe.refund(stripe.paid()["id"])
    event = stripe.retrieve("events")["data"][0]["id"]
    for call, method, path in (
        ("stripe_create", "POST", "payment_intents"),
        ("stripe_retrieve", "GET", f"payment_intents/{intent['id']}"),
        ("stripe_list", "GET", "payment_intents"),
        ("stripe_confirm", "POST", f"payment_intents/{intent['id']}/confirm"),
        ("stripe_cancel", "POST", f"payment_intents/{intent['id']}/cancel"),
        ("stripe_refund", "POST", "refunds"),
        ("stripe_refund_retrieve", "GET", f"refunds/{refunded['id']}"),
        ("stripe_refund_retrieve", "GET", "refunds"),
        ("stripe_balance", "GET", "balance_transactions"),
        ("stripe_event", "GET", f"events/{event}"),
    ):
        sandbox.faults(call, "429")
        answer = stripe.send(method, path)
        assert answer.status_code == 429, path
        assert answer.json()["error"]["code"] == "rate_limit"
        assert answer.headers["stripe-should-retry"] == "true"
        assert sandbox.requests(call=call)[-1]["behaviour"] == "429"
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "requires_confirmation"


def test_a_500_that_can_be_tried_again(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_list", "500")
    answer = stripe.send("GET", "payment_intents")
    assert (answer.status_code, answer.headers["stripe-should-retry"]) == (500, "true")
    assert answer.json()["error"]["type"] == "api_error"


def test_reset_before_anything_is_done(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", "reset")
    with pytest.raises(CUT):
        stripe.send("POST", "payment_intents", INTENT)
    assert made(stripe) == 0


def test_no_answer(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", {"do": "timeout", "seconds": 1})
    started = time.monotonic()
    with pytest.raises(CUT):
        stripe.send("POST", "payment_intents", INTENT)
    assert 0.9 < time.monotonic() - started < 9
    assert made(stripe) == 0


def test_accepted_and_the_answer_lost(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", "accept_and_lose")
    with pytest.raises(CUT):
        stripe.send("POST", "payment_intents", INTENT)
    assert made(stripe) == 1


def test_slow(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", {"do": "slow", "seconds": 1})
    started = time.monotonic()
    assert stripe.create()["status"] == "requires_payment_method"
    assert 0.9 < time.monotonic() - started < 9


def test_garbage(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", "garbage")
    answer = stripe.send("POST", "payment_intents", INTENT)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        json.loads(answer.content)
    assert made(stripe) == 0


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature"])
def test_what_stripe_does_not_sign_cannot_be_spoiled(sandbox: SandboxClient, stripe: StripeApi, fault: str) -> None:
    sandbox.faults("stripe_create", fault)
    assert stripe.create()["status"] == "requires_payment_method"


def test_an_error_of_ones_own(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_refund", {"do": "error", "status": 400, "code": "insufficient_funds", "message": "no money"})
    intent = stripe.paid()
    status, error = stripe.refused("POST", "refunds", {"payment_intent": intent["id"]})
    assert (status, error["type"], error["code"], error["message"]) == (
        400,
        "invalid_request_error",
        "insufficient_funds",
        "no money",
    )
    assert stripe.refund(intent["id"])["status"] == "succeeded"
