"""The provider's clock and ours are not one: what stands some minutes beyond midnight on the other side is no difference.

Nothing is missing in a statement before every day that may list it has been fetched.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from payments.models import Payment, Refund
from shop.models import Shopper, Store
from tests.support.statements import DAY, Counter, kinds, line_of, paid_orders, reconcile, refund_line_of, refunded

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
MIDNIGHT = datetime.combine(AFTER, time(), UTC)


def paid_at(store: Store, shopper: Shopper, moment: datetime) -> Payment:
    return paid_orders(store, shopper, 1, at=moment)[0]


@pytest.mark.parametrize("minutes", [-8, 8])
def test_listed_on_the_other_side(store: Store, shopper: Shopper, counter: Counter, minutes: int) -> None:
    payment = paid_at(store, shopper, MIDNIGHT + timedelta(minutes=minutes))
    counter.lines = [line_of(payment, at=MIDNIGHT - timedelta(minutes=minutes))]

    reconcile(store, DAY)
    assert kinds() == []
    reconcile(store, AFTER)
    assert kinds() == []


@pytest.mark.parametrize("minutes", [-8, 8])
def test_listed_on_neither_side(store: Store, shopper: Shopper, counter: Counter, minutes: int) -> None:
    paid_at(store, shopper, MIDNIGHT + timedelta(minutes=minutes))

    reconcile(store, DAY)
    assert kinds() == []
    reconcile(store, AFTER)
    assert kinds() == ["missing_there"]
    # Whichever day is compared again, it is the same one.
    reconcile(store, DAY)
    reconcile(store, AFTER)
    assert kinds() == ["missing_there"]


@pytest.mark.parametrize("listed", [DAY, AFTER, None])
def test_a_refund_asked_for_in_the_last_second_of_the_day(
    store: Store, shopper: Shopper, counter: Counter, listed: date | None
) -> None:
    """It stands in the statement of the day it was asked for or of the next; where in neither, that is one difference."""
    second = timedelta(seconds=1)
    payment = paid_at(store, shopper, MIDNIGHT - second)
    refund = refunded(counter, payment, 3000, at=MIDNIGHT - second)
    Refund.objects.update(succeeded_at=MIDNIGHT + 5 * second)
    counter.lines = [line_of(payment)]
    if listed:
        counter.lines.append(refund_line_of(refund, at=MIDNIGHT + (second if listed == AFTER else -second)))

    for day in (DAY, AFTER, DAY):
        reconcile(store, day)

    assert kinds() == ([] if listed else ["missing_there"])


def test_farther_from_midnight_its_own_day_decides(store: Store, shopper: Shopper, counter: Counter) -> None:
    paid_at(store, shopper, MIDNIGHT - timedelta(minutes=11))

    reconcile(store, DAY)

    assert kinds() == ["missing_there"]


def test_learnt_days_later_is_listed_all_the_same(store: Store, shopper: Shopper, counter: Counter) -> None:
    """Nobody told when it was paid, so here it is paid when it was heard of."""
    payment = paid_at(store, shopper, MIDNIGHT + timedelta(hours=30))
    counter.lines = [line_of(payment, at=MIDNIGHT - timedelta(hours=2))]

    reconcile(store, DAY)
    reconcile(store, AFTER)

    assert kinds() == []
