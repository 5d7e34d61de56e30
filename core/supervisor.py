"""Keeps the processes of a site running: starts them, restarts what falls, and leaves nothing behind.

Each child leads a process group of its own, so a Ctrl-C in the terminal reaches the supervisor alone and a restart takes the
grandchildren with it. :mod:`core.guard` clears up after a supervisor that was killed. Knows nothing of what the children do:
``manage.py up`` puts them together.
"""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from core import guard

# Seconds that the children have to stop in; they bear being killed, so this is a courtesy.
PATIENCE = 4.5
LONGEST_PAUSE = 30.0
# Whoever ran for so long has not fallen at the start: its next restart is quick again.
STEADY = 30.0
COLOURS = ("36", "32", "35", "33", "34", "31")


class ChildFailed(Exception):
    """A child that was to do one thing and end did not do it."""


@dataclass
class Child:
    """A process to keep running. Ready when the text stands in its output, or the URL answers; else as soon as it runs."""

    name: str
    command: list[str]
    ready_text: str = ""
    ready_url: str = ""
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    falls: int = 0
    restart_at: float | None = None
    ready: threading.Event = field(default_factory=threading.Event)


class Supervisor:
    """Runs children in ``folder`` with the environment ``env``; writes their output to ``out``, a prefix before each line."""

    def __init__(self, folder: Path, env: dict[str, str], out: TextIO = sys.stdout) -> None:
        self.children: list[Child] = []
        self._folder = folder
        self._env = env
        self._out = out
        self._colourful = out.isatty() and not os.environ.get("NO_COLOR")
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._interrupts = 0
        self._guard = subprocess.Popen(
            [sys.executable, "-I", guard.__file__], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    @property
    def stopping(self) -> bool:
        """Whether somebody asked everything to stop."""
        return self._stopping.is_set()

    def catch_signals(self) -> None:
        """Let Ctrl-C and the like stop the children in order; a second one kills them."""

        def stop(number: int, frame: object) -> None:
            self._interrupts += 1
            self._stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def start(self, child: Child) -> None:
        """Start the child and keep it running from now on."""
        if child not in self.children:
            self.children.append(child)
        child.ready.clear()
        child.restart_at = None
        child.started_at = time.monotonic()
        child.process = self._spawn(child.command)
        threading.Thread(target=self._relay, args=(child, child.process), daemon=True).start()

    def wait_ready(self, child: Child, seconds: float = 60) -> bool:
        """Wait until the child does its work; keeps an eye on the others meanwhile. False when it takes longer, or all stops."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.stopping:
            if child.ready_url and _answers(child.ready_url):
                child.ready.set()
            if child.ready.is_set() or not (child.ready_url or child.ready_text):
                return True
            self._look_after()
            self._stopping.wait(0.05)
        return False

    def run_once(self, name: str, command: list[str]) -> None:
        """Run a process to its end, its output beside the others'. Raises ChildFailed when it fails or is interrupted."""
        child = Child(name, command)
        child.process = self._spawn(command)
        reader = threading.Thread(target=self._relay, args=(child, child.process), daemon=True)
        reader.start()
        while child.process.poll() is None and not self.stopping:
            self._look_after()
            self._stopping.wait(0.05)
        if self.stopping:
            child.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(PATIENCE)
        self._end_group(child.process)
        reader.join(timeout=2)
        if child.process.returncode:
            raise ChildFailed(f"{name} ended with code {child.process.returncode}")

    def run(self) -> None:
        """Look after the children until somebody asks to stop."""
        while not self.stopping:
            self._look_after()
            self._stopping.wait(0.2)

    def stop(self) -> None:
        """Stop all children: asked first, killed when they take too long."""
        self._stopping.set()
        running = [child for child in self.children if child.process is not None and child.process.poll() is None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        asked = self._interrupts
        while running and time.monotonic() < deadline and self._interrupts <= max(asked, 1):
            running = [child for child in running if child.process is not None and child.process.poll() is None]
            time.sleep(0.05)
        for child in running:
            self.say("up", f"{child.name} takes too long to stop: killed")
        for child in self.children:
            if child.process is not None:
                self._end_group(child.process)
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()

    def say(self, name: str, line: str) -> None:
        """Write one line under that name."""
        prefix = f"{name:<8}│"
        if self._colourful:
            names = [child.name for child in self.children]
            colour = COLOURS[names.index(name) % len(COLOURS)] if name in names else "1"
            prefix = f"\033[{colour}m{prefix}\033[0m"
        # Nobody may be reading any more.
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._out.write(f"{prefix} {line}\n")
            self._out.flush()

    def _look_after(self) -> None:
        """Notice who has fallen, and restart those whose pause is over."""
        for child in self.children:
            now = time.monotonic()
            if child.restart_at is not None:
                if now >= child.restart_at:
                    self.start(child)
            elif child.process is not None and child.process.poll() is not None:
                child.falls = 1 if now - child.started_at > STEADY else child.falls + 1
                pause = min(2.0 ** (child.falls - 1) / 2, LONGEST_PAUSE)
                self._end_group(child.process)
                self.say(
                    "up", f"{child.name} {_how_it_ended(child.process.returncode)}; starting it again in {pause:g} s"
                )
                child.restart_at = now + pause

    def _spawn(self, command: list[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._tell_guard(f"+{process.pid}")
        return process

    def _end_group(self, process: subprocess.Popen[str]) -> None:
        """Kill what the process left of its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._tell_guard(f"-{process.pid}")

    def _tell_guard(self, line: str) -> None:
        assert self._guard.stdin is not None
        with contextlib.suppress(OSError):
            self._guard.stdin.write(line + "\n")
            self._guard.stdin.flush()

    def _relay(self, child: Child, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if child.ready_text and child.ready_text in line:
                child.ready.set()
            if line.strip():
                self.say(child.name, line.rstrip())


class NotOurs(OSError):
    """Nobody can listen at this address here, whatever the port."""


def free_port(host: str, wanted: int, apart_from: tuple[int, ...] = ()) -> int:
    """The wanted port if nobody listens there, else the next free one. Raises OSError when the next 100 are taken too; NotOurs."""
    for port in range(wanted, min(wanted + 100, 65536)):
        if port not in apart_from and not port_is_taken(host, port):
            return port
    raise OSError(f"no free port from {wanted} on")


def port_is_taken(host: str, port: int) -> bool:
    """Whether a server could not listen there. Raises NotOurs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of an earlier run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return True
            raise NotOurs(f"{host} is no address of this machine: {error.strerror}") from None
    return False


def _answers(url: str) -> bool:
    """Whether that URL is served; a redirect will do."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _how_it_ended(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
