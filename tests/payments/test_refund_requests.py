"""What may be asked to go back: never more than is left, as often, as close together and as late as the provider allows, line by line.

C2, C6 of the fault battery; C1 is in tests/races.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core import clock, duework
from core.problems import Problem
from orders import packing, shipping
from orders.models import Duty, Order, OrderLine
from payments import disputes, refund_lines, refund_requests, refunding
from payments.gateways import DisputeReport, GatewayError, NumberUnknown, RefundReport
from payments.models import LedgerEntry, Payment, Refund
from payments.states import REFUND
from payments.verdicts import REFUND_FAILED, REFUNDED, Doubtful
from payments.wechatpay.gateway import WeChatPay
from shop.models import Shopper, Store
from tests.support.catalogue import make_product
from tests.support.orders import place_order
from tests.support.pay import open_attempt, pay

WHO = "staff:1"


@pytest.fixture
def payment(order: Order) -> Payment:
    """256.00, paid."""
    return pay(order)


def kind_of(payment: Payment, amount: int, **more: Any) -> str:
    """The problem with asking for so much; empty when it was taken."""
    try:
        refund_requests.request(payment, amount, "x", actor=WHO, **more)
    except Problem as problem:
        return f"{problem.kind}" if problem.status_code == 409 else f"{problem.status_code}"
    return ""


@pytest.mark.parametrize(
    ("amount", "kind"), [(0, "refund-invalid"), (-1, "refund-invalid"), (25601, "refund-too-much"), (10**15, "refund-too-much")]
)  # fmt: skip
def test_amounts_that_are_none(payment: Payment, amount: int, kind: str) -> None:
    assert kind_of(payment, amount) == kind
    assert refund_requests.preview(payment, amount).problem == kind
    assert not Refund.objects.exists()
    assert Payment.objects.get().refund_reserved == 0


def test_not_paid(order: Order, platform: Any) -> None:
    assert kind_of(open_attempt(order), 1) == "refund-not-paid"


def test_without_a_reason(payment: Payment) -> None:
    with pytest.raises(Problem, match="Say why"):
        refund_requests.request(payment, 1, " \n", actor=WHO)


def test_the_fifty_first(payment: Payment) -> None:
    """WeChat Pay takes fifty."""
    for _ in range(50):
        assert kind_of(payment, 1) == ""
    assert kind_of(payment, 1) == "refund-too-many"
    assert Refund.objects.count() == 50


def test_two_within_a_minute_are_spaced(payment: Payment) -> None:
    with time_machine.travel(clock.now(), tick=False):
        first, second, third = (refund_requests.request(payment, 1, "x", actor=WHO) for _ in range(3))
        assert [row.due_at for row in (first, second, third)] == [
            clock.now() + timedelta(minutes=number) for number in range(3)
        ]


def test_one_that_is_asked_about_now_and_then_delays_the_next_by_a_minute(payment: Payment) -> None:
    """The provider has it, and the next question how it stands is hours away: that is no reason to wait hours."""
    first = refund_requests.request(payment, 1, "x", actor=WHO)
    REFUND.move(first, "processing", actor="provider:wechatpay", due_at=clock.now() + timedelta(hours=4))

    due_at = refund_requests.request(payment, 1, "x", actor=WHO).due_at
    assert due_at is not None
    assert due_at <= clock.now() + timedelta(minutes=1)


def test_after_a_year(payment: Payment) -> None:
    with time_machine.travel(clock.now() + timedelta(days=364)):
        assert kind_of(payment, 1) == ""
    with time_machine.travel(clock.now() + timedelta(days=366)):
        assert kind_of(payment, 1) == "refund-too-late"


def test_what_a_bank_has_taken_back_does_not_go_back_twice(payment: Payment) -> None:
    report = DisputeReport("dp_1", payment.number, "open", 25600, "CNY", "fraudulent")
    disputes.take_in("wechatpay", report, actor="provider:wechatpay")
    assert kind_of(payment, 1) == "refund-disputed"

    disputes.take_in(
        "wechatpay", DisputeReport("dp_1", payment.number, "won", 25600, "CNY"), actor="provider:wechatpay"
    )
    assert kind_of(payment, 25600) == ""


def test_the_same_confirmation_is_the_same_refund(payment: Payment) -> None:
    refunds = {refund_requests.request(payment, 25600, "x", actor=WHO, key="k").pk for _ in range(3)}
    assert len(refunds) == 1
    assert kind_of(payment, 1, key="another") == "refund-too-much"


# -- Lines


@pytest.fixture
def line(payment: Payment) -> OrderLine:
    """The order's line as three pieces that came to 256.00 after their discount: no third of it is a whole amount."""
    OrderLine.objects.update(unit_price=10000, quantity=3, discount=4400, total=25600)
    Order.objects.update(goods_total=30000, discount_total=4400)
    return payment.order.lines.get()


