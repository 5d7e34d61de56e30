"""Choosing cash on delivery confirms the order: its goods stay held, it is to be fulfilled, and no time to pay runs out any more."""

from datetime import timedelta

import pytest

from core import clock
from core.models import JournalEntry
from core.problems import Problem
from orders.models import Duty, Order, Parcel
from payments.models import LedgerEntry, Payment
from payments.opening import open_payment
from shop.models import OfflineMethod, Variant
from tests.payments.offline.conftest import choose, now, work
from tests.support.catalogue import counters
from tests.support.pay import Platform, open_attempt


def test_it_works(on_delivery: Order, variant: Variant) -> None:
    payment = Payment.objects.get()

    assert (on_delivery.state, on_delivery.on_delivery, on_delivery.paid_at) == ("confirmed", True, None)
    assert on_delivery.confirmed_at is not None
    assert (payment.state, payment.amount, payment.due_at) == ("opened", on_delivery.total, None)
    assert counters(variant) == (10, 2)
    assert not LedgerEntry.objects.exists()
    assert JournalEntry.objects.filter(to_state="confirmed", actor=f"shopper:{on_delivery.shopper_id}").exists()


def test_it_is_packed_without_having_been_paid(on_delivery: Order) -> None:
    work(Duty)

    assert [line.quantity for line in Parcel.objects.get().lines.all()] == [2]


def test_it_does_not_expire(on_delivery: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    work()

    assert now(on_delivery).state == "confirmed"
    assert Payment.objects.get().state == "opened"


def test_nobody_is_asked_about_it(on_delivery: Order) -> None:
    """Even when somebody rings: it waits for staff, and is not asked about again and again."""
    Payment.objects.update(due_at=clock.now())
    work(Payment)

    payment = Payment.objects.get()
    assert (payment.state, payment.due_at, payment.parked_at) == ("opened", None, None)


def test_choosing_twice_confirms_once(on_delivery: Order) -> None:
    with pytest.raises(Problem) as refused:
        choose(on_delivery, "cash_on_delivery")

    assert refused.value.kind == "not-payable"
    assert Payment.objects.count() == Duty.objects.filter(kind="fulfil").count() == 1


def test_an_order_that_is_being_cancelled_cannot_be_confirmed(order: Order, cash: OfflineMethod) -> None:
    Duty.objects.filter(order=order, kind="close").update(cause="shopper")

    with pytest.raises(Problem):
        choose(order, "cash_on_delivery")

    assert now(order).state == "pending"


def test_what_was_cancelled_while_it_was_chosen_is_not_confirmed(
    order: Order, cash: OfflineMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shopper cancels in another window, between the intent and its answer."""
    from payments.offline.cash_on_delivery import CashOnDelivery

    original = CashOnDelivery.prepay

    def slow(self: CashOnDelivery, payment: Payment) -> object:
        from orders import closing

        closing.request_close(order, "shopper", actor="shopper:1")
        return original(self, payment)

    monkeypatch.setattr(CashOnDelivery, "prepay", slow)
    with pytest.raises(Problem):
        choose(order, "cash_on_delivery")
    work(Duty)

    assert now(order).state == "cancelled"
    assert Payment.objects.get().state == "closed"


def test_what_was_opened_online_before_is_closed_soon(order: Order, cash: OfflineMethod, platform: Platform) -> None:
    online = open_attempt(order)
    choose(order, "cash_on_delivery")

    online.refresh_from_db()
    assert online.due_at is not None
    assert online.due_at <= clock.now()


@pytest.mark.parametrize(
    ("columns", "offered"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"most_amount": 25600}, True),
        ({"most_amount": 25599}, False),
        ({"regions": "浙江\n上海"}, True),
        ({"regions": "上海市\n\n"}, False),
    ],
)
def test_the_store_sets_for_what_it_is_offered(
    order: Order, cash: OfflineMethod, columns: dict[str, object], offered: bool
) -> None:
    OfflineMethod.objects.update(**columns)
    row = Order.objects.select_related("store").get(pk=order.pk)

    if offered:
        assert open_payment(row, actor="shopper:1")[0].provider == "cash_on_delivery"
    else:
        with pytest.raises(Problem):
            open_payment(row, actor="shopper:1", provider="cash_on_delivery")
        assert not Payment.objects.exists()
