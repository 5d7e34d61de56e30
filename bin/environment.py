"""The project's own environment: a virtual environment under ``.venv``, made and kept up to date. Standard library only."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
TTY = sys.stdout.isatty()


class Failure(SystemExit):
    """Ends the program with a message in plain words."""

    def __init__(self, message: str) -> None:
        say(message)
        super().__init__(1)


def say(message: str) -> None:
    """A line for the person in front of the screen."""
    print(message, flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took when that was noticeable."""
    started = time.monotonic()
    say(f"· {what}")
    yield
    seconds = time.monotonic() - started
    if seconds >= 2:
        say(f"  done in {seconds:.0f} s")


def ready(*requirement_files: str) -> None:
    """Make sure that the environment exists and holds what those files ask for. Costs nothing when nothing changed."""
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    lock = os.open(PROJECT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("· Waiting for another bin/demo or bin/test that is setting the environment up")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        if not _works():
            _create()
        for name in requirement_files:
            _install(name)
    finally:
        os.close(lock)


def run(*command: str, env: dict[str, str] | None = None) -> int:
    """Run a program of the environment in the project's folder; returns its exit code."""
    return subprocess.run([*command], cwd=PROJECT, env=environment() | (env or {}), check=False).returncode


def environment() -> dict[str, str]:
    """The environment variables for programs of the project: its own programs come first on the PATH."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '/usr/local/bin:/usr/bin:/bin')}"
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONUNBUFFERED": "1"}
    if not os.access(Path("~").expanduser(), os.W_OK):
        # npm keeps its cache in the home folder and fails where that cannot be written.
        env.setdefault("npm_config_cache", str(VENV / "npm-cache"))
    return env


def _works() -> bool:
    """Whether the environment is there, whole, and still at the place where it was made."""
    if not PYTHON.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode:
        return False
    pip = VENV / "bin" / "pip"
    return pip.exists() and str(VENV) in pip.read_text(errors="replace")[:500]


def _create() -> None:
    with step(f"Creating the environment .venv with Python {sys.version.split()[0]}"):
        if VENV.is_symlink():
            # Into somebody else's environment, which "venv --clear" would empty.
            VENV.unlink()
        shutil.rmtree(VENV, ignore_errors=True)
        made = _venv()
        if made.returncode and can_install_packages():
            install_packages("python3-venv")
            made = _venv()
        if made.returncode:
            raise Failure(
                f"The environment could not be created:\n{(made.stderr or made.stdout).strip()}\n"
                "On Debian and Ubuntu: apt-get install python3-venv"
            )


def _venv() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )


def _install(name: str) -> None:
    """Install a requirements file, unless just that file was installed already."""
    stamp = VENV / f".installed-{name}"
    wanted = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(PROJECT.glob("requirements*.txt")))
    ).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    what = "what the site runs on" if name == "requirements.txt" else "what the tests need besides"
    with step(f"Installing {what} ({name}); the first time this takes a minute or two"):
        _pip(name)
    stamp.write_text(wanted)


def _pip(name: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--no-input", "-r", str(PROJECT / name)]
    lines: list[str] = []
    last = time.monotonic()
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=PROJECT)
    assert pip.stdout is not None
    seen = 0
    with _signs_of_life():
        for line in pip.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Installing collected packages")):
                seen += line.startswith("Collecting ")
                text = "unpacking" if line.startswith("Installing") else line.split()[1]
                if TTY:
                    print(f"\r\033[K  {seen} packages, now {text}", end="", flush=True)
                elif text == "unpacking" or time.monotonic() - last > 10:
                    last = time.monotonic()
                    say(f"  {seen} packages, now {text}")
    if TTY:
        print("\r\033[K", end="", flush=True)
    if pip.wait():
        tail = "".join(line for line in lines[-25:] if line.strip())
        raise Failure(
            f"pip could not install {name}:\n{tail}\nIs a package index reachable? Run the command again once it is."
        )


@contextlib.contextmanager
def _signs_of_life() -> Iterator[None]:
    """While a program says nothing for long, say that it still runs."""
    over = threading.Event()

    def remind() -> None:
        while not over.wait(20):
            if not TTY:
                say("  … still at it")

    thread = threading.Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def can_install_packages() -> bool:
    """Whether Debian's packages can be installed from here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(*packages: str) -> bool:
    """Install Debian's packages; False when that failed (no network, no such package)."""
    with step(f"Installing Debian's packages: {' '.join(packages)}"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        if subprocess.run(install, env=env, capture_output=True, check=False).returncode == 0:
            return True
        # The package lists may be missing or old.
        subprocess.run(["apt-get", "update", "-q"], env=env, capture_output=True, check=False)
        done = subprocess.run(install, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            say(f"  that failed: {done.stderr.strip()[-500:]}")
        return done.returncode == 0
