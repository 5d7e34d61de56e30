"""A server with the shop's API and nothing behind it: for states that are hard to bring about on the real one.

    python tests/storefront/fake_api.py 8765 [folder of the compiled program]

`POST /fake` sets what it should do next: {"fail": {"orders": 500}, "slow": 1.5, "paid": true, "empty": ["cart"]}.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).parent))
import tea_shop as shop

Json = dict[str, Any]
Answer = tuple[int, Any]

TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".png": "image/png",
    ".wasm": "application/wasm",
}
STATE_TEXTS = {
    "pending": ("待付款", "To pay"),
    "paid": ("待发货", "Preparing"),
    "shipped": ("运输中", "On its way"),
    "received": ("已收货", "Received"),
    "completed": ("已完成", "Completed"),
    "cancelled": ("已取消", "Cancelled"),
}
FREIGHT, FREE_FROM = 800, 9900
PREVIEW = "/preview/jishi-tea/"


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
        self.reset()

    def reset(self) -> None:
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
        actions = {"pending": ["pay", "cancel"], "paid": ["reorder"], "shipped": ["receive", "reorder"]}.get(
            state, ["reorder"]
        )
        lines = [line | {"id": f"{order['id']}-{number}"} for number, line in enumerate(quote["lines"])]
        return {
            "id": order["id"],
            "number": order["number"],
            "state": state,
            "state_text": shop.say(STATE_TEXTS[state], english),
            "total": quote["total"],
            "currency": shop.CURRENCY,
            "placed_at": order["placed_at"],
            "expires_at": stamp(minutes=-15) if state == "pending" else None,
            "item_count": sum(line["quantity"] for line in lines),
            "lines": lines,
            "actions": actions,
            "goods_total": quote["goods_total"],
            "discount_total": 0,
            "freight_total": quote["freight_total"],
            "ship_to": order["ship_to"],
            "note": order["note"],
            "paid_at": order["placed_at"] if state != "pending" else None,
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


class Handler(BaseHTTPRequestHandler):
    shop: Shop
    program: Path | None = None
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.answer("GET")

    def do_POST(self) -> None:
        self.answer(self.headers.get("X-HTTP-Method-Override") or "POST")

    def do_PATCH(self) -> None:
        # WeChat's client cannot send it, so the program must not.
        self.send(405, {"type": "/problems/method", "title": "PATCH", "status": 405})

    def do_DELETE(self) -> None:
        self.answer("DELETE")

    def answer(self, method: str) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = json.loads(body) if body else {}
        if url.path == "/fake":
            with self.shop.lock:
                if data.pop("reset", False):
                    self.shop.reset()
                if data.pop("fill", False):
                    self.shop.fill()
                self.shop.plan.update(data)
                return self.send(200, {"seen": self.shop.seen})
        if match := re.match(r"/media/(.+)-(\d+)\.(webp|jpeg)$", url.path):
            if match[1] in self.shop.plan.get("broken_pictures", []):
                return self.send(404, {})
            return self.send_bytes(shop.drawn(match[1], int(match[2]), match[3]), f"image/{match[3]}")
        if match := re.match(r"/api/v1/stores/[\w-]+/(.*?)/?$", url.path):
            return self.api(method, match[1], {key: values[0] for key, values in parse_qs(url.query).items()}, data)
        if url.path.startswith(PREVIEW + "wx/"):
            return self.wechat(url.path.removeprefix(PREVIEW + "wx/"), data)
        self.static(url.path)

    def wechat(self, call: str, data: Json) -> None:
        """What the preview asks WeChat for: a login code, and a cashier that pays."""
        if call == "login":
            return self.send(200, {"code": "made-up"})
        if call == "cashier":
            return self.send(
                200,
                {
                    "prepay_id": "fake",
                    "description": "Tea",
                    "amount": 100,
                    "currency": shop.CURRENCY,
                    "merchant": "Jishi Tea",
                    "state": "NOTPAY",
                },
            )
        return self.send(200, {"state": "SUCCESS" if data.get("action") == "pay" else "NOTPAY"})

    def api(self, method: str, path: str, query: dict[str, str], data: Json) -> None:
        english = (self.headers.get("Accept-Language") or "").startswith("en")
        plan = self.shop.plan
        if plan.get("slow"):
            time.sleep(plan["slow"])
        self.shop.seen.append(
            {
                "method": method,
                "path": path,
                "query": query,
                "data": data,
                "key": self.headers.get("Idempotency-Key"),
                "token": self.headers.get("Authorization"),
            }
        )
        for pattern, status in plan.get("fail", {}).items():
            if re.fullmatch(pattern, path):
                if status == 0:
                    self.close_connection = True
                    self.connection.close()
                    return None
                return self.send(
                    status,
                    {"type": "/problems/fake", "title": "Failed", "status": status, "detail": "It did not work."},
                )
        with self.shop.lock:
            try:
                status, answer = self.route(method, path, query, data, english)
            except Problem as problem:
                status, answer = problem.status, problem.body
        return self.send(status, answer)

    def route(self, method: str, path: str, query: dict[str, str], data: Json, english: bool) -> Answer:
        state, parts = self.shop, path.split("/")
        if path == "login":
            token = state.next_id("token")
            state.tokens.add(token)
            return 200, {
                "token": token,
                "expires_at": stamp(days=-30),
                "shopper": {"id": "s1", "nickname": "", "language": "zh-Hans"},
            }
        if path == "store":
            name = "Jishi Tea" if english else "集市茶铺"
            slogan = "Good tea, plainly sold" if english else "好茶不贵，慢慢喝"
            return 200, {
                "slug": "jishi-tea",
                "name": name,
                "currency": shop.CURRENCY,
                "languages": ["zh-Hans", "en"],
                "default_language": "zh-Hans",
                "brand": {"color": "#2f6b4f", "logo": None, "slogan": slogan},
                "freight": {"amount": FREIGHT, "free_from": FREE_FROM},
            }
        if path == "home":
            return 200, {"sections": shop.home(english)}
        if path == "categories":
            return 200, {"results": shop.categories(english)}
        if path == "products":
            return 200, self.products(query, english)
        if parts[0] == "products":
            found = next((one for one in shop.PRODUCTS if one.id == parts[1]), None)
            if found is None:
                raise Problem(404, "not-found", "There is no such product.")
            return 200, shop.detail(found, english)
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if bearer not in state.tokens:
            raise Problem(401, "not-authenticated", "Log in first.")
        if parts[0] == "cart":
            return self.cart(method, parts, data, english)
        if parts[0] == "addresses":
            return self.addresses(method, parts, data)
        if path == "quote":
            return 200, state.quote(data, english)
        if parts[0] == "orders":
            return self.orders(method, parts, query, data, english)
        raise Problem(404, "not-found", f"No such address: {path}")

    def products(self, query: dict[str, str], english: bool) -> Json:
        below = {id_: [child for child, _name in children] for id_, _name, children in shop.CATEGORIES}
        found = [
            shop.card(product, english)
            for product in shop.PRODUCTS
            if (
                not query.get("category")
                or product.category == query["category"]
                or product.id == query["category"]
                or (query["category"] in below.get(product.category, [])
                and product.id == query["category"])
            )
            and (not query.get("q") or query["q"].lower() in "".join(product.title + product.subtitle).lower())
        ]
        found = [
            one
            for one in found
            if int(query.get("min_price") or 0) <= one["price"] <= int(query.get("max_price") or 10**9)
        ]
        if query.get("sort") in ("price", "-price"):
            found.sort(key=lambda one: one["price"], reverse=query["sort"] == "-price")
        start, size = int(query.get("cursor") or 0), min(int(query.get("page_size") or 20), 50)
        size = self.shop.plan.get("page_size", size)
        return {
            "results": found[start : start + size],
            "next": str(start + size) if start + size < len(found) else None,
        }

    def cart(self, method: str, parts: list[str], data: Json, english: bool) -> Answer:
        state = self.shop
        if method == "POST":
            state.add(data["variant_id"], data["quantity"])
            return 201, state.cart_view(english)
        if len(parts) == 3:
            row = next((one for one in state.cart if one["id"] == parts[2]), None)
            if row is None:
                raise Problem(404, "not-found", "This line is gone.")
            if method == "DELETE":
                state.cart.remove(row)
                return 204, None
            row.update({key: data[key] for key in ("quantity", "selected") if key in data})
        elif method == "PATCH":
            for row in state.cart:
                row["selected"] = data["selected"]
        return 200, state.cart_view(english)

    def addresses(self, method: str, parts: list[str], data: Json) -> Answer:
        state = self.shop
        if method in ("POST", "PATCH"):
            if not re.fullmatch(r"1\d{10}", data.get("phone", "13800138000")):
                raise Problem(
                    400, "invalid", "Check the form.", errors={"phone": ["Enter a mobile number of 11 digits."]}
                )
            if data.get("is_default"):
                for one in state.addresses:
                    one["is_default"] = False
        if method == "POST":
            state.addresses.append(
                {
                    "id": state.next_id("a"),
                    "country": "CN",
                    "postal_code": "",
                    "label": "",
                    **data,
                    "is_default": data.get("is_default") or not state.addresses,
                }
            )
            return 201, state.addresses[-1]
        if len(parts) == 1:
            return 200, {"results": state.addresses, "next": None}
        found = next((one for one in state.addresses if one["id"] == parts[1]), None)
        if found is None:
            raise Problem(404, "not-found", "This address is gone.")
        if method == "DELETE":
            state.addresses.remove(found)
            return 204, None
        found.update(data)
        return 200, found

    def orders(self, method: str, parts: list[str], query: dict[str, str], data: Json, english: bool) -> Answer:
        state = self.shop
        if method == "POST" and len(parts) == 1:
            key = self.headers.get("Idempotency-Key")
            if not key:
                raise Problem(400, "key-missing", "Send an Idempotency-Key.")
            return 201, state.place(data, key, english)
        if len(parts) == 1:
            done = {"done": ("received", "completed")}
            wanted = query.get("state")
            rows = [one for one in state.orders if not wanted or one["state"] in done.get(wanted, (wanted,))]
            return 200, {
                "results": [
                    view | {"lines": view["lines"][:4]} for view in (state.order_view(one, english) for one in rows)
                ],
                "next": None,
            }
        if parts[1] == "counts":
            return 200, {
                name: sum(one["state"] == name for one in state.orders) for name in ("pending", "paid", "shipped")
            }
        order = state.find_order(parts[1])
        view = state.order_view(order, english)
        if len(parts) == 2:
            return 200, view
        if parts[2] == "parcels":
            return 200, next(parcel for parcel in view["parcels"] if parcel["id"] == parts[3])
        if parts[2] == "pay":
            order["payment"] = "opened"
            params = {"timeStamp": "1", "nonceStr": "n", "package": "prepay_id=fake", "signType": "RSA", "paySign": "s"}
            return 200, {
                "provider": "wechatpay",
                "payment_id": "pay1",
                "params": params,
                "expires_at": view["expires_at"],
            }
        if parts[2] == "payment":
            if state.plan.get("paid", True) and order["payment"] == "opened":
                order["payment"], order["state"] = "succeeded", "paid"
            return 200, {"state": order["payment"], "order_state": order["state"]}
        if parts[2] == "cancel":
            order["state"] = "cancelled"
        elif parts[2] == "receive":
            order["state"] = "received"
        elif parts[2] == "reorder":
            for row in order["rows"]:
                state.add(row["variant_id"], row["quantity"])
            return 200, state.cart_view(english)
        return 200, state.order_view(order, english)

    def static(self, path: str) -> None:
        if self.program is None:
            return self.send(404, {})
        wanted = (self.program / (path.removeprefix(PREVIEW + "app/") or "index.html")).resolve()
        if not wanted.is_file() or not wanted.is_relative_to(self.program.resolve()):
            return self.send(404, {})
        return self.send_bytes(wanted.read_bytes(), TYPES.get(wanted.suffix, "application/octet-stream"))

    def send(self, status: int, body: Any) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_bytes(data, "application/problem+json" if status >= 400 else "application/json", status)

    def send_bytes(self, data: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            # The page may be closed before its answer is there.
            self.wfile.write(data)


def serve(port: int, program: Path | None = None) -> ThreadingHTTPServer:
    """A running server; call `shutdown()` at the end. Port 0 takes a free one."""
    handler = type("OneShop", (Handler,), {"shop": Shop(), "program": program})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    running = serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    print(f"http://127.0.0.1:{running.server_address[1]}{PREVIEW}app/", flush=True)
    threading.Event().wait()
