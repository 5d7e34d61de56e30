"""Cowrie shells: a small gateway, word for word the one in docs/gateways.md."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import clock, outbound
from orders.models import Order
from payments.gateways import (
    AlreadyPaid,
    Event,
    Forged,
    Gateway,
    Malformed,
    NumberUnknown,
    PaymentReport,
    Prepaid,
    RefundReport,
    Unavailable,
)
from payments.models import Notification, Payment, Refund
from shop.models import Store

SECRET = b"shared with the counter"
STATES = {"waiting": "open", "paid": "succeeded", "void": "closed"}


class Shells(Gateway):
    """Paid at a counter that keeps a basket for each payment, under our number."""

    name = "shells"
    label = "Cowrie shells"

    def __init__(self, counter: str = "http://127.0.0.1:9") -> None:
        self.counter = counter

    # -- What is offered, and what is asked for. No call.

    def offered(self, store: Store) -> bool:
        return store.currency == "CNY"

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        return {"number": number, "shells": order.total}

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(draft["shells"] == other["shells"])

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {"basket": payment.provider_reference}

    # -- Asking the provider. No transaction is open; the number has been committed before.

    def prepay(self, payment: Payment) -> Prepaid:
        basket = self._ask("PUT", f"/baskets/{payment.number}", payment.request)
        if basket["state"] == "paid":
            raise AlreadyPaid("this basket is full")
        return Prepaid(basket["id"], clock.now() + timedelta(days=1))

    def query(self, payment: Payment) -> PaymentReport:
        return self._report(self._ask("GET", f"/baskets/{payment.number}"))

    def close(self, payment: Payment) -> None:
        basket = self._ask("DELETE", f"/baskets/{payment.number}")
        if basket["state"] == "paid":
            raise AlreadyPaid("this basket is full")

    def refund(self, refund: Refund) -> RefundReport:
        body = {"number": refund.number, "basket": refund.payment.number, "shells": refund.amount}
        handed = self._ask("PUT", f"/refunds/{refund.number}", body)
        return RefundReport(refund.number, "succeeded", handed["shells"], handed["id"], clock.now())

    def query_refund(self, refund: Refund) -> RefundReport:
        return self.refund(refund)  # asking again is asking for the same thing

    # -- What it tells by itself. ``receive`` only verifies; ``read`` says what it means.

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, headers.get("X-Shells", "")):
            raise Forged("not signed by the counter")
        try:
            event = str(json.loads(body)["event"])
        except (ValueError, KeyError, TypeError):
            raise Malformed("no event") from None
        return Event(event, "paid", {"X-Shells": signature})

    def read(self, notification: Notification) -> PaymentReport:
        return self._report(json.loads(notification.body))

    # -- The counter's own words

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            sent = json.dumps(body).encode() if body else None
            answer = outbound.call(method, self.counter + path, call="shells.ask", body=sent, seconds=5)
            document = json.loads(answer.body)
        except (outbound.Unanswered, ValueError) as error:
            raise Unavailable(str(error)) from error
        if answer.status == 404:
            raise NumberUnknown("no such basket")
        if answer.status >= 400 or not isinstance(document, dict):
            raise Unavailable(f"the counter says {answer.status}")
        return document

    def _report(self, basket: dict[str, Any]) -> PaymentReport:
        try:
            state: Any = STATES[basket["state"]]
            number, shells, receipt = basket["number"], basket.get("shells"), basket.get("receipt", "")
        except (KeyError, TypeError):
            raise Malformed("no basket") from None
        return PaymentReport(number, state, shells, "CNY", receipt)
