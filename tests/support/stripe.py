"""Stripe in tests: a store's account at the sandbox's Stripe, attempts opened there, and its events delivered by hand.

payment = open_at_stripe(order)
sandbox.stripe_pay(payment.provider_reference)
post_event(store, newest(sandbox, "payment_intent.succeeded"))       # signed here, not by the code under test
"""

import hashlib
import hmac
import json
from typing import Any

from django.test import Client
from django_scopes import scope

from core import clock, duework
from orders.models import Order
from payments import gateways
from payments.models import Notification, Payment
from payments.opening import open_payment
from shop.models import Store, StripeAccount
from tests.support import sandbox as support

SECRET = "whsec_sandbox_secret"


def use_stripe(store: Store, registered: support.StripeAccount, **columns: Any) -> StripeAccount:
    """Give the store the account that is registered at the sandbox; it takes cards and WeChat Pay."""
    with scope(store=store):
        account: StripeAccount = StripeAccount.objects.update_or_create(
            store=store,
            defaults={
                "publishable_key": registered.publishable_key,
                "secret_key": registered.secret_key,
                "webhook_secret": registered.webhook_secrets[0],
                "methods": ["card", "wechat_pay"],
                "account_country": "HK",
            }
            | columns,
        )[0]
    return account


def open_at_stripe(order: Order) -> Payment:
    """An attempt to pay the order by Stripe, opened as the shopper's page does."""
    with scope(store=order.store):
        row = Order.objects.select_related("store").get(pk=order.pk)
        payment, _params = open_payment(row, actor="shopper:1", provider="stripe", channel=gateways.WEB)
        return Payment.objects.select_related("store", "order").get(pk=payment.pk)


def newest(sandbox: support.SandboxClient, kind: str, **filters: Any) -> dict[str, Any]:
    """The newest event of a type that happened at the sandbox."""
    return dict(sandbox.stripe_events(type=kind, **filters)[-1]["event"])


def signature(body: bytes, *secrets: str, at: int | None = None) -> str:
    """The header that Stripe sends with a body; one v1 for each secret."""
    moment = int(clock.now().timestamp()) if at is None else at
    made = [hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={one}" for one in made)])


def post(store: Store, body: bytes, header: str | None) -> Any:
    """Deliver a body as Stripe would."""
    headers = {} if header is None else {"Stripe-Signature": header}
    return Client().post(f"/notify/stripe/{store.slug}/", body, content_type="application/json", headers=headers)


def post_event(store: Store, event: dict[str, Any], *secrets: str) -> Any:
    """Sign and deliver an event."""
    body = json.dumps(event).encode()
    return post(store, body, signature(body, *(secrets or (SECRET,))))


def apply(store: Store, event: dict[str, Any]) -> Notification:
    """Deliver an event and apply it; what became of the notification."""
    answer = post_event(store, event)
    assert answer.status_code == 204, answer.content
    duework.run_pending(Notification)
    with scope(store=store):
        return Notification.objects.get(event_id=event["id"])


def paid_at_stripe(order: Order, sandbox: support.SandboxClient) -> Payment:
    """The order paid by Stripe, told by webhook."""
    payment = open_at_stripe(order)
    sandbox.stripe_pay(payment.provider_reference)
    apply(order.store, newest(sandbox, "payment_intent.succeeded", payment_intent=payment.provider_reference))
    with scope(store=order.store):
        return Payment.objects.select_related("store", "order").get(pk=payment.pk)
