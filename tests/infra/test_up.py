"""``manage.py up`` runs the whole site: web, worker, beat and sandbox. Restarted when they fall, gone when it goes, and it starts again.

On the test's database; everything else is as in the demo.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
from django.core.management import call_command
from pytest_django import Settings

from core import heartbeat
from core.management.commands import up as up_command
from core.supervisor import Child, Supervisor
from tests.infra.test_supervisor import is_running
from tests.support.embedded import process_environment
from tests.support.sandbox import eventually, free_port
from tests.support.worker import Process

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

Start = Callable[..., Process]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    return process_environment(
        JISHI_VAR=str(tmp_path),
        CELERY_BROKER_URL="database://default",
        JISHI_SWEEP_SECONDS="1",
        CELERY_TASK_DEFAULT_QUEUE="up",
    )


@pytest.fixture
def up(environment: dict[str, str]) -> Iterator[Start]:
    started: list[Process] = []

    def start(*options: str) -> Process:
        ports = ("--web-port", str(free_port()), "--sandbox-port", str(free_port()))
        command = [sys.executable, "manage.py", "up", *(options or ports), "--workers", "1"]
        started.append(Process("up", command, environment))
        started[-1].wait_for("Jishi is running", seconds=120)
        return started[-1]

    yield start
    for process in started:
        process.stop(15)
        print(process.output())


def family(process: Process) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def pid_of(process: Process, *words: str) -> int:
    """Process id of the supervisor's child whose command has these words; 0 while there is none."""
    children = psutil.Process(process.pid).children()
    return next((child.pid for child in children if set(words) <= set(child.cmdline())), 0)


def web_url(process: Process) -> str:
    found = re.search(r"Order board +(http://\S+)/ops/", process.output())
    assert found is not None
    return found[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_the_site_runs_a_worker_that_is_killed_comes_back_and_nothing_outlives_the_rest(up: Start) -> None:
    process = up()
    assert answers(f"{web_url(process)}/healthz")
    eventually(heartbeat.is_alive, timeout=30)

    worker = pid_of(process, "celery", "worker")
    web = pid_of(process, "granian")
    os.kill(worker, signal.SIGKILL)
    process.wait_for("worker was ended by SIGKILL")
    eventually(lambda: pid_of(process, "celery", "worker") not in (0, worker), timeout=30)
    assert pid_of(process, "granian") == web
    assert answers(f"{web_url(process)}/healthz")

    everybody = [child.pid for child in family(process)]
    assert len(everybody) > 5
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not any(is_running(pid) for pid in everybody), timeout=20)

    again = up()
    assert answers(f"{web_url(again)}/healthz")
    everybody = [child.pid for child in family(again)]
    os.kill(again.pid, signal.SIGINT)
    eventually(lambda: not again.is_running(), timeout=10)
    assert not any(is_running(pid) for pid in everybody)


def test_a_port_in_use_is_named_and_another_taken_and_a_second_start_is_told_where_the_first_is(
    up: Start, environment: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = somebody.getsockname()[1]
        process = up("--web-port", str(taken), "--sandbox-port", str(taken))

        assert f"Port {taken} is in use: taking " in process.output()
        assert answers(f"{web_url(process)}/healthz")

        second = subprocess.run(
            [sys.executable, "manage.py", "up"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert f"It runs already: {web_url(process)}" in second.stderr


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["--web-port", "0"], "a port is a number from 1 to 65535"),
        (["--sandbox-port", "99999"], "a port is a number from 1 to 65535"),
        (["--speed", "0"], "more than 0 and at most 1000000"),
        (["--speed", "nan"], "more than 0 and at most 1000000"),
        (["--speed", "fast"], "more than 0 and at most 1000000"),
        (["--host", "192.0.2.1"], "192.0.2.1 is no address of this machine"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_started(
    options: list[str], answer: str, environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "up", *options],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert answer in done.stderr
    assert done.stdout == ""


class Recorded(Supervisor):
    """Starts nothing; notes what would have been started, with the environment."""

    started: ClassVar[list[tuple[str, dict[str, str]]]]
    said: ClassVar[list[str]]

    def say(self, name: str, line: str) -> None:
        self.said.append(line)

    def run_once(self, name: str, command: list[str]) -> None:
        """The demo is not filled in."""

    def start(self, child: Child) -> None:
        self.started.append((child.name, self._env))

    def catch_signals(self) -> None:
        """This process is the test's."""

    def wait_ready(self, child: Child, seconds: float = 60) -> bool:
        return True

    def run(self) -> None:
        """Nothing runs."""


@pytest.fixture
def recorded(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """`manage.py up` starts nothing; the settings, for changing."""
    Recorded.started, Recorded.said = [], []
    monkeypatch.setattr(up_command, "Supervisor", Recorded)
    monkeypatch.setattr(up_command, "call_command", lambda *_arguments, **_options: None)
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    monkeypatch.setenv("WECHATPAY_API_BASE", "https://pay.example.com")
    settings.VAR_DIR, settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path, tmp_path / "static", tmp_path / "media"
    return settings


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_a_demo_that_others_can_reach_says_so(host: str, warned: bool, recorded: Settings) -> None:
    """Its passwords are known to everybody."""
    call_command("up", "--demo", "--host", host, "--web-port", str(free_port()), "--sandbox-port", str(free_port()))
    assert ("can log in with the passwords above" in " ".join(Recorded.said)) is warned


@pytest.mark.parametrize(("embedded", "options"), [(True, ["--no-sandbox"]), (False, [])])
def test_where_keys_are_real_the_sandbox_is_not_started(embedded: bool, options: list[str], recorded: Settings) -> None:
    """Outside the embedded mode a forgotten option must not let shoppers pay at the sandbox."""
    recorded.EMBEDDED = embedded
    call_command("up", "--web-port", str(free_port()), *options)

    assert [name for name, _ in Recorded.started] == ["web", "worker", "beat"]
    for _, env in Recorded.started:
        assert "SANDBOX_URL" not in env
        assert env["WECHATPAY_API_BASE"] == "https://pay.example.com"
