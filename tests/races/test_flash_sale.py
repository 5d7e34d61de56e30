"""300 buyers race over HTTP for 100 units: exactly 100 are sold, the others get a clear refusal, nobody gets a server error.

The control takes the conditional UPDATE out of ``shop.stock.hold`` (it reads, checks, and writes back what it read), and must oversell:
otherwise the race would prove nothing.
"""

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from django.db.models import Sum
from django_scopes import scope
from pytest_django.live_server_helper import LiveServer

from orders.models import OrderLine
from shop import stock, tokens
from shop.models import Address, Shopper, Stock, StockHold, Store, Variant
from tests.support.catalogue import make_product

BUYERS, UNITS, AT_ONCE = 300, 100, 30
PRICE = 1000


@pytest.fixture
def variant(store: Store) -> Variant:
    product = make_product(store, "Before-rain Longjing", price=PRICE, stock=UNITS)
    found: Variant = product.variants.get()
    return found


@pytest.fixture
def buyers(store: Store) -> list[tuple[str, str]]:
    """The token and the address of each buyer."""
    shoppers = Shopper.objects.bulk_create([Shopper(store=store, openid=f"buyer-{n}") for n in range(BUYERS)])
    addresses = Address.objects.bulk_create(
        [
            Address(store=store, shopper=shopper, name="Lin", phone="13800000000", city="杭州", street="文三路 1")
            for shopper in shoppers
        ]
    )
    return [(tokens.issue(shopper)[0], address.public_id) for shopper, address in zip(shoppers, addresses, strict=True)]


@contextmanager
def naive_stock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stock as it is so often kept: read, check, write back."""

    def hold(reference: str, quantities: Mapping[int, int], *, actor: str) -> None:
        for variant_pk, quantity in quantities.items():
            row = Stock.objects.get(variant_id=variant_pk)
            if row.available < quantity:
                raise stock.StockShort({variant_pk: row.available})
            time.sleep(0.01)
            Stock.objects.filter(pk=row.pk).update(held=row.held + quantity)
            StockHold.objects.create(store=row.store, stock=row, reference=reference, quantity=quantity)

    with monkeypatch.context() as patched:
        patched.setattr(stock, "hold", hold)
        yield


def rush(live_server: LiveServer, store: Store, variant: Variant, buyers: list[tuple[str, str]]) -> Counter[int]:
    """All buyers place an order for one; how often each status was answered."""

    def buy(buyer: tuple[str, str]) -> int:
        token, address = buyer
        answer = requests.post(
            f"{live_server.url}/api/v1/stores/{store.slug}/orders",
            json={
                "address_id": address,
                "expected_total": PRICE,
                "lines": [{"variant_id": variant.public_id, "quantity": 1}],
            },
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
            timeout=60,
        )
        if answer.status_code == 409:
            assert answer.json()["type"] == "/problems/stock-short", answer.text
        return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(buy, buyers))


def sold(store: Store) -> int:
    with scope(store=store):
        return OrderLine.objects.aggregate(sold=Sum("quantity"))["sold"] or 0


@pytest.mark.race
@pytest.mark.xdist_group("races")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_exactly_what_is_there_is_sold(
    live_server: LiveServer, store: Store, variant: Variant, buyers: list[tuple[str, str]]
) -> None:
    answers = rush(live_server, store, variant, buyers)

    assert answers == {201: UNITS, 409: BUYERS - UNITS}
    assert sold(store) == UNITS
    row = Stock.objects.get(variant=variant)
    assert (row.on_hand, row.held) == (UNITS, UNITS)
    assert StockHold.objects.filter(stock=row).aggregate(held=Sum("quantity"))["held"] == UNITS


@pytest.mark.race
@pytest.mark.xdist_group("races")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_control_without_the_conditional_update_more_is_sold_than_there_is(
    live_server: LiveServer,
    store: Store,
    variant: Variant,
    buyers: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with naive_stock(monkeypatch):
        rush(live_server, store, variant, buyers)

    assert sold(store) > UNITS
