"""Opening a payment at Stripe: one intent for an attempt however often it is asked for, with a code to scan where WeChat Pay is taken.

Everything that the shopper's page gets is the payer's; nothing of it is the merchant's secret.
"""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from core import clock, duework
from core.problems import Problem
from orders.models import Order
from payments import gateways
from payments.models import Payment
from payments.opening import open_payment
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import open_at_stripe

pytestmark = pytest.mark.usefixtures("account")


def asked(sandbox: SandboxClient, call: str) -> list[dict[str, Any]]:
    return sandbox.requests(call=f"stripe_{call}")


def test_an_intent_with_our_number_and_a_code_to_scan(order: Order, account: StripeAccount) -> None:
    payment = open_at_stripe(order)

    intent = Client(account).retrieve_intent(payment.provider_reference)
    assert intent["metadata"] == {"payment": payment.number, "order": order.public_id, "store": "tea"}
    assert (intent["amount"], intent["currency"], intent["status"]) == (order.total, "cny", "requires_action")
    assert intent["payment_method_types"] == ["card", "wechat_pay"]
    code = intent["next_action"]["wechat_pay_display_qr_code"]
    assert payment.provider_data["qr_data"] == code["data"]
    assert payment.provider_data["qr_image"] == code["image_data_url"]


def test_the_request_is_pinned_and_bears_our_number(
    order: Order, account: StripeAccount, sandbox: SandboxClient
) -> None:
    payment = open_at_stripe(order)

    (request,) = asked(sandbox, "create")
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert headers["stripe-version"] == "2026-06-24.dahlia"
    assert headers["idempotency-key"] == payment.number
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request["body"])["metadata[payment]"] == [payment.number]


def test_what_the_page_gets(order: Order, account: StripeAccount, store: Store) -> None:
    row = Order.objects.select_related("store").get(pk=order.pk)
    payment, params = open_payment(row, actor="shopper:1", channel=gateways.WEB)

    assert payment.provider == "stripe"
    assert set(params) == {"publishable_key", "client_secret", "status", "qr_data", "qr_image", "qr_page"}
    assert params["publishable_key"] == account.publishable_key
    assert params["client_secret"].startswith(payment.provider_reference)
    written = json.dumps([params, payment.provider_data, payment.request])
    for secret in (account.secret_key, account.webhook_secret):
        assert secret not in written


def test_opened_again_it_is_the_same_intent(order: Order, sandbox: SandboxClient) -> None:
    first, again = open_at_stripe(order), open_at_stripe(order)

    assert (first.pk, first.provider_reference) == (again.pk, again.provider_reference)
    assert first.provider_data == again.provider_data
    assert len(asked(sandbox, "create")) == 1


def test_whoever_died_before_the_answer_was_stored_finds_the_intent_again(order: Order, sandbox: SandboxClient) -> None:
    first = open_at_stripe(order)
    Payment.objects.update(provider_reference="", reference_expires_at=None, provider_data={})

    assert open_at_stripe(order).provider_reference == first.provider_reference


