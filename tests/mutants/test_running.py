"""``bin/test --mutants`` tells a fault that was noticed from one that was not, and from tests that could not run."""

import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutants.mutant import Mutant

PROJECT = Path(__file__).resolve().parents[2]
SOUND = "def pay(amount):\n    return amount > 0\n"
MUTANT = Mutant("free", "Everything is free.", "shop.py", "amount > 0", "True", ("tests/test_pay.py",))


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROJECT / "bin"))
    import run_mutants

    return run_mutants


@pytest.fixture
def lane(running: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A copy of a project that is one file."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "shop.py").write_text(SOUND)
    monkeypatch.setattr(running, "PROJECT", tmp_path / "project")
    return running.Lane(tmp_path / "lane")


def answers(lane: Any, monkeypatch: pytest.MonkeyPatch, code: int, output: str) -> list[str]:
    """The tests end so; the list holds the source that they ran on."""
    ran_on: list[str] = []

    def run(*tests: str) -> subprocess.CompletedProcess[str]:
        assert tests == MUTANT.tests
        ran_on.append((lane.project / "shop.py").read_text())
        return subprocess.CompletedProcess([], code, output)

    monkeypatch.setattr(lane, "run", run)
    return ran_on


@pytest.mark.parametrize(
    ("code", "output", "killed_by", "trouble"),
    [
        (
            1,
            "x\nFAILED tests/payments/test_pay.py::test_free[0 yuan] - assert 1\n!!!",
            "test_pay.py::test_free[0 yuan]",
            "",
        ),
        (1, "ERROR tests/test_pay.py::test_free\n1 error", "test_pay.py::test_free", ""),
        (0, "3 passed", "", "SURVIVED"),
        # Ended by a time-out, without a word; wrong from the start; nothing to run.
        (1, "", "", "could not run"),
        (2, "ERROR tests/test_pay.py\nno such module", "", "could not run"),
        (5, "no tests ran", "", "could not run"),
    ],
)
def test_what_became_of_it(
    code: int, output: str, killed_by: str, trouble: str, lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_on = answers(lane, monkeypatch, code, output)

    outcome = lane.try_out(MUTANT)

    assert (outcome.killed_by, trouble in outcome.trouble, bool(outcome.trouble)) == (killed_by, True, bool(trouble))
    assert ran_on == [SOUND.replace("amount > 0", "True")]
    assert (lane.project / "shop.py").read_text() == SOUND


def test_one_whose_text_is_gone(lane: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (lane.project / "shop.py").write_text("nothing")

    outcome = lane.try_out(MUTANT)

    assert (outcome.killed_by, outcome.trouble) == ("", "free: what it replaces is in shop.py 0 times")


def test_an_unknown_name(running: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert running.main(["no such thing"]) == 2
    assert "There is no mutant no such thing" in capsys.readouterr().out


def test_a_copy_has_neither_history_nor_data(
    running: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (".git", ".venv", "var", "shop"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    monkeypatch.setattr(running, "PROJECT", tmp_path / "project")

    lane = running.Lane(tmp_path / "lane")

    assert [path.name for path in lane.project.iterdir()] == ["shop"]
    shutil.rmtree(lane.project)
