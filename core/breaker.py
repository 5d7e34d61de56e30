"""A circuit breaker for each host of a provider: who has failed some times in a row is left alone for a while.

::

    found = breaker.at("wechatpay", "api.mch.weixin.qq.com")
    if not found.admits():
        raise ...                      # at once; nobody waits
    ...                                # then exactly one of:
    found.succeeded()
    found.failed("HTTP 500")

While it is open, one call after each pause is let through to see whether the host is back. A host that plays several providers (the
sandbox) has one breaker for each.

The state is this process's own memory. Each process then finds an outage out for itself, by a handful of calls; in return there is
nothing that has to be reached, or can be lost or wrong, at the very moment at which something else is down.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# So many failures, each within a minute of the one before, and no success between them.
FAILURES = 5
WINDOW_SECONDS = 60.0
PAUSE_SECONDS = 5.0
# A probe that never says how it ended (its thread died) is given up after so long; no call to a provider's API takes longer.
PROBE_SECONDS = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """How one host stands, as this process sees it. ``failures`` in a row; ``trouble`` is the last one's."""

    provider: str
    host: str
    open: bool
    failures: int
    trouble: str


class Breaker:
    """The breaker of one host; safe to use from many threads, and never holds its lock during a call."""

    def __init__(self, provider: str, host: str, now: Callable[[], float] = time.monotonic) -> None:
        self.provider, self.host = provider, host
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._last_failure = 0.0
        self._trouble = ""
        self._open = False
        self._probe_at = 0.0

    def admits(self) -> bool:
        """Whether a call may be made now. The caller must report how it ended."""
        with self._lock:
            if not self._open:
                return True
            if self._now() < self._probe_at:
                return False
            self._probe_at = self._now() + PROBE_SECONDS
            return True

    def succeeded(self) -> None:
        """The host did its part, whatever it said: a refusal is an answer."""
        with self._lock:
            closes, self._open, self._failures = self._open, False, 0
        if closes:
            logger.warning("%s: %s answers again", self.provider, self.host)

    def failed(self, trouble: str) -> None:
        """No answer, an error of the host, or an answer that is none. ``trouble`` goes into the log."""
        with self._lock:
            now = self._now()
            recent = self._failures and now - self._last_failure <= WINDOW_SECONDS
            self._failures = self._failures + 1 if recent or self._open else 1
            self._last_failure, self._trouble = now, trouble
            opens = not self._open and self._failures >= FAILURES
            if opens or self._open:
                self._open, self._probe_at = True, now + PAUSE_SECONDS
        if opens:
            logger.error(
                "%s: %s failed %d times in a row, the last time by %s; left alone for %g s",
                *(self.provider, self.host, FAILURES, trouble, PAUSE_SECONDS),
            )

    def state(self) -> State:
        """How it stands now."""
        with self._lock:
            return State(self.provider, self.host, self._open, self._failures, self._trouble if self._failures else "")


_breakers: dict[tuple[str, str], Breaker] = {}
_register = threading.Lock()


def at(provider: str, host: str) -> Breaker:
    """The breaker of that provider's host in this process."""
    with _register:
        return _breakers.setdefault((provider, host), Breaker(provider, host))


def states() -> list[State]:
    """All hosts that this process has called, for a health page."""
    with _register:
        known = list(_breakers.values())
    return [breaker.state() for breaker in known]


def forget() -> None:
    """Begin anew; for tests."""
    with _register:
        _breakers.clear()
