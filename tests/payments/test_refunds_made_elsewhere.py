"""A refund made by hand in the provider's console is taken in when it is told of: booked once; of a part, the order stays paid. C9."""

import secrets
from typing import Any

import pytest

from core import clock, duework
from core.problems import Problem
from orders import packing, shipping
from orders.models import Duty, Order, Parcel
from payments import refund_requests
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.verdicts import DOUBT_REFUND_TOO_MUCH, ELSEWHERE, KNOWN, UNKNOWN_NUMBER
from shop.models import Variant
from tests.support.catalogue import counters
from tests.support.pay import Platform, pay, post

CONSOLE = "1900000001202611250001"


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return pay(order)


def told(payment: Payment, amount: int, status: str = "SUCCESS", **fields: Any) -> dict[str, Any]:
    return {
        "mchid": "1900000001",
        "out_trade_no": payment.number,
        "transaction_id": payment.transaction_id,
        "out_refund_no": CONSOLE,
        "refund_id": "50300000000000000001",
        "refund_status": status,
        "success_time": clock.now().isoformat(timespec="seconds"),
        "amount": {"total": payment.amount, "refund": amount, "payer_total": payment.amount, "payer_refund": amount},
    } | fields


def tell(platform: Platform, payment: Payment, document: dict[str, Any]) -> str:
    body = platform.envelope(f"REFUND.{document['refund_status']}", document, event_id=secrets.token_hex(8))
    assert post(payment.store, body, platform.sign(body)).status_code == 204
    duework.run_pending(Notification)
    return str(Notification.objects.latest("pk").verdict)


def test_taken_in(order: Order, payment: Payment, platform: Platform) -> None:
    assert tell(platform, payment, told(payment, 100)) == ELSEWHERE

    refund = Refund.objects.get()
    assert (refund.state, refund.cause, refund.number, refund.amount) == ("succeeded", "elsewhere", CONSOLE, 100)
    assert dict(LedgerEntry.objects.filter(group__startswith="refund").values_list("account", "amount")) == {
        "refunds": 100,
        "clearing": -100,
    }
    order.refresh_from_db()
    assert (order.state, order.refund_state) == ("paid", "part")


def test_told_twice(payment: Payment, platform: Platform) -> None:
    tell(platform, payment, told(payment, 100))
    assert tell(platform, payment, told(payment, 100)) == KNOWN
    assert Refund.objects.count() == 1
    assert LedgerEntry.objects.filter(group__startswith="refund").count() == 2


def test_told_with_the_providers_number_of_one_that_is_known(payment: Payment, platform: Platform) -> None:
    """The console's number may be another in another message: the provider's own number of the refund is what counts."""
    tell(platform, payment, told(payment, 100))
    Refund.objects.update(number="as-it-was-first-told")

    assert tell(platform, payment, told(payment, 100)) == KNOWN
    assert Refund.objects.count() == 1


def test_it_leaves_less_for_refunds_of_the_house(payment: Payment, platform: Platform) -> None:
    tell(platform, payment, told(payment, payment.amount - 50))

    with pytest.raises(Problem) as refused:
        refund_requests.request(Payment.objects.get(), 51, "one too much", actor="staff:1")
    assert refused.value.kind == "refund-too-much"
    assert refund_requests.request(Payment.objects.get(), 50, "all that is left", actor="staff:1").amount == 50


def test_more_than_there_was(payment: Payment, platform: Platform) -> None:
    assert tell(platform, payment, told(payment, payment.amount + 1)) == DOUBT_REFUND_TOO_MUCH
    assert not Refund.objects.exists()


def test_of_a_payment_that_is_not_ours(payment: Payment, platform: Platform) -> None:
    assert tell(platform, payment, told(payment, 100, out_trade_no="unknown")) == UNKNOWN_NUMBER
    assert not Refund.objects.exists()


def test_it_failed_there(payment: Payment, platform: Platform) -> None:
    """Nothing went back: nothing is taken in."""
    assert tell(platform, payment, told(payment, 100, "CLOSED")) == "A refund did not succeed."
    assert not Refund.objects.exists()


def test_all_of_it_before_it_is_shipped(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    """As with a refund of the house: what nobody has paid for is not sent to anybody, and its goods are free again."""
    duework.run_pending(Duty)
    assert Parcel.objects.exists()

    assert tell(platform, payment, told(payment, payment.amount)) == ELSEWHERE

    order.refresh_from_db()
    assert (order.state, order.cancel_cause, order.refund_state) == ("cancelled", "refunded", "full")
    assert not Parcel.objects.exists()
    assert counters(variant) == (10, 0)


def test_all_of_it_in_parts_and_from_both_sides(order: Order, payment: Payment, platform: Platform) -> None:
    refund_requests.request(payment, payment.amount - 100, "a part", actor="staff:1")
    tell(platform, payment, told(payment, 100))

    order.refresh_from_db()
    assert (order.state, order.refund_state) == ("cancelled", "part")


def test_all_of_it_after_it_was_shipped(order: Order, payment: Payment, platform: Platform, variant: Variant) -> None:
    duework.run_pending(Duty)
    parcel = Parcel.objects.get()
    packing.pack(parcel, actor="staff:1")
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:1")

    assert tell(platform, payment, told(payment, payment.amount)) == ELSEWHERE

    order.refresh_from_db()
    assert (order.state, order.refund_state) == ("shipped", "full")
    assert counters(variant) == (8, 0)
