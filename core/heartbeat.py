"""Is a worker alive? A process id says nothing about it: only a task that ran does.

The sweep calls :func:`beat`; health pages and the supervisor ask :func:`last_seen`.
"""

import socket
from datetime import datetime, timedelta

from django.db.models.functions import Now

from core import clock
from core.models import WorkerHeartbeat


def beat(worker: str = "") -> None:
    """Note that this worker (its host's name unless given) does its work, now by the database's clock."""
    WorkerHeartbeat.objects.update_or_create(worker=worker or socket.gethostname(), defaults={"seen_at": Now()})


def last_seen() -> datetime | None:
    """The last moment at which any worker did something, or None when none ever did."""
    return WorkerHeartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def is_alive(within: timedelta = timedelta(seconds=30)) -> bool:
    """Whether some worker did something within that time."""
    seen = last_seen()
    return seen is not None and clock.now() - seen <= within