@pytest.mark.parametrize("pieces", [(1, 1, 1), (2, 1), (1, 2), (3,)])
def test_parts_of_a_line_add_up_to_it(payment: Payment, line: OrderLine, pieces: tuple[int, ...]) -> None:
    amounts = []
    for quantity in pieces:
        (left,) = refund_lines.left_of(payment)
        part = left.part(quantity)
        assert kind_of(payment, part, lines=[(line, quantity, part)]) == ""
        amounts.append(part)

    assert sum(amounts) == 25600
    assert [(entry.quantity, entry.amount) for entry in refund_lines.left_of(payment)] == [(0, 0)]


def test_what_went_back_already_does_not_go_back_again(payment: Payment, line: OrderLine) -> None:
    assert kind_of(payment, 17066, lines=[(line, 2, 17066)]) == ""
    assert kind_of(payment, 8534, lines=[(line, 2, 8534)]) == "refund-lines"
    assert kind_of(payment, 8534, lines=[(line, 1, 8534)]) == ""


def test_one_that_was_refused_leaves_its_pieces(store: Store, payment: Payment, line: OrderLine) -> None:
    Store.objects.update(refund_approval_from=1)
    refund = refund_requests.request(payment, 333, "x", actor=WHO, lines=[(line, 1, 333)])
    assert refund_lines.left_of(payment)[0].quantity == 2

    refund_requests.refuse(refund, actor="staff:2", why="no")

    assert refund_lines.left_of(payment)[0].quantity == 3


def test_lines_that_are_none_of_the_payments(payment: Payment, shopper: Shopper, store: Store) -> None:
    line = payment.order.lines.get()
    foreign = place_order(shopper, {make_product(store).variants.get(): 1}).lines.get()

    for lines in ([(foreign, 1, 1)], [(line, 0, 1)], [(line, 1, -1)], [(line, 1, 1), (line, 1, 1)], [(line, 1, 101)]):
        assert kind_of(payment, 100, lines=lines) == "refund-invalid"
    assert kind_of(payment, 100, lines=[(line, 3, 100)]) == "refund-lines"
    assert not Refund.objects.exists()


# -- The order


def test_all_back_before_shipping_stops_the_order(payment: Payment) -> None:
    assert kind_of(payment, 25600, stops=True) == ""
    assert Order.objects.get().state == "cancelled"


def test_in_parts_the_last_part_stops_it(payment: Payment) -> None:
    refund_requests.request(payment, 20000, "x", actor=WHO)
    assert Order.objects.get().state == "paid"
    refund_requests.request(payment, 5600, "x", actor=WHO)
    assert Order.objects.get().state == "cancelled"


def test_what_has_been_shipped_is_not_stopped(payment: Payment) -> None:
    duework.run_pending(Duty)
    parcel = Order.objects.get().parcels.get()
    packing.pack(parcel, actor=WHO)
    shipping.ship(parcel, "SF", "SF1234567890123", actor=WHO)

    assert kind_of(payment, 25600, stops=True) == "refund-shipped"
    assert not refund_requests.preview(payment, 25600).stops_order
    assert kind_of(payment, 25600) == ""
    assert Order.objects.get().state == "shipped"


# -- One that failed, asked about again


@pytest.fixture
def failed(payment: Payment) -> Refund:
    refund_requests.request(payment, 10000, "x", actor=WHO)
    row = Refund.objects.select_related("payment").get()
    refunding.take_in(
        row, RefundReport(row.number, "failed", 10000, "5030", detail="CLOSED"), actor="provider:wechatpay"
    )
    return Refund.objects.select_related("payment").get()


def asked_again(failed: Refund, monkeypatch: pytest.MonkeyPatch, answer: RefundReport | GatewayError) -> Refund:
    def query(_self: WeChatPay, _refund: Refund) -> RefundReport:
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    monkeypatch.setattr(WeChatPay, "query_refund", query)
    refund_requests.ask_again(failed, actor=WHO)
    duework.run_pending(Refund)
    return Refund.objects.get()


@pytest.mark.parametrize(
    ("state", "hold"), [("succeeded", ""), ("processing", ""), ("failed", "A refund did not succeed.")]
)
def test_asked_again_it_is_what_the_provider_says(
    failed: Refund, monkeypatch: pytest.MonkeyPatch, state: Any, hold: str
) -> None:
    after = asked_again(failed, monkeypatch, RefundReport(failed.number, state, 10000, "5030", detail="CLOSED"))

    assert after.state == state
    assert Order.objects.get().hold_reason == hold
    assert Payment.objects.get().refund_reserved == (0 if state == "failed" else 10000)
    assert (after.done_at is None) == (state == "processing")


