"""Places where a test may kill the process: before and after each call to a provider and each commit of the money path.

::

    with step("settle the payment"):      # a transaction of its own
        ...
    crash_at("wechatpay.refund: after the call")

A test writes the name of a place into a file and starts a worker with ``JISHI_CRASH_FILE`` naming that file. The first process that
gets there removes the file and kills itself as ``kill -9`` would; whoever comes after it finds no file and goes on.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction


def crash_at(name: str) -> None:
    """Die here, if this is the place that the file names. Does nothing unless a test has asked for it."""
    if settings.CRASH_FILE and _named_here(Path(settings.CRASH_FILE), name):
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def step(name: str) -> Iterator[None]:
    """A transaction of the money path: commits all of the block or nothing. Raises RuntimeError inside another transaction."""
    with transaction.atomic(durable=True):
        yield
        crash_at(f"{name}: before the commit")
    crash_at(f"{name}: after the commit")


def _named_here(path: Path, name: str) -> bool:
    try:
        if path.read_text().strip() != name:
            return False
        # Of two that get here at once, one removes it.
        path.unlink()
    except OSError:
        return False
    return True
