"""Applying the notification of a refund costs at most 12 statements, as that of a payment does."""

import secrets

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, duework
from orders.models import Order
from payments import refund_requests
from payments.models import Notification, Payment, Refund
from payments.states import REFUND
from tests.support.pay import Platform, pay, post

REFUND_ID = "50300000000000000001"
MOST = 12
# Besides, a person is shown the order no more, unless it has another trouble.
MOST_AND_PUT_RIGHT = 13


def tell(platform: Platform, refund: Refund, status: str) -> Notification:
    """The platform tells how the refund stands."""
    payment = refund.payment
    document = {
        "mchid": "1900000001",
        "out_trade_no": payment.number,
        "transaction_id": payment.transaction_id,
        "out_refund_no": refund.number,
        "refund_id": REFUND_ID,
        "refund_status": status,
        "success_time": clock.now().isoformat(timespec="seconds"),
        "amount": {"total": payment.amount, "refund": 100, "payer_total": payment.amount, "payer_refund": 100},
    }
    body = platform.envelope(f"REFUND.{status}", document, event_id=secrets.token_hex(8))
    assert post(payment.store, body, platform.sign(body)).status_code == 204
    told: Notification = Notification.objects.latest("pk")
    return told


@pytest.mark.parametrize(
    ("statuses", "state", "most"),
    [
        (["SUCCESS"], "succeeded", MOST),
        (["SUCCESS", "SUCCESS"], "succeeded", MOST),
        (["ABNORMAL"], "failed", MOST),
        (["ABNORMAL", "SUCCESS"], "succeeded", MOST_AND_PUT_RIGHT),
    ],
)
def test_it_costs_few_statements(statuses: list[str], state: str, most: int, order: Order, platform: Platform) -> None:
    pay(order)
    refund = refund_requests.request(Payment.objects.get(), 100, "broken", actor="staff:1")
    REFUND.move(refund, "processing", actor="provider:wechatpay", provider_refund_id=REFUND_ID)
    for status in statuses[:-1]:
        assert duework.run(Notification, tell(platform, refund, status).pk)
    told = tell(platform, refund, statuses[-1])

    with CaptureQueriesContext(connection) as queries:
        assert duework.run(Notification, told.pk)

    assert Refund.objects.get().state == state
    work = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(work) <= most, "\n".join(work)
