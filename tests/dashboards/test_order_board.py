"""The board shows each order in the queue where it waits, with true counts, finds orders by what people know, and only one's own."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from core import clock, duework
from dashboards import queues
from orders import packing, paying, shipping
from orders.models import Duty, Order, Parcel
from payments.models import Payment, Refund
from shop.models import Shopper, StaffMembership, Store
from tests.conftest import make_shopper
from tests.support.catalogue import make_product
from tests.support.orders import place_order


@pytest.fixture
def staff(store: Store) -> User:
    """Somebody who packs orders in the store."""
    user = User.objects.create_user("lan", password="x", is_staff=True)
    StaffMembership.objects.create(store=store, user=user, role=StaffMembership.Role.OPS)
    return user


@pytest.fixture
def board(staff: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


@pytest.fixture
def order(store: Store, shopper: Shopper) -> Order:
    product = make_product(store, ("龙井", "Longjing"), stock=50)
    return place_order(shopper, {product.variants.get(): 3})


def paid(order: Order) -> Order:
    """The order, paid and allocated."""
    paying.mark_paid(order, paid_at=clock.now(), actor="system")
    duework.run_pending(Duty)
    order.refresh_from_db()
    return order


def queue_of(order: Order) -> set[str]:
    """The queues of work that show the order."""
    return {key for key in queues.QUEUES if key != "all" and order in queues.page(queues.QUEUES[key])[0]}


def test_an_order_moves_through_the_queues(order: Order) -> None:
    assert queue_of(order) == {"to_pay"}
    assert queue_of(paid(order)) == {"to_pack"}

    parcel = order.parcels.get()
    packing.pack(parcel, actor="staff:1")
    assert queue_of(order) == {"to_ship"}

    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:1")
    assert queue_of(order) == {"on_its_way"}

    Parcel.objects.update(state=Parcel.State.PROBLEM)
    assert queue_of(order) == {"problems"}


def test_an_order_that_needs_a_person_is_a_problem_and_nothing_else(order: Order) -> None:
    paid(order)
    Order.objects.update(hold_reason="paid twice")
    order.refresh_from_db()

    assert queue_of(order) == {"problems"}


def test_the_counts_are_those_of_the_queues(store: Store, order: Order) -> None:
    variant = order.lines.get().variant
    assert variant is not None
    for _ in range(3):
        paid(place_order(make_shopper(store), {variant: 1}))

    assert queues.counts() == {
        "to_pay": 1, "to_pack": 3, "to_ship": 0, "on_its_way": 0, "to_collect": 0, "problems": 0,
    }  # fmt: skip


def test_work_that_waits_longest_comes_first_and_pages_follow_each_other(
    store: Store, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = order.lines.get().variant
    assert variant is not None
    orders = [paid(order)] + [paid(place_order(make_shopper(store), {variant: 1})) for _ in range(4)]
    monkeypatch.setattr(queues, "PAGE", 2)
    seen: list[Order] = []
    after: int | None = None
    while True:
        rows, after = queues.page(queues.QUEUES["to_pack"], after=after)
        seen += rows
        if after is None:
            break

    assert seen == orders


def test_a_paid_order_that_has_not_left_after_a_day_is_late(order: Order) -> None:
    paid(order)
    assert not queues.late(order)
    assert queues.late(order, clock.now() + timedelta(hours=25))


@pytest.mark.parametrize("words", ["{number}", "{part}", "Lin", "13800", "Longjing", "龙井", "SF1234567890123"])
def test_orders_are_found_by_what_people_know(board: Client, order: Order, words: str) -> None:
    Order.objects.update(name="Lin Yu", phone="13800138000")
    Parcel.objects.create(store=order.store, order=order, carrier="SF", waybill="SF1234567890123")
    query = words.format(number=order.number, part=order.number[:9])

    page = board.get("/ops/", {"q": query})

    assert order.number in page.content.decode()
    assert order.number not in board.get("/ops/", {"q": "nothing like it"}).content.decode()


def test_staff_of_another_store_see_nothing(other_store: Store, order: Order) -> None:
    outsider = User.objects.create_user("wei", password="x", is_staff=True)
    with scopes_disabled():
        StaffMembership.objects.create(store=other_store, user=outsider, role=StaffMembership.Role.OWNER)
    client = Client()
    client.force_login(outsider)
    with scope(store=order.store):
        parcel = paid(order).parcels.get()

    assert order.number not in client.get("/ops/queue/all/").content.decode()
    assert client.get(f"/ops/orders/{order.public_id}/").status_code == 404
    assert client.get(f"/ops/orders/{order.public_id}/slip/").status_code == 404
    for action in ("pack", "unpack", "split", "ship", "correct"):
        assert client.post(f"/ops/parcels/{parcel.public_id}/{action}/").status_code == 404
    assert client.post(f"/ops/orders/{order.public_id}/cancel/").status_code == 404
    client.post("/ops/pack/", {"order": [order.public_id], "confirmed": "yes"})
    with scope(store=order.store):
        assert Parcel.objects.get().state == Parcel.State.PACKING


def test_who_is_no_staff_is_sent_to_the_login(client: Client, db: None) -> None:
    answer = client.get("/ops/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def queries_of(board: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert board.get("/ops/queue/to_pack/").status_code == 200
    return len(queries)


def test_the_board_costs_the_same_number_of_queries_for_one_order_and_for_ten(
    board: Client, store: Store, order: Order
) -> None:
    variant = order.lines.get().variant
    assert variant is not None
    paid(order)
    for_one = queries_of(board)

    for _ in range(9):
        paid(place_order(make_shopper(store), {variant: 1}))

    # Who asks takes seven (session, user, stores, roles, permissions); the board itself counts, orders, lines, parcels, heartbeat.
    assert queries_of(board) == for_one == 12


@pytest.mark.parametrize("trouble", ["a parked payment", "a failed refund", "a parked duty"])
def test_money_and_work_that_went_wrong_make_a_problem(order: Order, trouble: str) -> None:
    payment = Payment.objects.create(
        store=order.store, order=order, provider="wechatpay", number="n-1", amount=1, currency="CNY"
    )
    if trouble == "a parked payment":
        Payment.objects.update(parked_at=clock.now())
    elif trouble == "a failed refund":
        Refund.objects.create(
            store=order.store, payment=payment, number="r-1", amount=1, currency="CNY", reason="x", state="failed"
        )
    else:
        Duty.objects.update(parked_at=clock.now())

    assert "problems" in queue_of(order)
