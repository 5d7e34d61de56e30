"""A refund made by hand in the provider's console is the merchant's all the same; the shop may never be told."""

from __future__ import annotations

import pytest

from tests.sandbox.bills import fetch, noon
from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_without_a_notification(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    day, mchid = noon(sandbox), merchant.known.mchid
    merchant.paid(number, 1000)
    eventually(lambda: receiver.received)
    sandbox.settings(refund_seconds=0)
    made = sandbox.console_refund(mchid, number, 300)
    assert made["out_refund_no"].isdigit()
    assert len(made["out_refund_no"]) == 37

    found = eventually(lambda: merchant.query_refund(made["out_refund_no"])[1].get("success_time"))
    assert found
    assert merchant.query(number)[1]["trade_state"] == "REFUND"
    assert merchant.refund(number, "R" + number, 701, 1000)[1]["code"] == "INVALID_REQUEST", "700 is left"
    sandbox.advance_clock(86_400)
    [row] = fetch(merchant, day, "REFUND").rows
    assert (row["商户退款单号"], row["退款金额"]) == (made["out_refund_no"], "3.00")
    assert len(receiver.received) == 1, "of the payment alone"
    assert sandbox.notifications(event_type="REFUND.SUCCESS") == []


def test_with_one(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.paid(number, 1000)
    eventually(lambda: receiver.received)
    sandbox.settings(refund_seconds=0)
    made = sandbox.console_refund(merchant.known.mchid, number, 300, notify=True)
    message = eventually(lambda: receiver.received[1:])[0]
    told = merchant.sdk.callback(message.headers, message.body)
    assert told["event_type"] == "REFUND.SUCCESS"
    assert told["resource"]["out_refund_no"] == made["out_refund_no"]
    assert told["resource"]["amount"]["refund"] == 300


@pytest.mark.parametrize(("amount", "code"), [(1001, "INVALID_REQUEST"), (0, "BAD_FIELD"), ("5", "BAD_FIELD")])
def test_what_the_console_refuses(
    sandbox: SandboxClient, merchant: Merchant, number: str, amount: int, code: str
) -> None:
    merchant.paid(number, 1000)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.console_refund(merchant.known.mchid, number, amount)
    assert refused.value.body["code"] == code
    assert sandbox.transaction(merchant.known.mchid, number)["refunds"] == []


def test_an_order_that_is_not_paid(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    for known in (False, True):
        with pytest.raises(SandboxRefused) as refused:
            sandbox.console_refund(merchant.known.mchid, number, 1)
        assert refused.value.status == 404
        if not known:
            merchant.open(number)


def test_in_stripes_dashboard(sandbox: SandboxClient, stripe: StripeApi) -> None:
    """An event tells of it, which no request of the shop has caused; without an amount it is all that is left."""
    intent = stripe.paid(1000)["id"]
    made = sandbox.call("POST", "/sandbox/stripe/refunds", {"payment_intent": intent, "amount": 300})
    assert (made["amount"], made["status"], made["metadata"]) == (300, "succeeded", {})
    [created] = [event for event in stripe.retrieve("events")["data"] if event["type"] == "refund.created"]
    assert created["request"] == {"id": None, "idempotency_key": None}
    rest = sandbox.call("POST", "/sandbox/stripe/refunds", {"payment_intent": intent})
    assert rest["amount"] == 700
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/stripe/refunds", {"payment_intent": intent})
    assert (refused.value.status, refused.value.body["code"]) == (400, "charge_already_refunded")


@pytest.mark.parametrize(
    "change", [{"payment_intent": "pi_none"}, {"amount": 0}, {"amount": "3"}, {"amount": True}, {"amount": 1001}]
)
def test_what_cannot_be_refunded_in_stripes_dashboard(
    sandbox: SandboxClient, stripe: StripeApi, change: dict[str, object]
) -> None:
    asked = {"payment_intent": stripe.paid(1000)["id"], "amount": 1} | change
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/stripe/refunds", asked)
    assert refused.value.status == 400
    assert stripe.retrieve("refunds")["data"] == []
