"""The contract: the very client, by base URL alone, against the sandbox and against Stripe's own stripe-mock.

stripe-mock checks every parameter against Stripe's published OpenAPI description and refuses what is not in it; so these calls are spelled
as Stripe spells them. It keeps nothing: states, metadata and idempotency keys are asserted where both agree, and elsewhere against the
sandbox alone. It joins where it is reachable: at STRIPE_MOCK_URL, or at 127.0.0.1:12111.
"""

import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from orders.models import Order
from payments import gateways
from payments.gateways import Declined
from payments.models import Payment
from payments.stripe import client as module
from payments.stripe import reports
from payments.stripe.client import Client
from payments.stripe.gateway import BY_WECHAT
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import open_at_stripe

STRIPE_MOCK = os.environ.get("STRIPE_MOCK_URL", "http://127.0.0.1:12111").rstrip("/")


def is_reachable(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1):
            return True
    except OSError:
        return False


BASES = ["sandbox", *(["stripe-mock"] if is_reachable(STRIPE_MOCK) else [])]
CARD = {"amount": 1999, "currency": "hkd", "payment_method_types": ["card"]}


@pytest.fixture(params=BASES)
def base(request: pytest.FixtureRequest, account: StripeAccount, settings: Settings) -> str:
    if request.param == "stripe-mock":
        settings.STRIPE_API_BASE = STRIPE_MOCK
    return str(request.param)


@pytest.fixture
def client(base: str, account: StripeAccount) -> Client:
    return Client(account)


@pytest.fixture
def intent(client: Client) -> dict[str, Any]:
    return client.create_intent("C-1", CARD)


def test_an_intent(client: Client, intent: dict[str, Any]) -> None:
    assert intent["object"] == "payment_intent"
    assert intent["id"].startswith("pi_")
    assert intent["client_secret"]
    assert (intent["amount"], intent["currency"], intent["livemode"]) == (1999, "hkd", False)
    assert intent["payment_method_types"] == ["card"]
    assert intent["status"] == "requires_payment_method"


def test_the_intent_that_an_order_opens(base: str, order: Order, account: StripeAccount) -> None:
    """Whatever a draft may hold is known to Stripe: both ways to pay, confirmed at once."""
    payment = open_at_stripe(order)
    assert payment.provider_reference.startswith("pi_")
    assert payment.provider_data["client_secret"]


@pytest.mark.parametrize("methods", [[], ["card"], ["wechat_pay"]])
def test_every_way_to_pay(methods: list[str], base: str, order: Order, account: StripeAccount) -> None:
    StripeAccount.objects.update(methods=methods)
    assert open_at_stripe(order).provider_reference.startswith("pi_")


def test_looked_at_and_confirmed(client: Client) -> None:
    intent = client.create_intent("C-2", {**CARD, "currency": "hkd", "payment_method_types": ["wechat_pay"]})
    found = client.retrieve_intent(intent["id"])
    assert (found["object"], found["id"]) == ("payment_intent", intent["id"])
    assert client.confirm_intent(intent["id"], BY_WECHAT, "C-2:confirm")["object"] == "payment_intent"


def test_cancelled(client: Client, intent: dict[str, Any]) -> None:
    assert client.cancel_intent(intent["id"], "C-1:cancel")["id"] == intent["id"]


def paid(client: Client) -> str:
    """A charge: in the sandbox one that was made, at stripe-mock any."""
    form = {**CARD, "confirm": True, "payment_method": "pm_card_visa", "metadata": {"payment": "C-3", "store": "tea"}}
    charge = client.create_intent("C-3", form).get("latest_charge")
    return reports.id_of(charge) if charge else "ch_123"


def test_refunded_and_read(client: Client) -> None:
    made = client.create_refund(
        "C-3-r1",
        {"charge": paid(client), "amount": 100, "reason": "requested_by_customer", "metadata": {"refund": "C-3-r1"}},
    )
    assert (made["object"], made["amount"]) == ("refund", 100)
    report = reports.refund_report(client.retrieve_refund(made["id"]))
    assert (report.provider_refund_id, report.state) == (made["id"], "succeeded")


def test_refunds_of_a_charge(client: Client) -> None:
    charge = paid(client)
    assert all(refund["object"] == "refund" for refund in client.refunds(charge))


def test_a_dispute(base: str, client: Client, order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    if base == "sandbox":
        payment = open_at_stripe(order)
        sandbox.stripe_pay(payment.provider_reference)
        identifier = sandbox.stripe_dispute(payment.provider_reference)["id"]
    else:
        identifier = "dp_123"
    dispute = client.retrieve_dispute(identifier)
    assert (dispute["object"], dispute["id"]) == ("dispute", identifier)
    assert isinstance(dispute["amount"], int)


def test_balance_and_its_transactions(client: Client) -> None:
    """With everything that statements narrow by. stripe-mock writes out another kind of source, and nothing within it."""
    paid(client)
    assert client.balance()["object"] == "balance"
    narrowed = {"created": {"gte": 1, "lt": 4_000_000_000}, "type": "charge"}
    first = next(client.transactions(**narrowed, expand=["data.source"]))
    assert first["object"] == "balance_transaction"
    assert {"amount", "fee", "net", "currency", "created", "available_on", "source", "type"} <= set(first)


def test_what_is_not_in_the_description_is_refused(client: Client) -> None:
    """So that everything above would fail if it were spelled wrongly."""
    for wrong in (
        {"no_such_parameter": "x"},
        {"payment_method_options": {"wechat_pay": {"client": "mini_program"}}},
    ):
        with pytest.raises(Declined):
            client.create_intent(f"C-{sorted(wrong)[0]}", CARD | wrong)


def test_every_call_of_the_client_is_here() -> None:
    """A call that is added to the client is to be added to this contract."""
    calls = {name for name in vars(Client) if not name.startswith("_")}
    assert calls == {
        "balance",
        "cancel_intent",
        "confirm_intent",
        "create_intent",
        "create_refund",
        "find_refund",
        "refunds",
        "retrieve_dispute",
        "retrieve_intent",
        "retrieve_refund",
        "transactions",
    }
    assert module.VERSION == "2026-06-24.dahlia"


def test_the_sandbox_remembers(order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """What stripe-mock cannot show: one intent for a number, and states that move."""
    payment = open_at_stripe(order)
    assert Client(account).create_intent(payment.number, payment.request)["id"] == payment.provider_reference
    gateways.gateway("stripe").close(payment)
    assert gateways.gateway("stripe").query(payment).state == "closed"
    assert Payment.objects.count() == 1
