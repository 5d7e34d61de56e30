"""Staff have the provider asked how a payment stands: one question, taken in at once, and told in words."""

from typing import Any

import pytest
from django.test import Client

from core import clock, outbound
from orders.models import Order
from payments.gateways import Declined, NumberUnknown, PaymentReport, Unavailable
from payments.models import Payment
from payments.wechatpay.gateway import WeChatPay
from shop.models import Store
from tests.payments.test_admin import staff_of
from tests.support.pay import Platform, open_attempt


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return open_attempt(order)


def url(payment: Payment) -> str:
    return f"/admin/payments/payment/{payment.pk}/ask/"


def answer_with(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[str]:
    """What the provider says; the list holds the numbers that were asked about."""
    asked: list[str] = []

    def query(_self: WeChatPay, payment: Payment) -> PaymentReport:
        asked.append(payment.number)
        assert not outbound.in_transaction()
        if isinstance(answer, Exception):
            raise answer
        report: PaymentReport = answer
        return report

    monkeypatch.setattr(WeChatPay, "query", query)
    return asked


def ask(client: Client, payment: Payment) -> str:
    return client.post(url(payment), {"confirmed": "yes"}, follow=True).content.decode()


def paid(payment: Payment) -> PaymentReport:
    identity = {name: payment.request[name] for name in ("appid", "mchid")}
    return PaymentReport(payment.number, "succeeded", payment.amount, "CNY", "4200001", clock.now(), identity)


def test_paid_there_is_paid_here(store: Store, payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, paid(payment))
    client = staff_of(store, role="ops")
    assert client.get(url(payment)).status_code == 200
    assert asked == [], "the question before the question asks nobody"

    assert "that is taken in" in ask(client, payment)
    ask(client, payment)

    assert asked == [payment.number] * 2
    assert Order.objects.get().state == "paid"


def test_closed_there_is_closed_here(store: Store, payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, PaymentReport(payment.number, "closed"))

    assert "has closed it" in ask(staff_of(store), payment)
    assert Payment.objects.get().state == "closed"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NumberUnknown("nothing", "ORDER_NOT_EXIST"), "has nothing under this number"),
        (Unavailable("too slow"), "No answer that can be used: too slow"),
        (Declined("key", "SIGN_ERROR"), "SIGN_ERROR"),
        (PaymentReport("another number", "open"), "App, merchant or payer are not those of the payment."),
    ],
)
def test_no_answer_changes_nothing_and_says_why(
    answer: Any, words: str, store: Store, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, answer)

    assert words in ask(staff_of(store), payment)
    assert Payment.objects.get().state == "opened"


def test_not_by_another_stores_staff(other_store: Store, payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, paid(payment))

    assert staff_of(other_store).post(url(payment), {"confirmed": "yes"}).status_code in (403, 404)
    assert asked == []
    assert Payment.objects.get().state == "opened"


def test_it_takes_no_longer_than_it_was_given() -> None:
    """Several calls share the time; what has none left is not sent."""
    with outbound.within(0), pytest.raises(outbound.Unanswered) as trouble:
        outbound.call("GET", "http://127.0.0.1:9/", call="test.look")
    assert trouble.value.slow
    with pytest.raises(outbound.Unanswered) as trouble:
        outbound.call("GET", "http://127.0.0.1:9/", call="test.look")
    assert not trouble.value.slow, "outside of the block nothing is short of time"
