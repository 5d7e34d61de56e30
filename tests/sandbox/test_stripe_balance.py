"""The balance: one transaction for each movement, fees beside it, lists that can be read by moment, type and payout."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused


def entries(stripe: StripeApi, **form: Any) -> list[Any]:
    """All the pages."""
    found: list[Any] = []
    while True:
        after = {"starting_after": found[-1]["id"]} if found else {}
        page = stripe.done("GET", "balance_transactions", {"limit": 100, **form, **after})
        found += page["data"]
        if not page["has_more"]:
            return found


def test_each_movement_is_there(sandbox: SandboxClient, stripe: StripeApi) -> None:
    card, wechat = stripe.paid(1000), stripe.by_wechat(2000)
    sandbox.stripe_pay(wechat["id"])
    of_card, of_wechat = stripe.refund(card["id"], amount=300), stripe.refund(wechat["id"])
    dispute = sandbox.stripe_dispute(card["id"])
    told = [(entry["type"], entry["reporting_category"], entry["amount"], entry["source"]) for entry in entries(stripe)]
    charge = stripe.retrieve(f"payment_intents/{wechat['id']}")["latest_charge"]
    assert told[::-1] == [
        ("charge", "charge", 1000, card["latest_charge"]),
        ("payment", "charge", 2000, charge),
        ("refund", "refund", -300, of_card["id"]),
        ("payment_refund", "refund", -2000, of_wechat["id"]),
        ("adjustment", "dispute", -1000, dispute["id"]),
    ]
    for entry in entries(stripe):
        assert entry["net"] == entry["amount"] - entry["fee"]
        assert entry["fee"] == sum(detail["amount"] for detail in entry["fee_details"])
        assert stripe.retrieve(f"balance_transactions/{entry['id']}") == entry


def test_by_type_and_moment_with_their_sources(sandbox: SandboxClient, stripe: StripeApi) -> None:
    first = stripe.paid()
    sandbox.advance_clock(86400)
    stripe.refund(first["id"])
    [charge] = entries(stripe, type="charge", **{"expand[]": "data.source"})
    assert charge["source"]["payment_intent"] == first["id"]
    [refund] = entries(stripe, **{"created[gt]": charge["created"]})
    assert refund["type"] == "refund"
    assert (
        entries(stripe, **{"created[gte]": charge["created"], "created[lt]": refund["created"]})[0]["type"] == "charge"
    )


def test_money_becomes_available(sandbox: SandboxClient, stripe: StripeApi) -> None:
    stripe.paid(1000)
    [entry] = entries(stripe)
    assert (entry["status"], entry["available_on"] - entry["created"]) == ("pending", 2 * 86400)
    assert stripe.retrieve("balance")["pending"] == [{"amount": 941, "currency": "usd", "source_types": {}}]
    sandbox.advance_clock(2 * 86400 + 1)
    assert entries(stripe)[0]["status"] == "available"
    assert stripe.retrieve("balance")["available"][0]["amount"] == 941


def test_paid_out(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid(1000)
    stripe.paid(700, "eur")
    with pytest.raises(SandboxRefused):
        sandbox.stripe_payout("usd")
    sandbox.advance_clock(2 * 86400 + 1)
    stripe.refund(intent["id"], amount=100)
    payout = sandbox.stripe_payout("usd")
    assert (payout["amount"], payout["status"], payout["currency"]) == (841, "paid", "usd")
    assert stripe.retrieve(f"payouts/{payout['id']}") == payout
    taken = entries(stripe, payout=payout["id"])
    assert sorted(entry["type"] for entry in taken) == ["charge", "payout", "refund"]
    assert sum(entry["net"] for entry in taken) == 0
    assert [event["type"] for event in sandbox.stripe_events(type="payout.paid")]
    with pytest.raises(SandboxRefused):
        sandbox.stripe_payout("usd")


def test_thousands_of_finished_payments_at_once(sandbox: SandboxClient, stripe: StripeApi) -> None:
    day = int(time.time()) - 86400
    charges: list[dict[str, Any]] = [
        {"amount": 100 + index, "currency": "hkd", "created": day + index, "metadata": {"order": f"A-{index:06}"}}
        for index in range(5000)
    ]
    charges[7]["refunded"] = 50
    started = time.monotonic()
    made = sandbox.stripe_seed(charges)
    assert time.monotonic() - started < 15
    found = entries(stripe, **{"created[gte]": day, "created[lt]": day + 5000})
    assert len(found) == 5001
    assert sum(entry["amount"] for entry in found) == sum(charge["amount"] for charge in charges) - 50
    assert {entry["id"] for entry in found} >= {one["balance_transaction"] for one in made}
    assert [entry["created"] for entry in found] == sorted((entry["created"] for entry in found), reverse=True)
    intent = stripe.retrieve(f"payment_intents/{made[4321]['payment_intent']}", "latest_charge.balance_transaction")
    assert (intent["amount"], intent["metadata"], intent["status"]) == (4421, {"order": "A-004321"}, "succeeded")
    assert intent["latest_charge"]["balance_transaction"]["id"] == made[4321]["balance_transaction"]
    assert stripe.refund(made[7]["payment_intent"])["amount"] == 57
    assert sandbox.stripe_events(type="payment_intent.succeeded") == []


def test_what_does_not_add_up(sandbox: SandboxClient, stripe: StripeApi) -> None:
    made = sandbox.stripe_seed([{"amount": 1000}, {"amount": 2000}])
    changed = sandbox.stripe_plant(id=made[0]["balance_transaction"], change={"amount": 1001})
    assert changed["net"] == 1001 - changed["fee"]
    sandbox.stripe_plant(id=made[1]["balance_transaction"], remove=True)
    strange = sandbox.stripe_plant(add={"amount": 555, "currency": "usd"})
    assert {(entry["id"], entry["amount"]) for entry in entries(stripe)} == {
        (made[0]["balance_transaction"], 1001),
        (strange["id"], 555),
    }


@pytest.mark.parametrize(
    "charges",
    [[], [{"amount": 0}], [{"amount": "5"}], [{"colour": 1}], [{"refunded": 5000}], [{"currency": "zzz"}], [3]],
)
def test_seeds_that_make_no_sense(sandbox: SandboxClient, stripe: StripeApi, charges: list[Any]) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/stripe/seed", {"charges": charges})
    assert refused.value.body["code"] == "BAD_FIELD"
    assert entries(stripe) == []
