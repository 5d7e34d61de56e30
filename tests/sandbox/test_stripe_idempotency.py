"""One idempotency key is one execution: the first answer comes again for a day, a 500 included; a request that was not in
order, or met another one at work, leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient

INTENT = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}


def test_the_same_again(stripe: StripeApi) -> None:
    first, second = (stripe.send("POST", "payment_intents", INTENT, key="K1") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert len(stripe.retrieve("payment_intents")["data"]) == 1


def test_without_a_key_there_are_two(stripe: StripeApi) -> None:
    for _ in range(2):
        stripe.send("POST", "payment_intents", INTENT)
    assert len(stripe.retrieve("payment_intents")["data"]) == 2


def test_other_parameters(stripe: StripeApi) -> None:
    stripe.send("POST", "payment_intents", INTENT, key="K1")
    status, error = stripe.refused("POST", "payment_intents", {**INTENT, "amount": 1001}, key="K1")
    assert (status, error["type"]) == (400, "idempotency_error")
    intent = stripe.paid()
    status, error = stripe.refused("POST", "refunds", {"payment_intent": intent["id"]}, key="K1")
    assert (status, error["type"]) == (400, "idempotency_error")
    assert stripe.retrieve("refunds")["data"] == []


def test_another_accounts_key_is_another_key(sandbox: SandboxClient, stripe: StripeApi) -> None:
    stripe.send("POST", "payment_intents", INTENT, key="K1")
    other = StripeApi(sandbox, sandbox.stripe_account("acct_other"))
    assert "Idempotent-Replayed" not in other.send("POST", "payment_intents", INTENT, key="K1").headers


def test_a_declined_card_stays_declined(stripe: StripeApi) -> None:
    form = {**INTENT, "payment_method": "pm_card_chargeDeclined", "confirm": "true"}
    first, second = (stripe.send("POST", "payment_intents", form, key="K1") for _ in range(2))
    assert (first.status_code, second.status_code) == (402, 402)
    assert first.json()["error"]["payment_intent"]["id"] == second.json()["error"]["payment_intent"]["id"]


def test_a_500_stays_a_500(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", "500")
    first, second = (stripe.send("POST", "payment_intents", INTENT, key="K1") for _ in range(2))
    assert (first.status_code, second.status_code) == (500, 500)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.headers["stripe-should-retry"] == "false"
    assert first.json()["error"]["type"] == "api_error"
    assert stripe.send("POST", "payment_intents", INTENT, key="K2").status_code == 200
    assert len(stripe.retrieve("payment_intents")["data"]) == 1


def test_a_500_after_it_was_done(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", {"do": "500", "done": True})
    assert stripe.send("POST", "payment_intents", INTENT, key="K1").status_code == 500
    assert len(stripe.retrieve("payment_intents")["data"]) == 1


def test_a_500_from_before_the_execution(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", {"do": "500", "kept": False})
    assert [stripe.send("POST", "payment_intents", INTENT, key="K1").status_code for _ in range(2)] == [500, 200]


def test_what_was_not_in_order_is_not_kept(sandbox: SandboxClient, stripe: StripeApi) -> None:
    assert stripe.refused("POST", "payment_intents", {**INTENT, "amount": 5}, key="K1")[1]["code"] == "amount_too_small"
    assert stripe.refused("POST", "payment_intents", {**INTENT, "colour": "red"}, key="K1")[0] == 400
    sandbox.faults("stripe_create", "429")
    assert stripe.refused("POST", "payment_intents", INTENT, key="K1")[0] == 429
    answer = stripe.send("POST", "payment_intents", INTENT, key="K1")
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers


def test_two_at_the_same_time(sandbox: SandboxClient, stripe: StripeApi) -> None:
    sandbox.faults("stripe_create", {"do": "slow", "seconds": 2})
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(stripe.send, "POST", "payment_intents", INTENT, "K1") for _ in range(2)]
    answers = sorted((future.result() for future in waiting), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].headers["stripe-should-retry"] == "true"
    assert answers[1].json()["error"]["code"] == "idempotency_key_in_use"
    # Tried again, it is the one there is.
    again = stripe.done("POST", "payment_intents", INTENT, key="K1")
    assert again["id"] == answers[0].json()["id"]
    assert len(stripe.retrieve("payment_intents")["data"]) == 1


def test_an_answer_that_was_lost(sandbox: SandboxClient, stripe: StripeApi) -> None:
    intent = stripe.paid()
    form = {"payment_intent": intent["id"], "amount": 400}
    sandbox.faults("stripe_refund", "accept_and_lose")
    try:
        stripe.send("POST", "refunds", form, key="R1")
        raise AssertionError("there was an answer")
    except OSError:
        pass
    assert stripe.send("POST", "refunds", form, key="R1").headers["Idempotent-Replayed"] == "true"
    assert [refund["amount"] for refund in stripe.retrieve("refunds")["data"]] == [400]


def test_a_key_is_forgotten_after_a_day(sandbox: SandboxClient, stripe: StripeApi) -> None:
    first = stripe.done("POST", "payment_intents", INTENT, key="K1")
    sandbox.advance_clock(23 * 3600)
    assert stripe.done("POST", "payment_intents", INTENT, key="K1")["id"] == first["id"]
    sandbox.advance_clock(3601)
    assert stripe.done("POST", "payment_intents", INTENT, key="K1")["id"] != first["id"]


def test_a_key_that_is_too_long(stripe: StripeApi) -> None:
    assert stripe.refused("POST", "payment_intents", INTENT, key="K" * 256)[0] == 400
