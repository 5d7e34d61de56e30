"""Staff pack, split and ship from the board; the second click changes nothing; what is refused is told in words."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core import clock, duework
from core.models import JournalEntry
from orders import paying
from orders.models import Duty, Order, Parcel
from shop.models import Shopper, Stock, Store
from tests.dashboards.test_order_board import board, staff  # noqa: F401  fixtures
from tests.support.catalogue import make_product
from tests.support.orders import place_order

WAYBILL = "SF1234567890123"


@pytest.fixture
def order(store: Store, shopper: Shopper) -> Order:
    """An order of two products, paid and allocated."""
    cup, tea = make_product(store, "Cup", stock=5), make_product(store, "Longjing", stock=5)
    order = place_order(shopper, {cup.variants.get(): 1, tea.variants.get(): 2})
    paying.mark_paid(order, paid_at=clock.now(), actor="system")
    duework.run_pending(Duty)
    order.refresh_from_db()
    return order


def post(board: Client, path: str, **data: object) -> str:  # noqa: F811
    """The text of the page that the action leads to."""
    return board.post(f"/ops/{path}/", data, follow=True).content.decode()


def test_a_parcel_is_packed_and_shipped(board: Client, staff: User, order: Order) -> None:  # noqa: F811
    parcel = order.parcels.get()

    assert "Packed." in post(board, f"parcels/{parcel.public_id}/pack")
    page = post(board, f"parcels/{parcel.public_id}/ship", carrier="SF", waybill=f" {WAYBILL.lower()} ")

    assert "Shipped." in page
    order.refresh_from_db()
    parcel.refresh_from_db()
    assert (order.state, parcel.state, parcel.waybill) == ("shipped", "shipped", WAYBILL)
    assert "lan" in page, "the timeline tells who did it"
    assert JournalEntry.objects.filter(actor=f"staff:{staff.pk}").exists()
    assert list(Stock.objects.order_by("pk").values_list("on_hand", "held")) == [(4, 0), (3, 0)]


def test_the_second_click_ships_nothing_twice(board: Client, order: Order) -> None:  # noqa: F811
    parcel = order.parcels.get()
    post(board, f"parcels/{parcel.public_id}/pack")
    for _ in range(2):
        post(board, f"parcels/{parcel.public_id}/ship", carrier="SF", waybill=WAYBILL)

    assert list(Stock.objects.order_by("pk").values_list("on_hand", "held")) == [(4, 0), (3, 0)]
    assert JournalEntry.objects.filter(subject=f"order:{order.pk}", to_state="shipped").count() == 1


def test_a_waybill_that_cannot_be_right_is_refused_in_words(board: Client, order: Order) -> None:  # noqa: F811
    parcel = order.parcels.get()
    post(board, f"parcels/{parcel.public_id}/pack")

    page = post(board, f"parcels/{parcel.public_id}/ship", carrier="SF", waybill="13800138000")

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.PACKED
    assert "waybill" in page.lower()


def test_an_order_is_split_into_two_parcels_and_ships_when_both_have(board: Client, order: Order) -> None:  # noqa: F811
    parcel = order.parcels.get()
    tea = order.lines.get(title_en="Longjing")

    post(board, f"parcels/{parcel.public_id}/split", **{f"line_{tea.pk}": "1", "line_x": "1", "line_999999": ""})

    first, second = order.parcels.all()
    assert [line.quantity for line in second.lines.all()] == [1]
    for number, one in enumerate((first, second)):
        post(board, f"parcels/{one.public_id}/pack")
        order.refresh_from_db()
        assert order.state == "paid"
        post(board, f"parcels/{one.public_id}/ship", carrier="SF", waybill=f"SF123456789012{number}")
    order.refresh_from_db()
    assert order.state == "shipped"


def test_many_are_packed_after_a_look_at_what_it_would_do(board: Client, order: Order) -> None:  # noqa: F811
    preview = post(board, "pack", order=[order.public_id])
    assert "Pack 1 parcel" in preview
    assert order.parcels.get().state == Parcel.State.PACKING

    result = post(board, "pack", order=[order.public_id], confirmed="yes")
    assert "1 parcel done" in result
    assert order.parcels.get().state == Parcel.State.PACKED


def test_many_are_shipped_with_a_result_for_each(board: Client, order: Order) -> None:  # noqa: F811
    post(board, "pack", order=[order.public_id], confirmed="yes")
    parcel = order.parcels.get()

    wrong = post(
        board,
        "ship",
        order=[order.public_id],
        confirmed="yes",
        **{f"carrier_{parcel.public_id}": "SF", f"waybill_{parcel.public_id}": "1"},
    )
    assert "0 parcels done" in wrong
    right = post(
        board,
        "ship",
        order=[order.public_id],
        confirmed="yes",
        **{f"carrier_{parcel.public_id}": "SF", f"waybill_{parcel.public_id}": WAYBILL},
    )
    assert "1 parcel done" in right


def test_a_problem_is_settled_with_a_note_in_the_journal(board: Client, order: Order) -> None:  # noqa: F811
    Order.objects.update(hold_reason="paid twice")

    post(board, f"orders/{order.public_id}/settle", note="")
    assert Order.objects.get().hold_reason == "paid twice"
    post(board, f"orders/{order.public_id}/settle", note="called the shopper")

    assert Order.objects.get().hold_reason == ""
    assert JournalEntry.objects.filter(why="called the shopper", data={"problem": "paid twice"}).exists()


def test_the_slip_lists_what_belongs_into_each_parcel(board: Client, order: Order) -> None:  # noqa: F811
    slip = board.get(f"/ops/orders/{order.public_id}/slip/").content.decode()

    for text in (order.number, "Cup", "Longjing", order.name, "3 pieces in all"):
        assert text in slip
