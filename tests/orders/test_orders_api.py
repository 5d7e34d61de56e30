"""A shopper reads orders, and does to them what their `actions` allow."""

from datetime import datetime, timedelta

import pytest

from core import clock
from orders.models import CartLine, Duty, Order, Parcel, TrackingEvent
from shop.models import Product, Shopper, Stock, Store, Variant
from tests.orders.conftest import Client
from tests.support.catalogue import make_product, variant_of
from tests.support.orders import due, packing_order, paid_order, place_order, shipped_order


@pytest.fixture
def variant(store: Store) -> Variant:
    product = make_product(store, ("龙井", "Longjing"), 1000, 50, {("规格", "Size"): [("50 克", "50 g")]})
    return variant_of(product)


def test_the_list_shows_the_newest_first_with_four_lines_of_each(store: Store, shopper: Shopper, mine: Client) -> None:
    old = place_order(shopper, {variant_of(make_product(store)): 2})
    new = place_order(shopper, {variant_of(make_product(store, f"Tea {n}")): n + 1 for n in range(6)})

    page = mine.get("orders").json()

    assert [order["id"] for order in page["results"]] == [new.public_id, old.public_id]
    assert page["next"] is None
    first = page["results"][0]
    assert [line["title"] for line in first["lines"]] == ["Tea 0", "Tea 1", "Tea 2", "Tea 3"]
    assert (first["item_count"], first["total"], first["actions"]) == (21, 21000, ["pay", "cancel"])
    assert first["number"] == new.number


