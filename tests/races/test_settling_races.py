"""The same payment told 50 times at once pays once; two numbers paid at once pay once; paid while closed is never lost.

Each race has a negative control: without the protection it goes wrong, or it would prove nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django_scopes import scopes_disabled

from core import clock, duework
from orders.models import Duty, Order
from payments import asking, gateways, settling, states
from payments.gateways import AlreadyPaid, PaymentReport
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.wechatpay.gateway import PREPAY_LIFE, WeChatPay
from shop.models import Store, Variant
from tests.conftest import make_shopper
from tests.support import invariants
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import place_order
from tests.support.pay import Platform, deliver, give_account, open_attempt
from tests.support.racing import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.xdist_group("races"),
    pytest.mark.servers,
]
TIMES = 50


@pytest.fixture
def platform(store: Store) -> Platform:
    return give_account(store)


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, price=12800, stock=10))


@pytest.fixture
def order(store: Store, variant: Variant) -> Order:
    return place_order(make_shopper(store), {variant: 2})


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return open_attempt(order)


def test_the_same_notification_fifty_times_at_once(
    store: Store, order: Order, payment: Payment, platform: Platform
) -> None:
    """Delivered and applied by fifty at once: every one is acknowledged, one is stored, the order is paid once."""

    def tell() -> int:
        status: int = deliver(platform, payment, event_id="the same").status_code
        duework.run_pending(Notification)
        return status

    assert together(store, [tell] * TIMES) == ["204"] * TIMES

    assert Notification.objects.count() == 1
    paid_once(order, payment)


def test_fifty_notifications_of_one_payment_at_once(
    store: Store, order: Order, payment: Payment, platform: Platform
) -> None:
    """With fifty ids, so that nothing but settling itself holds."""
    for _ in range(TIMES):
        deliver(platform, payment)
    pks = list(Notification.objects.values_list("pk", flat=True))

    outcomes = together(store, [partial(duework.run, Notification, pk) for pk in pks])

    assert outcomes == ["True"] * TIMES
    duework.run_pending(Notification)
    verdicts = sorted(Notification.objects.values_list("verdict", flat=True))
    assert verdicts == ["Paid the order."] + ["Was known already."] * (TIMES - 1)
    paid_once(order, payment)


def paid_once(order: Order, payment: Payment) -> None:
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.state, payment.state, payment.settles) == ("paid", "succeeded", True)
    assert LedgerEntry.objects.count() == 2
    assert Duty.objects.filter(order=order, kind="fulfil").count() == 1
    assert not Refund.objects.exists()
    invariants.check()


def report_of(payment: Payment) -> PaymentReport:
    identity = {name: payment.request[name] for name in ("appid", "mchid")}
    return PaymentReport(payment.number, "succeeded", payment.amount, "CNY", f"4200{payment.pk}", clock.now(), identity)


def unlocked(order_pk: int) -> Order:
    """What states.lock is without its lock."""
    found: Order = Order.objects.select_related("store", "shopper").get(pk=order_pk)
    return found


def settle(payment: Payment) -> str:
    with transaction.atomic():
        return settling.settle("wechatpay", report_of(payment), actor="system")


def or_refused(job: Callable[[], str]) -> Callable[[], str]:
    """For the controls: what the database's constraints refuse is an outcome too."""

    def tried() -> str:
        try:
            return job()
        except IntegrityError:
            return "refused"

    return tried


def test_settling_alone(store: Store, order: Order, payment: Payment) -> None:
    outcomes = together(store, [partial(settle, payment)] * 20)

    assert sorted(outcomes) == [settling.SETTLED] + [settling.KNOWN] * 19
    paid_once(order, payment)


