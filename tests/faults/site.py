"""The site as processes: the sandbox, a door that listens, a worker and beat; and a kill -9 at any place of the code that has a name.

    with standing(sandbox_process, folder) as site:
        site.start_pool()                                     # a worker with two processes, and beat
        payment = site.open()                                 # a new order and its attempt to pay, open at the sandbox
        site.kill_at("apply a notification: before the commit", lambda: site.pay(payment))
        site.comes_to(payment, PAID)                          # all of it: order, payment, provider, books, stock

One site serves a whole module: orders of its tests stand side by side, and the rows are emptied at the end.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from celery import current_app
from django.conf import settings
from django.db.models import F, Sum
from django.test import override_settings
from django_scopes import scope
from pytest_django.live_server_helper import LiveServer

from core import bell, clock, duework
from core.models import IdempotencyKey
from orders.models import Order
from payments import asking
from payments.models import LedgerEntry, Payment, Refund
from payments.opening import open_payment
from payments.stripe.client import VERSION
from shop import tokens
from shop.models import Shopper, StockHold, Store, Variant
from tests.conftest import make_shopper, make_store
from tests.faults import in_worker
from tests.support import invariants, order_invariants
from tests.support.catalogue import make_product, variant_of
from tests.support.embedded import release_broker
from tests.support.orders import place_order
from tests.support.pay import use_sandbox
from tests.support.sandbox import SandboxClient, SandboxMerchant, SandboxProcess, eventually
from tests.support.stripe import use_stripe
from tests.support.worker import Process, Workers

ONE, OTHER = "staff:1", "staff:2"
INCLUDE = ("--include", "tests.faults.in_worker")
PRICE = 100
PART = 30
# What must hold of the stock; whether a stopped order's goods lie in a parcel is another question.
OF_STOCK = ("I-10", "I-11", "I-12", "I-13")


@dataclass(frozen=True)
class Outcome:
    """How an order and its money stand: here, at the provider, in the books, in stock."""

    order: str
    payment: str
    # As the provider has them; nobody has what staff take in.
    trade: str
    refunds: tuple[str, ...] = ()
    # Groups of the ledger.
    booked: tuple[str, ...] = ()
    held: int = 0


OPEN = Outcome("pending", "opened", "NOTPAY", held=1)
PAID = Outcome("paid", "succeeded", "SUCCESS", booked=("payment",), held=1)
CANCELLED = Outcome("cancelled", "closed", "CLOSED")
REFUNDED = Outcome("cancelled", "succeeded", "REFUND", ("SUCCESS",), ("payment", "refund"))
PART_RETURNED = Outcome("paid", "succeeded", "REFUND", ("SUCCESS",), ("payment", "refund"), 1)


class Kill(Protocol):
    """``Site.kill_at`` with a place: do that, and let the process die that gets there."""

    def __call__(self, act: Callable[[], object], *, again: bool = False) -> None: ...


class Site:
    """One store with one thing to sell, and the processes that serve it."""

    def __init__(self, store: Store, sandbox: SandboxClient, workers: Workers, folder: Path) -> None:
        self.store, self.sandbox, self.workers, self.folder = store, sandbox, workers, folder
        self.merchant: SandboxMerchant = sandbox.merchant(appid=store.wechat_app_id, app_secret=store.wechat_app_secret)
        use_sandbox(store, self.merchant)
        self.account = sandbox.stripe_account(webhook_url=f"{settings.PUBLIC_BASE_URL}/notify/stripe/{store.slug}/")
        use_stripe(store, self.account)
        self.shopper: Shopper = make_shopper(store)
        self.variant: Variant = variant_of(make_product(store, price=PRICE, stock=1000))
        self.token, _ = tokens.issue(self.shopper)
        self.crash_file = folder / "crash"
        self.worker: Process | None = None
        self._started: tuple[str, ...] = ()

    # The processes

    def start_pool(self, *options: str) -> None:
        """A worker with two processes: one that dies is replaced by the worker."""
        self._start("prefork", *options)

    def start_solo(self) -> None:
        """A worker that is one process: when it dies, there is no worker left."""
        self._start("solo")

    def _start(self, *options: str) -> None:
        if self._started == options and self.worker and self.worker.is_running():
            return
        if self.worker is None:
            self.workers.start_beat()
        else:
            self.worker.stop()
        self._started = options
        self.worker = self.workers.start(
            *INCLUDE, "--pool", *options, JISHI_CRASH_FILE=str(self.crash_file), JISHI_ORDER_RATE="10000"
        )

    def log(self) -> str:
        """What the worker said so far."""
        return self.worker.output() if self.worker else ""

    # What people do

    def place(self) -> Order:
        """A new order, not paid."""
        return place_order(self.shopper, {self.variant: 1})

    def open(self, order: Order | None = None) -> Payment:
        """The attempt to pay it, known to the provider."""
        row = Order.objects.select_related("store", "shopper").get(pk=(order or self.place()).pk)
        return open_payment(row, actor=f"shopper:{self.shopper.pk}")[0]

    def pay(self, payment: Payment, **more: Any) -> None:
        """The payer pays."""
        self.sandbox.pay(fresh(payment).provider_reference, **more)

    def paid(self) -> Payment:
        """A payment that has paid its order; its notification is lost."""
        payment = self.open()
        self.pay(payment, notify={"behaviour": "lose"})
        asking.ask(payment)
        self.comes_to(payment, PAID)
        return fresh(payment)

    def request(self, path: str, body: Any = None, key: str = "") -> None:
        """The shopper's program asks, in a worker's process."""
        url = f"/api/v1/stores/{self.store.slug}/{path}"
        in_worker.request.delay(url, body or {}, self.token, key or secrets.token_hex(8))

    def click(self, what: str, row: Any, *words: Any, **more: Any) -> None:
        """A person does that to a row, in a worker's process."""
        in_worker.click.delay(what, row._meta.label, row.pk, *words, **more)

    # A kill

    def kill_at(self, place: str, act: Callable[[], object], *, again: bool = False) -> None:
        """Do something, let the process die that gets to that place on account of it, and let others go on at once.

        ``again``: who asked gets no answer, and asks once more.
        """
        assert self.worker is not None
        self.crash_file.write_text(place)
        act()
        eventually(lambda: not self.crash_file.exists(), timeout=30)
        if self._started == ("solo",):
            eventually(lambda: not self.worker.is_running())
            self.start_solo()
        self._end_leases()
        if again:
            act()

    def _end_leases(self) -> None:
        """What the dead process had claimed would be free after a minute or two, and the sweep would find it."""
        now = clock.now()
        for model in duework.models_with_work():
            rows = model._base_manager.filter(claimed_until__gt=now)
            claimed = list(rows.values_list("pk", flat=True))
            rows.update(claimed_until=now)
            for pk in claimed:
                bell.ring(model._meta.label_lower, pk)
        IdempotencyKey._base_manager.filter(status=None).update(locked_until=now)

    # What has become of it

    def outcome(self, payment: Payment) -> Outcome:
        """How it stands now."""
        payment = Payment.objects.select_related("order").get(pk=payment.pk)
        trade, refunds = self._there(payment)
        groups = set(LedgerEntry.objects.filter(payment=payment).values_list("group", flat=True))
        holds = StockHold.objects.filter(reference=payment.order.stock_reference, state="open")
        return Outcome(
            payment.order.state,
            payment.state,
            trade,
            refunds,
            tuple(sorted(group.partition(":")[0] for group in groups)),
            holds.aggregate(sum=Sum("quantity"))["sum"] or 0,
        )

    def _there(self, payment: Payment) -> tuple[str, tuple[str, ...]]:
        """How the payment and its refunds stand, in the words of its provider."""
        if payment.provider == "stripe":
            intent = self.at_stripe(f"payment_intents/{payment.provider_reference}")
            refunds = self.at_stripe("refunds", payment_intent=payment.provider_reference)["data"]
            return intent["status"], tuple(refund["status"] for refund in refunds)
        if payment.provider == "wechatpay":
            there = self.sandbox.transaction(self.merchant.mchid, payment.number)
            return there["trade_state"], tuple(refund["status"] for refund in there["refunds"])
        return "", ()

    def at_stripe(self, path: str, **query: Any) -> dict[str, Any]:
        """What Stripe has, asked without the code that is tested."""
        return dict(
            self.sandbox.session.get(
                f"{self.sandbox.url}/v1/{path}",
                params=query,
                headers={"Authorization": f"Bearer {self.account.secret_key}", "Stripe-Version": VERSION},
                timeout=30,
            ).json()
        )

    def comes_to(self, payment: Payment, expected: Outcome, seconds: float = 30) -> None:
        """It soon stands so, stays so when all work is done, and no promise about money or stock is broken."""
        wait_for(lambda: self.outcome(payment), expected, seconds)
        self.rests()
        wait_for(lambda: self.outcome(payment), expected, 0)

    def rests(self, seconds: float = 20) -> None:
        """Everything that is due has been done; nothing is parked, and nothing is wrong."""
        wait_for(lambda: invariants.violations(timedelta(0)), {}, seconds)
        assert {name: rows for name, rows in order_invariants.violations().items() if name.startswith(OF_STOCK)} == {}
        for model in duework.models_with_work():
            assert not model._base_manager.filter(parked_at__isnull=False).exists(), f"a {model.__name__} is parked"

    def same_books(self) -> None:
        """Whatever was asked of the provider in all this time was done there once: its refunds are those of the house."""
        for payment in Payment.objects.filter(provider="wechatpay").exclude(provider_reference=""):
            there = self.sandbox.transaction(self.merchant.mchid, payment.number)
            assert (there["trade_state"] in ("SUCCESS", "REFUND")) == (payment.state == "succeeded"), payment.number
            refunded = sum(one["amount"]["refund"] for one in there["refunds"] if one["status"] == "SUCCESS")
            done = Refund.objects.filter(payment=payment, state="succeeded").aggregate(sum=Sum("amount"))["sum"] or 0
            assert refunded == done, payment.number
        for payment in Payment.objects.filter(provider="stripe").exclude(provider_reference=""):
            [intent] = self.intents_of(payment)
            assert (intent["status"] == "succeeded") == (payment.state == "succeeded"), payment.number
            assert len(self._there(payment)[1]) == Refund.objects.filter(payment=payment).count(), payment.number

    def intents_of(self, payment: Payment) -> list[dict[str, Any]]:
        """Whatever was made at Stripe under this payment's number."""
        made = self.at_stripe("payment_intents", limit=100)["data"]
        return [intent for intent in made if intent["metadata"].get("payment") == payment.number]


