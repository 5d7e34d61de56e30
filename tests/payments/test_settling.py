"""A notification pays its order once and only when everything fits; what does not fit changes nothing and is shown to a person.

Late and double payments are booked as owed back, and one refund is due. B1 to B8, B16 to B18 of the fault battery.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_scopes import scope

from core import clock, duework, outbound
from core.models import JournalEntry
from orders.models import Duty, Order
from payments.models import LedgerEntry, Notification, Payment, Refund
from shop.models import Shopper, Store, Variant
from tests.conftest import make_shopper
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import cancelled, place_order, sell_out
from tests.support.pay import Platform, deliver, give_account, open_attempt, post
from tests.support.pay import transaction as transaction_document


@pytest.fixture(autouse=True)
def no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Applying a notification asks nobody."""

    def call(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(outbound, "call", call)


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return open_attempt(order)


def apply() -> list[str]:
    """Apply what is in the inbox; the verdicts, oldest first."""
    duework.run_pending(Notification)
    return list(Notification.objects.order_by("pk").values_list("verdict", flat=True))


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def nothing_changed(payment: Payment) -> None:
    assert fresh(payment).state == "opened"
    assert fresh(payment.order).state == "pending"
    assert not LedgerEntry.objects.exists()
    assert not Refund.objects.exists()
    assert fresh(payment).parked_at is None


def test_it_works(order: Order, payment: Payment, platform: Platform) -> None:
    paid_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    deliver(platform, payment, success_time="2026-06-01T20:00:00+08:00")

    assert apply() == ["Paid the order."]

    assert fresh(order).state == "paid"
    assert fresh(order).paid_at == fresh(payment).succeeded_at == paid_at
    assert fresh(payment).settles
    assert fresh(payment).transaction_id == f"4200{payment.pk:024d}"
    assert fresh(payment).done_at is not None
    assert Duty.objects.get(order=order, kind="fulfil").due_at is not None
    assert Duty.objects.get(order=order, kind="close").done_at is not None
    entry = JournalEntry.objects.get(subject=f"payment:{payment.pk}", to_state="succeeded")
    assert entry.actor == "provider:wechatpay"


def test_the_payer_may_have_a_coupon_of_wechat(order: Order, payment: Payment, platform: Platform) -> None:
    """payer_total is what left the purse; total is what the order costs."""
    amount = {"total": order.total, "payer_total": order.total - 500, "currency": "CNY", "payer_currency": "CNY"}
    body = platform.envelope("TRANSACTION.SUCCESS", transaction_document(payment) | {"amount": amount})
    post(payment.store, body, platform.sign(body))

    assert apply() == ["Paid the order."]


def test_different_notifications_of_one_payment(order: Order, payment: Payment, platform: Platform) -> None:
    for _ in range(5):
        deliver(platform, payment)

    assert apply() == ["Paid the order."] + ["Was known already."] * 4
    assert LedgerEntry.objects.count() == 2
    assert Duty.objects.filter(kind="fulfil").count() == 1


def test_before_the_answer_to_prepay_is_stored(order: Order, platform: Platform) -> None:
    payment = open_attempt(order, provider_reference="", reference_expires_at=None)
    deliver(platform, payment)

    assert apply() == ["Paid the order."]


def test_after_the_attempt_was_closed_here(order: Order, payment: Payment, platform: Platform) -> None:
    """A close that was answered, and a payment all the same: the money counts."""
    from payments import asking

    asking.end(payment, "closed", why="test")
    deliver(platform, payment)

    assert apply() == ["Paid the order."]
    assert fresh(order).state == "paid"


@pytest.mark.parametrize("amount", [1, 25599, 25601, 0, 10**11])
def test_another_amount_is_not_believed(amount: int, order: Order, payment: Payment, platform: Platform) -> None:
    """The order is not paid; the attempt stays open, and asking the provider will tell."""
    assert order.total == 25600
    deliver(platform, payment, amount=amount)

    assert apply() == ["The amount is not that of the payment."]
    assert Notification.objects.get().parked_at is not None
    nothing_changed(payment)


@pytest.mark.parametrize(
    "fields",
    [
        {"appid": "wx9999999999999999"},
        {"appid": None},
        {"mchid": "1900009999"},
        {"mchid": None},
        {"payer": {"openid": "somebody-else"}},
    ],
)
def test_another_app_merchant_or_payer(fields: dict[str, Any], payment: Payment, platform: Platform) -> None:
    deliver(platform, payment, **fields)

    assert apply() == ["App, merchant or payer are not those of the payment."]
    nothing_changed(payment)


def test_another_currency(payment: Payment, platform: Platform) -> None:
    body = platform.envelope(
        "TRANSACTION.SUCCESS",
        transaction_document(payment) | {"amount": {"total": payment.amount, "currency": "USD"}},
    )
    post(payment.store, body, platform.sign(body))

    assert apply() == ["The currency is not that of the payment."]
    nothing_changed(payment)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": {"total": "25600", "currency": "CNY"}},
        {"amount": {"total": 25600.0, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": -25600, "currency": "CNY"}},
        {"amount": None},
        {"amount": []},
        {"transaction_id": ""},
        {"transaction_id": 7},
        {"transaction_id": "4" * 65},
        {"trade_state": None},
        {"out_trade_no": ["x"]},
    ],
)
def test_what_cannot_be_read(fields: dict[str, Any], payment: Payment, platform: Platform) -> None:
    body = platform.envelope("TRANSACTION.SUCCESS", transaction_document(payment) | fields)
    post(payment.store, body, platform.sign(body))

    assert apply() == ["Its content cannot be read."]
    nothing_changed(payment)


@pytest.mark.parametrize("state", ["NOTPAY", "CLOSED", "PAYERROR", "SOMETHING_NEW"])
def test_no_success(state: str, payment: Payment, platform: Platform) -> None:
    deliver(platform, payment, trade_state=state)

    assert apply() == ["Changes nothing here."]
    nothing_changed(payment)


def test_an_unknown_number(payment: Payment, platform: Platform) -> None:
    deliver(platform, payment, out_trade_no="UNKNOWN0001")

    assert apply() == ["Nothing in this store has this number."]
    assert Notification.objects.get().parked_at is not None
    nothing_changed(payment)


def test_another_stores_order(payment: Payment, platform: Platform, other_store: Store) -> None:
    """The other merchant's notification, sent to this store's door, pays neither."""
    give_account(other_store)
    with scope(store=other_store):
        theirs = variant_of(make_product(other_store, price=500))
        other = open_attempt(place_order(make_shopper(other_store), {theirs: 1}))
    document = transaction_document(other)
    body = platform.envelope("TRANSACTION.SUCCESS", document)
    post(payment.store, body, platform.sign(body))

    assert apply() == ["Nothing in this store has this number."]
    nothing_changed(payment)
    with scope(store=other_store):
        assert fresh(other).state == "opened"


def test_the_wrong_order_of_the_same_store(
    payment: Payment, platform: Platform, other_shopper: Shopper, variant: Variant
) -> None:
    """A transaction can pay one order: the second number that claims it is refused by the database."""
    second = open_attempt(place_order(other_shopper, {variant: 1}))
    deliver(platform, payment)
    apply()
    deliver(platform, second, transaction_id=f"4200{payment.pk:024d}")
    apply()

    assert fresh(second).state == "opened"
    assert fresh(second.order).state == "pending"
    assert "payment_transaction_once" in Notification.objects.order_by("pk").last().last_error  # type: ignore[union-attr]


def test_another_transaction_for_a_number_that_is_paid(payment: Payment, platform: Platform) -> None:
    deliver(platform, payment)
    deliver(platform, payment, transaction_id="4200999")

    assert apply() == ["Paid the order.", "This payment was made by another transaction."]


LATER = [timedelta(seconds=1), timedelta(hours=1), timedelta(hours=25)]


@pytest.mark.parametrize("later", LATER)
def test_too_late_and_sold_out(
    later: timedelta,
    order: Order,
    payment: Payment,
    platform: Platform,
    variant: Variant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paid after the order was cancelled and its goods went to others: it stays cancelled, the money goes back."""
    cancelled(order)
    sell_out(variant)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + later)
    deliver(platform, payment)

    assert apply() == ["Paid after the order was cancelled; goes back by itself."]

    assert fresh(order).state == "cancelled"
    assert counters(variant) == (0, 0)
    assert (fresh(payment).state, fresh(payment).settles) == ("succeeded", False)
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.cause) == (order.total, "due", "late")
    assert refund.due_at is not None
    assert refund.due_at <= clock.now()
    assert dict(LedgerEntry.objects.values_list("account", "amount")) == {
        "clearing": order.total,
        "shopper": -order.total,
    }


def test_too_late_and_told_often(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    cancelled(order)
    sell_out(variant)
    for _ in range(3):
        deliver(platform, payment)
    apply()

    assert Refund.objects.count() == 1


def test_paid_twice(order: Order, payment: Payment, platform: Platform) -> None:
    """Two numbers of one order, both paid: the first pays the order, the second goes back."""
    from payments import asking

    asking.end(payment, "closed", why="test")
    second = open_attempt(order)
    assert second.number != payment.number
    deliver(platform, second)
    deliver(platform, payment)

    assert apply() == ["Paid the order.", "The order had been paid already; goes back by itself."]
    assert fresh(order).state == "paid"
    assert Refund.objects.get().payment_id == payment.pk
    assert fresh(second).settles


def test_a_late_notification_does_not_move_a_shipped_order(order: Order, payment: Payment, platform: Platform) -> None:
    deliver(platform, payment)
    apply()
    Order.objects.filter(pk=order.pk).update(state="shipped")
    deliver(platform, payment)

    assert apply()[1] == "Was known already."
    assert fresh(order).state == "shipped"
    Order.objects.filter(pk=order.pk).update(state="paid")


def test_the_other_attempts_are_due_to_be_closed(order: Order, payment: Payment, platform: Platform) -> None:
    other = Payment.objects.create(
        store=order.store, order=order, provider="another", number="x", amount=order.total, currency="CNY",
        due_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    JournalEntry.objects.create(store=order.store, subject=f"payment:{other.pk}", actor="system", to_state="opened")
    deliver(platform, payment)
    apply()

    assert fresh(other).due_at <= clock.now()


def test_events_of_other_kinds(payment: Payment, platform: Platform) -> None:
    body = platform.envelope("PROFITSHARING", {"mchid": "1900000001"})
    post(payment.store, body, platform.sign(body))

    assert apply() == ["Changes nothing here."]


def test_a_parked_notification_can_be_taken_up_again(order: Order, platform: Platform) -> None:
    """A person puts the account right and lets it be applied once more."""
    payment = open_attempt(order)
    request = payment.request
    Payment.objects.filter(pk=payment.pk).update(request=request | {"mchid": "wrong"})
    deliver(platform, payment)
    apply()
    Payment.objects.filter(pk=payment.pk).update(request=request)

    row = Notification.objects.get()
    assert duework.retry(row, "staff:1")
    assert apply() == ["Paid the order."]


def test_it_costs_few_queries(
    order: Order, payment: Payment, platform: Platform, django_assert_max_num_queries: Any
) -> None:
    deliver(platform, payment)
    with django_assert_max_num_queries(30) as queries:
        apply()
    # Without the test's savepoints, and its own question for what is due.
    work = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]][1:-1]
    assert len(work) <= 12, "\n".join(work)
