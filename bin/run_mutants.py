"""bin/test --mutants: put faults into copies of the project, one at a time, and see that the tests named for each fail.

The table is ``tests/mutants``. Two copies are at work at once, each with a database of its own. First all the named tests run without a
fault, since a test that fails anyway would prove nothing; at the end each copy shows once more that it passes.
"""

import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import environment
from environment import PROJECT, PYTHON, say, step

sys.path.insert(0, str(PROJECT))

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS

LANES = 2
# A fault that lets a test wait for ever is not worth more.
SECONDS = 180
NOT_COPIED = shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__")
FAILED = re.compile(r"^(?:FAILED|ERROR) tests/(?:\w+/)*(.+?)(?: - .*)?$", re.MULTILINE)
PASSED_CODE, FAILED_CODE = 0, 1


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: ``killed_by`` is the first test that failed; else ``trouble`` says what happened instead."""

    mutant: Mutant
    seconds: float
    killed_by: str = ""
    trouble: str = ""


class Lane:
    """One copy of the project, with a database that is made once."""

    def __init__(self, folder: Path) -> None:
        self.project, self.var = folder / "project", folder / "var"
        self.env = {"JISHI_VAR": str(self.var)}
        shutil.copytree(PROJECT, self.project, ignore=NOT_COPIED)

    @contextmanager
    def server(self) -> Iterator[None]:
        """Its PostgreSQL runs from the first test to the last, and nothing of it is left afterwards."""
        hold = "import pathlib, sys; from config import embedded; embedded.database_url(pathlib.Path(sys.argv[1])); sys.stdin.read()"
        with subprocess.Popen(
            [str(PYTHON), "-c", hold, str(self.var)], cwd=self.project, env=environment.environment(), stdin=subprocess.PIPE
        ):  # fmt: skip
            try:
                yield
            finally:
                program = self.project / "config" / "embedded.py"
                environment.run(str(PYTHON), "-I", str(program), "remove", str(self.var))

    def run(self, *tests: str, processes: int = 0) -> subprocess.CompletedProcess[str]:
        """These tests, as far as the first that fails."""
        command = [
            str(PYTHON),
            "-m",
            "pytest",
            "-x",
            "-q",
            "-rfE",
            "--tb=short",
            "--show-capture=no",
            "-p",
            "no:cacheprovider",
        ]
        command += ["-n", str(processes), "--dist", "loadfile"] if processes else ["--reuse-db"]
        return subprocess.run(
            [*command, *tests], cwd=self.project, env=environment.environment() | self.env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=None if processes else SECONDS, check=False,
        )  # fmt: skip

    @contextmanager
    def with_fault(self, mutant: Mutant) -> Iterator[None]:
        path = self.project / mutant.file
        sound = path.read_text()
        try:
            mutant.apply(self.project)
            _forget_compiled(path)
            yield
        finally:
            path.write_text(sound)
            _forget_compiled(path)

    def try_out(self, mutant: Mutant) -> Outcome:
        """Run the mutant's tests with its fault."""
        began = time.monotonic()
        try:
            with self.with_fault(mutant):
                done = self.run(*mutant.tests)
        except ValueError as error:
            return Outcome(mutant, 0, trouble=str(error))
        except subprocess.TimeoutExpired:
            return Outcome(mutant, time.monotonic() - began, trouble=f"no end after {SECONDS} s")
        seconds = time.monotonic() - began
        failed = FAILED.search(done.stdout)
        if done.returncode == FAILED_CODE and failed:
            return Outcome(mutant, seconds, killed_by=failed.group(1))
        if done.returncode == PASSED_CODE:
            return Outcome(mutant, seconds, trouble="SURVIVED: every test passes with this fault")
        return Outcome(mutant, seconds, trouble=f"the tests could not run\n{done.stdout[-2000:]}")


def main(names: list[str]) -> int:
    """Try the mutants of these names, or all; returns the exit code."""
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        say(
            f"There is no mutant {', '.join(sorted(unknown))}. There are: {', '.join(mutant.name for mutant in MUTANTS)}"
        )
        return 2
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    # Servers of this machine are shared; each copy has a PostgreSQL of its own.
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jishi-", ignore_cleanup_errors=True) as folder, ExitStack() as servers:
        lanes = [Lane(Path(folder) / str(number)) for number in range(LANES)]
        for lane in lanes:
            servers.enter_context(lane.server())
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        with step(f"Running the tests of {len(chosen)} mutants without any fault"):
            sound = lanes[0].run(*tests, processes=LANES)
        if sound.returncode != PASSED_CODE:
            say(f"{sound.stdout}\nThese tests fail without a fault: they prove nothing.")
            return 1
        outcomes = _try_all(chosen, lanes)
        broken = [lane for lane in lanes if lane.run(tests[0]).returncode != PASSED_CODE]
    _print_table(outcomes)
    if broken:
        say("A copy no longer passes without a fault: what it says was killed proves nothing.")
    alive = [outcome for outcome in outcomes if not outcome.killed_by]
    say(f"{len(outcomes) - len(alive)} of {len(outcomes)} mutants killed")
    # As pytest would say it of so many tests: whoever reads the end of a run knows this form.
    counts = f"{len(alive)} failed, " * bool(alive) + f"{len(outcomes) - len(alive)} passed"
    say(f"===== {counts} in {time.monotonic() - began:.2f}s =====")
    return 1 if alive or broken else 0


def _try_all(mutants: list[Mutant], lanes: list[Lane]) -> list[Outcome]:
    free: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def try_one(mutant: Mutant) -> Outcome:
        lane = free.get()
        try:
            outcome = lane.try_out(mutant)
        finally:
            free.put(lane)
        say(f"  {mutant.name}: {'killed' if outcome.killed_by else outcome.trouble}")
        return outcome

    with step("Trying the faults, one at a time in each of two copies"), ThreadPoolExecutor(len(lanes)) as pool:
        return list(pool.map(try_one, mutants))


def _forget_compiled(path: Path) -> None:
    """Python tells a changed file by its second and its size; a fault may share both with the sound file."""
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()


def _print_table(outcomes: list[Outcome]) -> None:
    width = max(len(outcome.mutant.name) for outcome in outcomes)
    say("")
    for outcome in outcomes:
        say(f"{outcome.mutant.name:<{width}}  {outcome.seconds:5.1f} s  {outcome.killed_by or outcome.trouble}")
        if not outcome.killed_by:
            say(f"{'':<{width}}           {outcome.mutant.harm}")
    say("")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
