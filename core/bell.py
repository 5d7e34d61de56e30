"""Ringing for a worker, off the path of the request.

A broker that is down or swallows packets must not hold up a shopper: a thread of this process does the sending, and what it cannot
send it drops, because the row is still due and the sweep finds it.
"""

import atexit
import logging
import os
import queue
import threading
import time

log = logging.getLogger(__name__)

MUTED_SECONDS = 5.0
_calls: queue.Queue[tuple[str, int]] = queue.Queue(maxsize=10_000)
_lock = threading.Lock()
_ringer: tuple[int, threading.Thread] | None = None


def ring(label: str, pk: int) -> None:
    """Ask a worker to carry out that row soon. Returns at once; drops the call when thousands are waiting already."""
    _start()
    try:
        _calls.put_nowait((label, pk))
    except queue.Full:
        log.warning("bell: too many calls waiting, left to the sweep")


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
        label, pk = _calls.get()
        try:
            if time.monotonic() >= silent_until:
                run_due.apply_async((label, pk), retry=False)
        except Exception as error:
            # Whatever the broker's client raises: the row stays due.
            log.warning("bell: the broker does not answer (%s), left to the sweep", error)
            silent_until = time.monotonic() + MUTED_SECONDS
        finally:
            _calls.task_done()


def _last_calls() -> None:
    """A command that ends right after its work gives the thread a moment."""
    deadline = time.monotonic() + 1.0
    while _calls.unfinished_tasks and time.monotonic() < deadline:
        time.sleep(0.01)
