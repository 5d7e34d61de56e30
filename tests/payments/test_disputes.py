"""A payer's bank takes a payment back, and gives it again when the store wins: booked once each, shown on the order and in the admin."""

from typing import Any

import pytest
from django.test import Client

from core.models import Alert
from orders.models import Order
from payments import disputes, refund_requests, refunding
from payments.gateways import DisputeReport, RefundReport
from payments.models import Dispute, LedgerEntry, Payment, Refund
from payments.verdicts import DISPUTED, REFUND_FAILED, Doubtful
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


def test_after_all_of_it_has_gone_back(payment: Payment) -> None:
    """The money went twice, and the books say so; a person is shown the order, stopped as it is."""
    refund = refund_requests.request(payment, 25600, "x", actor="staff:1")
    report = RefundReport(refund.number, "succeeded", 25600, "5030")
    refunding.take_in(Refund.objects.select_related("payment").get(), report, actor="provider:wechatpay")

    assert told(payment) == "The payer's bank takes the payment back."

    assert (balance("disputed"), balance("clearing"), balance("refunds")) == (25600, -25600, 25600)
    assert (Order.objects.get().state, Order.objects.get().hold_reason) == ("cancelled", DISPUTED)


@pytest.fixture
def two_troubles(payment: Payment) -> Refund:
    """A bank takes a part back, and a refund of another part fails."""
    refund_requests.request(payment, 100, "x", actor="staff:1")
    refund = Refund.objects.select_related("payment").get()
    told(payment, amount=5000)
    report = RefundReport(refund.number, "failed", 100, "5030", detail="CLOSED")
    refunding.take_in(refund, report, actor="provider:wechatpay")
    assert Order.objects.get().hold_reason == REFUND_FAILED
    return refund


def test_it_is_shown_until_it_is_won_whatever_else_is_over(payment: Payment, two_troubles: Refund) -> None:
    refund_requests.see_to(two_troubles, actor="staff:1", note="paid in cash")
    assert Order.objects.get().hold_reason == DISPUTED

    told(payment, "won", amount=5000)
    assert Order.objects.get().hold_reason == ""
    assert not Alert.objects.filter(kind="order-held", resolved_at=None).exists()


def test_settled_on_the_orders_page_too(store: Store, payment: Payment, two_troubles: Refund) -> None:
    staff_of(store, role="ops").post(f"/ops/orders/{payment.order.public_id}/settle/", {"note": "paid in cash"})
    assert Refund.objects.get().handled_at
    assert Order.objects.get().hold_reason == DISPUTED


def test_a_refund_that_failed_is_shown_when_the_dispute_is_won(payment: Payment, two_troubles: Refund) -> None:
    told(payment, amount=5000, dispute_id="dp_2")
    told(payment, "won", amount=5000, dispute_id="dp_2")
    assert Order.objects.get().hold_reason == DISPUTED, "the other one"
    told(payment, "won", amount=5000)
    assert Order.objects.get().hold_reason == REFUND_FAILED


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
