"""A payment whose notification never came is found by asking: within seven minutes, one question for each order and step.

Against the sandbox process; notifications are lost. B15, and B19 for the query.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django_scopes import scope

from core import clock, duework
from orders.models import Order
from payments import gateways
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.opening import open_payment
from payments.polling import next_look
from payments.wechatpay import client
from payments.wechatpay.client import Client
from shop.models import Shopper, Store, Variant
from tests.support.orders import place_order
from tests.support.pay import impatient
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.usefixtures("merchant")
STEPS = [60, 60, 120, 240, 360]


@pytest.fixture
def payment(order: Order) -> Payment:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")[0]


def look(payment: Payment) -> Payment:
    """Let the next step come."""
    Payment.objects.filter(pk=payment.pk).update(due_at=clock.now())
    duework.run_pending(Payment)
    return Payment.objects.get(pk=payment.pk)


def questions(sandbox: SandboxClient) -> int:
    return len(
        [
            request
            for request in sandbox.requests()
            if request["method"] == "GET" and "/out-trade-no/" in request["path"]
        ]
    )


def test_a_lost_notification(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    sandbox.pay(payment.provider_reference)

    found = look(payment)

    order.refresh_from_db()
    assert order.state == "paid"
    assert (found.state, found.settles) == ("succeeded", True)
    assert found.done_at is not None
    assert not Notification.objects.exists()
    assert LedgerEntry.objects.count() == 2


def test_nothing_is_asked_before_the_first_step(payment: Payment, sandbox: SandboxClient) -> None:
    assert payment.due_at is not None
    assert 55 < (payment.due_at - clock.now()).total_seconds() <= 60
    duework.run_pending(Payment)
    assert questions(sandbox) == 0


def test_not_paid_yet(payment: Payment, sandbox: SandboxClient) -> None:
    found = look(payment)

    assert (found.state, found.done_at, questions(sandbox)) == ("opened", None, 1)
    assert found.due_at == payment.opened_at + timedelta(seconds=60)


def test_one_question_a_step(payment: Payment, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour, swept every five seconds: as many questions as steps, whoever sweeps how often."""
    start = payment.opened_at
    asked = []
    for second in range(0, 1800, 5):
        monkeypatch.setattr(clock, "now", lambda at=start + timedelta(seconds=second): at)
        before = questions_of(payment)
        duework.run_pending(Payment)
        duework.run_pending(Payment)
        if questions_of(payment) != before:
            asked.append(second)
    assert asked == [60, 120, 240, 480, 840, 1200, 1560]


def questions_of(payment: Payment) -> datetime | None:
    due_at: datetime | None = Payment.objects.values_list("due_at", flat=True).get(pk=payment.pk)
    return due_at


@pytest.mark.parametrize("paid_after", [0, 1, 59, 100, 300, 479, 900, 3601, 86400])
def test_never_later_than_seven_minutes(paid_after: int) -> None:
    """Whenever the shopper pays, the next question is near."""
    opened = datetime(2026, 11, 22, tzinfo=UTC)
    paid = opened + timedelta(seconds=paid_after)

    assert timedelta(0) < next_look(opened, paid, STEPS) - paid <= timedelta(minutes=6)


def test_the_ladder_stands_by_age_alone() -> None:
    opened = datetime(2026, 11, 22, tzinfo=UTC)
    at, steps = opened, []
    for _ in range(8):
        at = next_look(opened, at, STEPS)
        steps.append(int((at - opened).total_seconds()))

    assert steps == [60, 120, 240, 480, 840, 1200, 1560, 1920]
    assert next_look(opened, opened + timedelta(seconds=130), STEPS) == opened + timedelta(seconds=240)
    assert next_look(opened, opened + timedelta(days=400), STEPS) > opened + timedelta(days=400)
    assert next_look(opened, opened + timedelta(seconds=7), [2]) == opened + timedelta(seconds=8)


def test_a_number_that_never_arrived(order: Order, sandbox: SandboxClient) -> None:
    """The process died between its commit and its call: the attempt ends, and the shopper can open another."""
    from tests.support.pay import open_attempt

    left = open_attempt(order, provider_reference="", reference_expires_at=None)

    assert look(left).state == "closed"
    assert Order.objects.get(pk=order.pk).state == "pending"


def test_closed_at_the_provider(payment: Payment, sandbox: SandboxClient) -> None:
    gateways.gateway("wechatpay").close(payment)

    assert look(payment).state == "closed"


