"""*Where is my money* says of every day, store and order where the money is now; each row adds up, and each number leads to its orders."""

import csv
import io
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from core import clock
from dashboards import money
from dashboards.money import Money
from orders.models import Order
from payments.disputes import take_in
from payments.gateways import DisputeReport, Movement
from payments.models import Payment
from shop.models import Shopper, Store
from tests.conftest import make_shopper
from tests.dashboards.conftest import owner_of
from tests.support.statements import (
    DAY,
    NOON,
    Counter,
    line_of,
    paid_orders,
    reconcile,
    refund_line_of,
    refunded,
)

BUDGETS: dict[str, int] = json.loads(Path(__file__).with_name("query_budgets.json").read_text())
SPAN = {"from": str(DAY - timedelta(days=3)), "to": str(DAY + timedelta(days=1))}


@pytest.fixture
def staff(store: Store) -> Client:
    return owner_of(store)


@pytest.fixture
def payments(store: Store, shopper: Shopper, counter: Counter) -> list[Payment]:
    """Five payments: one settled, one refunded in part, one disputed, one shipped, one frozen."""
    found = paid_orders(store, shopper, 5)
    counter.lines = [line_of(payment) for payment in found]
    back = refunded(counter, found[1], 4000)
    counter.lines.append(refund_line_of(back))
    counter.moved = [Movement("payment", found[0].transaction_id or "", "m-1", 10000, 60, "CNY", NOON)]
    take_in("counter", DisputeReport("dp_1", found[2].number, "open", 10002, "CNY"), actor="provider:counter")
    Order.objects.filter(pk=found[3].order_id).update(state="shipped", shipped_at=clock.now())
    reconcile(store)
    return found


def page(client: Client, **query: str) -> Any:
    return client.get("/ops/money/", SPAN | query).context


def total(client: Client, **query: str) -> Money:
    (section,) = page(client, **query)["sections"]
    found: Money = section["total"]
    return found


def test_where_five_payments_are(staff: Client, payments: list[Payment]) -> None:
    sums = total(staff)

    assert (sums.orders, sums.expected, sums.received) == (5, 50010, 50010)
    assert (sums.settled, sums.fees) == (9940, 60)
    assert (sums.refunded, sums.disputed) == (4000, 10002)
    assert sums.provider == 6001 + 10003 + 10004
    assert sums.frozen == 6001 + 10004, "what was shipped is not frozen"
    assert sums.kept == sums.provider + sums.settled


def test_every_row_adds_up(staff: Client, payments: list[Payment]) -> None:
    (section,) = page(staff)["sections"]
    for sums in [section["total"], *(sums for _day, sums in section["days"])]:
        assert sums.received == sums.provider + sums.settled + sums.fees + sums.refunded + sums.disputed
    assert sum(sums.orders for _day, sums in section["days"]) == section["total"].orders


def test_the_days_are_those_of_the_site(staff: Client, store: Store, shopper: Shopper, counter: Counter) -> None:
    """Five in the afternoon in London is tomorrow in Shanghai."""
    paid_orders(store, shopper, 1, at=datetime.combine(DAY, time(17), UTC))

    (section,) = page(staff)["sections"]

    assert {day for day, sums in section["days"] if sums.orders} == {DAY + timedelta(days=1)}


@pytest.mark.parametrize("what", list(money.WHAT))
def test_each_number_leads_to_its_orders(staff: Client, payments: list[Payment], what: str) -> None:
    context = staff.get("/ops/money/orders/", SPAN | {"currency": "CNY", "what": what}).context

    parts = [getattr(sums, what) for _order, _day, sums in context["rows"]]
    assert sum(parts) == getattr(total(staff), what)
    assert all(parts)


def test_an_order_shows_its_own_money(staff: Client, payments: list[Payment]) -> None:
    answer = staff.get(f"/ops/orders/{payments[1].order.public_id}/")

    sums = answer.context["whereabouts"]
    assert (sums.received, sums.refunded, sums.provider, sums.frozen) == (10001, 4000, 6001, 6001)
    assert "frozen until shipping is reported" in answer.content.decode()


def test_an_unpaid_order_has_none(staff: Client, store: Store, shopper: Shopper) -> None:
    order = Order.objects.create(
        store=store, shopper=shopper, currency="CNY", goods_total=1, total=1, name="Lin", phone="1", country="CN", city="X",
        street="X", expires_at=clock.now(),
    )  # fmt: skip

    answer = staff.get(f"/ops/orders/{order.public_id}/")

    assert answer.context["whereabouts"] is None
    assert "Where its money is" not in answer.content.decode()


def test_fees_of_no_order_are_a_row_of_their_own(
    staff: Client, payments: list[Payment], counter: Counter, store: Store
) -> None:
    counter.moved.append(Movement("other", "", "m-month", 0, 500, "CNY", NOON))
    reconcile(store)

    (section,) = staff.get("/ops/money/").context["sections"]

    assert (section["no_order"].fees, section["no_order"].settled) == (500, -500)
    assert section["total"].fees == 560