def test_one_that_the_provider_never_had_is_sent_under_its_number(
    failed: Refund, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def refund(_self: WeChatPay, row: Refund) -> RefundReport:
        sent.append(row.number)
        return RefundReport(row.number, "processing", row.amount, "5031")

    monkeypatch.setattr(WeChatPay, "refund", refund)
    after = asked_again(failed, monkeypatch, NumberUnknown("nothing"))
    assert (after.state, after.done_at) == ("due", None)
    duework.run_pending(Refund)

    assert Refund.objects.get().state == "processing"
    assert sent == [failed.number]


def test_its_money_went_elsewhere_meanwhile(failed: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes back twice: a person is shown it."""
    refund_requests.request(failed.payment, 25600, "x", actor=WHO)
    Refund.objects.exclude(pk=failed.pk).update(due_at=clock.now() + timedelta(days=1))

    monkeypatch.setattr(WeChatPay, "query_refund", lambda _self, _row: (_ for _ in ()).throw(NumberUnknown("nothing")))
    refund_requests.ask_again(failed, actor=WHO)
    duework.run_pending(Refund)

    failed.refresh_from_db()
    assert failed.state == "failed"
    assert failed.parked_at is not None


def test_one_that_the_bank_sent_back_does_not_go_once_more(payment: Payment) -> None:
    """It is the store's again, and owed; that the same refund went a second time is for a person to look at, and not booked."""
    refund_requests.request(payment, 10000, "x", actor=WHO)

    def told(state: Any) -> str:
        row = Refund.objects.select_related("payment").get()
        report = RefundReport(row.number, state, 10000, "5030", confirmed=True)
        return refunding.take_in(row, report, actor="provider:wechatpay")

    assert [told(state) for state in ("succeeded", "failed", "failed")] == [REFUNDED, REFUND_FAILED, REFUND_FAILED]
    with pytest.raises(Doubtful, match="Merchant, number or amount"):
        told("succeeded")

    assert (Refund.objects.get().state, Payment.objects.get().refund_reserved) == ("failed", 0)
    groups = LedgerEntry.objects.filter(account="refunds").order_by("pk").values_list("group", "amount")
    assert [(group.partition(":")[0], amount) for group, amount in groups] == [("refund", 10000), ("returned", -10000)]
    assert (Order.objects.get().refund_state, Order.objects.get().hold_reason) == ("none", REFUND_FAILED)


# -- Two people


@pytest.fixture
def with_two(payment: Payment) -> Payment:
    """One person alone gives back less than 100.00."""
    Store.objects.update(refund_approval_from=10000)
    return Payment.objects.select_related("store", "order").get()


def states_of(payment: Payment) -> list[str]:
    return list(Refund.objects.filter(payment=payment).order_by("pk").values_list("state", flat=True))


def test_in_small_parts_it_takes_two_people_too(with_two: Payment) -> None:
    """What one person has given back of a payment counts: ten refunds of a tenth are the whole."""
    for amount in (5000, 4999, 1, 1):
        assert refund_requests.preview(with_two, amount).needs_second_person == (amount == 1)
        refund_requests.request(with_two, amount, "x", actor=WHO)
    assert states_of(with_two) == ["due", "due", "requested", "requested"]


def test_what_two_have_agreed_to_or_never_went_counts_no_more(with_two: Payment) -> None:
    agreed = refund_requests.request(with_two, 10000, "x", actor=WHO)
    refund_requests.approve(Refund.objects.select_related("payment").get(pk=agreed.pk), actor="staff:2")
    failed = refund_requests.request(with_two, 9999, "x", actor=WHO)
    report = RefundReport(failed.number, "failed", 9999, "5030", detail="CLOSED")
    refunding.take_in(Refund.objects.select_related("payment").get(pk=failed.pk), report, actor="provider:wechatpay")

    refund_requests.request(with_two, 9999, "x", actor=WHO)

    assert states_of(with_two) == ["due", "failed", "due"]


def test_what_a_bank_has_taken_back_meanwhile_is_not_agreed_to(with_two: Payment) -> None:
    """The money would go back twice: by the bank, and by the refund that waited."""
    waiting = refund_requests.request(with_two, 25600, "x", actor=WHO)
    report = DisputeReport("dp_1", with_two.number, "open", 25600, "CNY", "fraudulent")
    disputes.take_in("wechatpay", report, actor="provider:wechatpay")

    with pytest.raises(Problem) as refused:
        refund_requests.approve(Refund.objects.select_related("payment").get(), actor="staff:2")
    assert refused.value.kind == "refund-disputed"
    assert states_of(with_two) == ["requested"]
    assert Order.objects.get().state == "paid"

    disputes.take_in("wechatpay", replace(report, state="won"), actor="provider:wechatpay")
    refund_requests.approve(Refund.objects.select_related("payment").get(pk=waiting.pk), actor="staff:2")
    assert states_of(with_two) == ["due"]


def test_a_part_that_the_bank_has_left_may_be_agreed_to(with_two: Payment) -> None:
    refund_requests.request(with_two, 10000, "x", actor=WHO)
    report = DisputeReport("dp_1", with_two.number, "open", 15600, "CNY", "fraudulent")
    disputes.take_in("wechatpay", report, actor="provider:wechatpay")

    refund_requests.approve(Refund.objects.select_related("payment").get(), actor="staff:2")

    assert states_of(with_two) == ["due"]
