"""Placing freezes what was bought at the server's prices, holds the stock, takes it out of the cart, and sets a time to pay."""

from datetime import timedelta

import pytest

from core.models import JournalEntry
from core.problems import Problem
from orders import carts
from orders.models import CartLine, Duty, Order
from orders.placing import place
from orders.quoting import Wanted, quote
from shop.models import Shopper, StockHold, Store
from tests.support.catalogue import counters, make_product, variant_of
from tests.support.orders import address_of, make_address, place_order


def test_it_works(store: Store, shopper: Shopper) -> None:
    """A placed order carries words, prices and address of the moment, and its stock is held."""
    product = make_product(
        store, ("龙井", "Longjing"), 12800, 10, {("规格", "Size"): [("50 克", "50 g"), ("100 克", "100 g")]}
    )
    variant = variant_of(product, "100 g")

    order = place_order(shopper, {variant: 3}, note="请轻放")

    line = order.lines.get()
    assert (order.state, order.currency, order.goods_total, order.freight_total, order.total) == (
        "pending",
        "CNY",
        38400,
        0,
        38400,
    )
    assert (line.title_zh, line.title_en, line.spec_zh, line.spec_en) == ("龙井", "Longjing", "100 克", "100 g")
    assert (line.unit_price, line.quantity, line.discount, line.total) == (12800, 3, 0, 38400)
    assert (order.name, order.city, order.street, order.note) == ("李明", "杭州市", "文三路 1 号", "请轻放")
    assert counters(variant) == (10, 3)
    assert StockHold.objects.get().reference == order.stock_reference
    assert order.expires_at - order.placed_at - timedelta(minutes=store.payment_minutes) < timedelta(seconds=5)
    duty = Duty.objects.get()
    assert (duty.order, duty.kind, duty.due_at) == (order, "close", order.expires_at)
    entry = JournalEntry.objects.get()
    assert (entry.subject, entry.from_state, entry.to_state, entry.actor) == (
        f"order:{order.pk}",
        "",
        "pending",
        f"shopper:{shopper.pk}",
    )


def test_what_happens_to_the_product_later_does_not_change_the_order(store: Store, shopper: Shopper) -> None:
    product = make_product(store, "Longjing", 1000)
    order = place_order(shopper, {variant_of(product): 1})

    product.variants.update(price=9)
    type(product).objects.filter(pk=product.pk).update(title_en="Something else")

    line = order.lines.get()
    assert (line.title_en, line.unit_price, order.total) == ("Longjing", 1000, 1000)


def test_from_the_cart_only_what_was_ticked_is_bought_and_taken_out(store: Store, shopper: Shopper) -> None:
    wanted, later = variant_of(make_product(store, "A", 300)), variant_of(make_product(store, "B", 500))
    carts.add(shopper, wanted, 2)
    carts.add(shopper, later, 1)
    CartLine.objects.filter(variant=later).update(selected=False)

    order = place(store, shopper, address=address_of(shopper), expected_total=600)

    assert [line.variant for line in order.lines.all()] == [wanted]
    assert [line.variant for line in CartLine.objects.all()] == [later]


def test_lines_given_by_name_leave_the_cart_alone(store: Store, shopper: Shopper) -> None:
    variant = variant_of(make_product(store))
    carts.add(shopper, variant, 2)

    place_order(shopper, {variant: 1})

    assert CartLine.objects.get().quantity == 2


def test_another_total_than_the_shopper_saw_is_refused_and_told(store: Store, shopper: Shopper) -> None:
    variant = variant_of(make_product(store, price=1000))

    with pytest.raises(Problem) as refused:
        place(store, shopper, address=address_of(shopper), expected_total=999, lines=[Wanted(variant, 1)])

    assert (refused.value.kind, refused.value.status_code, refused.value.members["total"]) == (
        "total-changed",
        409,
        1000,
    )
    assert not Order.objects.exists()
    assert counters(variant) == (10, 0)


