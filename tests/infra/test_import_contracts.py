"""Imports between rooms go down only, the sandbox stands apart, and nobody imports the configuration (``pyproject.toml``)."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
ROOMS = ["config", "core", "dashboards", "demo", "miniapp_templates", "orders", "payments", "sandbox", "shop", "wechat"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT_IMPORTS, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept() -> None:
    done = lint(PROJECT)

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_a_step_upwards_is_noticed(tmp_path: Path) -> None:
    """The negative control: the same contracts over rooms in which ``core`` imports ``orders``."""
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("import orders\n" if room == "core" else "")

    done = lint(tmp_path)

    assert done.returncode != 0
    assert "core is not allowed to import orders" in done.stdout
