"""How soon a payment notification is acknowledged and applied, on the real parts: server, worker, beat, database, broker.

Started by the supervisor with the commands of ``manage.py up``. What is measured where: the acknowledgement inside the server by
granian's access log (from the request's arrival to the end of its answer, the waiting for a free thread included), the same as the
provider sees it by the sender, the time until it is applied by the database (``received_at`` to ``done_at`` of the notification).
"""

import io
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.database import database

PROCESSES = 2
WARM_UP = 100
# Beside so many forged ones a second, so many genuine.
FLOOD, BESIDE = 200.0, 5.0
LINE = re.compile(r"web +│ .*?(\d{3}) (?:POST|GET) (/\S+) ([\d.]+) ms")


def notifications(rate: float, seconds: int, folder: Path, broker: str) -> None:
    """Measure and print a table, ready for ``docs/performance.md``."""
    flood_seconds = min(seconds, 30)
    counts = [WARM_UP, int(rate * seconds), int(BESIDE * flood_seconds)]
    with database() as url:
        env = environment(url, broker, folder)
        print(f"Placing {sum(counts):,} orders and opening a payment for each ...", flush=True)
        facts = prepare(env, sum(counts), folder)
        ready = facts["transactions"]
        with site(env) as (port, log, children), psycopg.connect(url, autocommit=True) as connection:
            run = Run(port, log, children, connection, facts["key"])
            bare = run.yardstick()
            run.send(ready[: counts[0]], rate)
            print(f"\nbroker {broker.partition(':')[0]}; {machine()}\n")
            print("| what | p50 | p95 | p99 | worst |\n|---|---:|---:|---:|---:|")
            print(row("a bare Django view with one query, one after the other", bare), flush=True)
            run.report(f"{rate:g} a second for {seconds} s", run.send(ready[counts[0] : counts[0] + counts[1]], rate))
            title = f"{BESIDE:g} a second beside {FLOOD:g} forged, for {flood_seconds} s"
            run.report(title, run.send(ready[counts[0] + counts[1] :], BESIDE, forged_rate=FLOOD))
            print()
            check(env, connection, sum(counts))


def environment(url: str, broker: str, folder: Path) -> dict[str, str]:
    # Nobody is there to be asked how a payment stands: the polls would come to nothing.
    return os.environ | {
        "DATABASE_URL": url, "JISHI_EMBEDDED": "1", "JISHI_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings",
        "JISHI_PAYMENT_POLL_SECONDS": "14400", "CELERY_BROKER_URL": broker, "CELERY_TASK_DEFAULT_QUEUE": "jishi-bench",
        "WECHATPAY_API_BASE": "http://127.0.0.1:9", "WECHAT_API_BASE": "http://127.0.0.1:9", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def prepare(env: dict[str, str], count: int, folder: Path) -> dict[str, Any]:
    """Migrate, place the orders, open the payments."""
    facts = folder / "unpaid.json"
    lines = "import django; django.setup()\nfrom pathlib import Path\nfrom bench.unpaid import seed\n"
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, check=True)
    subprocess.run([sys.executable, "-c", f"{lines}seed({count}, Path({str(facts)!r}))"], env=env, check=True)
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


@contextmanager
def site(env: dict[str, str]) -> Iterator[tuple[int, io.StringIO, list[Any]]]:
    """Web, worker and beat under the supervisor: the port, and what they write."""
    from core.management.commands.up import site_processes
    from core.supervisor import Supervisor, free_port

    port, log = free_port("127.0.0.1", 8300), io.StringIO()
    supervisor = Supervisor(Path(__file__).resolve().parent.parent, env, out=log)
    children = site_processes("127.0.0.1", port, PROCESSES, f"http://127.0.0.1:{port}", "bench.wsgi:application")
    try:
        for child in children:
            supervisor.start(child)
        if not all(supervisor.wait_ready(child) for child in children):
            sys.exit(f"the site did not start:\n{log.getvalue()}")
        yield port, log, children
    finally:
        supervisor.stop()


