"""Stripe in trouble, call by call: nothing is lost, nothing is done twice, no transaction waits for it, and WeChat Pay goes on (B19).

That no transaction is open during a call is held by ``core.outbound``, through which all of these go: it would raise RuntimeError, and
these tests see Unavailable.
"""

from collections.abc import Callable

import pytest

from core.problems import Problem
from orders.models import Order
from payments import gateways, refund_requests
from payments.models import Payment
from payments.opening import open_payment
from payments.stripe import client
from payments.stripe.client import Client
from shop.models import StripeAccount
from tests.support.sandbox import SandboxClient, eventually
from tests.support.stripe import open_at_stripe, paid_at_stripe

FAULTS = ["500", "timeout", "slow", "reset", "429", "garbage", "accept_and_lose"]

pytestmark = [pytest.mark.usefixtures("account", "merchant"), pytest.mark.parametrize("fault", FAULTS)]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "OTHER_SECONDS", 0.5)
    for name in client.SECONDS:
        monkeypatch.setitem(client.SECONDS, name, 0.5)


def in_trouble(sandbox: SandboxClient, call: str, fault: str, act: Callable[[], object]) -> None:
    """Twice in a row the call goes wrong, which is one failure for whoever asked; then all is well again, soon."""
    behaviour = {"do": fault, "seconds": 2}
    sandbox.faults(f"stripe_{call}", behaviour, behaviour)
    with pytest.raises((Problem, gateways.Unavailable)):
        act()
    sandbox.call("DELETE", "/sandbox/faults")

    def again() -> bool:
        try:
            act()
        except (Problem, gateways.Unavailable):
            return False
        return True

    eventually(again)


def test_opening(fault: str, order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    in_trouble(sandbox, "create", fault, lambda: open_at_stripe(order))

    payment = Payment.objects.get()
    row = Order.objects.select_related("store").get(pk=order.pk)
    assert payment.provider_reference
    assert Client(account).retrieve_intent(payment.provider_reference)["metadata"]["payment"] == payment.number
    assert len(sandbox.stripe_events(type="payment_intent.created")) == 1
    assert open_payment(row, actor="shopper:1", provider="wechatpay")[1]["package"].startswith("prepay_id=")


def test_asking(fault: str, order: Order, sandbox: SandboxClient) -> None:
    payment = open_at_stripe(order)
    sandbox.stripe_pay(payment.provider_reference)
    in_trouble(sandbox, "retrieve", fault, lambda: gateways.gateway("stripe").query(payment))

    assert gateways.gateway("stripe").query(payment).state == "succeeded"


def test_closing(fault: str, order: Order, sandbox: SandboxClient) -> None:
    payment = open_at_stripe(order)
    in_trouble(sandbox, "cancel", fault, lambda: gateways.gateway("stripe").close(payment))

    assert gateways.gateway("stripe").query(payment).state == "closed"
    assert len(sandbox.stripe_events(type="payment_intent.canceled")) == 1


def test_refunding(fault: str, order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    payment = paid_at_stripe(order, sandbox)
    refund = refund_requests.request(payment, 100, "broken", actor="staff:1")
    in_trouble(sandbox, "refund", fault, lambda: gateways.gateway("stripe").refund(refund))

    assert [there["amount"] for there in Client(account).refunds(payment.transaction_id or "")] == [100]
