"""Ringing for a worker, off the path of the request.

A broker that is down or swallows packets must not hold up a shopper: a thread of this process does the sending, and what it cannot
send it drops, because the row is still due and the sweep finds it.

One call goes out at once. When many come, those that gather meanwhile share a message: its way through the broker and a worker costs about
as much as the work it rings for.
"""

import atexit
import logging
import os
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

log = logging.getLogger(__name__)

MUTED_SECONDS = 5.0
# Seconds between two sendings of one process, and how many rows a message rings for at most: a worker takes them one after the other.
PAUSE = 0.2
MOST = 10
_calls: queue.Queue[tuple[str, int]] = queue.Queue(maxsize=10_000)
_lock = threading.Lock()
_ringer: tuple[int, threading.Thread] | None = None
_here: ContextVar[dict[tuple[str, int], None] | None] = ContextVar("here", default=None)


def ring(label: str, pk: int) -> None:
    """Ask a worker to carry out that row soon. Returns at once; drops the call when thousands are waiting already."""
    if (here := _here.get()) is not None:
        here[label, pk] = None
        return
    _start()
    try:
        _calls.put_nowait((label, pk))
    except queue.Full:
        log.warning("bell: too many calls waiting, left to the sweep")


@contextmanager
def answered_here() -> Iterator[Iterable[tuple[str, int]]]:
    """What is rung for within goes into the answer, each once and in order, and no message is sent: the caller carries it out.

    For whoever is a worker already. Should it die before it gets there, the sweep finds the rows.
    """
    calls: dict[tuple[str, int], None] = {}
    token = _here.set(calls)
    try:
        yield calls
    finally:
        _here.reset(token)


def _start() -> None:
    # A forked child inherits the variable but not the thread.
    global _ringer
    if _ringer and _ringer[0] == os.getpid() and _ringer[1].is_alive():
        return
    with _lock:
        if _ringer and _ringer[0] == os.getpid() and _ringer[1].is_alive():
            return
        thread = threading.Thread(target=_send_all, name="bell", daemon=True)
        _ringer = (os.getpid(), thread)
        thread.start()
        atexit.register(_last_calls)


def _send_all() -> None:
    from core.tasks import run_due

    silent_until = 0.0
    while True:
        calls = _gathered()
        try:
            if time.monotonic() >= silent_until:
                for label, pks in _together(calls):
                    run_due.apply_async((label, *pks), retry=False)
        except Exception as error:
            # Whatever the broker's client raises: the rows stay due.
            log.warning("bell: the broker does not answer (%s), left to the sweep", error)
            silent_until = time.monotonic() + MUTED_SECONDS
        finally:
            for _call in calls:
                _calls.task_done()
        time.sleep(PAUSE)


def _gathered() -> list[tuple[str, int]]:
    """All calls that wait; waits for the first."""
    calls = [_calls.get()]
    while True:
        try:
            calls.append(_calls.get_nowait())
        except queue.Empty:
            return calls


def _together(calls: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    """The calls as messages: the rows of one model together, in their order, each once and no more than ``MOST``."""
    by_label: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for label, pk in calls:
        by_label[label][pk] = None
    for label, found in by_label.items():
        pks = list(found)
        for start in range(0, len(pks), MOST):
            yield label, pks[start : start + MOST]


def _last_calls() -> None:
    """A command that ends right after its work gives the thread a moment."""
    deadline = time.monotonic() + 1.0
    while _calls.unfinished_tasks and time.monotonic() < deadline:
        time.sleep(0.01)
