"""The client: how forms are written, what each error means, what is tried again, and that no secret gets into a text.

Against the sandbox; what is known of Stripe's errors stands in docs.stripe.com/error-codes.
"""

import logging
from typing import Any

import pytest

from core import breaker
from payments import gateways
from payments.gateways import (
    AlreadyClosed,
    AlreadyPaid,
    BeingPaid,
    Declined,
    GatewayError,
    NumberReused,
    NumberUnknown,
    Unavailable,
)
from payments.stripe import amounts, forms
from payments.stripe.client import Client
from payments.stripe.errors import error_for
from shop.models import StripeAccount
from tests.support.sandbox import SandboxClient

FORM = {"amount": 1999, "currency": "usd", "payment_method_types": ["card"]}


@pytest.fixture
def client(account: StripeAccount) -> Client:
    return Client(account)


def test_forms_have_bracket_keys_and_one_order() -> None:
    form = {
        "metadata": {"b": "2", "a": "ä&="},
        "confirm": True,
        "amount": 0,
        "types": ["card", "wechat_pay"],
        "none": None,
    }
    written = (
        "amount=0&confirm=true&metadata%5Ba%5D=%C3%A4%26%3D&metadata%5Bb%5D=2&types%5B%5D=card&types%5B%5D=wechat_pay"
    )

    assert forms.encode(form) == written
    assert forms.encode(dict(reversed(form.items()))) == written
    assert forms.encode({"a": [{"b": {"c": 1}}]}) == "a%5B%5D%5Bb%5D%5Bc%5D=1"
    with pytest.raises(TypeError):
        forms.encode({"amount": 1.5})


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("USD", 1999, 1999), ("JPY", 500, 500), ("KRW", 500, 500), ("ISK", 500, 50000), ("KWD", 1230, 1230)],
)
def test_amounts_in_the_smallest_unit(currency: str, ours: int, theirs: int) -> None:
    amounts.check(ours, currency)
    assert amounts.to_stripe(ours, currency) == theirs
    assert amounts.from_stripe(theirs, currency) == ours


def test_three_decimals_of_which_the_last_is_zero(client: Client) -> None:
    with pytest.raises(Declined):
        amounts.check(1234, "KWD")
    with pytest.raises(Declined):
        client.create_intent("kwd", {**FORM, "amount": 1234, "currency": "kwd"})
    assert client.create_intent("kwd-2", {**FORM, "amount": 1230, "currency": "kwd"})["amount"] == 1230


def test_the_same_number_is_the_same_intent(client: Client) -> None:
    assert client.create_intent("n-1", FORM)["id"] == client.create_intent("n-1", FORM)["id"]
    assert client.create_intent("n-2", FORM)["id"] != client.create_intent("n-1", FORM)["id"]


def test_the_same_number_for_something_else(client: Client) -> None:
    client.create_intent("n-1", FORM)
    with pytest.raises(NumberReused):
        client.create_intent("n-1", {**FORM, "amount": 2000})


