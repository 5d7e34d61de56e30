"""Paying as other tests do it leads through the real door: notification, inbox, settling."""

from orders.models import Order
from payments.models import LedgerEntry, Notification
from tests.support.pay import pay


def test_it_works(order: Order) -> None:
    payment = pay(order)

    order.refresh_from_db()
    assert order.state == "paid"
    assert order.paid_at == payment.succeeded_at
    assert (payment.state, payment.settles, payment.paid_amount) == ("succeeded", True, order.total)
    assert Notification.objects.get().verdict == "Paid the order."
    assert dict(LedgerEntry.objects.values_list("account", "amount")) == {
        "clearing": order.total,
        "revenue": -order.total,
    }
