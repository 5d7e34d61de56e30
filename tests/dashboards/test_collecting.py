"""Staff take money in on the board: first a look at what it would do; a second click does nothing; another store's is a 404."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scope, scopes_disabled

from core import clock, duework
from dashboards import queues
from orders import packing, shipping
from orders.models import Duty, Order, Parcel
from orders.states import PARCEL
from payments import by_hand, refund_requests
from payments.models import LedgerEntry, Payment, Receipt, Refund
from payments.opening import open_payment
from payments.verdicts import INCOMPLETE
from shop.models import OfflineMethod, Shopper, StaffMembership, Store, Variant
from tests.dashboards.test_order_board import board, queue_of, staff  # noqa: F401  fixtures
from tests.support import invariants
from tests.support.catalogue import counters, make_product
from tests.support.orders import place_order


@pytest.fixture
def variant(store: Store) -> Variant:
    return make_product(store, "Longjing", price=12800, stock=9).variants.get()


@pytest.fixture
def order(store: Store, shopper: Shopper, variant: Variant) -> Order:
    """One tea for 128.00."""
    for kind in OfflineMethod.Kind.values:
        OfflineMethod.objects.create(store=store, kind=kind)
    return place_order(shopper, {variant: 1})


def choose(order: Order, provider: str) -> Payment:
    row = Order.objects.select_related("store").get(pk=order.pk)
    payment = open_payment(row, actor="shopper:1", provider=provider)[0]
    duework.run_pending(Duty)
    order.refresh_from_db()
    return payment


@pytest.fixture
def cash(order: Order) -> Payment:
    return choose(order, "cash_on_delivery")


@pytest.fixture
def transfer(order: Order) -> Payment:
    return choose(order, "bank_transfer")


def post(board: Client, path: str, **data: object) -> str:  # noqa: F811
    return board.post(f"/ops/{path}/", data, follow=True).content.decode()


def money(board: Client, payment: Payment, amount: str, reference: str = "K-17", **more: str) -> str:  # noqa: F811
    day = clock.now().date().isoformat()
    return post(
        board, f"payments/{payment.public_id}/received", amount=amount, reference=reference, received_on=day, **more
    )


def ship(order: Order) -> Parcel:
    parcel = Parcel.objects.get(order=order)
    packing.pack(parcel, actor="staff:1")
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:1")
    parcel.refresh_from_db()
    order.refresh_from_db()
    return parcel


def test_cash_on_delivery_goes_the_way_of_a_paid_order(order: Order, cash: Payment) -> None:
    assert queue_of(order) == {"to_pack"}
    parcel = Parcel.objects.get()
    packing.pack(parcel, actor="staff:1")
    assert queue_of(order) == {"to_ship"}
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:1")
    assert queue_of(order) == {"on_its_way", "to_collect"}
    Order.objects.update(state="received")
    assert queue_of(order) == {"done", "to_collect"}
    assert queues.counts()["to_collect"] == 1


def test_a_transfer_is_awaited(order: Order, transfer: Payment) -> None:
    assert queue_of(order) == {"to_pay", "to_collect"}


def test_a_confirmed_order_that_does_not_leave_is_late(order: Order, cash: Payment) -> None:
    from datetime import timedelta

    assert not queues.late(order)
    assert queues.late(order, clock.now() + timedelta(hours=25))


def test_many_are_packed_at_once(board: Client, order: Order, cash: Payment) -> None:  # noqa: F811
    post(board, "pack", order=[order.public_id], confirmed="yes")

    assert Parcel.objects.get().state == "packed"


def test_the_slip_and_the_page_say_what_to_collect(board: Client, order: Order, cash: Payment) -> None:  # noqa: F811
    slip = board.get(f"/ops/orders/{order.public_id}/slip/").content.decode()
    assert "To be paid on delivery" in slip
    assert "¥128.00" in slip
    assert "Cash received" in board.get(f"/ops/orders/{order.public_id}/").content.decode()


def test_cash_is_taken_in_after_a_look(board: Client, staff: User, order: Order, cash: Payment) -> None:  # noqa: F811
    ship(order)

    preview = money(board, cash, "128.00")
    assert "the order is paid with it" in preview
    assert not Receipt.objects.exists()

    page = money(board, cash, "128.00", confirmed="yes")
    order.refresh_from_db()
    assert order.paid_at is not None
    assert (order.state, order.to_collect) == ("shipped", 0)
    assert Receipt.objects.get().actor == f"staff:{staff.pk}"
    assert "¥128.00 came in" in page, "the timeline tells it"
    assert "lan" in page
    assert queue_of(order) == {"on_its_way"}
    invariants.check()


def test_the_second_click_changes_nothing(board: Client, cash: Payment) -> None:  # noqa: F811
    for _ in range(2):
        money(board, cash, "128.00", confirmed="yes")

    assert Receipt.objects.count() == 1
    assert LedgerEntry.objects.count() == 4
    invariants.check()


@pytest.mark.parametrize(("amount", "words"), [("100", "¥28.00 is missing"), ("130", "¥2.00 too much")])
def test_another_amount_is_shown_and_given_back(
    board: Client, order: Order, transfer: Payment, amount: str, words: str  # noqa: F811
) -> None:  # fmt: skip
    assert words in money(board, transfer, amount)
    money(board, transfer, amount, confirmed="yes")
    order.refresh_from_db()
    assert (order.state, order.hold_reason) == ("pending", INCOMPLETE)
    assert "problems" in queue_of(order)

    for _ in range(2):
        post(board, f"payments/{transfer.public_id}/give-back")
    refund = Refund.objects.get()
    assert refund.amount == int(Decimal(amount) * 100)
    duework.run_pending(Refund)
    assert "is to be paid back by hand" in board.get(f"/ops/orders/{order.public_id}/").content.decode()

    for _ in range(2):
        post(board, f"refunds/{refund.pk}/paid-back", reference="2026112600003")
    assert Refund.objects.get().state == "succeeded"
    invariants.check()


def test_a_refund_that_could_not_be_paid_back(board: Client, order: Order, transfer: Payment) -> None:  # noqa: F811
    money(board, transfer, "128.00", confirmed="yes")
    refund = refund_requests.request(Payment.objects.get(), 100, "Broken", actor="staff:9")

    post(board, f"refunds/{refund.pk}/not-paid-back", why="")
    assert Refund.objects.get().state == "due"
    post(board, f"refunds/{refund.pk}/not-paid-back", why="The account is closed")

    assert Refund.objects.get().verdict == "The account is closed"
    assert "problems" in queue_of(order)
    # Cash was found for it after all.
    post(board, f"refunds/{refund.pk}/paid-back", reference="cash")
    assert Refund.objects.get().state == "succeeded"


@pytest.mark.parametrize("amount", ["", "abc", "1,2", "-5", "0", "1.234"])
def test_what_is_no_amount_is_refused_in_words(board: Client, cash: Payment, amount: str) -> None:  # noqa: F811
    page = money(board, cash, amount, confirmed="yes")

    assert "amount" in page
    assert not Receipt.objects.exists()


def test_a_confirmed_order_is_cancelled_until_it_has_left(
    board: Client,  # noqa: F811
    order: Order,
    cash: Payment,
    variant: Variant,
) -> None:
    assert "Cancel the order" in board.get(f"/ops/orders/{order.public_id}/").content.decode()
    post(board, f"orders/{order.public_id}/cancel")
    duework.run_pending(Duty)

    order.refresh_from_db()
    cash.refresh_from_db()
    assert (order.state, order.cancel_cause, cash.state) == ("cancelled", "staff", "closed")
    assert counters(variant) == (9, 0)


def test_what_came_back_unpaid_is_closed_without_money(
    board: Client,  # noqa: F811
    order: Order,
    cash: Payment,
    variant: Variant,
) -> None:
    PARCEL.move(ship(order), "returned", actor="carrier")
    assert "Close without money" in board.get(f"/ops/orders/{order.public_id}/").content.decode()

    for _ in range(2):
        post(board, f"orders/{order.public_id}/came-back", restock="yes")

    order.refresh_from_db()
    cash.refresh_from_db()
    assert (order.state, order.cancel_cause, cash.state) == ("cancelled", "came_back", "closed")
    assert counters(variant) == (9, 0)
    invariants.check()


def test_the_cash_that_was_given_back_may_come_once_more(board: Client, order: Order, cash: Payment) -> None:  # noqa: F811
    ship(order)
    money(board, cash, "100", confirmed="yes")
    post(board, f"payments/{cash.public_id}/give-back")

    assert "Cash received" in board.get(f"/ops/orders/{order.public_id}/").content.decode()
    assert "the order is paid with it" in money(board, cash, "128", "K-18")
    money(board, cash, "128", "K-18", confirmed="yes")

    assert Payment.objects.get(settles=True).paid_amount == order.total
    invariants.check()


def test_staff_of_another_store_find_nothing(order: Order, transfer: Payment, other_store: Store) -> None:
    by_hand.take_in(order, "bank_transfer", 100, "A-1", actor="staff:1")
    by_hand.give_back(transfer, actor="staff:1")
    refund = Refund.objects.get()
    outsider = User.objects.create_user("wei", password="x", is_staff=True)
    with scopes_disabled():
        StaffMembership.objects.create(store=other_store, user=outsider, role=StaffMembership.Role.OWNER)
    client = Client()
    client.force_login(outsider)
    paths = [
        f"payments/{transfer.public_id}/received", f"payments/{transfer.public_id}/give-back",
        f"refunds/{refund.pk}/paid-back", f"refunds/{refund.pk}/not-paid-back", f"orders/{order.public_id}/came-back",
    ]  # fmt: skip
    for path in paths:
        body = {"amount": "1", "reference": "x", "why": "x", "confirmed": "yes"}
        assert client.post(f"/ops/{path}/", body).status_code == 404, path
        assert client.get(f"/ops/{path}/").status_code == 405, path
    with scope(store=order.store):
        assert (Receipt.objects.count(), Refund.objects.get().state) == (1, "due")
