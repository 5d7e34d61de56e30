"""Whatever shoppers, payers, staff, two providers and the clock do, in whatever order: no money is lost, doubled or made.

A Hypothesis state machine plays histories over real PostgreSQL, through the functions and the door of the site. After every step the
database is asked for broken promises; at the end everything that is due is carried out, and then nothing may be left lying and the
providers' books must say what ours say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django_scopes import scope
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from core import clock, duework
from core.problems import Problem
from orders import closing
from orders.models import Duty, Order
from payments import gateways, refund_requests
from payments.gateways import Unavailable
from payments.models import Notification, Payment, Refund
from payments.opening import open_payment
from payments.verdicts import (
    DOUBLE,
    DOUBT_AMOUNT,
    ELSEWHERE,
    KNOWN,
    LATE,
    REOPENED,
    SETTLED,
    WRONG_AMOUNT,
)
from shop.models import Store, Variant
from tests.conftest import make_shopper, make_store
from tests.support import invariants
from tests.support.catalogue import make_product, variant_of
from tests.support.memory_provider import MemoryProvider, registered
from tests.support.order_invariants import check_orders
from tests.support.orders import place_order

EXAMPLES, STEPS = 30, 30
CALLS = ("prepay", "query", "close", "refund", "query_refund")
NO_GRACE = timedelta(0)
PROVIDERS = st.sampled_from(["north", "south"])


# What histories have got to: verdicts of the inbox and of payments, states of refunds and orders.
reached: set[str] = set()


@contextmanager
def refused(*kinds: str) -> Iterator[None]:
    """What is done inside may be refused, for these reasons only."""
    try:
        yield
    except Problem as problem:
        if problem.kind not in kinds:
            raise


class Histories(RuleBasedStateMachine):
    """A store with little stock, two providers, and everything that can happen to its money."""

    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
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
        self.store: Store = make_store("tea", refund_approval_from=3000, order_limit=100)
        self.scope = scope(store=self.store)
        self.scope.__enter__()
        self.shopper = make_shopper(self.store)
        self.variant: Variant = variant_of(make_product(self.store, price=1000, stock=6))

    def teardown(self) -> None:
        try:
            self.drain()
            self.agree()
        finally:
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
    def the_payer_pays(self, payment: int, amount: int | None, anyway: bool) -> None:
        row = self.payment(payment)
        if row.number in self.provider(row).payments:
            self.provider(row).pay(row.number, amount=amount, anyway=anyway)

    @rule(payment=payments, late=st.sampled_from([0, 0, 31, 24 * 60]), sold_out=st.booleans())
    def paid_and_told(self, payment: int, late: int, sold_out: bool) -> None:
        """The payment was under way while the order's time ended, or the order was paid otherwise."""
        row = self.payment(payment)
        if row.number not in self.provider(row).payments:
            return
        if late:
            self.time_passes(late)
            self.the_worker_works()
            if sold_out:
                with refused("stock-short", "out-of-stock"):
                    place_order(self.shopper, {self.variant: 6})
        self.provider(row).pay(row.number, anyway=True)
        assert self.provider(row).notify(self.store, row.number) == 204
        self.the_worker_works()

    @rule(payment=payments, times=st.integers(1, 3))
    def the_provider_tells(self, payment: int, times: int) -> None:
        row = self.payment(payment)
        for _ in range(times):
            assert self.provider(row).notify(self.store, row.number, event_id=f"{row.number}-told") == 204

    @rule(payment=payments, amount=st.integers(0, 5000))
    def somebody_claims(self, payment: int, amount: int) -> None:
        """Signed well and not true: another amount, or a success that never was."""
        row = self.payment(payment)
        if row.amount != amount:
            assert self.provider(row).notify(self.store, row.number, amount=amount) == 204

    @rule(data=st.data())
    def the_provider_tells_of_a_refund(self, data: st.DataObject) -> None:
        told = [(one, number) for one in self.providers.values() for number in one.refunds]
        if told:
            provider, number = data.draw(st.sampled_from(told))
            assert provider.notify(self.store, number) == 204

    @rule(payment=payments, amount=st.integers(1, 4000))
    def somebody_refunds_in_the_console(self, payment: int, amount: int) -> None:
        """Told of at once, as the provider's notification would; a refund of ours that is on its way is refused there then."""
        row = self.payment(payment)
        held = self.provider(row).payments.get(row.number)
        if held and held.state == "paid" and row.state == "succeeded" and row.refundable >= amount:
            number = self.provider(row).refund_by_hand(row.number, amount)
            if number:
                self.provider(row).notify(self.store, number)
                duework.run_pending(Notification)

    @rule(payment=payments, amount=st.integers(1, 4000), who=st.sampled_from(["staff:1", "staff:2"]))
    def staff_refund(self, payment: int, amount: int, who: str) -> None:
        with refused("refund-not-paid", "refund-too-much"):
            refund_requests.request(self.payment(payment), amount, "a reason", actor=who)

    @rule(who=st.sampled_from(["staff:1", "staff:2"]), agree=st.booleans())
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

    @rule(data=st.data(), state=st.sampled_from(["succeeded", "succeeded", "failed"]))
    def a_refund_comes_to_its_end(self, data: st.DataObject, state: str) -> None:
        under_way = [
            (one, refund.number)
            for one in self.providers.values()
            for refund in one.refunds.values()
            if refund.state == "processing"
        ]
        if under_way:
            provider, number = data.draw(st.sampled_from(under_way))
            provider.finish_refund(number, state)

    @rule(payment=payments)
    def the_shopper_cancels(self, payment: int) -> None:
        with refused("illegal-state"):
            closing.request_close(self.payment(payment).order, "shopper", actor="shopper:1")

    @rule(minutes=st.sampled_from([1, 5, 31, 60, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.offset += timedelta(minutes=minutes)

    @rule(name=PROVIDERS, call=st.sampled_from(CALLS), done=st.booleans())
    def a_call_will_fail(self, name: str, call: str, done: bool) -> None:
        self.providers[name].fail(call, Unavailable("no answer"), done=done)

    @rule()
    def refunds_come_to_their_end(self) -> None:
        self.the_worker_works()
        for provider in self.providers.values():
            for number in provider.refunds:
                provider.finish_refund(number)
        self.time_passes(60)
        self.the_worker_works()

    @rule()
    def the_worker_works(self) -> None:
        duework.run_pending(Notification, Payment, Refund, Duty)

    # What must hold

    @invariant()
    def every_promise_holds(self) -> None:
        invariants.check()

    def drain(self) -> None:
        """Carry out everything, as long as it takes; the providers are well again, have told everything, and end all refunds."""
        for provider in self.providers.values():
            provider._failures.clear()
            for held in provider.payments.values():
                if held.state == "paid":
                    provider.notify(self.store, held.number)
        for _ in range(12):
            self.offset += timedelta(hours=4)
            for provider in self.providers.values():
                for number in provider.refunds:
                    provider.finish_refund(number)
            if not duework.run_pending(Notification, Payment, Refund, Duty):
                break

    def agree(self) -> None:
        """Nothing is left lying, and both sides say the same."""
        invariants.check(NO_GRACE)
        check_orders()
        for model, column in ((Notification, "verdict"), (Payment, "verdict"), (Refund, "state"), (Order, "state")):
            reached.update(model.objects.values_list(column, flat=True))
        for name, provider in self.providers.items():
            paid = {held.number: held.amount for held in provider.payments.values() if held.state == "paid"}
            ours = Payment.objects.filter(provider=name, state="succeeded")
            assert dict(ours.values_list("number", "paid_amount")) == paid
            gone = {one.number: one.amount for one in provider.refunds.values() if one.state == "succeeded"}
            refunded = Refund.objects.filter(payment__provider=name, state="succeeded")
            assert dict(refunded.values_list("number", "amount")) == gone

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

    def payment(self, pk: int) -> Payment:
        found: Payment = Payment.objects.select_related("store", "order").get(pk=pk)
        return found

    def provider(self, payment: Payment) -> MemoryProvider:
        found = gateways.gateway(payment.provider)
        assert isinstance(found, MemoryProvider)
        return found


@pytest.fixture
def the_books_balance() -> None:
    """The machine asks by itself, while its rows are there."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_history_loses_money(db: None) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Else it would prove little.
    missed = {
        SETTLED,
        REOPENED,
        LATE,
        DOUBLE,
        WRONG_AMOUNT,
        KNOWN,
        ELSEWHERE,
        DOUBT_AMOUNT,
        "refused",
        "failed",
    } - reached
    assert not missed


def test_the_clock_is_as_before() -> None:
    assert abs(clock.now() - datetime.now(tz=clock.now().tzinfo)) < timedelta(seconds=5)
