"""Paid after the order was cancelled: it is opened again when its goods can still be had, and holds them; else the money goes back.

At any time: a second, an hour, a day after it. B4 of the fault battery.
"""

from datetime import timedelta
from typing import Any

import pytest

from core import clock, duework
from orders.models import Duty, Order, OrderLine, Parcel
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.verdicts import KNOWN, LATE, REOPENED
from shop.models import Variant
from tests.support import invariants
from tests.support.catalogue import counters
from tests.support.order_invariants import check_orders
from tests.support.orders import cancelled, sell_out
from tests.support.pay import Platform, deliver, open_attempt


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return open_attempt(order)


def apply() -> list[str]:
    duework.run_pending(Notification)
    check_orders()
    return list(Notification.objects.order_by("pk").values_list("verdict", flat=True))


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(hours=1), timedelta(hours=25)])
def test_opened_again(
    later: timedelta,
    order: Order,
    payment: Payment,
    platform: Platform,
    variant: Variant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancelled(order)
    assert counters(variant) == (10, 0)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + later)
    deliver(platform, payment)

    assert apply() == [REOPENED]

    order = fresh(order)
    assert (order.state, order.cancel_cause, order.cancelled_at) == ("paid", "", None)
    assert order.reopened_at is not None
    assert counters(variant) == (10, 2)
    assert fresh(payment).settles
    assert not Refund.objects.exists()
    assert dict(LedgerEntry.objects.values_list("account", "amount")) == {
        "clearing": order.total,
        "revenue": -order.total,
    }


def test_it_is_fulfilled_like_any_other(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    cancelled(order)
    deliver(platform, payment)
    apply()
    duework.run_pending(Duty)

    from orders import packing, shipping

    parcel = Parcel.objects.get(order=order)
    packing.pack(parcel, actor="staff:1")
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:1")

    assert fresh(order).state == "shipped"
    assert counters(variant) == (8, 0)
    check_orders()


def test_told_again_of_it(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    cancelled(order)
    for _ in range(3):
        deliver(platform, payment)

    assert apply() == [REOPENED, KNOWN, KNOWN]
    assert counters(variant) == (10, 2)


def test_cancelled_by_the_shopper(order: Order, payment: Payment, platform: Platform) -> None:
    """Paying is what the shopper did last."""
    cancelled(order, "shopper")
    deliver(platform, payment)

    assert apply() == [REOPENED]


def test_cancelled_by_the_store(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    """The store has decided that it does not sell this: the money goes back."""
    cancelled(order, "staff")
    deliver(platform, payment)

    assert apply() == [LATE]
    assert Refund.objects.get().amount == order.total
    assert counters(variant) == (10, 0)


def test_sold_to_somebody_else(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    cancelled(order)
    sell_out(variant)
    deliver(platform, payment)

    assert apply() == [LATE]
    assert fresh(order).state == "cancelled"
    assert fresh(order).reopened_at is None
    assert not Duty.objects.filter(order=order, kind="fulfil").exists()
    assert counters(variant) == (0, 0)


def test_one_of_two_things_is_left(shopper: Any, store: Any, platform: Platform, variant: Variant) -> None:
    """All of the order or nothing: the thing that is left stays free."""
    from tests.support.catalogue import make_product, variant_of
    from tests.support.orders import place_order

    scarce = variant_of(make_product(store, "Scarce", price=100, stock=1))
    order = place_order(shopper, {variant: 2, scarce: 1})
    payment = open_attempt(order)
    cancelled(order)
    sell_out(scarce)
    deliver(platform, payment)

    assert apply() == [LATE]
    assert counters(variant) == (10, 0)


def test_the_thing_is_no_more(order: Order, payment: Payment, platform: Platform) -> None:
    cancelled(order)
    OrderLine.objects.filter(order=order).update(variant=None)
    deliver(platform, payment)

    assert apply() == [LATE]


def test_two_numbers_after_it_was_cancelled(order: Order, platform: Platform, variant: Variant) -> None:
    """Two tabs, both paid too late: one opens the order again, the other goes back."""
    from payments import asking

    first = open_attempt(order)
    asking.end(first, "closed", why="test")
    second = open_attempt(order)
    cancelled(order)
    for payment in (first, second):
        deliver(platform, payment)

    assert apply()[0] == REOPENED
    assert fresh(order).state == "paid"
    assert Refund.objects.get().payment_id == second.pk
    assert counters(variant) == (10, 2)
    invariants.check()
