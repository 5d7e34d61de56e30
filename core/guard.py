"""The supervisor's guard: sees to it that nothing outlives a supervisor that was killed.

A process of its own (``python -I core/guard.py``), told over its standard input which process groups there are: ``+123`` and ``-123``.
The kernel closes that pipe however the supervisor ends; what is left of the groups then is asked to stop, and killed if it does not.
Works wherever there are process groups, and reaches grandchildren too. Standard library only.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE = 5.0


def main() -> None:
    """Listen until the supervisor is gone, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    end(groups)


def end(groups: Iterable[int]) -> None:
    """Stop these process groups: asked first, killed after a few seconds."""
    left = [group for group in groups if alive(group)]
    for group in left:
        # The leader alone: it knows how to stop its own children.
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if alive(group)]
    for group in left:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def alive(group: int) -> bool:
    """Whether anything of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
