"""What one shopper of the fake shop has done: a cart, addresses, orders. Texts are made when they are asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.storefront import tea_shop as shop

Json = dict[str, Any]

STATE_TEXTS = {
    "pending": ("待付款", "To pay"),
    "confirmed": ("货到付款", "to be paid on delivery"),
    "paid": ("待发货", "Preparing"),
    "shipped": ("运输中", "On its way"),
    "received": ("已收货", "Received"),
    "completed": ("已完成", "Completed"),
    "cancelled": ("已取消", "Cancelled"),
}
FREIGHT, FREE_FROM = 800, 9900


class Problem(Exception):
    def __init__(self, status: int, slug: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": detail, **more}


def stamp(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Shop:
    """What one shopper has done: a cart, addresses, orders. Texts are made when they are asked for."""

    def __init__(self) -> None:
        # Not set: no call is answered.
        self.goes_on = threading.Event()
        self.reset()

    def reset(self) -> None:
        self.goes_on.set()
        self.lock = threading.RLock()
        self.cart: list[Json] = []
        self.addresses: list[Json] = []
        self.orders: list[Json] = []
        self.keys: dict[str, str] = {}
        self.seen: list[Json] = []
        self.plan: Json = {}
        self.serial = 0
        self.tokens: set[str] = set()

    def next_id(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}{self.serial}"

    # -- cart

    def line(self, row: Json, english: bool) -> Json:
        found = shop.find_variant(row["variant_id"])
        stock = 0
        if found is None:
            product, values = shop.PRODUCTS[0], next(iter(shop.PRODUCTS[0].stock))
        else:
            product, values = found
            stock = product.stock[values]
        status = row.get("status") or ("sold_out" if stock == 0 else "short" if stock < row["quantity"] else "ok")
        price = shop.variant_price(product, values)
        return {
            "id": row["id"],
            "variant_id": row["variant_id"],
            "product_id": product.id,
            "title": shop.say(product.title, english),
            "spec": shop.spec(product, values, english),
            "picture": shop.pictures(product, english)[0],
            "unit_price": price,
            "quantity": row["quantity"],
            "selected": row["selected"] and status in ("ok", "short"),
            "available": stock,
            "status": status,
            "total": price * row["quantity"],
        }

    def cart_view(self, english: bool) -> Json:
        lines = [self.line(row, english) for row in self.cart]
        chosen = [line for line in lines if line["selected"] and line["status"] == "ok"]
        return {
            "lines": lines,
            "count": sum(line["quantity"] for line in lines),
            "selected_count": sum(line["quantity"] for line in chosen),
            "total": sum(line["total"] for line in chosen),
            "currency": shop.CURRENCY,
        }

    def add(self, variant_id: str, quantity: int) -> None:
        found = shop.find_variant(variant_id)
        if found is None:
            raise Problem(404, "not-found", "This product is no longer for sale.")
        if found[0].stock[found[1]] < quantity:
            raise Problem(
                409, "stock-short", "There are not that many left.", lines=[{"variant_id": variant_id, "available": 0}]
            )
        for row in self.cart:
            if row["variant_id"] == variant_id:
                row["quantity"] += quantity
                return
        self.cart.insert(
            0, {"id": self.next_id("line"), "variant_id": variant_id, "quantity": quantity, "selected": True}
        )

    # -- quote and orders

    def quote(self, body: Json, english: bool) -> Json:
        rows = body.get("lines")
        if rows is None:
            rows = [row for row in self.cart if row["selected"] and row.get("status") is None]
        lines, anomalies = [], []
        for row in rows:
            line = self.line({"id": "", "selected": True, **row}, english)
            lines.append(
                {
                    key: line[key]
                    for key in (
                        "variant_id",
                        "product_id",
                        "title",
                        "spec",
                        "picture",
                        "unit_price",
                        "quantity",
                        "total",
                    )
                }
                | {"discount": 0}
            )
            if line["available"] < row["quantity"]:
                detail = f"Only {line['available']} left." if english else f"仅剩 {line['available']} 件。"
                anomalies.append(
                    {
                        "type": "out_of_stock",
                        "variant_id": row["variant_id"],
                        "available": line["available"],
                        "detail": detail,
                    }
                )
        goods = sum(line["total"] for line in lines)
        freight = 0 if goods >= FREE_FROM else FREIGHT
        if not body.get("address_id"):
            anomalies.append({"type": "no_address", "detail": "Choose an address." if english else "请选择收货地址。"})
        if not lines:
            anomalies.append({"type": "empty", "detail": "Nothing to order." if english else "没有可下单的商品。"})
        return {
            "lines": lines,
            "goods_total": goods,
            "discount_total": 0,
            "freight_total": freight,
            "total": goods + freight,
            "currency": shop.CURRENCY,
            "anomalies": anomalies,
            "placeable": not anomalies,
        }

    def place(self, body: Json, key: str, english: bool) -> Json:
        if key in self.keys:
            return self.order_view(self.find_order(self.keys[key]), english)
        quote = self.quote(body, english)
        if quote["total"] != body["expected_total"]:
            raise Problem(409, "total-changed", "The total has changed.", total=quote["total"])
        if not quote["placeable"]:
            raise Problem(409, "stock-short", "Some goods have just been sold.", lines=[])
        order = {
            "id": self.next_id("order"),
            "number": f"2611220700{self.serial:04d}",
            "state": "pending",
            "placed_at": stamp(),
            "rows": [{"variant_id": line["variant_id"], "quantity": line["quantity"]} for line in quote["lines"]],
            "note": body.get("note", ""),
            "ship_to": next(a for a in self.addresses if a["id"] == body["address_id"]),
            "payment": "none",
            "parcels": [],
        }
        self.orders.insert(0, order)
        self.keys[key] = order["id"]
        if "lines" not in body:
            self.cart = [row for row in self.cart if not row["selected"] or row.get("status")]
        return self.order_view(order, english)

    def find_order(self, id_: str) -> Json:
        for order in self.orders:
            if order["id"] == id_:
                return order
        raise Problem(404, "not-found", "There is no such order.")

    def order_view(self, order: Json, english: bool) -> Json:
        quote = self.quote({"lines": order["rows"], "address_id": "x"}, english)
        state = order["state"]
        actions = {
            "pending": ["pay", "cancel"],
            "confirmed": ["cancel", "reorder"],
            "shipped": ["receive", "reorder"],
        }.get(state, ["reorder"])
        lines = [line | {"id": f"{order['id']}-{number}"} for number, line in enumerate(quote["lines"])]
        return {
            "id": order["id"],
            "number": order["number"],
            "state": state,
            "state_text": shop.say(STATE_TEXTS[state], english),
            "total": quote["total"],
            "currency": shop.CURRENCY,
            "placed_at": order["placed_at"],
            "expires_at": stamp(**order.get("left", {"minutes": -15})) if state == "pending" else None,
            "item_count": sum(line["quantity"] for line in lines),
            "lines": lines,
            "actions": actions,
            "goods_total": quote["goods_total"],
            "discount_total": 0,
            "freight_total": quote["freight_total"],
            "ship_to": order["ship_to"],
            "note": order["note"],
            "on_delivery": order.get("provider") == "cash_on_delivery",
            "paid_at": order["placed_at"] if state not in ("pending", "confirmed") else None,
            "shipped_at": None,
            "received_at": None,
            "cancelled_at": None,
            "cancel_cause": "shopper" if state == "cancelled" else "",
            "closing": order.get("closing", False),
            "parcels": [self.parcel_view(parcel, lines, english) for parcel in order["parcels"]],
            "timeline": [{"at": order["placed_at"], "kind": "order", "text": "Order placed" if english else "已下单"}],
        }

    def parcel_view(self, parcel: Json, lines: list[Json], english: bool) -> Json:
        texts = [
            (
                "delivered",
                ("快件已签收，签收人：本人", "Delivered, signed for by the recipient"),
                ("广州", "Guangzhou"),
                0.2,
            ),
            (
                "out_for_delivery",
                ("派送中，快递员王师傅 13800000000", "Out for delivery with courier Wang, 13800000000"),
                ("广州", "Guangzhou"),
                4,
            ),
            (
                "in_transit",
                ("已到达广州转运中心", "Arrived at the Guangzhou sorting centre"),
                ("广州", "Guangzhou"),
                11,
            ),
            (
                "in_transit",
                ("已离开杭州转运中心，发往广州", "Left the Hangzhou sorting centre for Guangzhou"),
                ("杭州", "Hangzhou"),
                26,
            ),
            ("picked_up", ("快递员已揽收", "Collected by the courier"), ("杭州", "Hangzhou"), 30),
            ("accepted", ("商家已下单，等待揽收", "Label created, waiting for collection"), ("杭州", "Hangzhou"), 33),
        ]
        shown = texts[0 if parcel["state"] == "delivered" else 2 :]
        return {
            "id": parcel["id"],
            "state": parcel["state"],
            "state_text": "Delivered"
            if english and parcel["state"] == "delivered"
            else "In transit"
            if english
            else "已签收"
            if parcel["state"] == "delivered"
            else "运输中",
            "carrier": "sf",
            "carrier_name": "SF Express" if english else "顺丰速运",
            "waybill": parcel["waybill"],
            "shipped_at": stamp(hours=30),
            "delivered_at": stamp(hours=0.2) if parcel["state"] == "delivered" else None,
            "lines": [{"line_id": line["id"], "title": line["title"], "quantity": line["quantity"]} for line in lines],
            "events": [
                {
                    "happened_at": stamp(hours=hours),
                    "status": status,
                    "text": shop.say(text, english),
                    "location": shop.say(place, english),
                }
                for status, text, place, hours in shown
            ],
        }

    def fill(self) -> None:
        """A shopper in the middle of things, for looking at pages."""
        self.addresses = [
            {
                "id": "a1",
                "name": "林晓",
                "phone": "13800138000",
                "country": "CN",
                "province": "广东省",
                "city": "广州市",
                "district": "海珠区",
                "street": "新港中路 397 号 4 栋 1203",
                "postal_code": "510000",
                "label": "home",
                "is_default": True,
            },
            {
                "id": "a2",
                "name": "Anna Lindqvist-Bergström",
                "phone": "13900139000",
                "country": "CN",
                "province": "上海市",
                "city": "上海市",
                "district": "静安区",
                "street": "Nanjing West Road 1266, Plaza 66, Tower 2, 31st floor, reception",
                "postal_code": "200040",
                "label": "work",
                "is_default": False,
            },
        ]
        self.cart = [
            {"id": "l1", "variant_id": "longjing-s100-g1-tin", "quantity": 2, "selected": True},
            {"id": "l2", "variant_id": "biluochun-s100", "quantity": 5, "selected": True},
            {"id": "l3", "variant_id": "osmanthus-one", "quantity": 1, "selected": False},
            {"id": "l4", "variant_id": "dianhong-one", "quantity": 1, "selected": False},
            {"id": "l5", "variant_id": "hawthorn-one", "quantity": 1, "selected": False, "status": "withdrawn"},
        ]
        rows = [
            ("o1", "pending", [("longjing-s100-g1-tin", 1), ("gaiwan-white", 1)], []),
            (
                "o2",
                "shipped",
                [("teapot-celadon", 1), ("cups-one", 1), ("jasmine-s50", 2), ("osmanthus-one", 1), ("walnut-one", 1)],
                [
                    {"id": "p1", "state": "in_transit", "waybill": "SF1386201948821"},
                    {"id": "p2", "state": "delivered", "waybill": "SF1386201948822"},
                ],
            ),
            ("o3", "paid", [("giftbox-one", 1)], []),
            ("o4", "cancelled", [("chrys-one", 3)], []),
        ]
        self.orders = [
            {
                "id": id_,
                "number": f"26112207{number:06d}",
                "state": state,
                "placed_at": stamp(minutes=5 + number * 900),
                "rows": [{"variant_id": variant, "quantity": quantity} for variant, quantity in lines],
                "note": "请放门口" if id_ == "o2" else "",
                "ship_to": self.addresses[0],
                "payment": "succeeded" if state != "pending" else "none",
                "parcels": parcels,
            }
            for number, (id_, state, lines, parcels) in enumerate(rows)
        ]
