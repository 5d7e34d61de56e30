"""A process dies at the place that a file names, once, and nowhere else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
AT_TWO_PLACES = """
from django.conf import settings
settings.configure(CRASH_FILE={file!r})
from core.crashing import crash_at
crash_at("test.look: before the call")
print("one", flush=True)
crash_at("test.look: after the call")
print("two", flush=True)
"""


def run(file: Path | str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", AT_TWO_PLACES.format(file=str(file))],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.split()


def test_it_dies_where_the_file_says_and_only_once(tmp_path: Path) -> None:
    file = tmp_path / "crash"
    file.write_text("test.look: after the call")

    assert run(file) == (-signal.SIGKILL, ["one"])
    assert not file.exists()
    assert run(file) == (0, ["one", "two"])


@pytest.mark.parametrize("content", ["", "test.look", "another: after the call"])
def test_another_name_is_left_for_whom_it_means(content: str, tmp_path: Path) -> None:
    file = tmp_path / "crash"
    file.write_text(content)

    assert run(file) == (0, ["one", "two"])
    assert file.exists()


def test_without_a_file_nothing_happens() -> None:
    assert run("") == (0, ["one", "two"])
