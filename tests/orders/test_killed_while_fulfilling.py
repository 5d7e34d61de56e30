"""A worker killed with -9 in the middle of fulfilling an order: after a restart the order has its one parcel, complete, and no second."""

from collections.abc import Mapping
from threading import Thread

import pytest
from django.db import connection, transaction

from core import clock
from orders.models import Duty, Parcel, ParcelLine
from shop.models import Shopper, Store, Variant
from tests.support.catalogue import make_product
from tests.support.orders import paid_order
from tests.support.sandbox import eventually
from tests.support.worker import Workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process, pytest.mark.servers, pytest.mark.slow]


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_the_order_has_one_whole_parcel(store: Store, shopper: Shopper, workers: Workers) -> None:
    cup, tea = make_product(store, "Cup", stock=5), make_product(store, "Longjing", stock=5)
    worker = workers.start()
    with transaction.atomic():
        # The parcel can be written, its lines cannot: the worker stands still with half of the work done.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_parcelline IN EXCLUSIVE MODE")
        order = _paid_elsewhere(shopper, {cup.variants.get(): 1, tea.variants.get(): 2})
        workers.start_beat()
        eventually(somebody_waits_for_a_lock, timeout=20)
        worker.kill()
    assert not Parcel.objects.filter(order_id=order).exists(), "half of the work is no work"
    duty = Duty.objects.get(order_id=order, kind=Duty.Kind.FULFIL)
    assert duty.done_at is None
    assert duty.attempts >= 1

    # The lease of the dead worker ends; another is started.
    Duty.objects.filter(pk=duty.pk).update(claimed_until=None, claim="", due_at=clock.now())
    workers.start()
    eventually(lambda: Duty.objects.filter(pk=duty.pk, done_at__isnull=False).exists(), timeout=30)

    assert Parcel.objects.filter(order_id=order).count() == 1
    lines = ParcelLine.objects.filter(parcel__order_id=order).order_by("line__position")
    assert list(lines.values_list("quantity", flat=True)) == [1, 2]


def _paid_elsewhere(shopper: Shopper, quantities: Mapping[Variant, int]) -> int:
    """A paid order whose rows are committed although this connection is in a transaction: made on a connection of its own."""
    made: list[int] = []

    def make() -> None:
        try:
            made.append(paid_order(shopper, quantities).pk)
        finally:
            connection.close()

    thread = Thread(target=make)
    thread.start()
    thread.join(30)
    return made[0]
