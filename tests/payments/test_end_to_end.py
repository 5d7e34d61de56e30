"""Paying through real processes and real HTTP: the API, the sandbox's cashier, its signed and encrypted notification to a live server,
the inbox, the paid order. And every bad notification that the sandbox can send: nothing changes, nobody is called."""

import threading
from typing import Any

import pytest
from django.db import connection
from django_scopes import scope
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from core import clock, duework
from orders.models import Duty, Order
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.wechatpay.gateway import WeChatPay
from shop.models import Store, Variant, WeChatPayAccount
from tests.support.orders import sell_out
from tests.support.sandbox import SandboxClient, SandboxMerchant, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process, pytest.mark.servers]


@pytest.fixture(autouse=True)
def site(live_server: LiveServer, merchant: SandboxMerchant, sandbox: SandboxClient, settings: Settings) -> None:
    """The site listens, and the sandbox tells it what happens."""
    settings.PUBLIC_BASE_URL = live_server.url
    sandbox.settings(notify="normal")


def pay(api: APIClient, order: Order, store: Store, sandbox: SandboxClient) -> Payment:
    """Ask for the parameters, hand them to the cashier, and pay there."""
    answer = api.post(
        f"/api/v1/stores/{store.slug}/orders/{order.public_id}/pay", {}, format="json",
        headers={"Idempotency-Key": f"end-to-end-{order.public_id}"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    sheet = sandbox.open_cashier({"appId": store.wechat_app_id, **answer.json()["params"]})
    assert sandbox.pay(sheet["prepay_id"]) == "SUCCESS"
    return Payment.objects.get(order=order, state="opened")


def test_it_works(api: APIClient, order: Order, store: Store, sandbox: SandboxClient) -> None:
    payment = pay(api, order, store, sandbox)

    row = eventually(lambda: Notification.objects.first())
    assert row is not None
    assert row.event_type == "TRANSACTION.SUCCESS"
    assert eventually(lambda: sandbox.notifications(state="acknowledged"))
    duework.run_pending()
    duework.run_pending()

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.state, payment.settles) == ("paid", True)
    assert Duty.objects.get(order=order, kind="fulfil").done_at is not None
    answer = api.get(f"/api/v1/stores/{store.slug}/orders/{order.public_id}/payment")
    assert (answer.json()["state"], answer.json()["order_state"]) == ("succeeded", "paid")
    calls = [request["call"] for request in sandbox.requests() if request["path"].startswith("/v3/")]
    assert calls == ["prepay"]


def test_in_certificate_mode(
    api: APIClient, order: Order, store: Store, sandbox: SandboxClient, merchant: SandboxMerchant
) -> None:
    """A merchant without a WeChat Pay public key: answers and notifications are signed with the platform certificate."""
    WeChatPayAccount.objects.update(
        public_key_id="", public_key="", certificates={merchant.platform_serial: merchant.platform_certificate_pem}
    )
    pay(api, order, store, sandbox)

    row = eventually(lambda: Notification.objects.first())
    assert row is not None
    assert row.headers["Wechatpay-Serial"] == merchant.platform_serial
    duework.run_pending()
    order.refresh_from_db()
    assert order.state == "paid"


def test_told_fifty_times_at_once(api: APIClient, order: Order, store: Store, sandbox: SandboxClient) -> None:
    sandbox.settings(notify="lose")
    payment = pay(api, order, store, sandbox)

    answers = sandbox.deliver(payment.number, times=50)

    assert [answer["status"] for answer in answers] == [204] * 50
    assert Notification.objects.count() == 1
    duework.run_pending()
    order.refresh_from_db()
    assert order.state == "paid"
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("behaviour", ["forge", "unknown_serial", "stale", "tamper", "signtest", "wrong_apiv3_key"])
def test_what_is_not_genuine(
    behaviour: str, api: APIClient, order: Order, store: Store, sandbox: SandboxClient
) -> None:
    """Refused at the door: no row, no call; the genuine one that follows is taken."""
    sandbox.settings(notify="lose")
    payment = pay(api, order, store, sandbox)
    calls = len(sandbox.requests(path="/v3/"))

    answers = sandbox.deliver(payment.number, behaviour=behaviour)

    assert [answer["status"] for answer in answers] == [401]
    assert not Notification.objects.exists()
    duework.run_pending()
    nothing_changed(order, payment)
    assert len(sandbox.requests(path="/v3/")) == calls

    assert sandbox.deliver(payment.number)[0]["status"] == 204
    duework.run_pending()
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize("behaviour", ["wrong_amount", "wrong_appid", "wrong_mchid", "wrong_order"])
def test_what_does_not_fit(behaviour: str, api: APIClient, order: Order, store: Store, sandbox: SandboxClient) -> None:
    """Genuine and wrong: stored, acknowledged, set aside with a verdict; nothing changes and nobody is called."""
    sandbox.settings(notify="lose")
    payment = pay(api, order, store, sandbox)
    calls = len(sandbox.requests(path="/v3/"))

    assert sandbox.deliver(payment.number, behaviour=behaviour)[0]["status"] == 204
    duework.run_pending()

    row = Notification.objects.get()
    assert row.parked_at is not None
    assert row.verdict
    nothing_changed(order, payment)
    assert len(sandbox.requests(path="/v3/")) == calls


def nothing_changed(order: Order, payment: Payment) -> None:
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.state, order.hold_reason, payment.state) == ("pending", "", "opened")
    assert not LedgerEntry.objects.exists()
    assert not Refund.objects.exists()