def test_an_answer_that_was_lost(order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    """Asked once more under the same key, within the same request of the shopper."""
    sandbox.faults("stripe_create", "accept_and_lose")
    payment = open_at_stripe(order)

    assert len(asked(sandbox, "create")) == 2
    assert len(sandbox.stripe_events(type="payment_intent.created")) == 1
    assert payment.state == "opened"


def test_an_error_that_stripe_keeps_does_not_bar_the_order(order: Order, sandbox: SandboxClient) -> None:
    """The first answer to a key is given for a day, a 500 too: the shopper's next try gets over it."""
    sandbox.faults("stripe_create", "500")
    with pytest.raises(Problem) as refused:
        open_at_stripe(order)
    assert refused.value.status_code == 503

    payment = open_at_stripe(order)

    keys = [request["headers"].get("Idempotency-Key") for request in asked(sandbox, "create")]
    assert keys == [payment.number, payment.number, f"{payment.number}:2"]


def test_another_amount_is_another_number(order: Order, account: StripeAccount) -> None:
    first = open_at_stripe(order)
    Order.objects.filter(pk=order.pk).update(total=order.total - 100, discount_total=100)
    second = open_at_stripe(order)

    assert second.number != first.number
    assert Payment.objects.get(pk=first.pk).state == "closed"
    assert Client(account).retrieve_intent(first.provider_reference)["status"] == "canceled"
    assert Client(account).retrieve_intent(second.provider_reference)["amount"] == order.total - 100
    Order.objects.filter(pk=order.pk).update(total=order.total, discount_total=0)


def test_after_a_failed_attempt_there_is_another_code(order: Order, sandbox: SandboxClient) -> None:
    first = open_at_stripe(order)
    sandbox.stripe_pay(first.provider_reference, "decline")
    again = open_at_stripe(order)

    assert again.provider_reference == first.provider_reference
    assert again.provider_data["status"] == "requires_action"
    sandbox.stripe_pay(again.provider_reference, "decline")
    assert open_at_stripe(order).provider_data["status"] == "requires_action"
    assert len({request["headers"]["Idempotency-Key"] for request in asked(sandbox, "confirm")}) == 2


def test_paid_meanwhile(order: Order, sandbox: SandboxClient) -> None:
    payment = open_at_stripe(order)
    sandbox.stripe_pay(payment.provider_reference)

    with pytest.raises(Problem, match="has been paid"):
        open_at_stripe(order)
    order.refresh_from_db()
    assert order.state == "paid"


def test_in_process_is_not_opened_again(order: Order, sandbox: SandboxClient) -> None:
    payment = open_at_stripe(order)
    sandbox.settings(stripe_processing_seconds=3600)
    sandbox.stripe_pay(payment.provider_reference)

    with pytest.raises(Problem) as refused:
        open_at_stripe(order)
    assert refused.value.status_code == 503
    assert Payment.objects.get().state == "opened"


@pytest.mark.parametrize(
    ("methods", "types"), [([], ["card", "wechat_pay"]), (["card"], ["card"]), (["wechat_pay"], ["wechat_pay"])]
)
def test_ways_to_pay_by_the_account(methods: list[str], types: list[str], order: Order, account: StripeAccount) -> None:
    StripeAccount.objects.update(methods=methods)
    payment = open_at_stripe(order)

    intent = Client(account).retrieve_intent(payment.provider_reference)
    assert intent["payment_method_types"] == types
    assert bool(intent["automatic_payment_methods"]) == (not methods)
    assert ("qr_data" in payment.provider_data) == ("wechat_pay" in methods)


def test_refused(order: Order, sandbox: SandboxClient) -> None:
    sandbox.faults("stripe_create", {"do": "error", "status": 402, "code": "card_declined"})
    with pytest.raises(Problem) as refused:
        open_at_stripe(order)

    assert refused.value.status_code == 502
    assert Payment.objects.get().state == "failed"


def test_refused_when_the_page_has_the_intent(order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    """By card it could still be paid there: it is cancelled, and the next try takes another."""
    first = open_at_stripe(order)
    sandbox.stripe_pay(first.provider_reference, "decline")
    sandbox.faults("stripe_confirm", {"do": "error", "status": 402, "code": "card_declined"})
    with pytest.raises(Problem) as refused:
        open_at_stripe(order)

    assert refused.value.status_code == 502
    assert Payment.objects.get().state == "closed"
    assert Client(account).retrieve_intent(first.provider_reference)["status"] == "canceled"
    assert open_at_stripe(order).provider_reference != first.provider_reference


def test_another_account_than_the_one_it_was_opened_with(
    order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient
) -> None:
    """An intent that Stripe made and this key cannot see is not taken for one that never was: it can still be paid."""
    payment = open_at_stripe(order)
    other = sandbox.stripe_account("acct_another")
    StripeAccount.objects.update(secret_key=other.secret_key, publishable_key=other.publishable_key)

    with pytest.raises(gateways.Declined, match="another account"):
        gateways.gateway("stripe").close(payment)
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)
    assert Payment.objects.get().state == "opened"
