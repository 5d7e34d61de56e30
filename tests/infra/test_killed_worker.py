"""A worker that is killed with -9 in the middle of its work loses none of it, and due rows take effect exactly once.

The broker alone keeps every message (some may be carried out twice: the kill can fall between effect and acknowledgement).
A due row's effect commits together with the row's end, so there it is exactly once, whatever the broker did.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django_scopes import scopes_disabled

from core import clock, heartbeat
from core.models import BrokerMessage
from core.tasks import run_due
from shop.models import Picture
from tests.conftest import make_store
from tests.infra import tasks
from tests.support.embedded import other_broker
from tests.support.sandbox import eventually
from tests.support.worker import Process, Workers

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
INCLUDE = ("--include", "tests.infra.in_worker")
COUNT = 120


@pytest.fixture(autouse=True)
def table(transactional_db: None) -> Iterator[None]:
    tasks.make_table()
    yield
    tasks.drop_table()


def run_killed_twice(workers: Workers) -> Process:
    """A worker is killed twice on its way through what waits; a third one finishes, and is answered."""
    for part in (COUNT // 4, COUNT // 2):
        worker = workers.start(*INCLUDE)
        wait_for_traces(part)
        worker.kill()
    return workers.start(*INCLUDE)


def wait_for_traces(count: int) -> None:
    eventually(lambda: len(set(tasks.traces())) >= count, timeout=60)


def due_rows(count: int) -> list[int]:
    store = make_store("tea")
    with scopes_disabled():
        rows = Picture.objects.bulk_create(Picture(store=store, due_at=clock.now()) for _ in range(count))
    return sorted(row.pk for row in rows)


class TestMessages:
    """The embedded broker by itself."""

    @pytest.fixture(autouse=True)
    def broker_in_the_database(self, settings: Any) -> Iterator[None]:
        settings.CELERY_BROKER_URL = "database://default"
        with other_broker(settings.CELERY_BROKER_URL):
            yield

    def test_none_is_lost(self, workers: Workers) -> None:
        for number in range(COUNT):
            tasks.note.delay(number)

        run_killed_twice(workers)

        eventually(lambda: set(tasks.traces()) == set(range(COUNT)), timeout=60)

    def test_acknowledged_early_some_are_lost(self, workers: Workers) -> None:
        """The negative control: the kill does fall into the middle of the work."""
        for number in range(COUNT):
            tasks.note_acknowledged_early.delay(number)

        last = run_killed_twice(workers)
        eventually(lambda: not BrokerMessage.objects.exists(), timeout=60)
        last.stop()  # once it has done what it has in hand

        assert set(tasks.traces()) < set(range(COUNT))


@pytest.mark.servers
class TestDueRows:
    """On any broker."""

    def test_rung_for_or_not_each_is_done_exactly_once(self, workers: Workers) -> None:
        pks = due_rows(COUNT)
        for pk in pks[::2]:
            run_due.delay(Picture._meta.label_lower, pk)
        workers.start_beat()

        run_killed_twice(workers)

        eventually(lambda: len(tasks.traces()) >= COUNT, timeout=60)
        assert tasks.traces() == pks
        with scopes_disabled():
            assert not Picture.objects.filter(done_at=None).exists()

    def test_the_sweep_notes_that_a_worker_is_alive(self, workers: Workers) -> None:
        assert not heartbeat.is_alive()

        workers.start()
        workers.start_beat()

        eventually(heartbeat.is_alive)
        assert settings.CELERY_TASK_DEFAULT_QUEUE.startswith("test-"), "or two runs share a queue"
