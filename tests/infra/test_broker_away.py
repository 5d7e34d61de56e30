"""The broker is away, or swallows what it is sent: nobody waits for it, and the work is done once somebody sweeps.

The bell (``core.bell``) sends from a thread of its own; what it cannot send it drops, because the row stays due.
"""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django_scopes import scopes_disabled

from core import bell, clock, duework
from core.tasks import run_due
from shop.models import Picture, Store
from tests.conftest import make_store
from tests.infra import tasks
from tests.support.embedded import other_broker
from tests.support.sandbox import eventually, free_port
from tests.support.worker import Workers

pytestmark = [pytest.mark.django_db(transaction=True)]
COUNT = 50


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


@pytest.fixture(params=["amqp refused", "amqp black hole", "redis refused", "redis black hole"])
def broker_away(request: pytest.FixtureRequest, black_hole: int) -> Iterator[None]:
    scheme, what = request.param.split(" ", 1)
    port = black_hole if what == "black hole" else free_port()
    options = {"socket_timeout": 2, "socket_connect_timeout": 1} if scheme == "redis" else {}
    with other_broker(f"{scheme}://127.0.0.1:{port}//", **options):
        yield
        # The thread may still be at it: a test that follows has its own broker again.
        eventually(lambda: not bell._calls.unfinished_tasks, timeout=30)


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that have turned to the broker."""
    found, send = [], run_due.apply_async

    def apply_async(*args: Any, **options: Any) -> Any:
        found.append(threading.current_thread().name)
        return send(*args, **options)

    monkeypatch.setattr(run_due, "apply_async", apply_async)
    return found


def place_rows(store: Store) -> None:
    """Rows that are due, each in a transaction that rings for it, as orders come in."""
    for _ in range(COUNT):
        with transaction.atomic(), scopes_disabled():
            duework.ring(Picture.objects.create(store=store, due_at=clock.now()))


def test_nobody_waits_for_it(senders: list[str], broker_away: None) -> None:
    """Whoever places an order leaves it to the bell's thread to find that nobody answers."""
    store = make_store("tea")

    def tried() -> list[str]:
        place_rows(store)
        return senders

    # For a moment the bell is silent on account of the broker of the test before.
    eventually(tried, step=1)

    assert set(senders) == {"bell"}
    with scopes_disabled():
        assert Picture.objects.count() >= COUNT


@pytest.mark.process
@pytest.mark.servers
@pytest.mark.parametrize("broker_away", ["amqp refused"], indirect=True)
def test_the_work_is_done_once_when_it_is_back(workers: Workers, broker_away: None) -> None:
    tasks.make_table()
    place_rows(make_store("tea"))

    workers.start("--include", "tests.infra.in_worker")  # on the broker of the settings, which is there
    workers.start_beat()

    eventually(lambda: len(tasks.traces()) >= COUNT, timeout=60)
    with scopes_disabled():
        assert tasks.traces() == sorted(Picture.objects.values_list("pk", flat=True))
        assert not Picture.objects.filter(done_at=None).exists()
    tasks.drop_table()
