"""Buyers that do several things in a row, which wrk cannot: the whole loop, and the flash sale."""

import http.client
import json
import statistics
import threading
import time
import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlparse


class Buyer:
    """One shopper on one connection."""

    def __init__(self, base: str, shopper: dict[str, str]) -> None:
        self.url = urlparse(base)
        self.shopper = shopper
        self.connection = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.shopper['token']}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        self.connection.request(method, self.url.path + path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None


def whole_loop(base: str, facts: Any, buyers: int, seconds: int) -> tuple[float, float, float, int]:
    """Loops a second, p50 and p99 of one loop in milliseconds, requests that were no success."""
    until = time.monotonic() + seconds
    times: list[float] = []
    bad = Counter[int]()

    def buy(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            turn += buyers
            buyer = Buyer(base, facts["shoppers"][turn % len(facts["shoppers"])])
            start = time.monotonic()
            variant, product = (
                facts["variants"][turn % len(facts["variants"])],
                facts["products"][turn % len(facts["products"])],
            )
            steps = [
                buyer.ask("GET", "/products?page_size=20"),
                buyer.ask("GET", f"/products/{product}"),
                buyer.ask("POST", "/cart/lines", {"variant_id": variant, "quantity": 1}),
                buyer.ask("POST", "/quote", {"address_id": buyer.shopper["address"]}),
            ]
            total = steps[-1][1].get("total", 0)
            steps.append(
                buyer.ask("POST", "/orders", {"address_id": buyer.shopper["address"], "expected_total": total})
            )
            times.append((time.monotonic() - start) * 1000)
            bad.update(status for status, _body in steps if status >= 300)

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return len(times) / seconds, statistics.median(times or [0.0]), cuts[98], sum(bad.values())


def flash_sale(base: str, facts: Any, buyers: int, at_once: int) -> str:
    """So many buyers for what there is of one variant; says what was answered, and how fast."""
    waiting = list(facts["shoppers"][:buyers])
    answers: Counter[int] = Counter()
    times: list[float] = []
    lock = threading.Lock()

    def buy() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                shopper = waiting.pop()
            start = time.monotonic()
            lines = [{"variant_id": facts["sale"], "quantity": 1}]
            status, _body = Buyer(base, shopper).ask(
                "POST", "/orders", {"address_id": shopper["address"], "expected_total": facts["price"], "lines": lines}
            )
            with lock:
                answers[status] += 1
                times.append((time.monotonic() - start) * 1000)

    begin = time.monotonic()
    threads = [threading.Thread(target=buy) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=100)
    return (
        f"{answers[201]} sold, {answers[409]} told that it is sold out, {buyers - answers[201] - answers[409]} other answers; "
        f"{buyers / (time.monotonic() - begin):,.0f} requests/s, p50 {statistics.median(times):.0f} ms, p99 {cuts[98]:.0f} ms"
    )
