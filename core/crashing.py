"""Places where a test may kill the process: before and after each call to a provider and each commit of the money path."""

import os
import signal
from pathlib import Path

from django.conf import settings


def crash_at(name: str) -> None:
    """Kill this process when ``settings.CRASH_FILE`` names a file that holds this name; the first to get here takes the file away."""
    if not settings.CRASH_FILE:
        return
    path = Path(settings.CRASH_FILE)
    try:
        if path.read_text().strip() != name:
            return
        # Of several processes, the one whose unlink succeeds.
        path.unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
