"""Twenty refunds of 60 on a payment of 100 at once are one; a refund of everything and a shipment at once are one of the two.

C1 of the fault battery. Each race has a negative control: without the protection it goes wrong, or it would prove nothing.
"""

import pytest

from core import duework
from core.problems import Problem
from orders import packing, shipping
from orders.models import Duty, Order, Parcel
from payments import refund_requests
from payments.models import Payment, Refund
from shop.models import Store, Variant
from tests.conftest import make_shopper
from tests.support import invariants
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import place_order
from tests.support.pay import pay
from tests.support.racing import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.xdist_group("races"),
    pytest.mark.servers,
]
TIMES = 20


@pytest.fixture
def variant(store: Store) -> Variant:
    return variant_of(make_product(store, price=10000, stock=10))


@pytest.fixture
def payment(store: Store, variant: Variant) -> Payment:
    """100.00, paid; one parcel waits to be packed."""
    payment = pay(place_order(make_shopper(store), {variant: 1}))
    duework.run_pending(Duty)
    return payment


def sixty(payment: Payment, key: str = "") -> str:
    refund_requests.request(payment, 6000, "x", actor="staff:1", key=key)
    return "refunded"


def test_twenty_refunds_of_sixty_on_a_hundred(store: Store, payment: Payment) -> None:
    outcomes = together(store, [lambda: sixty(payment)] * TIMES)

    assert sorted(outcomes) == ["refund-too-much"] * (TIMES - 1) + ["refunded"]
    assert Refund.objects.count() == 1
    assert Payment.objects.get().refund_reserved == 6000
    invariants.check()


def test_without_the_conditional_update_and_the_lock_they_pay_out_more(
    store: Store, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: an amount that was looked at, and nothing that holds it."""
    monkeypatch.setattr(refund_requests, "lock", lambda order_pk: None)
    monkeypatch.setattr(refund_requests, "reserve", lambda payment, amount: payment.refundable >= amount)
    monkeypatch.setattr(refund_requests, "stop_order", lambda refund, actor, expected: None)
    numbers = iter(range(TIMES))
    create = Refund.objects.create
    monkeypatch.setattr(
        Refund.objects, "create", lambda **columns: create(**{**columns, "number": f"r-{next(numbers)}"})
    )

    together(store, [lambda: sixty(payment)] * TIMES)

    assert sum(Refund.objects.values_list("amount", flat=True)) > 10000


def test_one_confirmation_sent_twenty_times(store: Store, payment: Payment) -> None:
    """Forty of it would fit twice; it is one."""
    outcomes = together(
        store, [lambda: str(refund_requests.request(payment, 4000, "x", actor="staff:1", key="the same").pk)] * TIMES
    )

    assert len(set(outcomes)) == 1
    assert Refund.objects.count() == 1


def everything(payment: Payment) -> str:
    refund_requests.request(payment, 10000, "x", actor="staff:1", stops=True)
    return "refunded"


def ship(parcel: Parcel) -> str:
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:2")
    return "shipped"


def shipped_or_refunded(store: Store, variant: Variant) -> None:
    """One of the two has happened, whole; never both."""
    order = Order.objects.get()
    if order.state == "shipped":
        assert not Refund.objects.exists()
        assert Payment.objects.get().refund_reserved == 0
        assert counters(variant) == (9, 0)
    else:
        assert order.state == "cancelled"
        assert Refund.objects.get().amount == 10000
        assert not Parcel.objects.exists()
        assert counters(variant) == (10, 0)
    invariants.check()


@pytest.mark.parametrize("_repeat", range(5))
def test_refunded_and_shipped_at_once(_repeat: int, store: Store, payment: Payment, variant: Variant) -> None:
    parcel = Parcel.objects.get()
    packing.pack(parcel, actor="staff:2")

    outcomes = together(store, [lambda: everything(payment), lambda: ship(parcel)])

    assert sorted(outcomes) in (["refund-shipped", "shipped"], ["refunded", "stale-state"])
    shipped_or_refunded(store, variant)


@pytest.mark.parametrize("first", ["refund", "ship"])
def test_one_after_the_other(first: str, store: Store, payment: Payment, variant: Variant) -> None:
    parcel = Parcel.objects.get()
    jobs = [lambda: everything(payment), lambda: ship(parcel)]
    one, other = jobs if first == "refund" else reversed(jobs)
    one()
    with pytest.raises(Problem) as refused:
        other()
    assert refused.value.kind == ("stale-state" if first == "refund" else "refund-shipped")

    assert Order.objects.get().state == ("cancelled" if first == "refund" else "shipped")
    shipped_or_refunded(store, variant)


def test_without_the_word_that_it_stops_both_happen(store: Store, payment: Payment) -> None:
    """The negative control: who was not told that the order is stopped gets the refund of a shipped order as well."""
    ship(Parcel.objects.get())
    refund_requests.request(payment, 10000, "x", actor="staff:1")

    assert (Order.objects.get().state, Refund.objects.count()) == ("shipped", 1)


def test_agreed_to_and_refused_at_once(store: Store, payment: Payment) -> None:
    Store.objects.update(refund_approval_from=1)
    row = refund_requests.request(Payment.objects.select_related("store").get(), 10000, "x", actor="staff:1")

    def agree() -> str:
        refund_requests.approve(Refund.objects.select_related("payment").get(pk=row.pk), actor="staff:2")
        return "agreed"

    def refuse() -> str:
        refund_requests.refuse(Refund.objects.select_related("payment").get(pk=row.pk), actor="staff:3", why="no")
        return "refused"

    outcomes = together(store, [agree, refuse] * 5)

    refund = Refund.objects.get()
    assert [outcome for outcome in outcomes if outcome in ("agreed", "refused")] == [
        "agreed" if refund.state == "due" else "refused"
    ]
    assert Payment.objects.get().refund_reserved == (10000 if refund.state == "due" else 0)
    invariants.check()