def test_settling_without_its_lock_goes_wrong(
    store: Store, order: Order, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with neither the lock nor the compare-and-set, money is booked more than once, or the database says no."""
    from core.states import Machine

    def no_comparison(
        self: Machine, row: Any, to: str, *, actor: str, why: str = "", data: Any = None, journal: Any, **columns: Any
    ) -> None:
        type(row)._base_manager.filter(pk=row.pk).update(**{self.field: to}, **columns)
        for name, value in columns.items():
            setattr(row, name, value)

    monkeypatch.setattr(states, "_lock_duty", lambda **which: None)
    monkeypatch.setattr(Machine, "move", no_comparison)
    monkeypatch.setattr(settling.ledger, "book_payment", lambda payment, amount: None)

    outcomes = together(store, [or_refused(partial(settle, payment))] * 20)

    assert sorted(outcomes) != sorted([settling.SETTLED] + [settling.KNOWN] * 19)


def test_two_numbers_paid_at_once(store: Store, order: Order, payment: Payment, platform: Platform) -> None:
    """One pays the order, the other goes back, whichever comes first."""
    asking.end(payment, "closed", why="test")
    second = open_attempt(order)
    for told in (payment, second):
        deliver(platform, told)
    pks = list(Notification.objects.values_list("pk", flat=True))

    together(store, [partial(duework.run, Notification, pk) for pk in pks])

    order.refresh_from_db()
    assert order.state == "paid"
    assert Payment.objects.filter(settles=True).count() == 1
    assert Refund.objects.get().payment == Payment.objects.get(settles=False)
    invariants.check()


def both(order: Order) -> list[Callable[[], bool]]:
    """What was told is applied, and the order's time ends."""
    told, closes = Notification.objects.get(), Duty.objects.get(order=order, kind="close")
    return [partial(duework.run, Notification, told.pk), partial(duework.run, Duty, closes.pk)]


@pytest.mark.parametrize("_repeat", range(5))
def test_told_and_closed_at_once(
    _repeat: int,
    store: Store,
    order: Order,
    payment: Payment,
    platform: Platform,
    variant: Variant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The payer pays in the second in which the order's time ends: paid with its stock, never both and never neither."""
    monkeypatch.setattr(WeChatPay, "close", already_paid)
    monkeypatch.setattr(WeChatPay, "query", lambda self, payment: report_for(payment))
    deliver(platform, payment)
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())

    together(store, both(order))

    assert counters(variant) == (10, 2)
    paid_once(order, payment)


@pytest.mark.parametrize("_repeat", range(5))
def test_told_while_the_provider_says_closed(
    _repeat: int,
    store: Store,
    order: Order,
    payment: Payment,
    platform: Platform,
    variant: Variant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even when the provider says both: the order is paid and keeps its stock, or it is cancelled and the money goes back."""
    monkeypatch.setattr(WeChatPay, "close", lambda self, payment: None)
    deliver(platform, payment)
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())

    together(store, both(order))
    duework.run_pending(Duty, Notification)

    order.refresh_from_db()
    if order.state == "cancelled":
        assert counters(variant) == (10, 0)
        assert Refund.objects.get().amount == order.total
    else:
        assert order.state == "paid"
        assert counters(variant) == (10, 2)
        assert not Refund.objects.exists()
    invariants.check()


def already_paid(self: WeChatPay, payment: Payment) -> None:
    raise AlreadyPaid("paid", "ORDER_PAID")


def report_for(payment: Payment) -> PaymentReport:
    return PaymentReport(payment.number, "succeeded", payment.amount, "CNY", f"4200{payment.pk:024d}", clock.now())


def test_opened_by_two_tabs_at_once(
    store: Store, order: Order, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten requests to pay the same order: one attempt, one number."""
    from payments.opening import open_payment

    monkeypatch.setattr(
        WeChatPay, "prepay", lambda self, payment: gateways.Prepaid(f"wx{payment.number}", clock.now() + PREPAY_LIFE)
    )

    def pay() -> str:
        row = Order.objects.select_related("store").get(pk=order.pk)
        return open_payment(row, actor="shopper:1")[1]["package"]

    assert len(set(together(store, [pay] * 10))) == 1
    assert Payment.objects.count() == 1


def test_without_the_lock_two_tabs_clash(
    store: Store, order: Order, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the database's constraint is what then holds, with an error."""
    from payments import opening

    monkeypatch.setattr(opening, "lock", unlocked)

    def intend() -> str:
        row = Order.objects.select_related("store").get(pk=order.pk)
        return opening._intend(row, gateways.gateway("wechatpay"), "shopper:1", "")[0].number

    outcomes = together(store, [or_refused(intend)] * 10)

    assert "refused" in outcomes
    with scopes_disabled():
        assert Payment.objects.count() == 1
    assert states.lock is not unlocked
