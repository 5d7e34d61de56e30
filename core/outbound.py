"""Calls to providers: never inside a transaction, bounded in time and size, without a secret in the log.

::

    answer = outbound.call("POST", f"{base}/v3/pay/transactions/jsapi", call="wechatpay.prepay", body=body, headers=headers)

A promise of the house (no network call inside a transaction) is held here, where all such calls pass. So is the patience with a host
that is down: ``core.breaker``.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import requests
from django.db import connection
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import HTTPResponse

from core import breaker
from core.crashing import crash_at

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


class LeftAlone(Unanswered):
    """Nothing was sent: the host failed some times in a row, and is not asked again just yet."""

    def __init__(self, url: str, trouble: str) -> None:
        super().__init__(url, f"not asked, since it failed several times in a row, the last time by {trouble}")


class Unusable(Exception):
    """What came back cannot be the provider's answer; raised by the ``check`` of a caller. Counts against the host."""


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


def never_in_transaction(what: str) -> None:
    """Raises RuntimeError while a transaction is open: somebody out there who takes their time would hold its locks."""
    if in_transaction():
        raise RuntimeError(f"{what} inside a transaction")


def call(
    method: str,
    url: str,
    *,
    call: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    size_limit: int = SIZE_LIMIT,
    check: Callable[[Answer], None] | None = None,
    into: BinaryIO | None = None,
) -> Answer:
    """Send one request and read the answer, redirects not followed, in at most ``seconds`` and ``size_limit`` bytes.

    ``call`` names what is asked, as ``provider.call``. ``check`` looks at the answer and raises Unusable when it is none. ``into`` takes
    the body of a 200 that is too large for memory.

    Raises Unanswered, at once and as LeftAlone while the host is left alone, what ``check`` raises, and RuntimeError inside a
    transaction: a provider that hangs would hold our locks. No answer, 5xx and Unusable count against the host, anything else for it:
    a refusal and a 429 too are signs of life.
    """
    never_in_transaction("a provider is called")
    limit = _deadline.get()
    if limit is not None:
        seconds = min(seconds, limit - time.monotonic())
    if seconds <= 0:
        raise Unanswered(url, "no time left", slow=True)
    host = breaker.at(call.partition(".")[0], urlsplit(url).netloc.rpartition("@")[2])
    if not host.admits():
        raise LeftAlone(url, host.state().trouble)
    crash_at(f"{call}: before the call")
    try:
        answer = _ask(method, url, body, headers, params, seconds, size_limit, into)
        crash_at(f"{call}: after the call")
        if check is not None:
            check(answer)
    except (Unanswered, Unusable) as trouble:
        host.failed(f"{call}: {trouble}")
        raise
    except Exception:
        host.succeeded()
        raise
    if answer.status >= 500:
        host.failed(f"{call}: HTTP {answer.status}")
    else:
        host.succeeded()
    return answer


def _ask(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str] | None,
    params: Mapping[str, str] | None,
    seconds: float,
    size_limit: int,
    into: BinaryIO | None,
) -> Answer:
    deadline = _local.deadline = time.monotonic() + seconds
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
            content = _read(response, url, deadline, size_limit)
            if into is not None and response.status_code == 200:
                for piece in content:
                    into.write(piece)
                return Answer(response.status_code, response.headers, b"")
            return Answer(response.status_code, response.headers, b"".join(content))
    except requests.ConnectTimeout as error:
        # Nothing was sent; whoever has time left may ask elsewhere.
        raise Unanswered(url, type(error).__name__, slow=time.monotonic() >= deadline) from None
    except (requests.Timeout, ReadTimeoutError) as error:
        raise Unanswered(url, type(error).__name__, slow=True) from None
    except (requests.RequestException, HTTPError, OSError) as error:
        # The text of the error would repeat the URL with its query.
        raise Unanswered(url, type(error).__name__, slow=time.monotonic() >= deadline) from None


def _read(response: requests.Response, url: str, deadline: float, limit: int) -> Iterator[bytes]:
    # A time limit of the socket is one for each packet: a provider that sends a byte a second never meets it.
    size = 0
    while piece := response.raw.read1(65536, decode_content=True):
        size += len(piece)
        if size > limit:
            raise Unanswered(url, f"more than {limit} bytes")
        if time.monotonic() > deadline:
            raise Unanswered(url, "too slow", slow=True)
        yield piece
    expected = response.headers.get("Content-Length", "")
    if expected.isdigit() and "Content-Encoding" not in response.headers and size < int(expected):
        raise Unanswered(url, "cut off")


def _session() -> requests.Session:
    """This thread's session; a forked child makes its own, since two processes cannot share a connection."""
    owner: int | None = getattr(_local, "pid", None)
    if owner != os.getpid():
        session = requests.Session()
        session.mount("http://", _Adapter())
        session.mount("https://", _Adapter())
        # No .netrc: it would replace our Authorization header. Proxies and certificates are passed with each call.
        session.trust_env = False
        session.headers["User-Agent"] = USER_AGENT
        session.headers["Accept"] = "application/json"
        _local.session, _local.pid = session, os.getpid()
    found: requests.Session = _local.session
    return found


@contextmanager
def _cut_at_the_deadline(connection: HTTPConnection) -> Iterator[None]:
    """Cut the connection unless its status and headers come in time; raises TimeoutError then.

    A time limit of the socket begins anew with each byte, so that headers could drip in for ever, out of the reach of ``_read``.
    """

    sock = connection.sock
    deadline: float = _local.deadline

    def cut() -> None:
        with suppress(OSError):
            # The plain socket's shutdown: that of a TLS socket would change it under the reader's hands.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    # Headers that end because they were cut look like headers that have ended.
    if time.monotonic() >= deadline:
        raise TimeoutError


class _Connection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        with _cut_at_the_deadline(self):
            return super().getresponse()


class _TLSConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        with _cut_at_the_deadline(self):
            return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    """requests over connections that keep to the deadline, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


POOLS = {"http": _Pool, "https": _TLSPool}
