"""Applying the notification of a refund costs at most 12 statements, as that of a payment does."""

import secrets

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, duework
from orders.models import Order
from payments import refund_requests
from payments.models import Notification, Payment, Refund
from payments.states import REFUND
from tests.support.pay import Platform, pay, post


def test_it_costs_few_queries(order: Order, platform: Platform) -> None:
    payment = pay(order)
    refund = refund_requests.request(Payment.objects.get(), 100, "broken", actor="staff:1")
    REFUND.move(refund, "processing", actor="provider:wechatpay", provider_refund_id="50300000000000000001")
    document = {
        "mchid": "1900000001",
        "out_trade_no": payment.number,
        "transaction_id": payment.transaction_id,
        "out_refund_no": refund.number,
        "refund_id": "50300000000000000001",
        "refund_status": "SUCCESS",
        "success_time": clock.now().isoformat(timespec="seconds"),
        "amount": {"total": payment.amount, "refund": 100, "payer_total": payment.amount, "payer_refund": 100},
    }
    body = platform.envelope("REFUND.SUCCESS", document, event_id=secrets.token_hex(8))
    assert post(payment.store, body, platform.sign(body)).status_code == 204
    told = Notification.objects.latest("pk")

    with CaptureQueriesContext(connection) as queries:
        assert duework.run(Notification, told.pk)

    assert Refund.objects.get().state == "succeeded"
    work = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(work) <= 12, "\n".join(work)
