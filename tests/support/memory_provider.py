"""A payment provider inside the test's process: a gateway of the house on this side, the provider's own books on the other.

    north = MemoryProvider("north")
    with registered(north):
        payment, _ = open_payment(order, actor="shopper:1", provider="north")
        north.pay(payment.number)                 # the payer pays
        north.notify(store, payment.number)       # the provider tells the site, which stores it

What the provider knows stands in ``payments`` and ``refunds``; the house cannot see it but by asking. ``fail(call, error, done=...)`` lets
the next call of that kind fail, before or after it had its effect.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from core import clock, outbound
from orders.models import Order
from payments import gateways
from payments.gateways import (
    AlreadyClosed,
    AlreadyPaid,
    Declined,
    Event,
    Forged,
    GatewayError,
    NumberUnknown,
    PaymentReport,
    Prepaid,
    RefundReport,
    RefundRules,
    Report,
    StatementLine,
)
from payments.models import Notification, Payment, Refund
from shop.models import Store


@dataclass
class Held:
    """A payment as the provider keeps it."""

    number: str
    amount: int
    state: str = "open"
    transaction_id: str = ""
    paid_at: datetime | None = None


@dataclass
class Returned:
    """A refund as the provider keeps it."""

    number: str
    payment_number: str
    amount: int
    refund_id: str
    state: str = "processing"
    done_at: datetime | None = None


class MemoryProvider(gateways.Gateway):
    """Takes any currency, refuses to refund more than was paid, and says what it knows to whoever asks."""

    has_statements = True

    def __init__(self, name: str, rules: RefundRules | None = None) -> None:
        self.name, self.label = name, name.title()  # type: ignore[misc]
        self.refund_rules = rules or RefundRules()  # type: ignore[misc]
        self.payments: dict[str, Held] = {}
        self.refunds: dict[str, Returned] = {}
        self.calls: list[str] = []
        self._failures: list[tuple[str, GatewayError, bool]] = []
        self._events = 0

    # The provider's side

    def pay(self, number: str, *, amount: int | None = None, anyway: bool = False) -> bool:
        """The payer pays; False when it is closed or paid. ``anyway``: the payment was under way while it was closed."""
        held = self.payments[number]
        if held.state == "paid" or (held.state == "closed" and not anyway):
            return False
        held.state, held.paid_at, held.transaction_id = "paid", clock.now(), f"{self.name}-{number}"
        held.amount = held.amount if amount is None else amount
        return True

    def finish_refund(self, number: str, state: str = "succeeded") -> None:
        """A refund that is under way comes to its end."""
        returned = self.refunds[number]
        if returned.state == "processing":
            returned.state = state
            returned.done_at = clock.now()

    def refund_by_hand(self, number: str, amount: int) -> str | None:
        """Somebody gives money back in the provider's console; the refund's number there, None when there is not that much."""
        if self._given_back(number) + amount > self.payments[number].amount:
            return None
        by_hand = f"console-{self.name}-{len(self.refunds) + 1}"
        self.refunds[by_hand] = Returned(by_hand, number, amount, f"id-{by_hand}", "succeeded", clock.now())
        return by_hand

    def notify(self, store: Store, number: str, event_id: str = "", **claims: Any) -> int:
        """Tell the site that a payment or a refund stands as it does; ``claims`` replace what is said. The answer's status."""
        self._events += 1
        body = {"id": event_id or f"{self.name}-{self._events}", "number": number} | claims
        headers = {"X-Memory": self.name}
        answer: Any = Client().post(
            f"/notify/{self.name}/{store.slug}/", body, content_type="application/json", headers=headers
        )
        return int(answer.status_code)

    def fail(self, call: str, error: GatewayError, *, done: bool = False) -> None:
        """The next call of that name raises, and has had its effect all the same if ``done``."""
        self._failures.append((call, error, done))

    def _given_back(self, number: str) -> int:
        refunds = [one for one in self.refunds.values() if one.payment_number == number and one.state != "failed"]
        return sum(one.amount for one in refunds)

    # The gateway

    def offered(self, store: Store) -> bool:
        return True

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        return {"number": number, "amount": order.total, "currency": order.currency}

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(draft["amount"] == other["amount"])

    def prepay(self, payment: Payment) -> Prepaid:
        with self._call("prepay"):
            held = self.payments.setdefault(payment.number, Held(payment.number, payment.amount))
            if held.state == "paid":
                raise AlreadyPaid("paid")
            if held.state == "closed":
                raise AlreadyClosed("closed")
        return Prepaid(f"ref-{payment.number}", clock.now() + timedelta(hours=2))

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {"reference": payment.provider_reference}

    def query(self, payment: Payment) -> PaymentReport:
        with self._call("query"):
            return self._payment(payment.number, payment.currency)

    def close(self, payment: Payment) -> None:
        with self._call("close"):
            held = self.payments.setdefault(payment.number, Held(payment.number, payment.amount))
            if held.state == "paid":
                raise AlreadyPaid("paid")
            held.state = "closed"

    def refund(self, refund: Refund) -> RefundReport:
        with self._call("refund"):
            number = refund.payment.number
            if refund.number not in self.refunds:
                if self._given_back(number) + refund.amount > self.payments[number].amount:
                    raise Declined("more than was paid")
                self.refunds[refund.number] = Returned(refund.number, number, refund.amount, f"id-{refund.number}")
            return self._refund(refund.number)

    def query_refund(self, refund: Refund) -> RefundReport:
        with self._call("query_refund"):
            return self._refund(refund.number)

    def find_refund(self, payment: Payment, number: str) -> RefundReport:
        with self._call("find_refund"):
            return self._refund(number)

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        if headers.get("X-Memory") != self.name:
            raise Forged("not signed")
        return Event(str(json.loads(body)["id"]), "told", {})

    def read(self, notification: Notification) -> Report | None:
        claims = json.loads(notification.body)
        if claims["number"] in self.refunds:
            return self._refund(claims["number"])
        report = self._payment(claims["number"], notification.store.currency)
        if "amount" in claims:
            currency = notification.store.currency
            return PaymentReport(report.number, "succeeded", claims["amount"], currency, "claimed", clock.now())
        return report

    def statement(self, store: Store, day: date) -> Iterator[StatementLine]:
        for held in self.payments.values():
            if held.paid_at is not None and held.paid_at.date() == day:
                yield StatementLine(
                    "payment", held.number, held.transaction_id, held.number, held.amount, store.currency, "succeeded", 0,
                    held.paid_at,
                )  # fmt: skip
        for one in self.refunds.values():
            if one.done_at is not None and one.done_at.date() == day:
                yield StatementLine(
                    "refund", one.number, one.refund_id, one.payment_number, one.amount, store.currency,
                    "succeeded" if one.state == "succeeded" else "failed", 0, one.done_at,
                )  # fmt: skip

    def _payment(self, number: str, currency: str) -> PaymentReport:
        held = self.payments.get(number)
        if held is None:
            raise NumberUnknown("never heard of it")
        if held.state != "paid":
            return PaymentReport(number, "closed" if held.state == "closed" else "open")
        return PaymentReport(number, "succeeded", held.amount, currency, held.transaction_id, held.paid_at)

    def _refund(self, number: str) -> RefundReport:
        one = self.refunds.get(number)
        if one is None:
            raise NumberUnknown("never heard of it")
        state: Any = one.state
        return RefundReport(number, state, one.amount, one.refund_id, one.done_at, payment_number=one.payment_number)

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        assert not outbound.in_transaction(), "a provider is called inside a transaction"
        self.calls.append(name)
        planned = next((failure for failure in self._failures if failure[0] == name), None)
        if planned is not None:
            self._failures.remove(planned)
            if not planned[2]:
                raise planned[1]
        yield
        if planned is not None:
            raise planned[1]


@contextmanager
def registered(*providers: MemoryProvider) -> Iterator[None]:
    """These providers are there for a while."""
    for provider in providers:
        gateways.register(provider)
    try:
        yield
    finally:
        for provider in providers:
            del gateways._gateways[provider.name]
