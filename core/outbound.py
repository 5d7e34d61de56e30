"""Calls to providers: never inside a transaction, bounded in time and size, without a secret in the log.

::

    answer = outbound.call("POST", f"{base}/v3/pay/transactions/jsapi", body=body, headers=headers)

A promise of the house (no network call inside a transaction) is held here, where all such calls pass.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.db import connection
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError, ReadTimeoutError

CONNECT_SECONDS = 3.0
SECONDS = 10.0
# Of one answer. Files (bills, pictures) say how much they may be.
SIZE_LIMIT = 1024 * 1024
USER_AGENT = "Jishi/0.1"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

# At DEBUG urllib3 writes every URL, and some of WeChat's carry the app's secret.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
_local = threading.local()
_deadline: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)


class Unanswered(Exception):
    """No usable answer came: not reached, cut off, too slow or too large. Whether the request had an effect is not known.

    ``slow``: the time was used up, so that asking again at once is no idea. The text names host and kind of trouble, never the
    URL's query.
    """

    def __init__(self, url: str, trouble: str, *, slow: bool = False) -> None:
        parts = urlsplit(url)
        super().__init__(f"{parts.hostname}{parts.path}: {trouble}")
        self.slow = slow


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls of this block together take at most so long: a person is waiting. What then has no time left raises Unanswered."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def in_transaction() -> bool:
    """Whether this thread has a transaction open, other than the one which Django's test cases put around a test."""
    blocks = connection.atomic_blocks
    return any(not getattr(block, "_from_testcase", False) for block in blocks)


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    size_limit: int = SIZE_LIMIT,
) -> Answer:
    """Send one request and read the answer, redirects not followed, in at most ``seconds`` and ``size_limit`` bytes.

    Raises Unanswered, and RuntimeError inside a transaction: a provider that hangs would hold our locks.
    """
    if in_transaction():
        raise RuntimeError("a provider is called inside a transaction")
    limit = _deadline.get()
    if limit is not None:
        seconds = min(seconds, limit - time.monotonic())
    if seconds <= 0:
        raise Unanswered(url, "no time left", slow=True)
    deadline = time.monotonic() + seconds
    session = _session()
    try:
        with session.request(
            method,
            url,
            data=body,
            headers=dict(headers or {}),
            params=dict(params or {}),
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            allow_redirects=False,
            stream=True,
            proxies={} if urlsplit(url).hostname in LOOPBACK else get_environ_proxies(url),
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
        ) as response:
            return Answer(response.status_code, response.headers, _read(response, url, deadline, size_limit))
    except (requests.Timeout, ReadTimeoutError) as error:
        raise Unanswered(url, type(error).__name__, slow=True) from None
    except (requests.RequestException, HTTPError, OSError) as error:
        # The text of the error would repeat the URL with its query.
        raise Unanswered(url, type(error).__name__) from None


def _read(response: requests.Response, url: str, deadline: float, limit: int) -> bytes:
    # A time limit of the socket is one for each packet: a provider that sends a byte a second never meets it.
    pieces, size = [], 0
    while piece := response.raw.read1(65536, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Unanswered(url, f"more than {limit} bytes")
        if time.monotonic() > deadline:
            raise Unanswered(url, "too slow", slow=True)
    expected = response.headers.get("Content-Length", "")
    if expected.isdigit() and "Content-Encoding" not in response.headers and size < int(expected):
        raise Unanswered(url, "cut off")
    return b"".join(pieces)


def _session() -> requests.Session:
    """This thread's session; a forked child makes its own, since two processes cannot share a connection."""
    owner: int | None = getattr(_local, "pid", None)
    if owner != os.getpid():
        session = requests.Session()
        # No .netrc: it would replace our Authorization header. Proxies and certificates are passed with each call.
        session.trust_env = False
        session.headers["User-Agent"] = USER_AGENT
        session.headers["Accept"] = "application/json"
        _local.session, _local.pid = session, os.getpid()
    found: requests.Session = _local.session
    return found
