"""A killed sandbox has lost nothing of Stripe: payments, keys, answers under idempotency keys, webhooks that wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.receiver import Receiver
from tests.sandbox.stripe_api import StripeApi, types
from tests.support.sandbox import SandboxProcess, eventually


@pytest.mark.process
def test_killed_and_started_again(tmp_path: Path, receiver: Receiver) -> None:
    process = SandboxProcess(tmp_path)
    sandbox = process.start()
    stripe = StripeApi(sandbox, sandbox.stripe_account(webhook_url=receiver.url))
    form = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card", "payment_method": "pm_card_visa"}
    sandbox.settings(stripe_refund="pending", refund_seconds=3600)
    sandbox.plan("delay", delay=7200, event="payment_intent.succeeded")
    first = stripe.done("POST", "payment_intents", {**form, "confirm": "true"}, key="K1")
    refund = stripe.refund(first["id"])
    process.kill()

    sandbox = process.start()
    stripe.sandbox = sandbox
    try:
        again = stripe.send("POST", "payment_intents", {**form, "confirm": "true"}, key="K1")
        assert (again.json()["id"], again.headers["Idempotent-Replayed"]) == (first["id"], "true")
        sandbox.advance_clock(7201)
        eventually(lambda: stripe.retrieve(f"refunds/{refund['id']}")["status"] == "succeeded")
        eventually(lambda: "payment_intent.succeeded" in types(receiver.received))
    finally:
        process.stop()
