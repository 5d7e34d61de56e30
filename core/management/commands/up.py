"""The whole site with one command: web, worker, beat and the sandbox, under one supervisor."""

import fcntl
import json
import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.supervisor import Child, ChildFailed, NotOurs, Supervisor, free_port

STORE_OF_THE_DEMO = "jishi-tea"


class Command(BaseCommand):
    help = "Run web, worker, beat and sandbox until Ctrl-C. What falls is started again; nothing outlives this command."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to serve at (default: this machine alone)")
        parser.add_argument(
            "--web-port", type=_a_port, default=8000, help="the next free one is taken if it is in use (default: 8000)"
        )
        parser.add_argument("--sandbox-port", type=_a_port, default=8090, help="likewise (default: 8090)")
        parser.add_argument(
            "--no-sandbox",
            action="store_true",
            help="talk to the providers that the environment names; outside the embedded mode it is always so",
        )
        parser.add_argument(
            "--speed", type=_a_speed, default=1.0, help="how many times as fast the sandbox's errands run (default: 1)"
        )
        parser.add_argument(
            "--workers", type=int, default=2, help="processes of web and of the worker, each (default: 2)"
        )
        parser.add_argument(
            "--demo", action="store_true", help="fill in the demo store first, where it is not there yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (settings.VAR_DIR, Path(settings.STATIC_ROOT), Path(settings.MEDIA_ROOT)):
            folder.mkdir(parents=True, exist_ok=True)
        lock = self._only_one()
        host = options["host"]
        web_port = self._port("--web-port", host, options["web_port"])
        web_url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{web_port}"  # noqa: S104 - compared, not bound
        sandbox_url = ""
        # Where orders and keys are real, nobody may pay at the sandbox.
        if settings.EMBEDDED and not options["no_sandbox"]:
            sandbox_port = self._port("--sandbox-port", "127.0.0.1", options["sandbox_port"], apart_from=(web_port,))
            sandbox_url = f"http://127.0.0.1:{sandbox_port}"

        env = self._environment(web_url, sandbox_url, host)
        self.supervisor = Supervisor(settings.BASE_DIR, env)
        self.supervisor.catch_signals()
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {web_url}".encode(), 0)
        try:
            if sandbox_url:
                sandbox = Child(
                    "sandbox", self._sandbox(sandbox_port, options["speed"]), ready_url=f"{sandbox_url}/sandbox/health"
                )
                self.supervisor.start(sandbox)
            if settings.EMBEDDED:
                call_command("compile_texts", verbosity=0)
                self._migrate()
            if sandbox_url:
                self._wait(sandbox)
            children = site_processes(host, web_port, options["workers"], web_url)
            # While the store is filled in, only the web runs: the sandbox tells it of payments. Later on there is nothing to wait for.
            at_once = children if not options["demo"] or _demo_notes() else children[:1]
            for child in at_once:
                self.supervisor.start(child)
            if options["demo"]:
                self._seed()
            for child in children[len(at_once) :]:
                self.supervisor.start(child)
            for child in children:
                self._wait(child)
            if not self.supervisor.stopping:
                self._print_what_to_open(web_url, sandbox_url, options["demo"])
                if options["demo"] and not _is_this_machine(host):
                    self.supervisor.say(
                        "up", f"Served at {host}: whoever reaches this machine can log in with the passwords above."
                    )
            self.supervisor.run()
        except ChildFailed as error:
            if not self.supervisor.stopping:
                raise CommandError(f"{error}; its lines above say why.") from None
        finally:
            self.supervisor.say("up", "stopping")
            self.supervisor.stop()
            self.supervisor.say("up", "stopped")

    def _only_one(self) -> int:
        """The lock of this installation; raises CommandError when another supervisor has it."""
        lock = os.open(settings.VAR_DIR / "up.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, url = os.pread(lock, 200, 0).decode().partition(" ")
            raise CommandError(
                f"It runs already: {url or 'just starting'} (process {pid or 'unknown'}). Stop that one first."
            ) from None
        return lock

    def _port(self, option: str, host: str, wanted: int, apart_from: tuple[int, ...] = ()) -> int:
        try:
            port = free_port(host, wanted, apart_from)
        except NotOurs as error:
            raise CommandError(f"{error}. Name another with --host.") from None
        except OSError as error:
            raise CommandError(f"{error}. Name another with {option}.") from None
        if port != wanted:
            self.stdout.write(f"Port {wanted} is in use: taking {port}. ({option} names another.)")
        return port

    def _environment(self, web_url: str, sandbox_url: str, host: str) -> dict[str, str]:
        """The children's environment: this one's, and where they find each other."""
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
            "JISHI_EMBEDDED": str(int(settings.EMBEDDED)),
            "JISHI_VAR": str(settings.VAR_DIR),
            "PYTHONUNBUFFERED": "1",
        }
        if settings.EMBEDDED:
            env.setdefault("PUBLIC_BASE_URL", web_url)
            if not _is_this_machine(host):
                env.setdefault("JISHI_ALLOWED_HOSTS", "*")
        if sandbox_url:
            env |= {
                "SANDBOX_URL": sandbox_url,
                "WECHAT_API_BASE": sandbox_url,
                "WECHATPAY_API_BASE": sandbox_url,
                "STRIPE_API_BASE": sandbox_url,
                "CARRIER_API_BASE": sandbox_url,
            }
        return env

    def _sandbox(self, port: int, speed: float) -> list[str]:
        state = settings.VAR_DIR / "sandbox.sqlite3"
        return [sys.executable, "-m", "sandbox", "--port", str(port), "--state", str(state), "--speed", str(speed)]

    def _migrate(self) -> None:
        """Bring the embedded database up to date; silent when it is."""
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.supervisor.say("up", f"Bringing the database up to date ({len(plan)} migrations)")
            call_command("migrate", verbosity=0, interactive=False)
        connection.close()

    def _seed(self) -> None:
        self.supervisor.run_once("demo", [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "seed_demo"])

    def _wait(self, child: Child) -> None:
        if not self.supervisor.wait_ready(child) and not self.supervisor.stopping:
            self.supervisor.say(
                "up", f"{child.name} is not ready after a minute; its lines say why. It is kept running."
            )

    def _print_what_to_open(self, web_url: str, sandbox_url: str, demo: bool) -> None:
        pages = [
            ("Order board", f"{web_url}/ops/"),
            ("Admin", f"{web_url}/admin/"),
            ("API docs", f"{web_url}/api/docs/"),
        ]
        notes = _demo_notes() if demo else {}
        if demo:
            pages.insert(0, ("Storefront", f"{web_url}/preview/{notes.get('store', STORE_OF_THE_DEMO)}/"))
        if sandbox_url:
            pages.append(("Sandbox", f"{sandbox_url}/"))
        rows = ["", "Jishi is running.", "", *(f"  {name:<12} {url}" for name, url in pages)]
        if logins := notes.get("logins"):
            rows += ["", "  Log in as"]
            rows += [f"    {login['user']:<12} password {login['password']:<16} {login['who']}" for login in logins]
        rows += ["", "Ctrl-C stops everything."]
        for row in rows:
            self.supervisor.say("up", row)


def _is_this_machine(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")


def _a_port(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise ArgumentTypeError("a port is a number from 1 to 65535")
    return int(given)


def _a_speed(given: str) -> float:
    try:
        if 0 < (speed := float(given)) <= 1e6:
            return speed
    except ValueError:
        pass
    raise ArgumentTypeError("how many times as fast is more than 0 and at most 1000000")


def _demo_notes() -> dict[str, Any]:
    """What the seed of the demo wrote down for the person in front of the screen."""
    path = settings.VAR_DIR / "demo.json"
    notes: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return notes


def site_processes(
    host: str, port: int, workers: int, url: str, application: str = "config.wsgi:application"
) -> list[Child]:
    """Web, worker and beat of the site; ``workers`` processes of web and of the worker, each.

    Where they share the processors, whoever waits for an answer comes before work that waits in the database.
    """
    behind = ["nice", "-n", "5"]
    celery = [*behind, sys.executable, "-m", "celery", "-A", "config", "--skip-checks", "--quiet"]
    return [
        Child(
            "web",
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
                *("--workers", str(workers), "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "3"),
                *("--access-log", "--access-log-fmt", '%(status)d %(method)s %(path)s %(dt_ms).1f ms'),
                application,
            ],
            ready_url=f"{url}/healthz",
        ),
        Child(
            "worker",
            [*celery, "worker", "--concurrency", str(workers), "--loglevel", "info", "--without-mingle", "--without-gossip"],
            ready_text=" ready.",
        ),
        Child(
            "beat",
            [*celery, "beat", "--schedule", str(settings.VAR_DIR / "beat"), "--loglevel", "warning"],
        ),
    ]  # fmt: skip
