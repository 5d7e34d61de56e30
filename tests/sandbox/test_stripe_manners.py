"""The API's manners: secret keys, forms with bracket keys, typed errors that name the parameter, headers, one version."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.stripe_api import StripeApi
from tests.support.sandbox import SandboxClient, SandboxRefused

INTENT = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}


@pytest.mark.parametrize("authorization", ["", "Bearer sk_test_nobody", "Basic c2tfdGVzdA==", "sk_test_sandbox0000001"])
def test_without_a_key_that_is_known(stripe: StripeApi, authorization: str) -> None:
    status, error = stripe.refused("POST", "payment_intents", INTENT, headers={"Authorization": authorization})
    assert (status, error["type"]) == (401, "invalid_request_error")
    assert stripe.retrieve("payment_intents")["data"] == []


def test_a_key_in_an_error_is_hidden(stripe: StripeApi) -> None:
    _, error = stripe.refused("GET", "balance", bearer="sk_test_very_secret_indeed")
    assert "very_secret" not in error["message"]


def test_the_publishable_key_creates_nothing(stripe: StripeApi) -> None:
    status, error = stripe.refused("POST", "payment_intents", INTENT, bearer=stripe.known.publishable_key)
    assert (status, error["code"]) == (403, "secret_key_required")


def test_accounts_do_not_see_each_other(sandbox: SandboxClient, stripe: StripeApi) -> None:
    mine = stripe.create()
    other = StripeApi(sandbox, sandbox.stripe_account("acct_other"))
    status, error = other.refused("GET", f"payment_intents/{mine['id']}")
    assert (status, error["code"]) == (404, "resource_missing")
    assert other.retrieve("payment_intents")["data"] == []
    assert stripe.retrieve("account")["id"] == stripe.known.account


def test_a_key_belongs_to_one_account(sandbox: SandboxClient, stripe: StripeApi) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.stripe_account("acct_other", secret_key=stripe.known.secret_key)
    assert refused.value.body["code"] == "KEY_TAKEN"


def test_json_is_refused(stripe: StripeApi) -> None:
    status, error = stripe.refused("POST", "payment_intents", json=INTENT, data=None)
    assert (status, error["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"payment_method_data[type]": "card", "payment_method_data[number]": "4"}, "parameter_unknown", "payment_method_data[number]"),
        ({"amount": ""}, "parameter_invalid_integer", "amount"),
        ({"amount": "12.5"}, "parameter_invalid_integer", "amount"),
        ({"confirm": "yes"}, "parameter_invalid_boolean", "confirm"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"description[a]": "x"}, "parameter_invalid_string", "description"),
        ({"metadata": "x"}, "parameter_invalid", "metadata"),
        ({"metadata[a]": "x" * 501}, "parameter_invalid", "metadata[a]"),
        ({"payment_method_options[wechat_pay][client]": "mini_program"}, None, "payment_method_options[wechat_pay][client]"),
    ],
)  # fmt: skip
def test_parameters_that_are_not_in_order(stripe: StripeApi, form: dict[str, str], code: Any, param: str) -> None:
    status, error = stripe.refused("POST", "payment_intents", {**INTENT, **form})
    assert (status, error["type"], error.get("code"), error["param"]) == (400, "invalid_request_error", code, param)


@pytest.mark.parametrize("name", ["amount", "currency"])
def test_parameters_that_are_missing(stripe: StripeApi, name: str) -> None:
    status, error = stripe.refused(
        "POST", "payment_intents", {key: value for key, value in INTENT.items() if key != name}
    )
    assert (status, error["code"], error["param"]) == (400, "parameter_missing", name)


def test_unknown_parameters_of_a_list(stripe: StripeApi) -> None:
    assert stripe.refused("GET", "payment_intents", {"colour": "red"})[1]["code"] == "parameter_unknown"
    assert stripe.refused("GET", "payment_intents", {"limit": "101"})[1]["param"] == "limit"
    intent = stripe.create()["id"]
    both = {"starting_after": intent, "ending_before": intent}
    assert stripe.refused("GET", "payment_intents", both)[0] == 400


def test_headers(stripe: StripeApi) -> None:
    first, second = (stripe.send("POST", "payment_intents", INTENT) for _ in range(2))
    assert first.headers["Request-Id"].startswith("req_")
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    refused = stripe.send("POST", "payment_intents", {})
    assert refused.headers["stripe-should-retry"] == "false"
    assert refused.headers["Request-Id"] in refused.json()["error"]["request_log_url"]


def test_another_version(stripe: StripeApi) -> None:
    status, error = stripe.refused("GET", "balance", headers={"Stripe-Version": "2017-08-15"})
    assert status == 400
    assert "2017-08-15" in error["message"]


def test_a_version_that_is_not_pinned(stripe: StripeApi) -> None:
    """Stripe would answer in the version of the account, which the sandbox does not play."""
    assert stripe.refused("GET", "balance", headers={"Stripe-Version": None})[0] == 400


@pytest.mark.parametrize(
    "form", ["metadata=x&metadata[a]=y", "metadata[a]=y&metadata=x", "metadata[a]=y&metadata[a][b]=x"]
)
def test_a_value_and_a_hash_at_once(stripe: StripeApi, form: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = stripe.send("POST", "payment_intents", data=f"amount=500&currency=usd&{form}", headers=kind)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "metadata")


def test_unknown_paths(stripe: StripeApi) -> None:
    status, error = stripe.refused("GET", "customers")
    assert (status, error["type"]) == (404, "invalid_request_error")


def test_metadata_and_lists_come_back(stripe: StripeApi) -> None:
    intent = stripe.create(**{"metadata[order]": "A-1", "metadata[店]": "茶"}, description="Longjing 龙井")
    assert intent["metadata"] == {"order": "A-1", "店": "茶"}
    assert intent["description"] == "Longjing 龙井"
    numbered = {
        "amount": 500,
        "currency": "hkd",
        "payment_method_types[0]": "card",
        "payment_method_types[1]": "wechat_pay",
    }
    assert stripe.done("POST", "payment_intents", numbered)["payment_method_types"] == ["card", "wechat_pay"]


def test_secrets_are_not_in_the_log(sandbox: SandboxClient, sandbox_process: Any, stripe: StripeApi) -> None:
    intent = stripe.by_wechat()
    url = intent["next_action"]["wechat_pay_display_qr_code"]["hosted_instructions_url"]
    requests.get(url, timeout=5)
    sandbox.stripe_pay(intent["id"])
    stripe.send("GET", f"payment_intents/{intent['id']}", {"client_secret": intent["client_secret"]})
    seen = sandbox.requests(call="stripe_create")
    assert [entry["status"] for entry in seen] == [200]
    assert "amount=1000" in seen[0]["body"]
    log = sandbox_process.log_file.read_text()
    assert "stripe      POST /v1/payment_intents -> 200" in log
    for secret in (stripe.known.secret_key, stripe.known.publishable_key, "whsec_one", intent["client_secret"]):
        assert secret not in log
