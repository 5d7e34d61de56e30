"""Payment intents: amounts and currencies are checked, a browser sees its own by the client secret, lists go by pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient


def test_a_new_one(stripe: StripeApi) -> None:
    intent = stripe.create(1999, "EUR", description="Tea", **{"metadata[order]": "A-1"})
    assert intent["object"] == "payment_intent"
    assert (intent["amount"], intent["currency"], intent["amount_received"]) == (1999, "eur", 0)
    assert (intent["status"], intent["latest_charge"], intent["next_action"]) == ("requires_payment_method", None, None)
    assert intent["client_secret"].startswith(f"{intent['id']}_secret_")
    assert stripe.retrieve(f"payment_intents/{intent['id']}") == intent


@pytest.mark.parametrize(
    ("amount", "currency", "code", "param"),
    [
        (0, "usd", "parameter_invalid_integer", "amount"),
        (-5, "usd", "parameter_invalid_integer", "amount"),
        (49, "usd", "amount_too_small", "amount"),
        (49, "jpy", "amount_too_small", "amount"),
        (399, "hkd", "amount_too_small", "amount"),
        (100_000_000, "usd", "amount_too_large", "amount"),
        (1001, "kwd", None, "amount"),
        (1000, "zzz", None, "currency"),
    ],
)
def test_what_cannot_be_charged(stripe: StripeApi, amount: int, currency: str, code: str | None, param: str) -> None:
    status, error = stripe.refused("POST", "payment_intents", {"amount": amount, "currency": currency})
    assert (status, error.get("code"), error["param"]) == (400, code, param)
    assert stripe.retrieve("payment_intents")["data"] == []


@pytest.mark.parametrize(("amount", "currency"), [(50, "usd"), (50, "jpy"), (400, "hkd"), (1, "cny"), (1000, "kwd")])
def test_the_least_that_can(stripe: StripeApi, amount: int, currency: str) -> None:
    assert stripe.create(amount, currency)["amount"] == amount


def test_kinds_of_payment_method(stripe: StripeApi) -> None:
    automatic = {"amount": 1000, "currency": "usd", "automatic_payment_methods[enabled]": "true"}
    intent = stripe.done("POST", "payment_intents", automatic)
    assert intent["payment_method_types"] == ["card", "wechat_pay"]
    assert intent["automatic_payment_methods"] == {"enabled": True, "allow_redirects": "always"}
    for form in (
        {**automatic, "payment_method_types[]": "card"},
        {"amount": 1000, "currency": "usd", "payment_method_types[]": "seashells"},
        {"amount": 1000, "currency": "mxn", "payment_method_types[]": "wechat_pay"},
        {"amount": 1000, "currency": "usd", "payment_method_types[]": "wechat_pay", "capture_method": "manual"},
    ):
        assert stripe.refused("POST", "payment_intents", form)[0] == 400


def test_a_browser_sees_its_own_by_the_client_secret(stripe: StripeApi) -> None:
    intent = stripe.create(**{"metadata[margin]": "secret"})
    path, bearer = f"payment_intents/{intent['id']}", stripe.known.publishable_key
    seen = stripe.done("GET", path, {"client_secret": intent["client_secret"]}, bearer=bearer)
    assert seen["status"] == "requires_payment_method"
    assert not {"metadata", "latest_charge"} & set(seen)
    assert stripe.refused("GET", path, bearer=bearer)[0] == 403
    assert stripe.refused("GET", path, {"client_secret": "pi_x_secret_y"}, bearer=bearer)[0] == 400


def test_pages(sandbox: SandboxClient, stripe: StripeApi) -> None:
    ids = [stripe.create()["id"] for _ in range(5)]
    ids.reverse()
    first = stripe.done("GET", "payment_intents", {"limit": 2})
    assert (first["object"], first["url"], first["has_more"]) == ("list", "/v1/payment_intents", True)
    assert [one["id"] for one in first["data"]] == ids[:2]
    second = stripe.done("GET", "payment_intents", {"limit": 2, "starting_after": ids[1]})
    assert [one["id"] for one in second["data"]] == ids[2:4]
    last = stripe.done("GET", "payment_intents", {"limit": 2, "starting_after": ids[3]})
    assert ([one["id"] for one in last["data"]], last["has_more"]) == (ids[4:], False)
    before = stripe.done("GET", "payment_intents", {"limit": 2, "ending_before": ids[3]})
    assert [one["id"] for one in before["data"]] == ids[1:3]
    assert stripe.refused("GET", "payment_intents", {"starting_after": "pi_nothing"})[0] == 400


def test_between_two_moments(sandbox: SandboxClient, stripe: StripeApi) -> None:
    early = stripe.create()
    sandbox.advance_clock(3600)
    late = stripe.create()

    def found(**bounds: Any) -> list[str]:
        form = {f"created[{name}]": value for name, value in bounds.items()}
        return [one["id"] for one in stripe.done("GET", "payment_intents", form)["data"]]

    assert found(gte=early["created"], lt=late["created"]) == [early["id"]]
    assert found(gt=early["created"]) == [late["id"]]
    assert found(lte=early["created"]) == [early["id"]]


def test_expanding(stripe: StripeApi) -> None:
    intent = stripe.paid()
    whole = stripe.retrieve(f"payment_intents/{intent['id']}", "latest_charge.balance_transaction", "payment_method")
    assert whole["latest_charge"]["balance_transaction"]["net"] == 1000 - 59
    assert whole["payment_method"]["type"] == "card"
    status, error = stripe.refused("GET", f"payment_intents/{intent['id']}", {"expand[]": "weather"})
    assert (status, error["param"]) == (400, "expand")
