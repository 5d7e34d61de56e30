"""Events can be read back: one by one, by type and moment, with the request that caused them."""

from __future__ import annotations

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient


def test_read_back(stripe: StripeApi) -> None:
    answer = stripe.send("POST", "payment_intents", {"amount": 1000, "currency": "usd"}, key="K1")
    [event] = stripe.retrieve("events")["data"]
    assert event["type"] == "payment_intent.created"
    assert event["request"] == {"id": answer.headers["Request-Id"], "idempotency_key": "K1"}
    assert event["data"]["object"] == answer.json()
    assert stripe.retrieve(f"events/{event['id']}")["data"] == event["data"]
    assert stripe.refused("GET", "events/evt_nothing")[0] == 404


def test_an_event_keeps_the_object_as_it_was(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    sandbox.stripe_pay(intent["id"])
    [created] = stripe.done("GET", "events", {"type": "payment_intent.created"})["data"]
    assert created["data"]["object"]["status"] == "requires_payment_method"


def test_what_happens_by_itself_has_no_request(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    sandbox.stripe_pay(intent["id"])
    [event] = stripe.done("GET", "events", {"type": "payment_intent.succeeded"})["data"]
    assert event["request"] == {"id": None, "idempotency_key": None}


def test_by_moment(sandbox: SandboxClient, stripe: StripeApi) -> None:
    stripe.create()
    sandbox.advance_clock(3600)
    second = stripe.create()
    found = stripe.done("GET", "events", {"created[gte]": second["created"]})["data"]
    assert [event["data"]["object"]["id"] for event in found] == [second["id"]]
