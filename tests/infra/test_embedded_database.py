"""The embedded PostgreSQL: shared by processes, back after a kill, gone soon after its last user, and no door opened for it.

Each test has an installation of its own in a temporary folder; the processes that use it are real.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from tests.support.sandbox import eventually

pytestmark = [pytest.mark.process]
USE = """
import sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import embedded
print(embedded.database_url(Path({var!r})), flush=True)
sys.stdin.read()
"""

User = subprocess.Popen[str]
Use = Callable[[], tuple[User, str]]


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    var = tmp_path / "a path with spaces" / "var"
    yield var
    embedded.remove(var)


@pytest.fixture
def use(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Starts a process that uses the database until it is ended; answers it and the URL that it got."""
    users: list[User] = []
    monkeypatch.setenv("JISHI_EMBEDDED_FSYNC", "off")

    def start() -> tuple[User, str]:
        # Only the module itself: importing its package would bring Celery along.
        code = USE.format(folder=str(Path(embedded.__file__).parent), var=str(var))
        user = subprocess.Popen(
            [sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        users.append(user)
        assert user.stdout is not None
        return user, user.stdout.readline().strip()

    yield start
    for user in users:
        user.kill()
        user.wait()


def ask(url: str, question: str = "SELECT 1") -> tuple[object, ...] | None:
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute(question).fetchone()


def postmaster(var: Path) -> int | None:
    return embedded._postmaster(embedded.find_place(var))


def test_several_processes_share_one_server(use: Use, var: Path) -> None:
    _, first = use()
    server = postmaster(var)
    _, second = use()

    assert first == second
    assert ask(first) == (1,)
    assert postmaster(var) == server


def test_two_that_come_at_once_start_one_server(use: Use, var: Path) -> None:
    code = USE.format(folder=str(Path(embedded.__file__).parent), var=str(var))
    both = [
        subprocess.Popen([sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    urls = [user.stdout.readline() for user in both if user.stdout]

    assert urls[0] == urls[1] != ""
    for user in both:
        user.communicate("")


def test_it_speaks_utf8_and_knows_letters_of_every_language(use: Use) -> None:
    _, url = use()

    assert ask(url, "SHOW server_encoding") == ("UTF8",)
    assert ask(url, "SELECT upper('ä'), '茶' ~ '[[:alpha:]]'") == ("Ä", True)


def test_it_stops_when_its_last_user_is_killed(use: Use, var: Path) -> None:
    first, url = use()
    second, _ = use()
    first.kill()
    time.sleep(embedded.GRACE_SECONDS + 1)
    assert ask(url) == (1,), "there is a user left"

    second.kill()

    eventually(lambda: postmaster(var) is None, timeout=embedded.GRACE_SECONDS + 30)


def test_a_server_that_is_killed_comes_back_with_its_data(use: Use, var: Path) -> None:
    _, url = use()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    server = postmaster(var)
    assert server is not None

    os.kill(server, signal.SIGKILL)

    eventually(lambda: postmaster(var) not in (None, server), timeout=30)
    use()  # waits until it answers
    assert ask(url, "SELECT number FROM kept") == (42,)


def test_everything_killed_at_once_starts_again(use: Use, var: Path) -> None:
    user, url = use()
    keeper = embedded._read_pid(embedded.find_place(var).home / "keeper.lock")
    server = postmaster(var)
    assert keeper is not None
    assert server is not None

    for pid in (keeper, server, user.pid):
        os.kill(pid, signal.SIGKILL)

    _, again = use()
    assert again == url
    assert ask(url) == (1,)


def test_half_a_data_folder_is_laid_anew(use: Use, var: Path) -> None:
    """Killed while it was being made."""
    home = embedded.find_place(var).home
    (home / "data.new").mkdir(parents=True)
    (home / "data.new" / "PG_VERSION").write_text("18\n")

    _, url = use()

    assert ask(url) == (1,)


def test_a_pid_file_of_a_machine_that_went_down_is_no_obstacle(use: Use, var: Path) -> None:
    user, url = use()
    user.kill()
    eventually(lambda: postmaster(var) is None, timeout=30)
    keeper_lock = embedded.find_place(var).home / "keeper.lock"
    eventually(lambda: embedded._try_lock(keeper_lock), timeout=30)
    # The number belongs to another process now: this one.
    pid_file = embedded.find_place(var).data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{embedded.find_place(var).data}\n1700000000\n5432\n\n\n0 0\nready   \n")

    use()

    assert ask(url) == (1,)


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    place = embedded.Place(tmp_path / ("long" * 40), tmp_path, None)

    assert len(os.fsencode(place.socket_dir / ".s.PGSQL.5432")) <= embedded.LONGEST_SOCKET


def test_a_closed_folder_stays_closed(tmp_path: Path, use: Use, var: Path) -> None:
    """As root: PostgreSQL runs as somebody else, and cannot look into a closed home; as anybody else: no mode changes either."""
    var.mkdir(parents=True)
    home = var.parent
    home.chmod(0o700)
    before = [stat.S_IMODE(path.stat().st_mode) for path in (home, *home.parents)]

    _, url = use()

    assert ask(url) == (1,)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, *home.parents)] == before
