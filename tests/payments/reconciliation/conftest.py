"""A provider whose statements the test writes."""

from collections.abc import Iterator

import pytest

from payments.models import Payment
from shop.models import Shopper, Store
from tests.support.statements import Counter, paid_orders, registered


@pytest.fixture
def counter() -> Iterator[Counter]:
    with registered(Counter()) as found:
        yield found


@pytest.fixture
def payment(store: Store, shopper: Shopper, counter: Counter) -> Payment:
    """A payment of the day, at noon."""
    return paid_orders(store, shopper, 1)[0]