def test_the_wrong_amount_is_believed_when_it_is_the_answer(
    order: Order, payment: Payment, sandbox: SandboxClient
) -> None:
    """The provider itself says so when asked: the order is not paid, the money goes back, a person sees it."""
    sandbox.pay(payment.provider_reference)
    Order.objects.filter(pk=order.pk).update(total=order.total + 100, freight_total=100)

    found = look(payment)

    order.refresh_from_db()
    assert (found.state, found.settles, order.state) == ("succeeded", False, "pending")
    assert found.verdict == order.hold_reason == "Not the amount of the order; goes back by itself."
    assert Refund.objects.get().amount == found.paid_amount


def test_another_merchant_is_not_believed(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    sandbox.pay(payment.provider_reference)
    Payment.objects.update(request=payment.request | {"appid": "wx-another"})

    found = look(payment)

    order.refresh_from_db()
    assert (found.state, order.state) == ("opened", "pending")
    assert found.parked_at is not None
    assert order.hold_reason == found.last_error == "App, merchant or payer are not those of the payment."


def test_the_store_has_another_merchant_account_now(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    """The new merchant would not know the number, and what was paid to the old one would be taken for never opened."""
    from shop.models import WeChatPayAccount

    sandbox.pay(payment.provider_reference)
    WeChatPayAccount.objects.update(mchid="1900009999")

    found = look(payment)

    assert found.state == "opened"
    assert "now has 1900009999" in found.last_error
    WeChatPayAccount.objects.update(mchid="1900000001")
    assert look(payment).settles


def test_an_attempt_that_is_no_longer_wanted(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    """The order has been paid otherwise: this number is closed before anybody pays it."""
    from orders.paying import mark_paid

    Payment.objects.filter(pk=payment.pk).update(provider="wechatpay")
    other = Payment.objects.create(
        store=order.store, order=order, provider="cash_on_delivery", number="c1", amount=order.total, currency="CNY",
        paid_amount=order.total, state="succeeded", settles=True, transaction_id="c1",
    )  # fmt: skip
    from core.states import record
    from payments import ledger
    from payments.models import Receipt

    Receipt.objects.create(
        store=order.store, payment=other, provider="cash_on_delivery", amount=order.total, reference="c1",
        received_on=clock.now().date(), actor="staff:1",
    )  # fmt: skip
    record(other, "payment", actor="staff:1", to="succeeded")
    ledger.book_payment(other, order.total)
    mark_paid(Order.objects.get(pk=order.pk), paid_at=clock.now(), actor="staff:1")

    assert look(payment).state == "closed"
    assert sandbox.transaction("1900000001", payment.number)["trade_state"] == "CLOSED"


@pytest.mark.parametrize("trouble", ["500", "429", "reset", "garbage", "unsigned", "bad_signature", "timeout", "slow"])
def test_a_provider_in_trouble(
    trouble: str, order: Order, payment: Payment, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing changes, nothing is parked; at the next step the payment is found."""
    monkeypatch.setattr(client, "PATIENCE", impatient(1.0))
    sandbox.pay(payment.provider_reference)
    fault = {"do": trouble, "seconds": 3} if trouble in ("timeout", "slow") else trouble
    sandbox.faults("query", fault, fault)

    found = look(payment)

    assert (found.state, found.parked_at, found.attempts) == ("opened", None, 0)
    assert found.last_error.startswith("Unavailable")
    sandbox.call("DELETE", "/sandbox/faults")
    assert look(payment).settles


def test_many_orders(store: Store, shopper: Shopper, variant: Variant, sandbox: SandboxClient) -> None:
    """All of them are found, each with one question."""
    from shop.models import Stock

    Stock.objects.update(on_hand=1000)
    from shop.models import StockMovement

    StockMovement.objects.update(on_hand_delta=1000)
    Store.objects.update(order_limit=1000)
    store.refresh_from_db()
    shopper.store = store
    count = 40
    with scope(store=store):
        for _ in range(count):
            order = place_order(shopper, {variant: 1})
            payment, _params = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")
            sandbox.pay(payment.provider_reference)
    Payment.objects.update(due_at=clock.now())

    duework.run_pending(Payment)
    duework.run_pending(Payment)

    assert Order.objects.filter(state="paid").count() == count
    assert questions(sandbox) == count


def test_a_state_that_is_new_has_not_ended(
    order: Order, payment: Payment, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What WeChat Pay may come to say one day is not taken for the end of a payment that can still be made: it is asked about again."""
    told = {"out_trade_no": payment.number, "trade_state": "ACCEPT", "mchid": "1900000001"}
    with monkeypatch.context() as patch:
        patch.setattr(Client, "query", lambda self, number: told)
        Payment.objects.update(due_at=clock.now())
        duework.run_pending(Payment)
    assert Payment.objects.get().state == "opened"

    sandbox.pay(payment.provider_reference)
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)
    assert Payment.objects.get().state == "succeeded"
