"""Races on real connections: jobs that start at the same moment, each in a thread of its own."""

import threading
import time
from collections.abc import Callable, Sequence

from django.db import OperationalError, connection
from django_scopes import scope

from core.problems import Problem
from shop.models import Store


def connect(seconds: float = 20) -> None:
    """This thread's own connection; waits while the server still says goodbye to those of the race before."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def together(store: Store, jobs: Sequence[Callable[[], object]]) -> list[str]:
    """Run the jobs at once, each with its own connection and in the store's scope; what each returned, as text.

    A Problem becomes its kind, a database error ``error <sqlstate>``. Anything else that is raised fails the test.
    """
    barrier = threading.Barrier(len(jobs))
    outcomes: list[str] = [""] * len(jobs)
    trouble: list[BaseException] = []

    def run(index: int) -> None:
        try:
            connect()
            barrier.wait(timeout=30)
            with scope(store=store):
                outcomes[index] = str(jobs[index]())
        except Problem as problem:
            outcomes[index] = problem.kind
        except OperationalError as error:
            outcomes[index] = f"error {getattr(error.__cause__, 'sqlstate', '')}"
        except BaseException as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
    assert not trouble, trouble
    return outcomes