def wait_for(look: Callable[[], Any], expected: Any, seconds: float) -> None:
    """Wait until that is seen; AssertionError with what is seen instead."""
    until = time.monotonic() + seconds
    while (seen := look()) != expected:
        assert time.monotonic() < until, f"after {seconds:g} s still {seen}, and not {expected}"
        time.sleep(0.1)


def fresh(row: Any) -> Any:
    """The row as it is now."""
    return type(row)._base_manager.get(pk=row.pk)


def make_due(row: Any) -> None:
    """The row's time has come."""
    type(row)._base_manager.filter(pk=row.pk).update(due_at=clock.now())
    bell.ring(row._meta.label_lower, row.pk)


@contextmanager
def standing(process: SandboxProcess, folder: Path) -> Iterator[Site]:
    """The site, with no worker yet. Needs a database that lets its rows be committed."""
    sandbox = SandboxClient(process.url)
    sandbox.reset()
    # What the sandbox does after a wait is not waited for.
    sandbox.settings(speed=20)
    door, workers = LiveServer("127.0.0.1"), Workers(folder)
    providers = dict.fromkeys(("WECHATPAY_API_BASE", "WECHAT_API_BASE", "STRIPE_API_BASE"), sandbox.url)
    addresses = providers | {"PUBLIC_BASE_URL": door.url}
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_declare(settings.CELERY_TASK_DEFAULT_QUEUE, durable=True, auto_delete=False)
        broker.default_channel.queue_purge(settings.CELERY_TASK_DEFAULT_QUEUE)
    try:
        with override_settings(**addresses):
            store = make_store("tea", order_limit=10_000)
            with scope(store=store):
                yield Site(store, sandbox, workers, folder)
    finally:
        workers.stop()
        door.stop()
        release_broker()


def later(site: Site, payment: Payment, seconds: float) -> None:
    """So much time passes for this payment and its order."""
    by = timedelta(seconds=seconds)
    site.sandbox.advance_clock(seconds)
    Payment.objects.filter(pk=payment.pk).update(opened_at=F("opened_at") - by, closed_at=F("closed_at") - by)
    Refund.objects.filter(payment=payment).update(due_at=F("due_at") - by, created_at=F("created_at") - by)
    Order.objects.filter(pk=payment.order_id).update(
        expires_at=F("expires_at") - by, cancelled_at=F("cancelled_at") - by
    )
