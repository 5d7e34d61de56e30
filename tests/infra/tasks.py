"""What the workers of these tests do (``celery worker -I tests.infra.in_worker``): leave a trace, slowly, so that they can be killed at it.

Traces are rows of a table without constraints, so that doing something twice shows.
"""

import time

from celery import shared_task
from django.db import connection, transaction

from shop.models import Picture

TABLE = "infra_trace"
SLOWLY = 0.03


def make_table() -> None:
    """The table of traces, empty."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (number bigint)")


def drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def traces() -> list[int]:
    """What was done, in order of number; twice where it was done twice."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {TABLE} ORDER BY number")
        return [row[0] for row in cursor.fetchall()]


def leave_trace(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s)", [number])


@shared_task
def note(number: int) -> None:
    """Acknowledged when it is done, as every task of the site."""
    time.sleep(SLOWLY)
    leave_trace(number)


@shared_task(acks_late=False, reject_on_worker_lost=False)
def note_acknowledged_early(number: int) -> None:
    """Acknowledged before it is done: the negative control, which loses what was in hand."""
    time.sleep(SLOWLY)
    leave_trace(number)


def carry_out(picture: Picture) -> None:
    """The handler of the due rows: the trace commits together with the row, or not at all."""
    with transaction.atomic():
        leave_trace(picture.pk)
        time.sleep(SLOWLY)
        picture.finish()
