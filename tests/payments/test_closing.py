"""An unpaid order is closed at the provider before its stock is given back; "already paid" there means paid here.

Against the sandbox process; notifications are lost. B20, and B19 for close.
"""

from datetime import timedelta

import pytest
from pytest_django import Settings

from core import clock, duework
from orders import closing
from orders.models import Duty, Order
from payments.models import Payment, Refund
from payments.opening import open_payment
from payments.wechatpay import client
from shop.models import Variant
from tests.support.catalogue import counters
from tests.support.orders import place_order
from tests.support.pay import impatient
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.usefixtures("merchant")


@pytest.fixture
def payment(order: Order) -> Payment:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")[0]


def time_is_over(order: Order) -> Duty:
    """Let the order's time to pay end and the duty be carried out."""
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)
    order.refresh_from_db()
    return Duty.objects.get(order=order, kind="close")


def test_not_paid(order: Order, payment: Payment, variant: Variant, sandbox: SandboxClient) -> None:
    assert counters(variant) == (10, 2)

    duty = time_is_over(order)

    payment.refresh_from_db()
    assert (order.state, order.cancel_cause, payment.state) == ("cancelled", "expired", "closed")
    assert counters(variant) == (10, 0)
    assert duty.done_at is not None
    assert payment.done_at is not None
    assert sandbox.transaction("1900000001", payment.number)["trade_state"] == "CLOSED"


def test_nobody_ever_tried_to_pay(order: Order, variant: Variant, sandbox: SandboxClient) -> None:
    time_is_over(order)

    assert order.state == "cancelled"
    assert counters(variant) == (10, 0)
    assert sandbox.requests(path="/v3/") == []


def test_paid_in_the_last_second(order: Order, payment: Payment, variant: Variant, sandbox: SandboxClient) -> None:
    sandbox.pay(payment.provider_reference)

    duty = time_is_over(order)

    payment.refresh_from_db()
    assert (order.state, payment.state, payment.settles) == ("paid", "succeeded", True)
    assert counters(variant) == (10, 2)
    assert duty.done_at is not None
    assert not Refund.objects.exists()


@pytest.mark.parametrize("spelling", ["new", "old"])
def test_both_spellings_of_paid(spelling: str, order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    sandbox.settings(spelling=spelling)
    sandbox.pay(payment.provider_reference)
    time_is_over(order)
    assert order.state == "paid"


@pytest.mark.parametrize("answer", ["204", "404"])
def test_a_number_that_the_provider_never_heard_of(answer: str, order: Order, sandbox: SandboxClient) -> None:
    from tests.support.pay import open_attempt

    open_attempt(order, provider_reference="")
    sandbox.settings(close_unknown=answer)

    time_is_over(order)

    assert order.state == "cancelled"


def test_cancelled_by_the_shopper(order: Order, payment: Payment, variant: Variant) -> None:
    closing.request_close(order, "shopper", actor="shopper:7")
    duework.run_pending(Duty)

    order.refresh_from_db()
    assert (order.state, order.cancel_cause) == ("cancelled", "shopper")
    assert counters(variant) == (10, 0)


@pytest.mark.parametrize("trouble", ["500", "429", "reset", "garbage", "unsigned", "bad_signature", "timeout", "slow"])
def test_a_provider_in_trouble(
    trouble: str,
    order: Order,
    payment: Payment,
    variant: Variant,
    sandbox: SandboxClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as it is not known, the stock stays held; then it is closed."""
    monkeypatch.setattr(client, "PATIENCE", impatient(1.0))
    fault = {"do": trouble, "seconds": 3} if trouble in ("timeout", "slow") else trouble
    sandbox.faults("close", fault, fault)

    duty = time_is_over(order)

    payment.refresh_from_db()
    assert (order.state, payment.state, duty.done_at, duty.parked_at) == ("pending", "opened", None, None)
    assert counters(variant) == (10, 2)
    assert duty.last_error
    sandbox.call("DELETE", "/sandbox/faults")
    time_is_over(order)
    assert order.state == "cancelled"
    assert counters(variant) == (10, 0)


def test_paid_while_the_close_was_lost(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    """The first close never arrived, then the shopper paid: asked again, it is paid."""
    sandbox.faults("close", "reset", "reset")
    time_is_over(order)
    sandbox.pay(payment.provider_reference)

    time_is_over(order)

    assert order.state == "paid"


def test_the_payer_is_at_it(order: Order, payment: Payment, sandbox: SandboxClient) -> None:
    sandbox.faults("close", {"do": "error", "status": 400, "code": "USERPAYING"})

    duty = time_is_over(order)

    assert (order.state, duty.done_at) == ("pending", None)
    assert duty.due_at is not None
    assert 3 < (duty.due_at - clock.now()).total_seconds() <= 5


@pytest.mark.parametrize(("hours_over", "minutes"), [(1, 6), (48, 60)])
def test_in_process_for_long(
    hours_over: int, minutes: int, order: Order, payment: Payment, sandbox: SandboxClient
) -> None:
    """A bank's debit is in process for days: nobody asks every few seconds for so long, and nothing is parked."""
    sandbox.faults("close", {"do": "error", "status": 400, "code": "USERPAYING"})
    Order.objects.update(expires_at=clock.now() - timedelta(hours=hours_over))

    duty = time_is_over(order)

    assert duty.due_at is not None
    assert duty.parked_at is None
    assert minutes - 1 < (duty.due_at - clock.now()).total_seconds() / 60 < minutes + 1


def test_an_outage_of_hours_parks_nothing(order: Order, payment: Payment, settings: Settings) -> None:
    settings.WECHATPAY_API_BASE = "http://127.0.0.1:1"
    for _ in range(12):
        duty = time_is_over(order)
    assert (duty.parked_at, order.state) == (None, "pending")


def test_a_doubtful_answer_is_shown(order: Order, payment: Payment, sandbox: SandboxClient, variant: Variant) -> None:
    """Paid, but not as it was opened: the order is neither paid nor cancelled before a person has looked."""
    sandbox.pay(payment.provider_reference)
    Payment.objects.update(request=payment.request | {"appid": "wx-another"})

    duty = time_is_over(order)

    assert duty.parked_at is not None
    assert order.state == "pending"
    assert order.hold_reason
    assert counters(variant) == (10, 2)


def test_a_second_order_of_the_shopper_is_left_alone(
    order: Order, payment: Payment, variant: Variant, sandbox: SandboxClient
) -> None:
    other = place_order(order.shopper, {variant: 1})

    time_is_over(order)

    other.refresh_from_db()
    assert other.state == "pending"
    assert counters(variant) == (10, 1)
