"""What time it is in the sandbox. Two clocks, both kept over a restart, both in seconds since 1970.

`wall()` is the real time, plus what a test has advanced it by: lifetimes of codes, tokens and prepay ids and all
dates that callers see. `errand()` runs `speed` times as fast: whatever the sandbox does by itself after a wait
(retrying a notification, finishing a refund, moving a parcel, paying late) falls due on it. Signatures always carry
the real time: the other side has no other clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

from sandbox.state import State

BEIJING = timezone(timedelta(hours=8))


class Clock:
    def __init__(self, state: State, speed: float | None = None) -> None:
        """`speed` None: as it was when the state was last open."""
        self._state = state
        kept = state.recall("clock")
        if kept is None:
            now = time.time()
            kept = {"offset": 0.0, "speed": 1.0, "real": now, "errand": now, "first_speed": speed or 1.0}
        self._offset: float = kept["offset"]
        self._speed: float = kept["speed"]
        self._real: float = kept["real"]
        self._errand: float = kept["errand"]
        self.first_speed: float = speed or kept["first_speed"]
        self.set_speed(speed or self._speed)

    @property
    def speed(self) -> float:
        return self._speed

    def wall(self) -> float:
        return time.time() + self._offset

    def errand(self) -> float:
        # A machine whose clock was set back must not undo waits that are over.
        return self._errand + max(0.0, time.time() - self._real) * self._speed

    def set_speed(self, speed: float) -> None:
        """From now on errands run `speed` times as fast as the real time."""
        self._errand, self._real = self.errand(), time.time()
        self._speed = speed
        self._keep()

    def advance(self, seconds: float) -> None:
        """Moves both clocks on at once."""
        self._offset += seconds
        self._errand += seconds
        self._keep()

    def reset(self) -> None:
        """Real time again, and the speed of the start."""
        self._offset = 0.0
        self._real = self._errand = time.time()
        self._speed = self.first_speed
        self._keep()

    def _keep(self) -> None:
        self._state.note(
            "clock",
            {
                "offset": self._offset,
                "speed": self._speed,
                "real": self._real,
                "errand": self._errand,
                "first_speed": self.first_speed,
            },
        )


def beijing(moment: float) -> str:
    """RFC 3339 at +08:00 with whole seconds, as WeChat writes times."""
    return datetime.fromtimestamp(int(moment), BEIJING).isoformat()


def utc(moment: float) -> str:
    """ISO 8601 with milliseconds and Z, as the control calls write times."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
