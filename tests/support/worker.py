"""A real Celery worker for a test: processes of their own, on the test's database and broker.

    @pytest.mark.process
    def test_something(workers: Workers) -> None:       # brings a database whose rows are committed and emptied afterwards
        worker = workers.start()                        # a worker; it has said that it is ready
        workers.start_beat()                            # the sweep, every half second
        ...
        worker.kill()                                   # -9, with its pool, in the middle of whatever it does
        eventually(lambda: ...)

The environment of the processes is that of the test's settings at the moment of the start (``WECHAT_API_BASE`` and so on);
``workers.start(WECHAT_API_BASE=sandbox.url)`` says otherwise. Their output stands in the report of a test that failed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from tests.support.embedded import process_environment, release_broker

PROJECT = Path(__file__).resolve().parents[2]
SWEEP_SECONDS = "0.5"


class Process:
    """One process of the site with its children, in a group of its own."""

    def __init__(self, name: str, command: list[str], env: dict[str, str]) -> None:
        self.name = name
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **env}, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the process itself still runs (its children are not asked)."""
        return self._process.poll() is None

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until that text stands in the output; AssertionError with the output otherwise."""
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            if time.monotonic() > deadline or (not self.is_running() and not self._reader.is_alive()):
                raise AssertionError(f"{self.name} did not say {text!r}:\n{self.output()}")
            time.sleep(0.02)

    def output(self) -> str:
        """What the process and its children wrote so far."""
        return "".join(self.lines)

    def kill(self) -> None:
        """kill -9, the whole group at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, seconds: float = 10) -> None:
        """Ask it to end, and kill what is left of it."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()
        self._reader.join(timeout=2)

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.lines.extend(self._process.stdout)  # grows line by line


class Workers:
    """Starts workers and beat; stops them all at the end."""

    def __init__(self, folder: Path) -> None:
        self.started: list[Process] = []
        self._folder = folder

    def start(self, *options: str, concurrency: int = 2, **env: str) -> Process:
        """A worker that is ready for work."""
        worker = self._celery("worker", "--concurrency", str(concurrency), "--loglevel", "info", *options, **env)
        worker.wait_for(" ready.")
        return worker

    def start_beat(self, **env: str) -> Process:
        """Beat: the sweep goes round every half second."""
        schedule = str(self._folder / f"beat-{len(self.started)}")
        beat = self._celery("beat", "--schedule", schedule, "--loglevel", "info", **env)
        beat.wait_for("beat: Starting")
        return beat

    def stop(self) -> None:
        """Stop all of them."""
        for process in reversed(self.started):
            process.stop()
            print(f"--- {process.name}\n{process.output()}")

    def _celery(self, program: str, *options: str, **env: str) -> Process:
        command = [sys.executable, "-m", "celery", "-A", "config", "--skip-checks", program, *options]
        name = f"{program} {len(self.started)}"
        process = Process(name, command, process_environment(JISHI_SWEEP_SECONDS=SWEEP_SECONDS, **env))
        self.started.append(process)
        return process


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    """Workers for this test, on a queue that is empty at its beginning."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_declare(settings.CELERY_TASK_DEFAULT_QUEUE, durable=True, auto_delete=False)
        broker.default_channel.queue_purge(settings.CELERY_TASK_DEFAULT_QUEUE)
    running = Workers(tmp_path)
    yield running
    running.stop()
    release_broker()
