"""Measure the site on this machine and print a table, ready for ``docs/performance.md``.

``python -m bench``: two server processes, eight connections, wrk in the same machine; the bare view is measured in the same run, so that
its figure says how fast the machine is. Needs wrk (Debian: ``apt-get install wrk``). ``python -m bench notifications``: how soon payment
notifications are acknowledged and applied; needs nothing.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.database import database
from bench.notifications import notifications

HERE = Path(__file__).resolve().parent
CONNECTIONS, PROCESSES = 8, 2
API = "/api/v1/stores/bench"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("site", "notifications"), default="site")
    parser.add_argument("--seconds", type=int, help="for each figure (default 10; notifications: 30)")
    parser.add_argument("--rate", type=float, default=50.0, help="notifications a second (default 50)")
    parser.add_argument(
        "--broker", default="database://default", help="the broker of the notifications (default embedded)"
    )
    options = parser.parse_args()
    if options.what == "notifications":
        with tempfile.TemporaryDirectory() as folder:
            notifications(options.rate, options.seconds or 30, Path(folder), options.broker)
        return
    measure_site(options.seconds or 10)


def measure_site(seconds: int) -> None:
    """What a shopper's program asks for, and the flash sale."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, database() as url:
        # Nothing is throttled: the question is what the site can do.
        env = os.environ | {
            "DATABASE_URL": url, "JISHI_EMBEDDED": "1", "JISHI_ORDER_RATE": "1000000000", "JISHI_LOGIN_RATE": "1000000000",
            "JISHI_LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        facts = prepare(env, Path(folder))
        with server(env) as base:
            measure(base, facts, seconds, Path(folder))


def prepare(env: dict[str, str], folder: Path) -> dict[str, object]:
    """Migrate and seed."""
    print("Seeding 2,000 products with 3 variants each ...", flush=True)
    facts = folder / "facts.json"
    run = [sys.executable, "-c"]
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, check=True)
    subprocess.run(
        [*run, f"import django; django.setup()\nfrom pathlib import Path\nfrom bench.seed import seed\nseed(Path({str(facts)!r}))"],
        env=env, check=True,
    )  # fmt: skip
    return dict(json.loads(facts.read_text()))


@contextmanager
def server(env: dict[str, str]) -> Iterator[str]:
    """granian with two processes, as ``manage.py up`` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(PROCESSES), "--blocking-threads", "4", "--log-level", "error", "bench.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=env)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/bare", timeout=1).read()  # noqa: S310  our own http address
                break
            except OSError:
                time.sleep(0.2)
        else:
            sys.exit("the server did not start")
        yield base
    finally:
        process.terminate()
        process.wait(10)


def measure(base: str, facts: dict[str, object], seconds: int, folder: Path) -> None:
    """Each figure in turn; the table is printed as it grows."""
    from bench.buying import flash_sale, whole_loop

    print(f"\n{PROCESSES} server processes, {CONNECTIONS} connections, {seconds} s each, {os.cpu_count()} cores\n")
    print("| what | requests/s | p50 | p99 | not 2xx |")
    print("|---|---:|---:|---:|---:|")
    for name, lines in requests_of(facts).items():
        print(row(name, *wrk(base, lines, seconds, folder)), flush=True)
    loop = whole_loop(base + API, facts, CONNECTIONS, seconds)
    print(row("whole loop (list, detail, cart, quote, order)", *loop), flush=True)
    sale = flash_sale(base + API, facts, 300, 30)
    print(f"\nFlash sale: 300 buyers, 100 units, 30 at once: {sale}")


def row(name: str, rate: float, p50: float, p99: float, bad: int) -> str:
    return f"| {name} | {rate:,.0f} | {p50:.1f} ms | {p99:.1f} ms | {bad} |"


def requests_of(facts: dict[str, object]) -> dict[str, list[tuple[str, str, str, str]]]:
    """The requests of each figure: method, path, token, body."""
    products, variants, shoppers, price = facts["products"], facts["variants"], facts["shoppers"], facts["price"]
    assert isinstance(products, list) and isinstance(variants, list) and isinstance(shoppers, list)  # noqa: PT018
    words = ("longjing", "%E9%BE%99%E4%BA%95", "tea", "maofeng", "%E6%99%AE%E6%B4%B1")

    def ordered(n: int) -> str:
        line = {"variant_id": variants[n % len(variants)], "quantity": 1}
        return json.dumps(
            {"address_id": shoppers[n % len(shoppers)]["address"], "expected_total": price, "lines": [line]}
        )

    return {
        "a bare Django view with one query": [("GET", "/bare", "", "")],
        "product list": [("GET", f"{API}/products?page_size=20", "", "")],
        "product": [("GET", f"{API}/products/{one}", "", "") for one in products],
        "search": [("GET", f"{API}/products?q={word}", "", "") for word in words],
        "add to cart": [
            ("POST", f"{API}/cart/lines", one["token"], json.dumps({"variant_id": variants[n % 20], "quantity": 1}))
            for n, one in enumerate(shoppers)
        ],
        "place order": [("POST", f"{API}/orders", one["token"], ordered(n)) for n, one in enumerate(shoppers)],
    }


def wrk(
    base: str, lines: list[tuple[str, str, str, str]], seconds: int, folder: Path
) -> tuple[float, float, float, int]:
    """Requests a second, p50 and p99 in milliseconds, answers that were no success."""
    requests = folder / "requests"
    requests.write_text("\n".join("\t".join(line) for line in lines) + "\n")
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(HERE / "request.lua"),
        base,
        "--",
        str(requests),
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {name: re.search(pattern, out) for name, pattern in {
        "rate": r"Requests/sec:\s+([\d.]+)", "p50": r"50%\s+([\d.]+)(us|ms|s)", "p99": r"99%\s+([\d.]+)(us|ms|s)",
        "bad": r"Non-2xx or 3xx responses: (\d+)",
    }.items()}  # fmt: skip
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def milliseconds(name: str) -> float:
        match = found[name]
        return float(match[1]) * scale[match[2]] if match else float("nan")

    rate, bad = found["rate"], found["bad"]
    return (float(rate[1]) if rate else 0.0), milliseconds("p50"), milliseconds("p99"), (int(bad[1]) if bad else 0)


if __name__ == "__main__":
    main()
