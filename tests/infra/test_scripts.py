"""The newcomer's commands: they explain themselves, notice what is missing, and delete nothing that they did not make."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As somebody whose machine knows nothing: an empty home, no more than the system's programs."""
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"} | variables
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["bin/demo", "bin/test"])
def test_it_explains_itself(script: str) -> None:
    done = run(script, "--help")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{script}:")


def test_without_a_new_enough_python_it_says_which_is_needed(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    for program in ("dirname",):
        (tmp_path / program).symlink_to(Path("/usr/bin") / program)

    done = subprocess.run(
        ["/bin/sh", str(PROJECT / "bin" / "demo")], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )  # fmt: skip

    assert done.returncode == 1
    assert "Jishi needs Python 3.11 or newer" in done.stderr


def test_the_environment_of_another_checkout_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to it does not do: programs in it name its own place. What is made instead is made here."""
    monkeypatch.syspath_prepend(str(PROJECT / "bin"))
    import environment

    kept, link = tmp_path / "other" / "bin" / "pip", tmp_path / ".venv"
    kept.parent.mkdir(parents=True)
    kept.touch()
    link.symlink_to(tmp_path / "other")
    monkeypatch.setattr(environment, "VENV", link)
    environment._create()

    assert kept.exists()
    assert not link.is_symlink()
    assert (link / "bin" / "python").exists()


class TestReset:
    """``bin/demo --reset``."""

    @pytest.fixture
    def demo(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        monkeypatch.syspath_prepend(str(PROJECT / "bin"))
        monkeypatch.setenv("JISHI_VAR", str(tmp_path / "var"))
        import environment
        import run_demo

        monkeypatch.setattr(run_demo, "VAR", tmp_path / "var")
        monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
        monkeypatch.setattr(run_demo, "PYTHON", Path(sys.executable))
        for name in ("media", "miniapps", "test"):
            (tmp_path / "var" / name).mkdir(parents=True)
        (tmp_path / "var" / "sandbox.sqlite3").touch()
        return run_demo

    def left(self, tmp_path: Path) -> list[str]:
        return sorted(path.name for path in (tmp_path / "var").iterdir())

    def test_it_says_what_it_deletes_and_spares_the_tests(
        self, demo: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        demo.reset(sure=True)

        assert "media, miniapps, sandbox.sqlite3" in capsys.readouterr().out
        assert self.left(tmp_path) == ["test"]

    def test_it_deletes_nothing_while_the_demo_runs(self, demo: ModuleType, tmp_path: Path) -> None:
        with (tmp_path / "var" / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

            with pytest.raises(SystemExit):
                demo.reset(sure=True)

        assert "media" in self.left(tmp_path)

    def test_a_no_deletes_nothing(self, demo: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: "n")

        with pytest.raises(SystemExit):
            demo.reset(sure=False)

        assert "media" in self.left(tmp_path)


def test_where_everything_must_run_a_skipped_test_has_failed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_runs(): pass\ndef test_left_out(): pytest.skip('no browser')\n"
    )
    pytest_ = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:django", "-p", "no:cacheprovider"]

    strict = run(*pytest_, "-p", "tests.support.nothing_skipped", str(tmp_path))
    usual = run(*pytest_, str(tmp_path))

    assert "1 failed, 1 passed" in strict.stdout
    assert "no browser" in strict.stdout
    assert "1 passed, 1 skipped" in usual.stdout


def test_a_group_of_tests_goes_to_one_process(tmp_path: Path) -> None:
    """Some versions of pytest and pytest-xdist forget the groups together: a site would be started in each process, and races doubled."""
    (tmp_path / "test_it.py").write_text(
        "import os\nimport pytest\n"
        "@pytest.mark.xdist_group('one')\n@pytest.mark.parametrize('number', range(8))\n"
        f"def test_where(number): open({str(tmp_path / 'seen')!r}, 'a').write(os.environ['PYTEST_XDIST_WORKER'] + '\\n')\n"
    )
    plain = ["-c", os.devnull, "-p", "no:django", "-p", "no:cacheprovider"]

    run(sys.executable, "-m", "pytest", *plain, "-n", "2", "--dist", "loadgroup", str(tmp_path))

    seen = (tmp_path / "seen").read_text().split()
    assert len(seen) == 8
    assert len(set(seen)) == 1
