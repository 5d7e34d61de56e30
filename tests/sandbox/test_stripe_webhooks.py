"""Webhooks: signed for every live secret, tried again for three days, lost, doubled, late or spoiled as arranged."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import pytest

from tests.sandbox.receiver import Received, Receiver
from tests.sandbox.stripe_api import StripeApi, types, verifies
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually

SUCCEEDED = "payment_intent.succeeded"


def of_type(receiver: Receiver, kind: str = SUCCEEDED) -> list[Received]:
    return [message for message in receiver.received if json.loads(message.body)["type"] == kind]


def first(receiver: Receiver, kind: str = SUCCEEDED) -> Received:
    return eventually(lambda: of_type(receiver, kind))[0]


def tried(sandbox: SandboxClient, attempts: int) -> bool:
    return bool(sandbox.stripe_events()[0]["attempts"] >= attempts)


def test_signed_over_the_exact_bytes(stripe: StripeApi, receiver: Receiver) -> None:
    intent = stripe.paid(description="龙井", **{"metadata[order]": "A-1"})
    message = first(receiver)
    assert verifies(message, "whsec_one")
    assert not verifies(message, "whsec_two")
    event = json.loads(message.body)
    assert (event["object"], event["api_version"], event["livemode"]) == ("event", "2026-06-24.dahlia", False)
    assert event["data"]["object"]["id"] == intent["id"]
    assert event["data"]["object"]["metadata"] == {"order": "A-1"}
    at = int(message.headers["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(time.time() - at) < 30


def test_two_secrets_while_one_is_replaced(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.stripe_account(webhook_url=receiver.url, webhook_secrets=("whsec_new", "whsec_one"))
    stripe.paid()
    message = first(receiver)
    assert message.headers["Stripe-Signature"].count("v1=") == 2
    assert verifies(message, "whsec_one")
    assert verifies(message, "whsec_new")


def test_tried_again_with_a_fresh_signature(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    receiver.answers.extend([(500, 0.0)])
    stripe.create()
    eventually(lambda: sandbox.stripe_events()[0]["attempts"] == 1)
    [event] = sandbox.stripe_events()
    assert (event["state"], event["deliveries"][0]["status"]) == ("waiting", 500)
    assert stripe.retrieve(f"events/{event['id']}")["pending_webhooks"] == 1
    sandbox.advance_clock(40)
    time.sleep(0.2)
    assert len(receiver.received) == 1
    sandbox.advance_clock(20)
    eventually(lambda: len(receiver.received) == 2)
    assert receiver.received[0].body == receiver.received[1].body
    assert verifies(receiver.received[1], "whsec_one")
    eventually(lambda: sandbox.stripe_events()[0]["state"] == "acknowledged")
    assert stripe.retrieve(f"events/{event['id']}")["pending_webhooks"] == 0


def test_given_up_after_three_days(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    receiver.answers.extend([(500, 0.0)] * 20)
    stripe.create()
    for attempts in range(1, 12):
        eventually(partial(tried, sandbox, attempts))
        sandbox.advance_clock(12 * 3600)
    eventually(lambda: sandbox.stripe_events()[0]["state"] == "given up")
    assert len(receiver.received) == 11


def test_lost(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.plan("lose", event=SUCCEEDED)
    intent = stripe.paid()
    eventually(lambda: "charge.succeeded" in types(receiver.received))
    sandbox.advance_clock(5 * 86400)
    time.sleep(0.2)
    assert of_type(receiver) == []
    [event] = stripe.done("GET", "events", {"type": SUCCEEDED})["data"]
    assert event["data"]["object"]["id"] == intent["id"]


def test_doubled(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.plan("duplicate", times=5, event=SUCCEEDED)
    stripe.paid()
    eventually(lambda: len(of_type(receiver)) == 5)
    assert len({json.loads(message.body)["id"] for message in of_type(receiver)}) == 1


def test_late(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.plan("delay", delay=3600, event=SUCCEEDED)
    stripe.paid()
    eventually(lambda: "charge.succeeded" in types(receiver.received))
    assert of_type(receiver) == []
    sandbox.advance_clock(3601)
    assert verifies(first(receiver), "whsec_one")


def test_overtaken(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.plan("reorder", event="payment_intent.created")
    stripe.by_wechat()
    eventually(lambda: len(receiver.received) == 2)
    assert types(receiver.received) == ["payment_intent.requires_action", "payment_intent.created"]


@pytest.mark.parametrize("behaviour", ["forge", "tamper"])
def test_not_genuine(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver, behaviour: str) -> None:
    sandbox.plan(behaviour, event=SUCCEEDED)
    stripe.paid()
    assert not verifies(first(receiver), "whsec_one")


@pytest.mark.parametrize(("behaviour", "age"), [("stale", 600), ("future", -600)])
def test_from_another_time(
    sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver, behaviour: str, age: int
) -> None:
    sandbox.plan(behaviour, event=SUCCEEDED)
    stripe.paid()
    message = first(receiver)
    assert verifies(message, "whsec_one")
    at = int(message.headers["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(time.time() - age - at) < 30


@pytest.mark.parametrize(
    ("behaviour", "changed"),
    [("wrong_amount", {"amount", "amount_received"}), ("wrong_currency", {"currency"}), ("wrong_order", {"id"})],
)
def test_genuine_with_other_content(
    sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver, behaviour: str, changed: set[str]
) -> None:
    sandbox.plan(behaviour, event=SUCCEEDED)
    intent = stripe.paid()
    message = first(receiver)
    assert verifies(message, "whsec_one")
    told = json.loads(message.body)["data"]["object"]
    assert {name for name in intent if told[name] != intent[name]} == changed


def test_a_setting_for_all(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    sandbox.settings(notify="lose")
    stripe.paid()
    sandbox.settings(notify="normal")
    assert {event["state"] for event in sandbox.stripe_events()} == {"lost"}
    stripe.create()
    eventually(lambda: types(receiver.received) == ["payment_intent.created"])


def test_an_account_without_webhooks(sandbox: SandboxClient) -> None:
    stripe = StripeApi(sandbox, sandbox.stripe_account("acct_silent"))
    intent = stripe.paid()
    assert {event["state"] for event in sandbox.stripe_events(payment_intent=intent["id"])} == {"lost"}


def test_now(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    intent = stripe.paid()
    event = json.loads(first(receiver).body)["id"]
    receiver.answers.append((403, 0.0))
    [answer] = sandbox.stripe_deliver(intent["id"], behaviour="forge")
    assert answer["status"] == 403
    assert not verifies(of_type(receiver)[1], "whsec_one")
    answers = sandbox.stripe_deliver(event, times=3)
    assert [answer["status"] for answer in answers] == [204, 204, 204]
    assert {json.loads(message.body)["id"] for message in of_type(receiver)} == {event}
    sandbox.stripe_deliver(intent["id"], new=True, overrides={"amount_received": 1, "metadata": {"order": "B"}})
    other = json.loads(of_type(receiver)[-1].body)
    assert other["id"] != event
    assert (other["data"]["object"]["amount_received"], other["data"]["object"]["metadata"]) == (1, {"order": "B"})
    sandbox.stripe_deliver(event, without=["Stripe-Signature"])
    assert "Stripe-Signature" not in of_type(receiver)[-1].headers


def test_a_success_that_never_was(sandbox: SandboxClient, stripe: StripeApi, receiver: Receiver) -> None:
    intent = stripe.by_wechat()
    assert sandbox.stripe_deliver(intent["id"])[0]["status"] == 204
    message = of_type(receiver)[0]
    assert verifies(message, "whsec_one")
    told = json.loads(message.body)["data"]["object"]
    assert (told["id"], told["status"], told["amount_received"]) == (intent["id"], "succeeded", 1000)
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "requires_action"


@pytest.mark.parametrize(
    "body", [{}, {"id": "evt_nothing"}, {"id": "pi", "event_type": "x"}, {"id": "pi", "behaviour": "lose"}]
)
def test_what_cannot_be_delivered(sandbox: SandboxClient, stripe: StripeApi, body: dict[str, Any]) -> None:
    with pytest.raises(SandboxRefused):
        sandbox.call("POST", "/sandbox/stripe/deliver", body)
