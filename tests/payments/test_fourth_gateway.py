"""Another provider is one class and one registration: opening, notification, settling, polling, closing and refunds need no change."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock, duework
from core.problems import Problem
from orders.models import Duty, Order
from payments import gateways
from payments.gateways import AlreadyPaid, Event, Forged, PaymentReport, Prepaid, RefundReport
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.opening import open_payment
from shop.models import Store, WeChatPayAccount
from tests.support.pay import Platform


class Shells(gateways.Gateway):
    """Cowrie shells, paid at a counter that this test is."""

    name = "shells"

    def __init__(self) -> None:
        self.paid: set[str] = set()
        self.closed: set[str] = set()

    def offered(self, store: Store) -> bool:
        return True

    def draft(self, order: Order, number: str, client_ip: str) -> dict[str, Any]:
        return {"number": number, "shells": order.total}

    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(draft["shells"] == other["shells"])

    def prepay(self, payment: Payment) -> Prepaid:
        return Prepaid(f"basket-{payment.number}", clock.now() + timedelta(days=1))

    def parameters(self, payment: Payment) -> dict[str, str]:
        return {"basket": payment.provider_reference}

    def query(self, payment: Payment) -> PaymentReport:
        if payment.number not in self.paid:
            return PaymentReport(payment.number, "open")
        return PaymentReport(payment.number, "succeeded", payment.amount, "CNY", f"shell-{payment.number}", clock.now())

    def close(self, payment: Payment) -> None:
        if payment.number in self.paid:
            raise AlreadyPaid("paid")
        self.closed.add(payment.number)

    def refund(self, refund: Refund) -> RefundReport:
        return RefundReport(refund.number, "succeeded", refund.amount, f"back-{refund.number}", clock.now())

    def query_refund(self, refund: Refund) -> RefundReport:
        return self.refund(refund)

    def receive(self, store: Store, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        if headers.get("X-Shell") != "true":
            raise Forged("no shell")
        return Event(json.loads(body)["id"], "paid", {})

    def read(self, notification: Notification) -> PaymentReport:
        document = json.loads(notification.body)
        return PaymentReport(
            document["number"], "succeeded", document["shells"], "CNY", f"shell-{document['number']}", clock.now()
        )


@pytest.fixture
def shells() -> Iterator[Shells]:
    gateway = Shells()
    gateways.register(gateway)
    yield gateway
    del gateways._gateways["shells"]


@pytest.fixture
def payment(order: Order, shells: Shells) -> Payment:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1", provider="shells")[0]


def tell(store: Store, payment: Payment, **headers: str) -> int:
    body = {"id": f"event-{payment.number}", "number": payment.number, "shells": payment.amount}
    answer = Client().post(f"/notify/shells/{store.slug}/", body, content_type="application/json", headers=headers)
    return answer.status_code


def test_paid_by_notification(store: Store, order: Order, payment: Payment) -> None:
    assert tell(store, payment) == 401
    assert tell(store, payment, **{"X-Shell": "true"}) == 204
    duework.run_pending(Notification)

    order.refresh_from_db()
    assert order.state == "paid"
    assert LedgerEntry.objects.count() == 2


def test_found_by_polling(order: Order, payment: Payment, shells: Shells) -> None:
    shells.paid.add(payment.number)
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)

    order.refresh_from_db()
    assert order.state == "paid"


def test_closed_with_the_order(order: Order, payment: Payment, shells: Shells) -> None:
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert shells.closed == {payment.number}


def test_two_providers_both_paid(
    store: Store, order: Order, platform: Platform, payment: Payment, shells: Shells
) -> None:
    """B17: the second goes back, at its own provider; the books balance."""
    from tests.support.pay import deliver, open_attempt

    other = open_attempt(order)
    deliver(platform, other)
    tell(store, payment, **{"X-Shell": "true"})
    duework.run_pending(Notification)
    duework.run_pending(Refund)

    order.refresh_from_db()
    assert order.state == "paid"
    refund = Refund.objects.select_related("payment").get()
    assert (refund.payment.provider, refund.state) == ("shells", "succeeded")


def test_the_shopper_chooses_among_those_offered(order: Order, platform: Platform, shells: Shells) -> None:
    row = Order.objects.select_related("store").get(pk=order.pk)
    assert gateways.offered(row.store) == ["wechatpay", "shells"]
    WeChatPayAccount.objects.all().delete()
    assert gateways.offered(row.store) == ["shells"]
    assert open_payment(row, actor="shopper:1")[0].provider == "shells"
    with pytest.raises(Problem):
        open_payment(row, actor="shopper:1", provider="wechatpay")


def test_a_name_is_registered_once(shells: Shells) -> None:
    with pytest.raises(RuntimeError):
        gateways.register(Shells())
