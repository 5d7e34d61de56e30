"""A bank transfer has days instead of minutes; what arrives in the exact amount pays the order, also when it comes late."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from core import clock
from core.problems import Problem
from orders.models import Duty, Order
from payments import by_hand, gateways
from payments.gateways import Instruction
from payments.models import LedgerEntry, Payment, Receipt, Refund
from payments.verdicts import INCOMPLETE, KNOWN, LATE, REOPENED, SETTLED, WRONG_AMOUNT
from shop.models import OfflineMethod, Shopper, Variant
from tests.payments.offline.conftest import STAFF, choose, now, work
from tests.support.catalogue import counters
from tests.support.orders import due, place_order, sell_out

BANK = "bank_transfer"


def arrive(order: Order, amount: int | None = None, reference: str = "2026112500017") -> str:
    return by_hand.take_in(order, BANK, order.total if amount is None else amount, reference, actor=STAFF)


def expire(order: Order) -> Order:
    """The days are over, and nothing has come."""
    Order.objects.filter(pk=order.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    work(Duty)
    return now(order)


def test_the_order_waits_for_days_and_keeps_its_goods(order: Order, awaited: Order, variant: Variant) -> None:
    until = order.placed_at + timedelta(days=7)

    assert (awaited.state, awaited.expires_at) == ("pending", until)
    assert due(Duty.objects.get(kind="close")) == until
    assert counters(variant) == (10, 2)


def test_choosing_it_again_gains_no_time(awaited: Order) -> None:
    payment = choose(awaited, BANK)

    assert now(awaited).expires_at == awaited.expires_at
    assert Payment.objects.get() == payment


@pytest.mark.parametrize(("language", "first"), [("en", ("Name", "Jishi Tea")), ("zh-hans", ("户名", "集市茶铺"))])
def test_the_shopper_reads_where_to_and_what_to_write(awaited: Order, language: str, first: tuple[str, str]) -> None:
    with translation.override(language):
        lines = list(gateways.gateway(BANK).instructions(Payment.objects.get()))

    assert lines[0] == Instruction(*first)
    assert lines[1].value == "6222 0000 0000 1234"
    assert lines[2].name == ""
    assert [line.value for line in lines[-2:]] == ["¥256.00", awaited.number]


def test_the_exact_amount_pays_it(awaited: Order) -> None:
    assert arrive(awaited) == SETTLED

    assert now(awaited).state == "paid"
    assert {entry.account: entry.amount for entry in LedgerEntry.objects.filter(account="settled")} == {
        "settled": awaited.total
    }


def test_another_amount_waits_for_the_rest(awaited: Order) -> None:
    assert arrive(awaited, 20000) == INCOMPLETE
    assert (now(awaited).state, now(awaited).hold_reason) == ("pending", INCOMPLETE)

    assert arrive(awaited, 5600, "2026112500018") == SETTLED
    assert (now(awaited).state, now(awaited).hold_reason) == ("paid", "")


def test_what_came_in_is_owed_back_when_the_rest_does_not_come(awaited: Order, variant: Variant) -> None:
    arrive(awaited, 20000)

    assert expire(awaited).state == "cancelled"

    assert Payment.objects.get().verdict == WRONG_AMOUNT
    assert Refund.objects.get().amount == 20000
    assert counters(variant) == (10, 0)


def test_nothing_came(awaited: Order, variant: Variant) -> None:
    assert (expire(awaited).state, Payment.objects.get().state) == ("cancelled", "closed")
    assert counters(variant) == (10, 0)


def test_a_late_transfer_opens_the_order_again(awaited: Order, variant: Variant) -> None:
    expire(awaited)

    assert arrive(awaited) == REOPENED

    assert now(awaited).state == "paid"
    assert counters(variant) == (10, 2)


def test_a_late_transfer_for_goods_that_are_gone_goes_back(awaited: Order, variant: Variant) -> None:
    expire(awaited)
    sell_out(variant)

    assert arrive(awaited) == LATE

    assert (now(awaited).state, Refund.objects.get().amount) == ("cancelled", awaited.total)


def test_one_transfer_pays_one_order(awaited: Order, shopper: Shopper, variant: Variant) -> None:
    """The bank's number of a transaction is taken in once in a store, also when a colleague notes it for another order."""
    other = place_order(shopper, {variant: 2})
    choose(other, BANK)
    arrive(awaited)

    with pytest.raises(Problem) as refused:
        arrive(other)

    assert refused.value.kind == "reference-used"
    assert now(other).state == "pending"
    assert arrive(awaited) == KNOWN
    assert Receipt.objects.count() == 1


def test_a_day_that_has_not_come_is_refused(awaited: Order) -> None:
    with pytest.raises(Problem):
        by_hand.take_in(awaited, BANK, 1, "x", actor=STAFF, received_on=timezone.localdate() + timedelta(days=1))
    assert not Receipt.objects.exists()


def test_the_store_sets_how_many_days(order: Order, bank: OfflineMethod) -> None:
    OfflineMethod.objects.update(days=3)
    choose(order, BANK)

    assert now(order).expires_at == order.placed_at + timedelta(days=3)
