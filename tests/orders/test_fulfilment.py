"""A paid order is set down to be packed exactly once, however often and by however many the work is started (promise 2)."""

from typing import Any

import pytest

from core import clock, duework
from core.models import JournalEntry, LeaseLost
from orders import fulfilment
from orders.models import Duty, Parcel, ParcelLine
from orders.paying import mark_paid
from shop.models import Shopper, Store, Variant
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import due, paid_order, place_order


@pytest.fixture
def variants(store: Store) -> list[Variant]:
    return [variant_of(make_product(store, title, 100)) for title in ("A", "B")]


def test_it_works(shopper: Shopper, variants: list[Variant]) -> None:
    order = paid_order(shopper, {variants[0]: 2, variants[1]: 1})

    assert duework.run_pending(Duty) == 1

    parcel = Parcel.objects.get()
    assert (parcel.order, parcel.state, parcel.due_at) == (order, "packing", None)
    assert [(row.line.title_en, row.quantity) for row in parcel.lines.all()] == [("A", 2), ("B", 1)]
    assert JournalEntry.objects.get(subject=f"parcel:{parcel.pk}").to_state == "packing"
    assert counters(variants[0]) == (10, 2)  # still there: it leaves when it is shipped


def test_running_it_again_does_nothing(shopper: Shopper, variants: list[Variant]) -> None:
    paid_order(shopper, {variants[0]: 1})
    duty = Duty.objects.get(kind="fulfil")

    assert duework.run(Duty, duty.pk)
    assert not duework.run(Duty, duty.pk)
    assert duework.run_pending(Duty) == 0
    assert Parcel.objects.count() == 1


def test_a_worker_that_lost_the_work_leaves_no_parcel(shopper: Shopper, variants: list[Variant]) -> None:
    """It was thought dead, another took over, and then it went on: its transaction must fail as a whole."""
    paid_order(shopper, {variants[0]: 1})
    duty = Duty.objects.get(kind="fulfil")
    Duty.objects.filter(pk=duty.pk).update(claim="somebody else")
    duty.claim = "the first"

    with pytest.raises(LeaseLost):
        fulfilment.fulfil(duty)

    assert not Parcel.objects.exists()


def test_a_crash_after_the_parcel_was_made_takes_the_parcel_with_it(
    shopper: Shopper, variants: list[Variant], monkeypatch: Any
) -> None:
    """Parcel and conclusion commit together, so that the next attempt starts from nothing."""
    paid_order(shopper, {variants[0]: 1})
    real = fulfilment.allocate

    def allocate_and_die(order_pk: int, store_pk: int) -> Parcel:
        assert real(order_pk, store_pk).pk
        raise ConnectionError("the database has gone")

    monkeypatch.setattr(fulfilment, "allocate", allocate_and_die)
    duework.run_pending(Duty)
    assert "ConnectionError" in Duty.objects.get(kind="fulfil").last_error
    assert not Parcel.objects.exists()
    assert not ParcelLine.objects.exists()

    monkeypatch.setattr(fulfilment, "allocate", real)
    Duty.objects.filter(kind="fulfil").update(due_at=clock.now())
    duework.run_pending(Duty)
    assert Parcel.objects.count() == 1


def test_an_unpaid_order_is_not_fulfilled(store: Store, shopper: Shopper, variants: list[Variant]) -> None:
    order = place_order(shopper, {variants[0]: 1})
    Duty.objects.create(store=store, order=order, kind="fulfil", due_at=clock.now())

    duework.run_pending(Duty)

    assert not Parcel.objects.exists()


def test_being_paid_takes_the_closing_away_and_rings(
    shopper: Shopper, variants: list[Variant], monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    order = place_order(shopper, {variants[0]: 1})
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr("core.bell.ring", lambda label, pk: rung.append((label, pk)))

    with django_capture_on_commit_callbacks(execute=True):
        mark_paid(order, paid_at=clock.now(), actor="provider:wechatpay")

    close, fulfil = Duty.objects.get(kind="close"), Duty.objects.get(kind="fulfil")
    assert close.done_at is not None
    assert due(fulfil) <= clock.now()
    assert rung == [("orders.duty", fulfil.pk)]
    entry = JournalEntry.objects.filter(subject=f"order:{order.pk}").latest("id")
    assert (entry.from_state, entry.to_state, entry.actor) == ("pending", "paid", "provider:wechatpay")