def test_how_far_each_days_reconciliation_is(
    staff: Client, store: Store, payments: list[Payment], counter: Counter
) -> None:
    assert page(staff)["states"][DAY].label == "agreed"
    counter.lines = counter.lines[1:]
    reconcile(store)

    state = page(staff)["states"][DAY]

    assert (state.label, state.open) == ("1 open", 1)
    assert page(staff)["open_differences"] == 1
    assert page(staff)["states"][DAY - timedelta(days=1)].label == "–"


def test_currencies_stand_apart(staff: Client, store: Store, shopper: Shopper, counter: Counter) -> None:
    paid_orders(store, shopper, 1)
    store.currency = "JPY"
    paid_orders(store, shopper, 2, amount=500)

    assert [(section["code"], section["total"].orders) for section in page(staff)["sections"]] == [
        ("CNY", 1),
        ("JPY", 2),
    ]
    assert "¥1,001" in staff.get("/ops/money/", SPAN).content.decode()


class TestSeveralStores:
    @pytest.fixture
    def both(self, store: Store, other_store: Store, shopper: Shopper, counter: Counter) -> None:
        paid_orders(store, shopper, 1)
        with scope(store=other_store):
            paid_orders(other_store, make_shopper(other_store), 2, amount=700)

    def test_each_has_its_sum(self, store: Store, other_store: Store, both: None) -> None:
        client = owner_of(store, other_store)

        (section,) = page(client)["sections"]
        assert {owner.slug: sums.orders for owner, sums in section["stores"]} == {"tea": 1, "books": 2}
        assert total(client, store="books").expected == 1401

    def test_staff_of_one_see_nothing_of_the_other(self, staff: Client, both: None) -> None:
        assert total(staff).orders == 1
        assert staff.get("/ops/money/", {"store": "books"}).status_code == 404
        assert staff.get("/ops/money/orders/", {"store": "books", "currency": "CNY"}).status_code == 404
        rows = staff.get("/ops/money/orders/", SPAN | {"currency": "CNY"}).context["rows"]
        assert [order.store.slug for order, _day, _sums in rows] == ["tea"]

    def test_so_is_what_an_order_may_hold(self, staff: Client, both: None, other_store: Store) -> None:
        with scopes_disabled():
            order = Order.objects.filter(store=other_store).first()
        assert staff.get(f"/ops/orders/{order.public_id}/").status_code == 404


def test_strangers_are_sent_to_the_login(store: Store) -> None:
    for path in ("/ops/money/", "/ops/money/orders/", "/ops/differences/"):
        assert Client().get(path).status_code == 302


class TestFiles:
    def read(self, client: Client, path: str, **query: str) -> list[dict[str, str]]:
        answer = client.get(path, SPAN | query | {"format": "csv"})
        assert answer["Content-Type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def test_of_days(self, staff: Client, payments: list[Payment]) -> None:
        rows = self.read(staff, "/ops/money/")

        last = rows[-1]
        assert (last["Day"], last["Expected"], last["Refunded"], last["Currency"]) == (
            "Total",
            "500.10",
            "40.00",
            "CNY",
        )
        assert len(rows) == 6

    def test_of_orders(self, staff: Client, payments: list[Payment]) -> None:
        rows = self.read(staff, "/ops/money/orders/", currency="CNY", what="frozen")

        assert sorted(row["Frozen"] for row in rows) == ["100.04", "60.01"]
        assert rows[0]["Order"] == payments[4].order.number


@pytest.mark.parametrize(
    "query", [{"from": "nonsense"}, {"from": "0001-01-01"}, {"to": "9999-12-31"}, {"from": "2026-02-31"}, {"after": "x"}, {"from": "\x00"}]
)  # fmt: skip
def test_odd_questions_do_no_harm(staff: Client, query: dict[str, str]) -> None:
    assert staff.get("/ops/money/", query).status_code == 200
    assert staff.get("/ops/money/orders/", query | {"currency": "CNY"}).status_code == 200
    assert staff.get("/ops/differences/", query).status_code == 200
    assert staff.get("/ops/money/orders/", {"currency": "CNY", "what": "nothing"}).status_code == 404
    assert staff.get("/ops/differences/", {"state": "nothing"}).status_code == 404


@pytest.mark.parametrize("orders", [1, 40])
@pytest.mark.parametrize("name", ["money", "money of orders", "differences"])
def test_query_budgets(staff: Client, store: Store, shopper: Shopper, counter: Counter, name: str, orders: int) -> None:
    """As many queries for one order as for forty."""
    paid_orders(store, shopper, orders)
    reconcile(store)
    paths = {"money": "/ops/money/", "money of orders": "/ops/money/orders/", "differences": "/ops/differences/"}
    staff.get("/ops/money/")  # what is read once a process

    with CaptureQueriesContext(connection) as queries:
        assert staff.get(paths[name], SPAN | {"currency": "CNY"}).status_code == 200

    assert len(queries) == BUDGETS[name]
