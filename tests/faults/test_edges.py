"""The edges at which shops lose money, each once with real processes: worker, beat, the site's door, the sandbox.

Whatever comes too early, too late, twice, wrong or not at all: the order is right, the money is booked once or goes back once, what does
not fit is shown, and the provider's own books say the same. Time passes by moving rows into the past and the provider's clock on.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django_scopes import scope, scopes_disabled

from core import clock
from orders.models import Duty, Order
from payments import asking, refund_requests
from payments.models import Notification, Payment, Refund
from payments.opening import open_payment
from payments.polling import next_look
from payments.verdicts import (
    DOUBT_AMOUNT,
    DOUBT_CURRENCY,
    DOUBT_IDENTITY,
    LATE,
    REOPENED,
    UNKNOWN_NUMBER,
)
from shop.models import Stock, Store
from tests.conftest import make_shopper, make_store
from tests.faults import in_worker
from tests.faults.flows import LOST
from tests.faults.site import (
    CANCELLED,
    ONE,
    OPEN,
    PAID,
    PART_RETURNED,
    PRICE,
    REFUNDED,
    Outcome,
    Site,
    fresh,
    later,
    make_due,
    wait_for,
)
from tests.payments.test_provider_faults import watched
from tests.support.catalogue import make_product, variant_of
from tests.support.memory_provider import MemoryProvider, registered
from tests.support.orders import place_order, sell_out
from tests.support.pay import Platform, give_account, open_attempt
from tests.support.sandbox import SandboxRefused, eventually
from tests.support.stripe import open_at_stripe

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.xdist_group("edges"), pytest.mark.timeout(240)]

CALLS = {"prepay", "query", "close", "refund", "refund_query"}
PAID_AT = {"wechatpay": PAID, "stripe": Outcome("paid", "succeeded", "succeeded", booked=("payment",), held=1)}
RETURNED_AT = {
    "wechatpay": PART_RETURNED,
    "stripe": Outcome("paid", "succeeded", "succeeded", ("succeeded",), ("payment", "refund"), 1),
}


def close_duty(payment: Payment) -> Duty:
    return Duty.objects.get(order=payment.order_id, kind="close")


# Too early, wrong, somebody else's


def test_told_before_the_answer_of_prepay_is_stored(running: Site) -> None:
    order = running.place()
    number = f"{order.public_id}-1"
    running.sandbox.faults("prepay", {"do": "slow", "seconds": 3})
    running.request(f"orders/{order.public_id}/pay")
    eventually(lambda: Payment.objects.filter(number=number).exists() and running.sandbox.requests(call="prepay"))

    prepay_id = eventually(lambda: prepay_id_of(running, number))
    running.sandbox.pay(prepay_id)

    payment = Payment.objects.get(number=number)
    eventually(lambda: fresh(order).state == "paid", timeout=20)
    running.comes_to(payment, PAID)
    assert Payment.objects.filter(order=order).count() == 1


def prepay_id_of(site: Site, number: str) -> str:
    try:
        return str(site.sandbox.transaction(site.merchant.mchid, number)["prepay_id"])
    except SandboxRefused:
        return ""


@pytest.mark.parametrize(
    "wrong, verdict",
    [
        ({"behaviour": "wrong_order"}, UNKNOWN_NUMBER),
        ({"behaviour": "wrong_amount"}, DOUBT_AMOUNT),
        ({"behaviour": "wrong_appid"}, DOUBT_IDENTITY),
        ({"behaviour": "wrong_mchid"}, DOUBT_IDENTITY),
        ({"overrides": {"amount": {"total": PRICE, "payer_total": PRICE, "currency": "USD"}}}, DOUBT_CURRENCY),
        ("another store's order", UNKNOWN_NUMBER),
    ],
    ids=str,
)
def test_what_is_told_does_not_fit(wrong: Any, verdict: str, running: Site) -> None:
    """Set aside with a verdict, and nothing has changed; then the provider is asked, and what is true is taken in."""
    payment = running.open()
    running.pay(payment, notify=LOST)
    if isinstance(wrong, str):
        wrong = {"overrides": {"out_trade_no": payment_of_another_store().number}}

    [answer] = running.sandbox.deliver(payment.number, **wrong)

    assert answer["status"] == 204
    row = eventually(lambda: Notification.objects.filter(parked_at__isnull=False).first(), timeout=20)
    assert row.verdict == verdict
    assert running.outcome(payment) == Outcome("pending", "opened", "SUCCESS", held=1)
    # A person has looked at it.
    row.delete()
    make_due(payment)
    running.comes_to(payment, PAID)


def payment_of_another_store() -> Payment:
    with scopes_disabled():
        store = Store.objects.filter(slug="books").first() or make_store("books")
    with scope(store=store):
        if not Payment.objects.exists():
            give_account(store, Platform())
            open_attempt(place_order(make_shopper(store), {variant_of(make_product(store)): 1}))
            # Nobody at the sandbox knows of it.
            Payment.objects.update(due_at=None)
        return Payment.objects.get()


# Twice, at the same time


def test_two_tabs_both_paid(running: Site) -> None:
    """One pays the order, the other goes back, once."""
    order = running.place()
    first = running.open(order)
    asking.close(first, why="the other tab")
    second = running.open(order)
    running.pay(first, late="anyway")
    running.pay(second)

    eventually(lambda: Payment.objects.filter(order=order, state="succeeded").count() == 2, timeout=20)
    kept, back = Payment.objects.filter(order=order).order_by("-settles")
    running.comes_to(kept, PAID)
    running.comes_to(back, RETURNED_AT["wechatpay"])
    assert (kept.settles, back.settles, Refund.objects.filter(payment__order=order).count()) == (True, False, 1)


@pytest.mark.parametrize("first", ["wechatpay", "stripe"])
def test_two_providers_both_paid(first: str, running: Site) -> None:
    """Whoever is told of first pays the order; what was paid at the other goes back there, once, however often that is told."""
    order = running.place()
    # Paid at both before anybody hears of either; Stripe also tells that an attempt was opened, which would make us look.
    running.sandbox.settings(notify="lose")
    by_wechat, by_stripe = running.open(order), open_at_stripe(order)
    running.pay(by_wechat)
    running.sandbox.stripe_pay(by_stripe.provider_reference)
    running.sandbox.settings(notify="normal")
    kept, back = (by_wechat, by_stripe) if first == "wechatpay" else (by_stripe, by_wechat)

    make_due(kept)
    wait_for(lambda: fresh(kept).settles, True, 40)
    make_due(back)

    running.comes_to(kept, PAID_AT[kept.provider])
    running.comes_to(back, RETURNED_AT[back.provider])
    running.sandbox.deliver(by_wechat.number)
    running.sandbox.stripe_deliver(by_stripe.provider_reference, new=True)
    running.comes_to(back, RETURNED_AT[back.provider])
    assert Refund.objects.filter(payment__order=order).count() == 1


def test_paid_while_it_is_closed(running: Site) -> None:
    """Whoever comes first at the provider, the order says the same as the provider."""
    payments = [running.open() for _ in range(8)]
    for payment in payments:
        make_due(close_duty(payment))
        with suppress(SandboxRefused):
            running.pay(payment)
    for payment in payments:
        wait_for(lambda payment=payment: fresh(payment).state != "opened", True, 20)  # type: ignore[misc]
        paid = running.outcome(payment).trade == "SUCCESS"
        running.comes_to(payment, PAID if paid else CANCELLED)


def test_paid_in_the_last_moment(running: Site) -> None:
    payment = running.open()
    running.pay(payment, notify=LOST)
    make_due(close_duty(payment))
    running.comes_to(payment, PAID)


# Never told


def test_notifications_are_lost(running: Site) -> None:
    """200 orders on the real ladder, a minute at a time: found within seven minutes of being paid, one question for each order and step."""
    running.sandbox.settings(notify="lose")
    payments = [running.open() for _ in range(200)]
    pks = [payment.pk for payment in payments]
    rows = Payment.objects.filter(pk__in=pks)
    # All at one moment, however long it took to open them: the minutes below are everybody's.
    opened = clock.now()
    rows.update(opened_at=opened, due_at=next_look(opened, opened))
    # In the second minute, and right after a question that is followed by the longest pause but one.
    paid_in = {minute: payments[half::2] for half, minute in enumerate((2, 8))}
    running.sandbox.forget_requests()
    asked, found_in, since = [], {}, clock.now()

    for minute in range(1, 15):
        # What this test itself takes is a part of the minute.
        moved = timedelta(minutes=1) - (clock.now() - since)
        since = clock.now()
        rows.update(opened_at=F("opened_at") - moved, due_at=F("due_at") - moved)
        wait_for(rows.filter(done_at=None, due_at__lte=clock.now()).exists, False, 60)
        wait_for(rows.exclude(claimed_until=None).exists, False, 20)
        asked.append(len(running.sandbox.requests(call="query", limit=5000)) - sum(asked))
        for when, some in paid_in.items():
            found = rows.filter(pk__in=[payment.pk for payment in some], settles=True).count()
            if found and when not in found_in:
                assert found == len(some)
                found_in[when] = minute
            if when == minute:
                for payment in some:
                    running.pay(payment)

    assert asked == [200, 200, 0, 200, 0, 0, 0, 100, 0, 0, 0, 0, 0, 100]
    assert found_in == {2: 4, 8: 14}
    assert all(found - paid <= 7 for paid, found in found_in.items())
    assert Order.objects.filter(payments__in=pks, state="paid").count() == 200


# A provider in trouble


@pytest.mark.parametrize("trouble", ["500", "timeout", "slow", "reset", "429", "garbage", "unsigned"])
def test_every_call_is_in_trouble(trouble: str, running: Site) -> None:
    """All five at once: no transaction is open meanwhile, another provider is not touched by it, and afterwards all is done, once."""
    sandbox = running.sandbox
    to_open, asked_about, to_close = running.place(), running.open(), running.open()
    running.pay(asked_about, notify=LOST)
    refunded, followed = running.paid(), running.paid()
    sandbox.settings(notify="lose", refund="hold")
    refund = refund_requests.request(followed, PRICE, "all of it", actor=ONE)
    wait_for(lambda: (fresh(refund).state, fresh(refund).claim), ("processing", ""), 20)
    sandbox.settle_refund(running.merchant.mchid, refund.number)
    sandbox.settings(refund="success", notify="normal")
    sandbox.forget_requests()
    for call in CALLS:
        sandbox.faults(call, {"do": trouble, "seconds": 6, "times": 2})
    north = MemoryProvider("north")

    def go_on() -> None:
        """The shopper tries again, and everybody's next step has come: a process that left the host alone asks now."""
        if not Payment.objects.filter(order=to_open).exclude(provider_reference="").exists():
            running.request(f"orders/{to_open.public_id}/pay")
        refunds = Refund.objects.filter(payment__in=(refunded, followed))
        for row in (fresh(asked_about), close_duty(to_close), *refunds):
            if row.done_at is None and not row.claim:
                make_due(row)

    in_worker.ask_for_refund.delay(refunded.pk, PRICE, ONE)
    with watched() as seen, registered(north):
        repeat(go_on, lambda: {request["call"] for request in sandbox.requests()} >= CALLS, 30)
        elsewhere = Order.objects.select_related("store", "shopper").get(pk=running.place().pk)
        opened, _ = open_payment(elsewhere, actor="shopper:1", provider="north")
        asking.close(opened, why="not paid")
        wait_for(lambda: [one for one in sandbox.requests() if one["status"] is None], [], 30)
    assert set(seen) == {0}

    sandbox.call("DELETE", "/sandbox/faults")
    expected = {asked_about: PAID, to_close: CANCELLED, refunded: REFUNDED, followed: REFUNDED}
    repeat(
        go_on,
        lambda: (
            Payment.objects.filter(order=to_open).exclude(provider_reference="").exists()
            and all(running.outcome(payment) == outcome for payment, outcome in expected.items())
        ),
        40,
    )
    expected[Payment.objects.get(order=to_open)] = OPEN
    for payment, outcome in expected.items():
        running.comes_to(payment, outcome)


