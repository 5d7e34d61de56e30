"""Promise 1: a discount is split over the lines in whole minor units, and the parts always add up to it: refunds of lines then add up
to the order."""

from hypothesis import given
from hypothesis import strategies as st

from orders.quoting import Wanted, price, split_discount
from shop.models import Store
from tests.support.catalogue import make_product, variant_of

AMOUNTS = st.integers(0, 10**12)


# On a busy machine the first draws are slow: no reason to fail.
@given(st.lists(AMOUNTS, min_size=1, max_size=100), AMOUNTS)
def test_the_parts_add_up_and_no_line_costs_less_than_nothing(gross: list[int], discount: int) -> None:
    parts = split_discount(gross, discount)

    assert sum(parts) == min(discount, sum(gross))
    assert all(0 <= part <= whole for part, whole in zip(parts, gross, strict=True))
    assert all(isinstance(part, int) for part in parts)


def test_the_remainder_goes_to_the_last_line() -> None:
    assert split_discount([1000, 1000, 1000], 100) == [33, 33, 34]


def test_a_last_line_without_room_passes_the_remainder_on() -> None:
    assert split_discount([1000, 1000, 1000, 0], 100) == [33, 33, 34, 0]


def test_a_discount_never_pays_the_shopper() -> None:
    """newbee-mall charged 85 for 500, mall −824.00."""
    assert split_discount([300, 200], 9999) == [300, 200]
    assert split_discount([300, 200], -50) == [0, 0]


def test_a_priced_quote_adds_up(store: Store) -> None:
    store.freight, store.free_freight_from = 500, 3000
    wanted = [Wanted(variant_of(make_product(store, price=amount)), 3) for amount in (333, 777)]

    quote = price(store, wanted, discount=1000)

    assert (quote.goods_total, quote.discount_total) == (3330, 1000)
    assert quote.freight_total == 500  # what counts for the threshold is what the goods cost after the discount
    assert quote.total == sum(line.total for line in quote.lines) + 500 == 2830
