"""With a real worker: a notification is applied as soon as it has come; a worker killed with -9 in the middle of a refund, or while it
settles, loses nothing and does nothing twice."""

from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core import clock, duework
from orders.models import Duty, Order
from payments import asking
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.opening import open_payment
from payments.wechatpay.gateway import WeChatPay
from shop.models import Variant
from tests.support.orders import sell_out
from tests.support.sandbox import SandboxClient, SandboxMerchant, eventually
from tests.support.worker import Workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process, pytest.mark.servers, pytest.mark.slow]


@pytest.fixture(autouse=True)
def site(live_server: LiveServer, merchant: SandboxMerchant, sandbox: SandboxClient, settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = live_server.url


@pytest.fixture
def payment(order: Order) -> Payment:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")[0]


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_told_and_paid(order: Order, payment: Payment, sandbox: SandboxClient, workers: Workers) -> None:
    """Nobody sweeps: the bell alone calls the worker."""
    workers.start()
    sandbox.settings(notify="normal")
    sandbox.pay(payment.provider_reference)

    eventually(lambda: fresh(order).state == "paid", timeout=20)
    eventually(lambda: Duty.objects.filter(order=order, kind="fulfil", done_at__isnull=False).exists(), timeout=20)


def test_killed_while_the_refund_is_asked_for(
    order: Order,
    variant: Variant,
    payment: Payment,
    sandbox: SandboxClient,
    workers: Workers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The provider has accepted, the answer is lost with the worker: the next one asks under the same number. One refund."""
    with monkeypatch.context() as patch:
        patch.setattr(WeChatPay, "close", lambda self, payment: None)
        Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
        duework.run_pending(Duty)
    sell_out(variant)
    sandbox.pay(payment.provider_reference)
    sandbox.settings(refund_seconds=0)
    sandbox.faults("refund", {"do": "slow", "seconds": 5})
    worker = workers.start()
    asking.ask(fresh(payment))

    eventually(lambda: sandbox.requests(call="refund"), timeout=20)
    worker.kill()
    assert Refund.objects.get().state == "due"
    Refund.objects.update(claimed_until=clock.now(), due_at=clock.now())
    workers.start()
    workers.start_beat()

    def arrived() -> bool:
        Refund.objects.filter(claimed_until=None, done_at=None).update(due_at=clock.now())
        return bool(Refund.objects.get().state == "succeeded")

    eventually(arrived, timeout=30)
    assert len(sandbox.transaction("1900000001", payment.number)["refunds"]) == 1
    assert LedgerEntry.objects.filter(group__startswith="refund").count() == 2


def test_killed_while_it_settles(order: Order, payment: Payment, sandbox: SandboxClient, workers: Workers) -> None:
    """The worker dies before its commit: nothing has happened. The next one settles, once."""
    from django.db import connection, transaction

    worker = workers.start()
    with transaction.atomic():
        # Holds the order's lock, so that the worker stops in the middle of its transaction.
        Duty.objects.select_for_update().get(order=order, kind="close")
        sandbox.settings(notify="normal")
        sandbox.pay(payment.provider_reference)

        def waits() -> bool:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                return bool(cursor.fetchone()[0])

        eventually(waits, timeout=20)
        worker.kill()
    assert fresh(order).state == "pending"

    Notification.objects.update(claimed_until=None, claim="", due_at=clock.now())
    workers.start()
    workers.start_beat()
    eventually(lambda: fresh(order).state == "paid", timeout=30)
    assert LedgerEntry.objects.count() == 2
    assert Duty.objects.filter(order=order, kind="fulfil").count() == 1