def test_what_is_down_is_left_alone(running: Site) -> None:
    """No worker asks it any more, while another provider's money goes on at the same address; and once it is well all is found."""
    payments = [running.open() for _ in range(24)]
    for payment in payments:
        running.pay(payment, notify=LOST)
    before = len(running.log())
    running.sandbox.forget_requests()
    running.sandbox.faults("query", {"do": "500", "times": 1000})
    for payment in payments:
        make_due(payment)
    eventually(lambda: "times in a row" in running.log()[before:], timeout=30)

    at_stripe = open_at_stripe(running.place())
    running.sandbox.stripe_pay(at_stripe.provider_reference)
    running.comes_to(at_stripe, PAID_AT["stripe"])
    # Each process has its own breaker, which opens after five failures; a question is two of them.
    assert len(running.sandbox.requests(call="query", limit=1000)) < 2 * len(payments)

    running.sandbox.call("DELETE", "/sandbox/faults")

    def go_on() -> None:
        for payment in Payment.objects.filter(pk__in=[payment.pk for payment in payments], done_at=None, claim=""):
            make_due(payment)

    repeat(go_on, lambda: not Payment.objects.filter(pk__in=[row.pk for row in payments], settles=False).exists(), 40)
    assert "answers again" in running.log()[before:]


def repeat(act: Callable[[], object], look: Callable[[], object], seconds: float) -> None:
    """Do it every few seconds until that is seen."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        act()
        with suppress(AssertionError):
            eventually(look, timeout=2)
            return
    assert look(), f"not after {seconds:g} s"


# Too late. Comes last: the provider's clock is a day ahead from here on, and leaves new orders a minute to pay


@pytest.mark.parametrize("seconds", [1, 3600, 25 * 3600])
@pytest.mark.parametrize("goods", ["can be had", "are gone"])
def test_paid_after_the_order_was_cancelled(goods: str, seconds: int, running: Site) -> None:
    """It is opened again; or the money goes back by itself within a minute, once."""
    variant = variant_of(make_product(running.store, price=PRICE, stock=1))
    payment = running.open(place_order(running.shopper, {variant: 1}))
    make_due(close_duty(payment))
    running.comes_to(payment, CANCELLED)
    later(running, payment, seconds)
    if goods == "are gone":
        sell_out(variant)

    running.pay(payment, late="anyway")

    running.comes_to(payment, PAID if goods == "can be had" else REFUNDED, seconds=60)
    verdict = Notification.objects.filter(event_type="TRANSACTION.SUCCESS").latest("pk").verdict
    assert verdict == (REOPENED if goods == "can be had" else LATE)
    assert Stock.objects.get(variant=variant).held == (goods == "can be had")
