"""WeChat Pay and Stripe beside each other: both paid, the second goes back once; one is down, the other goes on (B17)."""

import pytest
from pytest_django import Settings

from core import duework
from core.problems import Problem
from orders.models import Order
from payments.models import Notification, Payment, Refund
from payments.opening import open_payment
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.pay import Platform, deliver, open_attempt
from tests.support.sandbox import SandboxClient, SandboxMerchant
from tests.support.stripe import apply, newest, open_at_stripe


def test_both_paid_and_stripe_second(
    order: Order, store: Store, account: StripeAccount, platform: Platform, sandbox: SandboxClient
) -> None:
    by_wechat, by_stripe = open_attempt(order), open_at_stripe(order)
    sandbox.stripe_pay(by_stripe.provider_reference)
    deliver(platform, by_wechat)
    duework.run_pending(Notification)
    event = newest(sandbox, "payment_intent.succeeded")
    for number in range(2):
        apply(store, event | {"id": f"evt_{number}"})
    duework.run_pending(Refund)
    duework.run_pending(Refund)

    refund = Refund.objects.get()
    assert (refund.payment_id, refund.cause, refund.state) == (by_stripe.pk, "double", "succeeded")
    (there,) = Client(account).refunds(Payment.objects.get(pk=by_stripe.pk).transaction_id or "")
    assert (there["amount"], there["reason"]) == (order.total, "duplicate")


def test_both_paid_and_wechat_pay_second(
    order: Order, store: Store, account: StripeAccount, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    row = Order.objects.select_related("store").get(pk=order.pk)
    by_wechat, _params = open_payment(row, actor="shopper:1", provider="wechatpay")
    by_stripe = open_at_stripe(order)
    sandbox.pay(by_wechat.provider_reference)
    sandbox.stripe_pay(by_stripe.provider_reference)
    apply(store, newest(sandbox, "payment_intent.succeeded"))
    duework.run_pending()

    refund = Refund.objects.get()
    assert (refund.payment_id, refund.cause) == (by_wechat.pk, "double")
    assert Payment.objects.get(settles=True).pk == by_stripe.pk
    assert len([seen for seen in sandbox.requests(path="/v3/refund") if seen["method"] == "POST"]) == 1
    assert list(Client(account).refunds(Payment.objects.get(pk=by_stripe.pk).transaction_id or "")) == []


def test_the_other_attempt_is_closed_when_one_was_paid(
    order: Order, store: Store, account: StripeAccount, platform: Platform
) -> None:
    by_stripe, by_wechat = open_at_stripe(order), open_attempt(order)
    deliver(platform, by_wechat)
    duework.run_pending(Notification)
    duework.run_pending(Payment)

    assert Payment.objects.get(pk=by_stripe.pk).state == "closed"
    assert Client(account).retrieve_intent(by_stripe.provider_reference)["status"] == "canceled"


def test_stripe_is_down_and_wechat_pay_is_not(
    order: Order, store: Store, account: StripeAccount, merchant: SandboxMerchant, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(Problem) as refused:
        open_at_stripe(order)
    assert refused.value.status_code == 503

    row = Order.objects.select_related("store").get(pk=order.pk)
    payment, params = open_payment(row, actor="shopper:1", provider="wechatpay")
    assert params["package"] == f"prepay_id={payment.provider_reference}"


def test_wechat_pay_is_down_and_stripe_is_not(
    order: Order, account: StripeAccount, merchant: SandboxMerchant, settings: Settings
) -> None:
    settings.WECHATPAY_API_BASE = "http://127.0.0.1:9"
    assert open_at_stripe(order).provider_data["status"] == "requires_action"
