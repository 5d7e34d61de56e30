"""Another provider is one file and one registration: opening, notification, settling, polling, closing and refunds need no change.

The file is ``tests/payments/shells.py``, and it is the example of docs/gateways.md word for word; its counter is a server of this test.
"""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core import clock, duework
from core.problems import Problem
from orders.models import Duty, Order
from payments import gateways
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.opening import open_payment
from shop.models import Store, WeChatPayAccount
from tests.payments import shells as example
from tests.payments.shells import SECRET, Shells
from tests.support.pay import Platform

BASKETS = dict[str, dict[str, Any]]


class Counter(BaseHTTPRequestHandler):
    """Keeps a basket for each number; ``baskets`` is what is in them."""

    baskets: BASKETS

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_PUT(self) -> None:
        what, number = self.path.strip("/").split("/")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.baskets.setdefault(number, {"id": f"{what}-{number}", "state": "waiting", **body})
        self.answer(number)

    def do_GET(self) -> None:
        self.answer(self.path.split("/")[-1])

    def do_DELETE(self) -> None:
        basket = self.baskets.get(self.path.split("/")[-1], {})
        if basket.get("state") == "waiting":
            basket["state"] = "void"
        self.answer(self.path.split("/")[-1])

    def answer(self, number: str) -> None:
        basket = self.baskets.get(number)
        content = json.dumps(basket or {}).encode()
        self.send_response(200 if basket else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def baskets() -> Iterator[tuple[str, BASKETS]]:
    """The counter's address, and its baskets."""
    kept: BASKETS = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneCounter", (Counter,), {"baskets": kept}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def shells(baskets: tuple[str, BASKETS]) -> Iterator[Shells]:
    gateway = Shells(baskets[0])
    gateways.register(gateway)
    yield gateway
    del gateways._gateways["shells"]


@pytest.fixture
def payment(order: Order, shells: Shells) -> Payment:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1", provider="shells")[0]


def pay(payment: Payment, baskets: tuple[str, BASKETS]) -> None:
    """The shopper hands the shells over."""
    baskets[1][payment.number] |= {"state": "paid", "receipt": f"shell-{payment.number}"}


def tell(store: Store, payment: Payment, secret: bytes = SECRET, **members: Any) -> int:
    document = {"event": f"event-{payment.number}", "number": payment.number, "shells": payment.amount}
    body = json.dumps(document | {"state": "paid", "receipt": f"shell-{payment.number}"} | members)
    signature = hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()
    answer = Client().post(
        f"/notify/shells/{store.slug}/", body, content_type="application/json", headers={"X-Shells": signature}
    )
    return answer.status_code


def test_the_documentation_shows_the_code_that_runs() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "gateways.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)

    assert Path(example.__file__).read_text(encoding="utf-8") in blocks


def test_paid_by_notification(store: Store, order: Order, payment: Payment) -> None:
    assert tell(store, payment, b"somebody else") == 401
    assert tell(store, payment) == 204
    duework.run_pending(Notification)

    order.refresh_from_db()
    assert order.state == "paid"
    assert LedgerEntry.objects.count() == 2


def test_another_amount_is_not_believed(store: Store, order: Order, payment: Payment) -> None:
    assert tell(store, payment, shells=1) == 204
    duework.run_pending(Notification)

    order.refresh_from_db()
    assert order.state == "pending"
    assert Notification.objects.get().parked_at is not None


def test_found_by_polling(order: Order, payment: Payment, baskets: tuple[str, BASKETS]) -> None:
    pay(payment, baskets)
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)

    order.refresh_from_db()
    assert order.state == "paid"


def test_closed_with_the_order(order: Order, payment: Payment, baskets: tuple[str, BASKETS]) -> None:
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert baskets[1][payment.number]["state"] == "void"


def test_paid_while_the_order_is_closed(order: Order, payment: Payment, baskets: tuple[str, BASKETS]) -> None:
    pay(payment, baskets)
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)

    order.refresh_from_db()
    assert order.state == "paid"


def test_two_providers_both_paid(
    store: Store, order: Order, platform: Platform, payment: Payment, shells: Shells
) -> None:
    """B17: the second goes back, at its own provider; the books balance."""
    from tests.support.pay import deliver, open_attempt

    other = open_attempt(order)
    deliver(platform, other)
    tell(store, payment)
    duework.run_pending(Notification)
    duework.run_pending(Refund)

    order.refresh_from_db()
    assert order.state == "paid"
    refund = Refund.objects.select_related("payment").get()
    assert (refund.payment.provider, refund.state) == ("shells", "succeeded")


def test_the_shopper_chooses_among_those_offered(order: Order, platform: Platform, shells: Shells) -> None:
    row = Order.objects.select_related("store").get(pk=order.pk)
    assert gateways.offered(row.store) == ["wechatpay", "shells"]
    WeChatPayAccount.objects.all().delete()
    assert gateways.offered(row.store) == ["shells"]
    assert open_payment(row, actor="shopper:1")[0].provider == "shells"
    with pytest.raises(Problem):
        open_payment(row, actor="shopper:1", provider="wechatpay")


def test_a_name_is_registered_once(shells: Shells) -> None:
    with pytest.raises(RuntimeError):
        gateways.register(Shells())
