"""A server with the shop's API and nothing behind it: for states that are hard to bring about on the real one.

    python -m tests.storefront.fake_api 8765 [folder of the compiled program]

`POST /fake` sets what it should do next: {"fail": {"orders": 500}, "held": true, "paid": true}.
What is held is answered when it is held no more.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.storefront import tea_shop as shop
from tests.storefront.one_shopper import FREE_FROM, FREIGHT, Problem, Shop, stamp

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
PREVIEW = "/preview/jishi-tea/"


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
                match data.pop("held", None):
                    case True:
                        self.shop.goes_on.clear()
                    case False:
                        self.shop.goes_on.set()
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
        self.shop.goes_on.wait()
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
                or (query["category"] in below.get(product.category, []) and product.id == query["category"])
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
            done = {"done": ("received", "completed"), "paid": ("paid", "confirmed")}
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
                name: sum(one["state"] in states for one in state.orders)
                for name, states in {
                    "pending": ["pending"],
                    "paid": ["paid", "confirmed"],
                    "shipped": ["shipped"],
                }.items()
            }
        order = state.find_order(parts[1])
        view = state.order_view(order, english)
        if len(parts) == 2:
            return 200, view
        if parts[2] == "parcels":
            return 200, next(parcel for parcel in view["parcels"] if parcel["id"] == parts[3])
        if parts[2] == "payment-methods":
            return 200, {"results": shop.methods(state.plan.get("methods", ["wechatpay"]), english)}
        if parts[2] == "pay":
            order["payment"], order["provider"] = "opened", data.get("provider", "wechatpay")
            if order["provider"] == "cash_on_delivery":
                order["state"] = "confirmed"
            elif order["provider"] == "bank_transfer":
                order["left"] = {"days": -7}
            params = {"timeStamp": "1", "nonceStr": "n", "package": "prepay_id=fake", "signType": "RSA", "paySign": "s"}
            if order["provider"] != "wechatpay":
                params = shop.PARAMETERS.get(order["provider"], {})
            return 200, {
                "provider": order["provider"],
                "payment_id": "pay1",
                "params": params,
                "expires_at": view["expires_at"],
            }
        if parts[2] == "payment":
            provider = order.get("provider", "")
            by_hand = provider in shop.INSTRUCTIONS
            if state.plan.get("paid", True) and order["payment"] == "opened" and not by_hand:
                order["payment"], order["state"] = "succeeded", "paid"
            waits = by_hand and order["payment"] == "opened"
            return 200, {
                "state": order["payment"],
                "order_state": order["state"],
                "provider": provider,
                "label": shop.say(shop.METHODS[provider][0], english) if provider else "",
                "instructions": shop.instructions(provider, order["number"], english) if waits else [],
            }
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
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


if __name__ == "__main__":
    running = serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    print(f"http://127.0.0.1:{running.server_address[1]}{PREVIEW}app/", flush=True)
    threading.Event().wait()