ERRORS: list[tuple[int, dict[str, Any], type[GatewayError]]] = [
    (400, {"type": "invalid_request_error", "code": "parameter_missing"}, Declined),
    (400, {"type": "invalid_request_error", "code": "resource_missing"}, NumberUnknown),
    (404, {"type": "invalid_request_error", "code": "resource_missing"}, NumberUnknown),
    (400, {"type": "invalid_request_error", "code": "charge_already_refunded"}, Declined),
    (400, {"type": "invalid_request_error"}, Declined),
    (400, {"type": "idempotency_error"}, NumberReused),
    (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, Unavailable),
    (400, {"code": "payment_intent_unexpected_state", "payment_intent": {"status": "succeeded"}}, AlreadyPaid),
    (400, {"code": "payment_intent_unexpected_state", "payment_intent": {"status": "canceled"}}, AlreadyClosed),
    (400, {"code": "payment_intent_unexpected_state", "payment_intent": {"status": "processing"}}, BeingPaid),
    (400, {"code": "payment_intent_unexpected_state"}, Declined),
    (400, {"code": "balance_insufficient"}, Unavailable),
    (401, {"type": "invalid_request_error"}, Declined),
    (402, {"type": "card_error", "code": "card_declined"}, Declined),
    (403, {"type": "invalid_request_error"}, Declined),
    (429, {"type": "invalid_request_error", "code": "rate_limit"}, Unavailable),
    (500, {"type": "api_error"}, Unavailable),
    (503, {}, Unavailable),
    (302, {}, Unavailable),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
def test_what_errors_mean(status: int, error: dict[str, Any], kind: type[GatewayError]) -> None:
    assert type(error_for(status, error, "req_1")) is kind


@pytest.mark.parametrize("status", [400, 401, 402, 500])
def test_no_secret_in_the_text_of_an_error(status: int) -> None:
    secrets = ["sk_live_51abcDEF", "rk_test_1234", "sk_test_****4242", "whsec_abcdef", "pi_3abc_secret_xyz"]
    error = {"type": "invalid_request_error", "message": f"Invalid: {' '.join(secrets)}, see pi_3abc"}
    written = str(error_for(status, error, "req_1"))

    assert not any(secret in written for secret in secrets)
    assert status == 401 or "pi_3abc" in written


def test_no_secret_in_the_log(client: Client, account: StripeAccount, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account.secret_key = "sk_test_unknown_to_stripe"
    with pytest.raises(Declined) as refused:
        client.create_intent("n-1", FORM)

    assert "unknown_to_stripe" not in caplog.text + str(refused.value) + repr(client)


@pytest.mark.parametrize("key", ["", "pk_test_1", "sk_test_1\r\nX: y", "sk_test_ü", "sk_other_1"])
def test_a_key_that_cannot_be_one_is_not_sent(
    key: str, client: Client, account: StripeAccount, sandbox: SandboxClient
) -> None:
    account.secret_key = key
    with pytest.raises(Declined, match="check the account"):
        client.balance()
    assert sandbox.requests(path="/v1/") == []


def test_an_answer_of_the_other_mode(client: Client, account: StripeAccount, sandbox: SandboxClient) -> None:
    """The sandbox is always in test mode: to a live key that is no answer."""
    live = sandbox.stripe_account("acct_live", secret_key="sk_live_1")
    account.secret_key = live.secret_key
    with pytest.raises(Declined, match="mode"):
        client.create_intent("n-1", FORM)


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        ("reset", 2),
        ("429", 2),
        ({"do": "500"}, 2),
        ({"do": "error", "status": 409, "code": "lock_timeout", "kept": False}, 2),
        ("timeout", 1),
        ("garbage", 1),
        ({"do": "error", "status": 400, "code": "parameter_missing"}, 1),
    ],
)
def test_what_is_tried_once_more(
    fault: Any, times: int, client: Client, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from payments.stripe import client as module

    monkeypatch.setattr(module, "OTHER_SECONDS", 0.5)
    sandbox.faults("stripe_balance", *[fault] * 3)
    with pytest.raises(GatewayError):
        client.balance()
    assert len(sandbox.requests(call="stripe_balance")) == times


def test_what_stripe_says_not_to_try_again(client: Client, sandbox: SandboxClient) -> None:
    """To an error that it keeps under the key it adds that there is no point in it."""
    sandbox.faults("stripe_create", "500")
    with pytest.raises(Unavailable):
        client.create_intent("n-1", FORM)
    assert len(sandbox.requests(call="stripe_create")) == 1


def test_an_error_that_comes_under_every_key(client: Client, sandbox: SandboxClient) -> None:
    """It ends, and says that Stripe is not available."""
    sandbox.faults("stripe_create", *["500"] * 20)
    for _ in range(5):
        # Each as much later as it takes until the host is asked again.
        breaker.forget()
        with pytest.raises(Unavailable):
            client.create_intent("n-1", FORM)
    assert len(sandbox.requests(call="stripe_create")) == 1 + 2 + 3 + 4 + 4
    sandbox.call("DELETE", "/sandbox/faults")


def test_an_error_that_is_told_again_does_not_shut_stripe_to_others(client: Client, sandbox: SandboxClient) -> None:
    """One order's error is kept for a day and given at once each time: that the host answers so shows that it is there."""
    sandbox.faults("stripe_create", *["500"] * 20)
    for _ in range(2):
        with pytest.raises(Unavailable):
            client.create_intent("n-1", FORM)

    assert len(sandbox.requests(call="stripe_create")) == 3
    assert [state.failures for state in breaker.states()] == [1]


def test_lists_are_read_to_their_end(client: Client, sandbox: SandboxClient) -> None:
    made = sandbox.stripe_seed([{"amount": 100 + number} for number in range(250)])
    found = list(client.transactions(type="payment"))

    assert [transaction["id"] for transaction in found] == [one["balance_transaction"] for one in reversed(made)]
    assert len(sandbox.requests(call="stripe_balance")) == 3


def test_an_id_does_not_leave_its_place_in_the_path(client: Client, sandbox: SandboxClient) -> None:
    with pytest.raises(gateways.GatewayError):
        client.retrieve_intent("../balance?x=")
    (request,) = sandbox.requests(path="/v1/")
    assert request["path"].startswith("/v1/payment_intents/")
