"""Staff say that the cash has come: the exact amount pays the order, once; another amount does not, and is shown until it is decided."""

import pytest

from core.models import JournalEntry
from core.problems import Problem
from orders import packing, receiving, shipping
from orders.models import Duty, Order, Parcel
from payments import by_hand
from payments.models import LedgerEntry, Notification, Payment, Receipt, Refund
from payments.verdicts import DOUBLE, INCOMPLETE, KNOWN, SETTLED, WRONG_AMOUNT
from shop.models import OfflineMethod, Variant
from tests.payments.offline.conftest import STAFF, choose, now, work
from tests.support.catalogue import counters
from tests.support.pay import Platform, deliver, open_attempt

CASH = "cash_on_delivery"


def take(order: Order, amount: int | None = None, reference: str = "K-17") -> str:
    return by_hand.take_in(order, CASH, order.total if amount is None else amount, reference, actor=STAFF)


def balances(payment: Payment) -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in LedgerEntry.objects.filter(payment=payment):
        sums[entry.account] = sums.get(entry.account, 0) + entry.amount
    return {account: amount for account, amount in sums.items() if amount}


@pytest.fixture
def delivered(on_delivery: Order) -> Order:
    """Packed, shipped, and received by the shopper."""
    work(Duty)
    parcel = Parcel.objects.get()
    packing.pack(parcel, actor=STAFF)
    shipping.ship(parcel, "SF", "SF1234567890123", actor=STAFF)
    receiving.receive(now(on_delivery), actor="shopper:1")
    return now(on_delivery)


def test_it_works(delivered: Order) -> None:
    assert take(delivered) == SETTLED

    payment, order = Payment.objects.get(), now(delivered)
    assert (order.state, order.hold_reason, order.to_collect) == ("received", "", 0)
    assert order.paid_at is not None
    assert (payment.state, payment.settles, payment.paid_amount) == ("succeeded", True, order.total)
    assert payment.transaction_id == f"{payment.number}:K-17"
    assert balances(payment) == {"settled": order.total, "revenue": -order.total}
    assert JournalEntry.objects.filter(subject=f"payment:{payment.pk}", to_state="succeeded", actor=STAFF).exists()
    assert Receipt.objects.get().actor == STAFF


def test_cash_that_comes_before_the_parcel_has_left(on_delivery: Order) -> None:
    """Paid at the counter after all: from now on it is a paid order like any other."""
    work(Duty)
    take(on_delivery)

    assert now(on_delivery).state == "paid"
    assert Parcel.objects.count() == Duty.objects.filter(kind="fulfil").count() == 1


def test_the_second_click_books_nothing(delivered: Order) -> None:
    assert [take(delivered), take(delivered)] == [SETTLED, KNOWN]

    assert Receipt.objects.count() == 1
    assert LedgerEntry.objects.count() == 4


def test_less_cash_waits_for_the_rest(delivered: Order) -> None:
    assert take(delivered, 20000) == INCOMPLETE
    order = now(delivered)
    assert (order.paid_at, order.hold_reason) == (None, INCOMPLETE)
    assert not LedgerEntry.objects.exists()

    assert take(delivered, order.total - 20000, "K-18") == SETTLED
    order = now(delivered)
    assert order.paid_at is not None
    assert order.hold_reason == ""


@pytest.mark.parametrize("amount", [1, 25599, 25601])
def test_another_amount_that_is_given_back_pays_nothing(delivered: Order, amount: int) -> None:
    take(delivered, amount)
    payment = Payment.objects.get()

    assert by_hand.give_back(payment, actor=STAFF) == WRONG_AMOUNT
    assert by_hand.give_back(payment, actor=STAFF) == KNOWN

    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.cause) == ("due", amount, "amount")
    assert now(delivered).hold_reason == WRONG_AMOUNT
    assert balances(payment) == {"settled": amount, "shopper": -amount}
    # The order still waits for its money.
    assert take(delivered, reference="K-19") == SETTLED


def test_there_is_nothing_to_give_back_before_something_came(delivered: Order) -> None:
    with pytest.raises(Problem) as refused:
        by_hand.give_back(Payment.objects.get(), actor=STAFF)

    assert refused.value.kind == "nothing-received"


def test_cash_for_an_order_that_was_paid_online_meanwhile(
    order: Order, platform: Platform, cash: OfflineMethod
) -> None:
    """Both paid: the second goes back."""
    online = open_attempt(order)
    choose(order, CASH)
    deliver(platform, online)
    work(Notification)
    assert now(order).state == "paid"

    assert take(order) == DOUBLE

    assert Refund.objects.get().amount == order.total


@pytest.mark.parametrize(("amount", "reference"), [(0, "K-1"), (-5, "K-1"), (100, " "), (100, "x" * 31)])
def test_what_cannot_be_right_is_refused(delivered: Order, amount: int, reference: str) -> None:
    with pytest.raises(Problem) as refused:
        take(delivered, amount, reference)

    assert refused.value.kind == "receipt-invalid"
    assert not Receipt.objects.exists()


def test_one_reference_stands_for_one_amount(delivered: Order) -> None:
    take(delivered, 100)

    with pytest.raises(Problem) as refused:
        take(delivered, 200)

    assert refused.value.kind == "reference-used"


def test_an_order_that_nobody_pays_in_cash(order: Order) -> None:
    with pytest.raises(Problem) as refused:
        take(order)

    assert refused.value.kind == "not-payable"
    assert now(order).state == "pending"


def test_goods_that_are_paid_leave_the_stock_once(delivered: Order, variant: Variant) -> None:
    take(delivered)

    assert counters(variant) == (8, 0)
