"""WeChat Pay refuses whole requests for an emoji in a text: what people write about a refund must not make it fail."""

import json
from typing import Any

import pytest

from core import clock, duework
from orders.models import Order
from payments import refund_requests
from payments.asking import ask
from payments.models import Payment, Refund
from payments.opening import open_payment
from tests.support.sandbox import SandboxClient


@pytest.fixture
def payment(order: Order, merchant: Any, sandbox: SandboxClient) -> Payment:
    payment, _params = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")
    sandbox.pay(payment.provider_reference)
    ask(payment)
    return Payment.objects.get(pk=payment.pk)


@pytest.mark.parametrize(
    ("written", "sent"), [("杯子碎了😭\n请退款", "杯子碎了请退款"), ("😭😭", None), ("退" * 80, "退" * 80)]
)
def test_the_reason_of_a_refund(written: str, sent: str | None, payment: Payment, sandbox: SandboxClient) -> None:
    refund_requests.request(payment, 100, written, actor="staff:1")
    Refund.objects.update(due_at=clock.now())
    duework.run_pending(Refund)

    assert Refund.objects.get().state == "processing"
    (request,) = sandbox.requests(call="refund")
    assert json.loads(request["body"]).get("reason") == sent