def test_paid_after_the_order_was_cancelled(
    api: APIClient,
    order: Order,
    variant: Variant,
    store: Store,
    sandbox: SandboxClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The close was answered, the goods were sold, and the payer was quicker all the same: the money goes back once, told by WeChat Pay."""
    sandbox.settings(notify="lose", refund_seconds=0)
    payment = pay(api, order, store, sandbox)
    with monkeypatch.context() as patch:
        patch.setattr(WeChatPay, "close", lambda self, payment: None)
        Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
        duework.run_pending(Duty)
    order.refresh_from_db()
    assert order.state == "cancelled"
    sell_out(variant)
    sandbox.settings(notify="normal")

    for _ in range(2):
        sandbox.deliver(payment.number, new=True)
    duework.run_pending(Notification)
    duework.run_pending(Refund)

    def refunded() -> Any:
        duework.run_pending(Notification)
        return Refund.objects.filter(state="succeeded").first()

    refund = eventually(refunded, timeout=20)
    assert (refund.amount, refund.payment_id) == (order.total, payment.pk)
    assert Refund.objects.count() == 1
    transaction = sandbox.transaction("1900000001", payment.number)
    assert [row["status"] for row in transaction["refunds"]] == ["SUCCESS"]
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_no_transaction_is_open_while_the_provider_is_slow(
    api: APIClient, order: Order, store: Store, sandbox: SandboxClient
) -> None:
    """Seen by the database itself: while prepay hangs, no connection of the site idles in a transaction."""
    sandbox.faults("prepay", {"do": "slow", "seconds": 2})

    def run() -> None:
        with scope(store=store):
            pay(api, order, store, sandbox)
        connection.close()

    def is_asked() -> bool:
        return any(request["status"] is None for request in sandbox.requests(call="prepay"))

    thread = threading.Thread(target=run)
    thread.start()
    eventually(is_asked, timeout=30)
    seen = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND state = 'idle in transaction'"
            )
            waiting = cursor.fetchone()[0]
        # What was seen counts when the provider was still at it afterwards.
        if not is_asked():
            break
        seen.append(waiting)
    thread.join(timeout=30)

    assert len(seen) > 1
    assert set(seen) == {0}
    assert Payment.objects.get().provider_reference
