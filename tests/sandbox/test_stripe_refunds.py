"""Refunds: never more than was captured, at once or pending, and one that fails puts the money back on the balance."""

from __future__ import annotations

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_in_full(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid()
    refund = stripe.refund(intent["id"], reason="requested_by_customer", **{"metadata[return]": "R-1"})
    assert (refund["object"], refund["status"], refund["amount"]) == ("refund", "succeeded", 1000)
    assert (refund["payment_intent"], refund["charge"]) == (intent["id"], intent["latest_charge"])
    assert (refund["reason"], refund["metadata"]) == ("requested_by_customer", {"return": "R-1"})
    assert stripe.retrieve(f"refunds/{refund['id']}") == refund
    charge = stripe.retrieve(f"charges/{intent['latest_charge']}")
    assert (charge["refunded"], charge["amount_refunded"]) == (True, 1000)
    assert stripe.retrieve(f"payment_intents/{intent['id']}")["status"] == "succeeded"
    told = [event["type"] for event in sandbox.stripe_events(payment_intent=intent["id"])]
    assert told[-2:] == ["refund.created", "charge.refunded"]


def test_in_parts(stripe: StripeApi) -> None:
    intent = stripe.paid()
    first = stripe.refund(intent["id"], amount=300)
    status, error = stripe.refused("POST", "refunds", {"payment_intent": intent["id"], "amount": 701})
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", "amount")
    second = stripe.done("POST", "refunds", {"charge": intent["latest_charge"]})
    assert second["amount"] == 700
    status, error = stripe.refused("POST", "refunds", {"payment_intent": intent["id"]})
    assert (status, error["code"]) == (400, "charge_already_refunded")
    for where in ({"payment_intent": intent["id"]}, {"charge": intent["latest_charge"]}):
        assert [one["id"] for one in stripe.done("GET", "refunds", where)["data"]] == [second["id"], first["id"]]
    assert stripe.done("GET", "refunds", {"payment_intent": stripe.paid()["id"]})["data"] == []


@pytest.mark.parametrize("amount", ["0", "-1", "1.5"])
def test_amounts_that_make_no_sense(stripe: StripeApi, amount: str) -> None:
    intent = stripe.paid()
    status, error = stripe.refused("POST", "refunds", {"payment_intent": intent["id"], "amount": amount})
    assert (status, error["param"]) == (400, "amount")


def test_what_was_not_paid(stripe: StripeApi) -> None:
    unpaid = stripe.by_wechat()["id"]
    assert stripe.refused("POST", "refunds", {"payment_intent": unpaid})[0] == 400
    assert stripe.refused("POST", "refunds", {"payment_intent": "pi_nothing"})[1]["code"] == "resource_missing"
    assert stripe.refused("POST", "refunds", {})[1]["code"] == "parameter_missing"
    reserved = stripe.paid(capture_method="manual")
    assert (
        stripe.refused("POST", "refunds", {"charge": reserved["latest_charge"]})[1]["code"] == "charge_not_refundable"
    )
    assert stripe.retrieve("refunds")["data"] == []


def test_pending_then_succeeded(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(stripe_refund="pending", refund_seconds=3600)
    refund = stripe.refund(stripe.paid()["id"])
    assert refund["status"] == "pending"
    sandbox.advance_clock(3601)
    eventually(lambda: stripe.retrieve(f"refunds/{refund['id']}")["status"] == "succeeded")
    [event] = sandbox.stripe_events(type="refund.updated", refund=refund["id"])
    assert event["event"]["data"]["previous_attributes"] == {"status": "pending"}


def test_failed(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(stripe_refund="failed", refund_seconds=0)
    intent = stripe.paid()
    refund = stripe.refund(intent["id"], amount=400)
    eventually(lambda: stripe.retrieve(f"refunds/{refund['id']}")["status"] == "failed")
    failed = stripe.retrieve(f"refunds/{refund['id']}", "failure_balance_transaction")
    assert failed["failure_reason"] == "unknown"
    assert failed["failure_balance_transaction"]["amount"] == 400
    charge = stripe.retrieve(f"charges/{intent['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert sum(entry["amount"] for entry in stripe.retrieve("balance_transactions")["data"]) == 1000
    assert [event["type"] for event in sandbox.stripe_events(refund=refund["id"])] == [
        "refund.created",
        "refund.updated",
        "refund.failed",
    ]


def test_held_until_settled(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.settings(stripe_refund="hold", refund_seconds=0)
    refund = stripe.refund(stripe.paid()["id"])
    sandbox.advance_clock(86400)
    assert stripe.retrieve(f"refunds/{refund['id']}")["status"] == "pending"
    assert sandbox.stripe_refund_settle(refund["id"], "requires_action")["status"] == "requires_action"
    assert sandbox.stripe_refund_settle(refund["id"], "canceled")["status"] == "canceled"
    with pytest.raises(SandboxRefused) as refused:
        sandbox.stripe_refund_settle(refund["id"], "succeeded")
    assert refused.value.status == 409


def test_a_succeeded_refund_that_the_bank_sends_back(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid()
    refund = stripe.refund(intent["id"])
    failed = sandbox.stripe_refund_settle(refund["id"], "failed", failure_reason="expired_or_canceled_card")
    assert failed["failure_reason"] == "expired_or_canceled_card"
    # The money is there again, so it can be refunded again.
    assert stripe.refund(intent["id"])["amount"] == 1000