class Run:
    """A site that is up, and what it takes to send to it and to look at what became of it."""

    def __init__(
        self, port: int, log: io.StringIO, children: list[Any], connection: psycopg.Connection[Any], key: str
    ) -> None:
        self.port, self.log, self.children, self.connection, self.key = port, log, children, connection, key

    def yardstick(self, count: int = 300) -> list[float]:
        """Milliseconds inside the server of the bare view."""
        import http.client

        start = len(self.log.getvalue())
        client = http.client.HTTPConnection("127.0.0.1", self.port)
        for _ in range(count):
            client.request("GET", "/bare")
            client.getresponse().read()
        return [ms for _status, path, ms in self._lines(start, count, "/bare") if path == "/bare"]

    def send(self, transactions: list[dict[str, Any]], rate: float, forged_rate: float = 0.0) -> dict[str, Any]:
        """Tell of these payments at that rate, and wait until nothing is left to apply; what was measured, in milliseconds."""
        start, since = len(self.log.getvalue()), self._one("SELECT coalesce(max(id), 0) FROM payments_notification")
        task = {
            "port": self.port, "key": self.key, "transactions": transactions, "rate": rate, "forged_rate": forged_rate,
        }  # fmt: skip
        idle, spent = cpu(), self._spent()
        done = subprocess.run(
            [sys.executable, "-m", "bench.sender"], input=json.dumps(task), capture_output=True, text=True, check=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        )  # fmt: skip
        idle = [now - then for now, then in zip(cpu(), idle, strict=True)]
        genuine, *forged = json.loads(done.stdout)
        left = "SELECT count(*) FROM payments_notification WHERE done_at IS NULL AND parked_at IS NULL"
        until = time.monotonic() + 60
        while self._one(left) and time.monotonic() < until:
            time.sleep(0.1)
        sent = len(genuine) + sum(len(answers) for answers in forged)
        lines = self._lines(start, sent, "/notify/")
        spent = {name: seconds - spent[name] for name, seconds in self._spent().items()}
        applied = self.connection.execute(
            "SELECT extract(epoch FROM done_at - received_at) * 1000 FROM payments_notification WHERE id > %s AND done_at IS NOT NULL",
            [since],
        )
        return {
            "inside": [ms for status, _path, ms in lines if status == 204],
            "refused": [ms for status, _path, ms in lines if status != 204],
            "seen": [ms for status, ms in genuine if status == 204],
            "applied": [float(ms) for (ms,) in applied],
            "answers": Counter(status for answers in (genuine, *forged) for status, _ms in answers),
            "idle": idle[0] / sum(idle),
            "spent": {name: seconds * 1000 / len(genuine) for name, seconds in spent.items()},
        }

    def report(self, title: str, found: dict[str, Any]) -> None:
        answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(found["answers"].items()))
        print(row(f"{title}: acknowledged, inside the server", found["inside"]))
        print(row(f"{title}: acknowledged, as the provider sees it", found["seen"]))
        if found["refused"]:
            print(row(f"{title}: refused, inside the server", found["refused"]))
        print(row(f"{title}: applied", found["applied"]))
        spent = ", ".join(f"{name} {ms:.1f} ms" for name, ms in found["spent"].items())
        print(
            f"<!-- {answers}; processors idle {found['idle']:.0%}, load {os.getloadavg()[0]:.1f}; a notification cost {spent} -->"
        )
        sys.stdout.flush()

    def _lines(self, start: int, count: int, path: str) -> list[tuple[int, str, float]]:
        """What the access log says since that place; waits a moment for the last lines."""
        until = time.monotonic() + 5
        while True:
            found = LINE.findall(self.log.getvalue()[start:])
            lines = [(int(status), where, float(ms)) for status, where, ms in found if where.startswith(path)]
            if len(lines) >= count or time.monotonic() > until:
                return lines
            time.sleep(0.1)

    def _spent(self) -> dict[str, float]:
        """Seconds of processor time that each part has taken so far."""
        spent = {child.name: family(child.process.pid) for child in self.children if child.process is not None}
        backends = [
            pid
            for (pid,) in self.connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ]
        return {**spent, "PostgreSQL": sum(family(pid) for pid in backends)}

    def _one(self, question: str) -> int:
        found = self.connection.execute(question).fetchone()
        return int(found[0]) if found else 0


def check(env: dict[str, str], connection: psycopg.Connection[Any], count: int) -> None:
    """Everything that was sent is stored and applied once, and every promise about money holds; ends the program when not."""
    expected = {
        "stored": "SELECT count(*) FROM payments_notification",
        "applied": "SELECT count(*) FROM payments_notification WHERE done_at IS NOT NULL AND verdict = 'Paid the order.'",
        "payments that paid their order": "SELECT count(*) FROM payments_payment WHERE settles",
        "orders paid": "SELECT count(*) FROM orders_order WHERE state = 'paid'",
        "bookings": 'SELECT count(DISTINCT "group") FROM payments_ledgerentry',
    }
    for what, question in expected.items():
        found = connection.execute(question).fetchone()
        if found is None or found[0] != count:
            sys.exit(f"{what}: {found and found[0]} instead of {count}")
    subprocess.run([sys.executable, "manage.py", "check_invariants"], env=env, check=True)
    print(f"{count:,} notifications stored, applied and booked once each.")


def row(name: str, times: Sequence[float]) -> str:
    if len(times) < 2:
        return f"| {name} | – | – | – | – |"
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return f"| {name} | {cuts[49]:.1f} ms | {cuts[94]:.1f} ms | {cuts[98]:.1f} ms | {max(times):.1f} ms |"


def cpu() -> list[float]:
    """Seconds of the processors so far: idle, and all else (Linux)."""
    import psutil

    times = psutil.cpu_times()
    return [times.idle, times.user + times.system + times.nice + times.iowait + times.steal]


def family(pid: int) -> float:
    """Seconds of processor time of a process and its children."""
    import psutil

    try:
        first = psutil.Process(pid)
        found = [process.cpu_times() for process in (first, *first.children(recursive=True))]
    except psutil.NoSuchProcess:
        return 0.0
    return float(sum(times.user + times.system for times in found))


def machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
