"""Access tokens, fetched once for all processes and kept encrypted in the database.

Who finds none that is valid claims the row by a conditional UPDATE and fetches; the others wait for what it brings. No lock is held
and no transaction open meanwhile; a process that dies over it is relieved after ``FETCH_SECONDS``.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db.models import F, Q

from core import clock
from core.models import SharedToken
from wechat.errors import Busy

# The platform renews a token five minutes before its end, and both work in that time.
RENEW_BEFORE = timedelta(minutes=5)
FETCH_SECONDS = 20
WAIT_SECONDS = 10.0
STEP_SECONDS = 0.05

# Brings a token and how many seconds it lasts.
Fetch = Callable[[], tuple[str, int]]


def shared(name: str, fetch: Fetch, refused: str = "") -> str:
    """The token of that name; ``fetch`` is called when there is none, when it ends soon, or when it is the ``refused`` one.

    Raises what ``fetch`` raises, and Busy when another process fetches and does not come back in time.
    """
    row, _created = SharedToken.objects.get_or_create(name=name)
    deadline = time.monotonic() + WAIT_SECONDS
    while not _usable(row, refused):
        if _claim(row):
            return _renew(row, fetch)
        if time.monotonic() > deadline:
            raise Busy(f"{name}: another process is fetching the token")
        time.sleep(STEP_SECONDS)
        row.refresh_from_db()
    return row.value


def _usable(row: SharedToken, refused: str) -> bool:
    return bool(row.value) and row.value != refused and row.expires_at is not None and row.expires_at > clock.now()


def _claim(row: SharedToken) -> bool:
    """Of many processes one gets it: the row must still be as it was read, and nobody be at it."""
    now = clock.now()
    free = Q(renewing_until__isnull=True) | Q(renewing_until__lt=now)
    return bool(
        SharedToken.objects.filter(free, pk=row.pk, generation=row.generation).update(
            renewing_until=now + timedelta(seconds=FETCH_SECONDS)
        )
    )


def _renew(row: SharedToken, fetch: Fetch) -> str:
    try:
        token, seconds = fetch()
    except BaseException:
        SharedToken.objects.filter(pk=row.pk, generation=row.generation).update(renewing_until=None)
        raise
    # Renewed in good time; a token that is given for less is used for half of that.
    lasts = max(timedelta(seconds=seconds) - RENEW_BEFORE, timedelta(seconds=seconds) / 2)
    SharedToken.objects.filter(pk=row.pk, generation=row.generation).update(
        value=token, expires_at=clock.now() + lasts, renewing_until=None, generation=F("generation") + 1
    )
    return token
