"""The supervisor restarts who falls, stops everything when asked, and leaves nothing behind when it is killed itself.

The children here are small scripts, each with a child of its own, so that grandchildren are looked at too.
"""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.supervisor import Child, ChildFailed, Supervisor, free_port
from tests.support.sandbox import eventually

pytestmark = [pytest.mark.process]
PROJECT = Path(__file__).resolve().parents[2]

# Writes the process ids of itself and of its child, and stays.
FAMILY = """
import subprocess, sys, time, signal
{extra}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("family", __import__("os").getpid(), child.pid, flush=True)
time.sleep(600)
"""
SUPERVISE = """
import sys
sys.path.insert(0, {project!r})
from pathlib import Path
from core.supervisor import Child, Supervisor
import os
supervisor = Supervisor(Path("/"), dict(os.environ))
supervisor.catch_signals()
for name in ("one", "two"):
    supervisor.start(Child(name, [sys.executable, "-c", {family!r}]))
supervisor.run()
supervisor.stop()
"""


class Supervised:
    """A supervisor with two families, in a process of its own."""

    def __init__(self, log: Path, extra: str = "") -> None:
        self.log = log
        code = SUPERVISE.format(project=str(PROJECT), family=FAMILY.format(extra=extra))
        with log.open("w") as out:
            self.process = subprocess.Popen([sys.executable, "-c", code], stdout=out, stderr=subprocess.STDOUT)

    def families(self, count: int) -> dict[str, list[int]]:
        """Process ids by name, once that many families have started; of each name the newest."""
        eventually(lambda: self.log.read_text().count("family") >= count, timeout=30)
        lines = [line.split() for line in self.log.read_text().splitlines() if "family" in line]
        return {words[0]: [int(words[-2]), int(words[-1])] for words in lines}


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def start(extra: str = "") -> Supervised:
        started.append(Supervised(tmp_path / f"log-{len(started)}", extra))
        return started[-1]

    yield start
    for supervised in started:
        supervised.process.kill()
        supervised.process.wait()


def is_running(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def test_a_child_that_is_killed_is_started_again_and_the_others_stay(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise()
    before = supervised.families(2)

    os.kill(before["one"][0], signal.SIGKILL)

    after = supervised.families(3)
    assert after["two"] == before["two"]
    assert after["one"] != before["one"]
    assert is_running(after["one"][0])
    assert not is_running(before["one"][1]), "what the fallen one left behind is ended too"
    assert "one was ended by SIGKILL; starting it again" in supervised.log.read_text()


def test_nothing_outlives_a_supervisor_that_is_killed(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise()
    everybody = [pid for family in supervised.families(2).values() for pid in family]
    assert all(is_running(pid) for pid in everybody)

    supervised.process.kill()

    eventually(lambda: not any(is_running(pid) for pid in everybody), timeout=15)


def test_nothing_outlives_it_even_if_it_does_not_listen(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise("signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    everybody = [pid for family in supervised.families(2).values() for pid in family]

    supervised.process.kill()

    eventually(lambda: not any(is_running(pid) for pid in everybody), timeout=15)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_everything(supervise: Callable[..., Supervised], number: signal.Signals) -> None:
    supervised = supervise()
    everybody = [pid for family in supervised.families(2).values() for pid in family]

    supervised.process.send_signal(number)

    assert supervised.process.wait(15) == 0
    assert not any(is_running(pid) for pid in everybody)


def test_who_does_not_stop_is_killed_after_a_few_seconds(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise("signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    everybody = [pid for family in supervised.families(2).values() for pid in family]

    supervised.process.terminate()

    assert supervised.process.wait(20) == 0
    assert not any(is_running(pid) for pid in everybody)
    assert "one takes too long to stop: killed" in supervised.log.read_text()


class TestInThisProcess:
    """What it does with its children, looked at from inside."""

    @pytest.fixture
    def out(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture
    def supervisor(self, out: io.StringIO, tmp_path: Path) -> Iterator[Supervisor]:
        supervisor = Supervisor(tmp_path, dict(os.environ), out)
        yield supervisor
        supervisor.stop()

    def test_each_line_says_who_wrote_it(self, supervisor: Supervisor, out: io.StringIO) -> None:
        supervisor.run_once("demo", [sys.executable, "-c", "print('tea'); print('茶')"])

        assert out.getvalue() == "demo    │ tea\ndemo    │ 茶\n"

    def test_a_single_run_that_fails_is_told(self, supervisor: Supervisor) -> None:
        with pytest.raises(ChildFailed, match="demo ended with code 3"):
            supervisor.run_once("demo", [sys.executable, "-c", "raise SystemExit(3)"])

    def test_who_falls_again_and_again_is_given_longer_pauses(self, supervisor: Supervisor, out: io.StringIO) -> None:
        child = Child("web", [sys.executable, "-c", "raise SystemExit(1)"])
        supervisor.start(child)

        def fell(times: int) -> bool:
            supervisor._look_after()
            return child.falls >= times

        eventually(lambda: fell(3), timeout=20)
        assert [line.split()[-2] for line in out.getvalue().splitlines()] == ["0.5", "1", "2"]

    def test_ready_is_who_says_so(self, supervisor: Supervisor) -> None:
        child = Child("worker", [sys.executable, "-c", FAMILY.format(extra="")], ready_text="family")
        supervisor.start(child)

        assert supervisor.wait_ready(child, 30)

    def test_who_never_says_so_is_not_waited_for_for_ever(self, supervisor: Supervisor) -> None:
        child = Child("worker", [sys.executable, "-c", FAMILY.format(extra="")], ready_text="never")
        supervisor.start(child)
        started = time.monotonic()

        assert not supervisor.wait_ready(child, 0.3)
        assert time.monotonic() - started < 5


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]

        assert free_port("127.0.0.1", taken) > taken
        assert free_port("127.0.0.1", taken, apart_from=(taken + 1,)) > taken + 1
