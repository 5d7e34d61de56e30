"""Each day of each store and provider is compared once its statement is there: the last seven are entered when they are lacking."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock, duework
from payments import reconciling
from payments.gateways import NotReady, Unavailable, gateway
from payments.models import Difference, Payment, Reconciliation, Refund
from shop.models import Store
from tests.support.pay import Platform
from tests.support.statements import DAY, NOON, Counter, reconcile, refunded

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def old_store(store: Store) -> None:
    Store.objects.update(created_at=NOW - timedelta(days=400))


def days(provider: str = "counter") -> list[date]:
    return list(Reconciliation.objects.filter(provider=provider).order_by("day").values_list("day", flat=True))


def test_the_last_seven_days_are_entered_once(store: Store, counter: Counter) -> None:
    assert reconciling.plan(NOW) == 7
    assert reconciling.plan(NOW) == 0

    assert days() == [date(2026, 11, 18) + timedelta(days=n) for n in range(7)]


def test_a_lacking_day_is_entered(store: Store, counter: Counter) -> None:
    reconciling.plan(NOW)
    Reconciliation.objects.filter(day=date(2026, 11, 20)).delete()

    assert reconciling.plan(NOW) == 1


def test_no_day_before_the_store_was_opened(store: Store, counter: Counter) -> None:
    Store.objects.update(created_at=NOW - timedelta(days=2))

    reconciling.plan(NOW)

    assert days() == [date(2026, 11, 23), date(2026, 11, 24)]


def test_a_store_without_that_provider_has_no_days(store: Store, counter: Counter) -> None:
    reconciling.plan(NOW)

    assert days("wechatpay") == []


def test_a_provider_that_was_given_up_is_compared_where_there_was_money(
    store: Store, counter: Counter, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = refunded(counter, payment, 100)
    Refund.objects.filter(pk=refund.pk).update(succeeded_at=NOON + timedelta(days=1))
    monkeypatch.setattr(counter, "offered", lambda store: False)

    assert reconciling.plan(NOON + timedelta(days=2)) == 2

    assert days() == [DAY, DAY + timedelta(days=1)]


def test_wechat_pays_days_are_beijings(store: Store, platform: Platform) -> None:
    """At one in the morning in Beijing yesterday is over, though in London it is not; its bill is due at a quarter past ten."""
    reconciling.plan(datetime(2026, 11, 24, 17, tzinfo=UTC))

    assert days("wechatpay")[-1] == date(2026, 11, 24)
    assert reconciling.ready_at("wechatpay", date(2026, 11, 24)) == datetime(2026, 11, 25, 2, 15, tzinfo=UTC)
    assert gateway("wechatpay").calendar == "Asia/Shanghai"


def test_not_drawn_up_yet_is_no_failure(store: Store, counter: Counter) -> None:
    counter.trouble = NotReady("tomorrow")

    day = reconcile(store)

    assert (day.done_at, day.parked_at, day.attempts, day.fetched_at) == (None, None, 0, None)
    assert day.due_at is not None
    assert timedelta(minutes=59) < day.due_at - clock.now() < timedelta(minutes=61)


def test_a_provider_that_is_away_is_asked_again(store: Store, counter: Counter, payment: Payment) -> None:
    counter.trouble = Unavailable("down")

    day = reconcile(store)

    assert (day.done_at, day.attempts) == (None, 1)
    assert not Difference.objects.exists(), "no statement is not an empty one"


def test_a_day_is_due_work(store: Store, counter: Counter) -> None:
    reconciling.plan()
    assert duework.run_pending(Reconciliation) == 6 + (
        reconciling.ready_at("counter", DAY + timedelta(days=1)) <= clock.now()
    )
