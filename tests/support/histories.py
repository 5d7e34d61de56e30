"""Histories of money: a store with little stock, two providers, and everything that can happen to it.

    with played() as history:                     # a history that is written down
        payment = history.buy(2, "north")
        history.the_payer_pays(payment)
        history.the_worker_works()
    assert history.reached >= {SETTLED}           # at its end everything was carried out, and both sides agreed

The same class is a Hypothesis state machine, which plays histories that nobody has thought of.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django_scopes import scope
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from core import clock, duework
from core.problems import Problem
from orders import closing
from orders.models import Order
from payments import asking, gateways, reconciling, refund_requests
from payments.gateways import Declined, GatewayError, Unavailable
from payments.models import Difference, Notification, Payment, Refund
from payments.opening import open_payment
from shop import stock
from shop.models import Stock, Store, Variant
from tests.conftest import make_shopper, make_store
from tests.support import invariants
from tests.support.catalogue import make_product, variant_of
from tests.support.memory_provider import MemoryProvider, registered
from tests.support.order_invariants import check_orders
from tests.support.orders import place_order, sell_out

CALLS = ("prepay", "query", "close", "refund", "query_refund")
STOCK, PRICE, APPROVAL_FROM = 40, 1000, 3000
ORDER_LIFE = timedelta(minutes=31)
NO_GRACE = timedelta(0)

PROVIDERS = st.sampled_from(["north", "south"])
STAFF = st.sampled_from(["staff:1", "staff:2"])
# One of those that there are, counted round.
WHICH = st.integers(0, 7)


@contextmanager
def refused(*kinds: str) -> Iterator[None]:
    """What is done inside may be refused, for these reasons only."""
    try:
        yield
    except Problem as problem:
        if problem.kind not in kinds:
            raise


class Histories(RuleBasedStateMachine):
    """After every step the database is asked for broken promises. Amounts in minor units; payments are named by primary key."""

    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        # Verdicts of the inbox and of payments, states of refunds and orders: where the history has got to.
        self.reached: set[str] = set()
        # Undone at the end of the history; Django takes it for the block of a test case, in which the site's own may be durable.
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()
        self.offset = timedelta(0)
        self.real_now = clock.now
        clock.now = lambda: self.real_now() + self.offset
        self.providers = {name: MemoryProvider(name) for name in ("north", "south")}
        self.registration = registered(*self.providers.values())
        self.registration.__enter__()
        self.store: Store = make_store("tea", refund_approval_from=APPROVAL_FROM, order_limit=100)
        self.scope = scope(store=self.store)
        self.scope.__enter__()
        self.shopper = make_shopper(self.store)
        self.variant: Variant = variant_of(make_product(self.store, price=PRICE, stock=STOCK))

    def teardown(self) -> None:
        """The end of a history: all is carried out and compared, and then undone."""
        try:
            self.drain()
            self.agree()
        finally:
            self.leave()

    def leave(self) -> None:
        """Undo everything; the clock is as before."""
        clock.now = self.real_now
        self.scope.__exit__(None, None, None)
        self.registration.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # What happens

    @initialize(target=payments)
    def the_first_purchase(self) -> Any:
        return self.buy(2, "north")

    @rule(target=payments, quantity=st.integers(1, 4), provider=PROVIDERS)
    def a_purchase(self, quantity: int, provider: str) -> Any:
        return self.buy(quantity, provider)

    @rule(target=payments, payment=payments, provider=PROVIDERS)
    def another_tab(self, payment: int, provider: str) -> Any:
        return self.open(self.payment(payment).order_id, provider)

    @rule(payment=payments, amount=st.sampled_from([None, None, None, 1, 999_999]), anyway=st.booleans())
    def the_payer_pays(self, payment: int, amount: int | None = None, anyway: bool = False) -> None:
        row = self.payment(payment)
        if row.number in self.provider(row).payments:
            self.provider(row).pay(row.number, amount=amount, anyway=anyway)

    @rule(payment=payments, times=st.integers(1, 3))
    def the_provider_tells(self, payment: int, times: int = 1) -> None:
        row = self.payment(payment)
        for _ in range(times):
            assert self.provider(row).notify(self.store, row.number, event_id=f"{row.number}-told") == 204

    @rule(payment=payments)
    def paid_and_told(self, payment: int) -> None:
        """The payer was at it, whatever has become of the order meanwhile, and the site hears of it."""
        self.the_payer_pays(payment, anyway=True)
        row = self.payment(payment)
        assert self.provider(row).notify(self.store, row.number) == 204
        self.the_worker_works()

    @rule(target=payments, quantity=st.integers(1, 4), provider=PROVIDERS)
    def bought_and_paid(self, quantity: int, provider: str) -> Any:
        payment = self.buy(quantity, provider)
        if isinstance(payment, int):
            self.paid_and_told(payment)
        return payment

    @rule(amount=st.sampled_from([1, PRICE - 1, PRICE + 1, 999_999]), provider=PROVIDERS)
    def paid_in_another_amount(self, amount: int, provider: str) -> None:
        """It is not told; asking finds it."""
        payment = self.buy(1, provider)
        if isinstance(payment, int):
            self.the_payer_pays(payment, amount=amount)
            self.time_passes(5)
            self.the_worker_works()

    @rule(quantity=st.integers(1, 3), provider=PROVIDERS, sold_out=st.booleans())
    def paid_too_late(self, quantity: int, provider: str, sold_out: bool) -> None:
        """The order's time is over and its stock given back, perhaps to somebody else; then the money comes."""
        payment = self.buy(quantity, provider)
        if not isinstance(payment, int):
            return
        self.offset += ORDER_LIFE
        self.the_worker_works()
        if sold_out:
            sell_out(self.variant)
        self.paid_and_told(payment)
        if sold_out:
            self.new_stock()

    @rule(quantity=st.integers(1, 3), provider=PROVIDERS)
    def paid_after_it_was_closed_and_never_told(self, quantity: int, provider: str) -> None:
        """Nobody asks about what is closed: only the bill of the day shows it."""
        payment = self.buy(quantity, provider)
        if isinstance(payment, int):
            self.the_shopper_cancels(payment)
            self.the_worker_works()
            self.the_payer_pays(payment, anyway=True)

    @rule(quantity=st.integers(1, 3))
    def paid_in_both_tabs(self, quantity: int) -> None:
        payment = self.buy(quantity, "north")
        if isinstance(payment, int):
            other = self.another_tab(payment, "south")
            for tab in (payment, other):
                if isinstance(tab, int):
                    self.paid_and_told(tab)

    @rule(payment=payments, amount=st.integers(0, 5000))
    def somebody_claims(self, payment: int, amount: int) -> None:
        """Signed well and not true: another amount, or a success that never was."""
        row = self.payment(payment)
        if row.amount != amount:
            assert self.provider(row).notify(self.store, row.number, amount=amount) == 204

    @rule(which=WHICH)
    def the_provider_tells_of_a_refund(self, which: int = 0) -> None:
        told = [(one, number) for one in self.providers.values() for number in one.refunds]
        if told:
            provider, number = told[which % len(told)]
            assert provider.notify(self.store, number) == 204

    @rule(which=WHICH, amount=st.integers(1, 2000), told=st.booleans())
    def somebody_refunds_in_the_console(self, which: int = 0, amount: int = 1, told: bool = True) -> None:
        """Told of at once, or never; a refund of ours that is on its way may be refused there then."""
        row = self.one_paid(which)
        if row is not None and row.refundable >= amount:
            number = self.provider(row).refund_by_hand(row.number, amount)
            if number and told:
                self.provider(row).notify(self.store, number)
                duework.run_pending(Notification)

    @rule(which=WHICH, amount=st.integers(1, 4000), who=STAFF)
    def staff_refund(self, which: int = 0, amount: int = 1, who: str = "staff:1") -> None:
        row = self.one_paid(which)
        if row is not None:
            with refused("refund-too-much"):
                refund_requests.request(row, amount, "a reason", actor=who)

    @rule(who=STAFF, agree=st.booleans())
    def a_second_person_decides(self, who: str, agree: bool) -> None:
        refund = Refund.objects.filter(state="requested").select_related("payment__store").first()
        if refund is None:
            return
        with refused("same-person"):
            if agree:
                refund_requests.approve(refund, actor=who)
                assert who != refund.requested_by
            else:
                refund_requests.refuse(refund, actor=who, why="no")

    @rule(agree=st.booleans())
    def two_people_refund(self, agree: bool) -> None:
        payment = self.bought_and_paid(4, "south")
        if isinstance(payment, int):
            with refused("refund-not-paid"):
                refund_requests.request(self.payment(payment), APPROVAL_FROM, "a reason", actor="staff:1")
            self.a_second_person_decides("staff:2", agree)

    @rule(which=WHICH, state=st.sampled_from(["succeeded", "failed"]))
    def a_refund_comes_to_its_end(self, which: int = 0, state: str = "succeeded") -> None:
        under_way = [
            (one, refund.number)
            for one in self.providers.values()
            for refund in one.refunds.values()
            if refund.state == "processing"
        ]
        if under_way:
            provider, number = under_way[which % len(under_way)]
            provider.finish_refund(number, state)

    @rule(which=WHICH, amount=st.integers(1, PRICE), state=st.sampled_from(["succeeded", "failed"]))
    def asked_for_and_ended(self, which: int, amount: int, state: str) -> None:
        self.staff_refund(which, amount)
        self.refunds_come_to_their_end(state)

    @rule(state=st.sampled_from(["succeeded", "succeeded", "failed"]))
    def refunds_come_to_their_end(self, state: str = "succeeded") -> None:
        """Asked for, done there, and found to be so."""
        self.the_worker_works()
        for provider in self.providers.values():
            for number in provider.refunds:
                provider.finish_refund(number, state)
        self.time_passes(60)
        self.the_worker_works()

    @rule(payment=payments)
    def the_shopper_cancels(self, payment: int) -> None:
        with refused("illegal-state"):
            closing.request_close(self.payment(payment).order, "shopper", actor="shopper:1")

    @rule(minutes=st.sampled_from([1, 5, 31, 60, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.offset += timedelta(minutes=minutes)
        # As beat does: each day that is over has its bill, which is due some hours later.
        reconciling.plan()

    @rule(name=PROVIDERS, call=st.sampled_from(CALLS), done=st.booleans())
    def a_call_will_fail(self, name: str, call: str, done: bool) -> None:
        self.providers[name].fail(call, Unavailable("no answer"), done=done)

    @rule(name=PROVIDERS, call=st.sampled_from(["refund", "query_refund"]))
    def a_call_will_be_refused(self, name: str, call: str) -> None:
        """The store's keys are not accepted, or it has another account for a while."""
        self.providers[name].fail(call, Declined("the keys are not accepted"))

    @rule()
    def staff_look_at_what_was_set_aside(self) -> None:
        """They have the provider asked about each payment of which something was told that does not fit."""
        for body in Notification.objects.filter(parked_at__isnull=False).values_list("body", flat=True):
            payment = Payment.objects.select_related("store", "order").filter(number=json.loads(body)["number"]).first()
            if payment is not None:
                with suppress(GatewayError):
                    asking.ask(payment)
        self.parked_refunds_are_tried_again()
        for refund in Refund.objects.filter(state="failed", handled_at=None, done_at__isnull=False):
            refund_requests.ask_again(refund, actor="staff:1")

    def parked_refunds_are_tried_again(self) -> None:
        """Somebody has put right what the provider refused."""
        for refund in Refund.objects.filter(parked_at__isnull=False):
            duework.retry(refund, "staff:1")

    def close_the_day(self) -> None:
        """Until the bill of today has been drawn up, fetched and compared."""
        self.time_passes(2 * 24 * 60)
        self.the_worker_works()

    @rule()
    def the_worker_works(self) -> None:
        duework.run_pending()

    # What must hold

    @invariant()
    def every_promise_holds(self) -> None:
        invariants.check()

    def drain(self) -> None:
        """Carry out everything for as long as it takes, and close the days; the providers are well again and end all refunds.

        What was lost stays lost: nobody tells anything any more. It is in the bill.
        """
        for provider in self.providers.values():
            provider._failures.clear()
        self.parked_refunds_are_tried_again()
        for _ in range(8):
            self.time_passes(8 * 60)
            for provider in self.providers.values():
                for number in provider.refunds:
                    provider.finish_refund(number)
            self.the_worker_works()

    def agree(self) -> None:
        """Nothing is left lying, and both sides say the same."""
        invariants.check(NO_GRACE)
        check_orders()
        assert not Difference.objects.filter(state="open").exists()
        for model, column in (
            (Notification, "verdict"),
            (Payment, "verdict"),
            (Refund, "state"),
            (Order, "state"),
            (Difference, "kind"),
        ):
            self.reached.update(model.objects.values_list(column, flat=True))
        for name, provider in self.providers.items():
            paid = {held.number: held.amount for held in provider.payments.values() if held.state == "paid"}
            ours = Payment.objects.filter(provider=name, state="succeeded")
            assert dict(ours.values_list("number", "paid_amount")) == paid
            gone = {one.number: one.amount for one in provider.refunds.values() if one.state == "succeeded"}
            refunded = Refund.objects.filter(payment__provider=name, state="succeeded")
            assert dict(refunded.values_list("number", "amount")) == gone

    # What they are made of

    def buy(self, quantity: int, provider: str) -> Any:
        """Place an order and open a payment for it; nothing when there is not enough."""
        try:
            order = place_order(self.shopper, {self.variant: quantity})
        except Problem:
            return multiple()
        return self.open(order.pk, provider)

    def open(self, order: int, provider: str) -> Any:
        """Open a payment, unless the order is not to be paid, or its provider does not answer."""
        try:
            row = Order.objects.select_related("store").get(pk=order)
            return open_payment(row, actor="shopper:1", provider=provider)[0].pk
        except Problem:
            return multiple()

    def new_stock(self) -> None:
        """What was sold out is there again."""
        missing = STOCK - Stock.objects.get(variant=self.variant).available
        if missing > 0:
            stock.change(self.variant.pk, missing, "counted", actor="staff:1")

    def payment(self, pk: int) -> Payment:
        found: Payment = Payment.objects.select_related("store", "order").get(pk=pk)
        return found

    def one_paid(self, which: int) -> Payment | None:
        """One of the payments that were made, counted round; the first is made for it. None when nothing can be bought."""
        paid = Payment.objects.filter(state="succeeded").select_related("store", "order").order_by("pk")
        if not paid.exists():
            self.bought_and_paid(2, "north")
        rows = list(paid.all())
        return rows[which % len(rows)] if rows else None

    def provider(self, payment: Payment) -> MemoryProvider:
        found = gateways.gateway(payment.provider)
        assert isinstance(found, MemoryProvider)
        return found


@contextmanager
def played() -> Iterator[Histories]:
    """Play one history that is written down; the promises are asked for at its end, when everything has been carried out."""
    history = Histories()
    try:
        yield history
        history.every_promise_holds()
        history.drain()
        history.agree()
    finally:
        history.leave()
