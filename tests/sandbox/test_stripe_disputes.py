"""Disputes: the bank takes the money with a fee at once, and gives both back only when the merchant wins."""

from __future__ import annotations

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused


def total(stripe: StripeApi) -> int:
    return sum(entry["net"] for entry in stripe.done("GET", "balance_transactions", {"limit": 100})["data"])


def test_opened(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid(5000)
    before = total(stripe)
    opened = sandbox.stripe_dispute(intent["id"], "product_not_received")
    dispute = stripe.retrieve(f"disputes/{opened['id']}")
    assert (dispute["amount"], dispute["status"], dispute["reason"]) == (5000, "needs_response", "product_not_received")
    assert (dispute["payment_intent"], dispute["charge"]) == (intent["id"], intent["latest_charge"])
    [entry] = dispute["balance_transactions"]
    assert (entry["type"], entry["amount"], entry["fee"], entry["net"]) == ("adjustment", -5000, 1500, -6500)
    assert total(stripe) == before - 6500
    assert stripe.retrieve(f"charges/{intent['latest_charge']}")["disputed"] is True
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])]
    assert told[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert stripe.refused("POST", "refunds", {"payment_intent": intent["id"]})[1]["code"] == "charge_disputed"
    assert [one["id"] for one in stripe.retrieve("disputes")["data"]] == [dispute["id"]]


def test_won(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid(5000)
    before = total(stripe)
    dispute = sandbox.stripe_dispute(intent["id"])["id"]
    assert sandbox.stripe_dispute_decide(dispute, "under_review")["status"] == "under_review"
    assert sandbox.stripe_dispute_decide(dispute, "won")["status"] == "won"
    assert total(stripe) == before
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])]
    assert told[-3:] == ["charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert stripe.refund(intent["id"])["status"] == "succeeded"


def test_lost(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid(5000)
    before = total(stripe)
    dispute = sandbox.stripe_dispute(intent["id"], amount=2000)["id"]
    sandbox.stripe_dispute_decide(dispute, "lost")
    assert total(stripe) == before - 3500
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])]
    assert told[-1] == "charge.dispute.closed"
    with pytest.raises(SandboxRefused) as refused:
        sandbox.stripe_dispute_decide(dispute, "won")
    assert refused.value.status == 409


def test_what_cannot_be_disputed(sandbox: SandboxClient, stripe: StripeApi) -> None:
    paid = stripe.paid()["id"]
    sandbox.stripe_dispute(paid)
    for intent, reason, amount in (
        (stripe.by_wechat()["id"], "fraudulent", None),
        (paid, "fraudulent", None),
        (stripe.paid()["id"], "weather", None),
        (stripe.paid()["id"], "fraudulent", 1001),
    ):
        with pytest.raises(SandboxRefused):
            sandbox.stripe_dispute(intent, reason, amount)
    assert len(stripe.retrieve("disputes")["data"]) == 1