def test_sixty_and_sixty_of_a_hundred_in_one_order_is_a_hundred_and_twenty(store: Store, shopper: Shopper) -> None:
    """The same variant named twice must not pass in halves."""
    variant = variant_of(make_product(store, price=1000, stock=100))
    lines = [Wanted(variant, 60), Wanted(variant, 60)]

    with pytest.raises(Problem) as refused:
        place(store, shopper, address=address_of(shopper), expected_total=120_000, lines=lines)

    assert refused.value.kind == "stock-short"
    assert refused.value.members["lines"] == [{"variant_id": variant.public_id, "available": 100}]
    assert counters(variant) == (100, 0)
    assert not Order.objects.exists()


def test_one_short_line_refuses_the_whole_order(store: Store, shopper: Shopper) -> None:
    there, short = variant_of(make_product(store, "A", stock=5)), variant_of(make_product(store, "B", stock=1))

    with pytest.raises(Problem) as refused:
        place(
            store, shopper, address=address_of(shopper), expected_total=4000, lines=[Wanted(there, 2), Wanted(short, 2)]
        )

    assert refused.value.members["lines"] == [{"variant_id": short.public_id, "available": 1}]
    assert (counters(there), counters(short)) == ((5, 0), (1, 0))


def test_what_is_withdrawn_cannot_be_bought(store: Store, shopper: Shopper) -> None:
    product = make_product(store)
    type(product).objects.filter(pk=product.pk).update(status="archived")

    with pytest.raises(Problem) as refused:
        place_order(shopper, {variant_of(product): 1})

    assert refused.value.kind == "withdrawn"


def test_an_empty_cart_cannot_be_bought(store: Store, shopper: Shopper) -> None:
    with pytest.raises(Problem) as refused:
        place(store, shopper, address=address_of(shopper), expected_total=0)

    assert refused.value.kind == "nothing-to-buy"


def test_a_line_that_sold_out_meanwhile_is_named_when_it_changes_the_total(store: Store, shopper: Shopper) -> None:
    first, second = variant_of(make_product(store, "A", 300)), variant_of(make_product(store, "B", 500, 1))
    carts.add(shopper, first, 1)
    carts.add(shopper, second, 1)
    seen = quote(store, shopper, None, address_of(shopper)).total
    type(second.stock).objects.filter(variant=second).update(on_hand=0)

    with pytest.raises(Problem) as refused:
        place(store, shopper, address=address_of(shopper), expected_total=seen)

    assert refused.value.kind == "stock-short"
    assert refused.value.members["lines"] == [{"variant_id": second.public_id, "available": 0}]


def test_a_shopper_may_keep_only_so_many_unpaid_orders(store: Store, shopper: Shopper, other_shopper: Shopper) -> None:
    store.order_limit = 2
    store.save()
    variant = variant_of(make_product(store, stock=50))
    for _ in range(2):
        place_order(shopper, {variant: 1})
    shopper.refresh_from_db()

    with pytest.raises(Problem) as refused:
        place_order(shopper, {variant: 1})

    assert refused.value.kind == "too-many-unpaid"
    assert place_order(other_shopper, {variant: 1}).state == "pending"


def test_an_address_without_a_street_is_refused(store: Store, shopper: Shopper) -> None:
    address = make_address(shopper, street=" ")

    with pytest.raises(Problem) as refused:
        place(store, shopper, address=address, expected_total=1000, lines=[Wanted(variant_of(make_product(store)), 1)])

    assert refused.value.kind == "undeliverable"


def test_what_costs_nothing_is_paid_at_once(store: Store, shopper: Shopper) -> None:
    """There is nothing that a provider could be asked to collect."""
    order = place_order(shopper, {variant_of(make_product(store, price=0)): 1})

    assert (order.state, order.total) == ("paid", 0)
    assert dict(Duty.objects.values_list("kind", "done_at"))["fulfil"] is None
    assert dict(Duty.objects.values_list("kind", "done_at"))["close"] is not None