def test_pages_by_cursor(store: Store, shopper: Shopper, mine: Client, variant: Variant) -> None:
    placed = [place_order(shopper, {variant: 1}).public_id for _ in range(5)]

    seen, cursor = [], None
    while True:
        page = mine.get("orders", {"page_size": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [order["id"] for order in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == placed[::-1]


def test_filters_and_counts(shopper: Shopper, mine: Client, variant: Variant) -> None:
    pending = place_order(shopper, {variant: 1})
    paid = paid_order(shopper, {variant: 1})
    shipped, _parcel = shipped_order(shopper, {variant: 1})
    received, _parcel = shipped_order(shopper, {variant: 1}, waybill="SF0000000000002")
    mine.post(f"orders/{received.public_id}/receive")

    def ids(state: str) -> list[str]:
        return [order["id"] for order in mine.get("orders", {"state": state}).json()["results"]]

    assert [ids(state) for state in ("pending", "shipped", "done", "cancelled")] == [
        [pending.public_id], [shipped.public_id], [received.public_id], []
    ]  # fmt: skip
    assert ids("paid") == [paid.public_id]
    assert mine.get("orders/counts").json() == {"pending": 1, "paid": 1, "shipped": 1}
    assert mine.get("orders", {"state": "free"}).json()["errors"].keys() == {"state"}


def test_a_shipped_order_shows_its_parcel_and_its_way(shopper: Shopper, mine: Client, variant: Variant) -> None:
    order, parcel = shipped_order(shopper, {variant: 2})
    for minutes, status, text in ((60, "picked_up", "已揽收"), (30, "in_transit", "运输中")):
        TrackingEvent.objects.create(
            store=order.store,
            parcel=parcel,
            happened_at=clock.now() - timedelta(minutes=minutes),
            status=status,
            text_zh=text,
            text_en=status,
            location="杭州",
        )

    seen = mine.get(f"orders/{order.public_id}").json()

    assert (seen["state"], seen["state_text"], seen["expires_at"]) == ("shipped", "shipped", None)
    assert seen["actions"] == ["receive", "reorder"]
    shown = seen["parcels"][0]
    assert (shown["carrier"], shown["carrier_name"], shown["waybill"]) == ("SF", "SF Express", "SF1234567890123")
    assert shown["lines"] == [{"line_id": seen["lines"][0]["id"], "title": "Longjing", "quantity": 2}]
    assert [event["text"] for event in shown["events"]] == ["in_transit", "picked_up"]
    assert shown == mine.get(f"orders/{order.public_id}/parcels/{parcel.public_id}").json()
    assert [item["kind"] for item in seen["timeline"]][-2:] == ["paid", "placed"]
    chinese = mine.get(f"orders/{order.public_id}", language="zh").json()
    assert (chinese["parcels"][0]["carrier_name"], chinese["parcels"][0]["events"][0]["text"]) == ("顺丰速运", "运输中")
    assert chinese["lines"][0]["spec"] == "50 克"


def test_times_are_utc_whatever_the_servers_zone(shopper: Shopper, mine: Client, variant: Variant) -> None:
    """litemall showed every time eight hours off."""
    order = place_order(shopper, {variant: 1})

    said = mine.get(f"orders/{order.public_id}").json()["placed_at"]

    assert said.endswith("Z")
    assert abs(datetime.fromisoformat(said) - order.placed_at) < timedelta(milliseconds=1)


def test_cancelling_asks_for_it_and_the_worker_decides(shopper: Shopper, mine: Client, variant: Variant) -> None:
    """The provider is asked first, so that the stock is not given back while the shopper is paying."""
    order = place_order(shopper, {variant: 3})

    answer = mine.post(f"orders/{order.public_id}/cancel")

    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["closing"], answer.json()["actions"]) == ("pending", True, [])
    assert answer.json()["state_text"] == "being cancelled"
    duty = Duty.objects.get(kind="close")
    assert (duty.cause, duty.asked_by) == ("shopper", f"shopper:{shopper.pk}")
    assert due(duty) <= clock.now()
    assert Stock.objects.get(variant=variant).held == 3
    assert mine.post(f"orders/{order.public_id}/cancel").status_code == 202
    assert mine.get("orders").json()["results"][0]["actions"] == []


def test_an_order_whose_time_is_over_is_closing(shopper: Shopper, mine: Client, variant: Variant) -> None:
    order = place_order(shopper, {variant: 1})
    Order.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    seen = mine.get(f"orders/{order.public_id}").json()

    assert (seen["closing"], seen["actions"]) == (True, [])


def test_what_is_paid_cannot_be_cancelled(shopper: Shopper, mine: Client, variant: Variant) -> None:
    order = paid_order(shopper, {variant: 1})

    answer = mine.post(f"orders/{order.public_id}/cancel")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-state")
    assert Order.objects.get().state == "paid"


def test_receiving(shopper: Shopper, mine: Client, variant: Variant) -> None:
    order, _parcel = shipped_order(shopper, {variant: 1})

    answer = mine.post(f"orders/{order.public_id}/receive")

    assert (answer.status_code, answer.json()["state"], answer.json()["actions"]) == (200, "received", ["reorder"])
    assert answer.json()["received_at"]
    assert mine.post(f"orders/{order.public_id}/receive").status_code == 200


@pytest.mark.parametrize("stage", ["pending", "paid", "packing"])
def test_states_cannot_be_skipped(shopper: Shopper, mine: Client, variant: Variant, stage: str) -> None:
    order = {
        "pending": lambda: place_order(shopper, {variant: 1}),
        "paid": lambda: paid_order(shopper, {variant: 1}),
        "packing": lambda: packing_order(shopper, {variant: 1})[0],
    }[stage]()

    answer = mine.post(f"orders/{order.public_id}/receive")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-state")
    assert Order.objects.get().state == order.state
    for forbidden in ("paid", "pay_success", "ship"):
        assert mine.post(f"orders/{order.public_id}/{forbidden}").status_code == 404


def test_ordering_again_fills_the_cart_with_what_is_still_there(store: Store, shopper: Shopper, mine: Client) -> None:
    plenty, few, gone = (variant_of(make_product(store, title, 100, 10)) for title in "ABC")
    order = place_order(shopper, {plenty: 2, few: 3, gone: 1})
    Stock.objects.filter(variant=few).update(on_hand=4)
    Product.objects.filter(title_en="C").update(status="archived")
    mine.post("cart/lines", {"variant_id": plenty.public_id, "quantity": 1})
    CartLine.objects.update(selected=False)

    cart = mine.post(f"orders/{order.public_id}/reorder").json()

    assert {line["title"]: (line["quantity"], line["selected"]) for line in cart["lines"]} == {
        "A": (3, True), "B": (1, True)
    }  # fmt: skip


def test_a_removed_product_leaves_the_order_readable(shopper: Shopper, mine: Client, variant: Variant) -> None:
    order = place_order(shopper, {variant: 1})
    order.lines.update(product=None, variant=None, picture=None)

    line = mine.get(f"orders/{order.public_id}").json()["lines"][0]

    assert (line["product_id"], line["variant_id"], line["title"]) == (None, None, "Longjing")
    assert mine.post(f"orders/{order.public_id}/reorder").json()["lines"] == []


def test_no_parcel_of_another_order(shopper: Shopper, mine: Client, variant: Variant) -> None:
    first, _parcel = packing_order(shopper, {variant: 1})
    second = place_order(shopper, {variant: 1})

    assert mine.get(f"orders/{second.public_id}/parcels/{Parcel.objects.get().public_id}").status_code == 404
    assert mine.get(f"orders/{first.public_id}/parcels/{Parcel.objects.get().public_id}").status_code == 200


def test_wechats_order_centre_opens_the_order_by_the_number_of_its_payment(
    shopper: Shopper, mine: Client, variant: Variant
) -> None:
    order = place_order(shopper, {variant: 1})

    assert mine.get(f"orders/{order.public_id}-2").json()["id"] == order.public_id
    assert mine.get("orders/0000000000000000-1").status_code == 404
