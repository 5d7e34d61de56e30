"""A payer's bank takes a payment back, and gives it again when the store wins: booked once each, shown on the order and in the admin."""

from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from payments import disputes
from payments.gateways import DisputeReport
from payments.models import Dispute, LedgerEntry, Payment
from payments.verdicts import Doubtful
from shop.models import Store
from tests.payments.test_admin import staff_of
from tests.support.pay import open_attempt, pay


@pytest.fixture
def payment(order: Order) -> Payment:
    return pay(order)


def told(payment: Payment, state: Any = "open", **columns: Any) -> str:
    report = {"dispute_id": "dp_1", "number": payment.number, "state": state, "amount": 25600, "currency": "CNY"}
    return disputes.take_in("wechatpay", DisputeReport(**(report | columns)), actor="provider:wechatpay")


def balance(account: str) -> int:
    return sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True))


def test_opened(payment: Payment) -> None:
    assert told(payment, reason="fraudulent") == "The payer's bank takes the payment back."
    told(payment, reason="fraudulent")

    assert Dispute.objects.count() == 1
    assert (balance("disputed"), balance("clearing")) == (25600, 0)
    assert Order.objects.get().hold_reason == "The payer's bank takes the payment back."


def test_won(payment: Payment) -> None:
    told(payment)
    assert told(payment, "won") == "The dispute was won."
    assert told(payment, "won") == "Was known already."

    assert (balance("disputed"), balance("clearing")) == (0, 25600)
    assert Order.objects.get().hold_reason == ""


def test_lost(payment: Payment) -> None:
    told(payment)
    assert told(payment, "lost") == "The dispute was lost."

    assert (balance("disputed"), balance("clearing")) == (25600, 0)
    assert Order.objects.get().hold_reason == "The dispute was lost."


def test_told_of_nothing_that_was_paid(order: Order, platform: Any) -> None:
    payment = open_attempt(order)
    with pytest.raises(Doubtful):
        told(payment)
    assert not Dispute.objects.exists()


def page_of_order(client: Client, payment: Payment) -> str:
    return client.get(f"/ops/orders/{payment.order.public_id}/").content.decode()


def test_shown_on_the_orders_page(store: Store, payment: Payment) -> None:
    told(payment, reason="fraudulent")
    client = staff_of(store, role="ops")
    page = page_of_order(client, payment)
    for words in ("Dispute", "fraudulent", "Taken back by a bank", "−¥256.00", "bank takes ¥256.00 back"):
        assert words in page

    told(payment, "won")
    assert "Dispute won" in page_of_order(client, payment)


def test_listed_in_the_admin_to_be_read(store: Store, other_store: Store, payment: Payment) -> None:
    told(payment, reason="fraudulent")
    dispute = Dispute.objects.get()
    base = "/admin/payments/dispute/"
    client = staff_of(store, role="ops")

    assert "dp_1" in client.get(base).content.decode()
    assert client.get(f"{base}{dispute.pk}/change/").status_code == 200
    assert client.post(f"{base}{dispute.pk}/change/", {"state": "won"}).status_code == 403
    outsider = staff_of(other_store)
    assert "dp_1" not in outsider.get(base).content.decode()
    assert outsider.get(f"{base}{dispute.pk}/change/").status_code == 404
    assert Dispute.objects.get().state == "open"
