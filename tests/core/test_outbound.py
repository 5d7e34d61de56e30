"""Calls to providers are refused inside a transaction, bounded in time and size, and leave no query string in errors and logs."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from django.db import connection, transaction

from core import outbound

Handle = Callable[[BaseHTTPRequestHandler], None]


class Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    handle_with: Handle

    def handle_error(self, *args: object) -> None:
        """A caller who went away is no trouble of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.handle_with(self)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/path?secret=canary"


def answers(status: int, body: bytes, *, length: int | None = None, location: str = "") -> Handle:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        if location:
            request.send_header("Location", location)
        request.end_headers()
        request.wfile.write(body)
        if length is not None:
            request.close_connection = True

    return handle


def dribbles(pieces: int, pause: float) -> Handle:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(pieces))
        request.end_headers()
        for _ in range(pieces):
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(pause)

    return handle


def test_an_answer(server: Server) -> None:
    server.handle_with = answers(201, b'{"a": 1}')
    answer = outbound.call("GET", url(server), call="test.look")
    assert (answer.status, answer.body) == (201, b'{"a": 1}')
    assert answer.headers["content-length"] == "8"


@pytest.mark.django_db(transaction=True)
def test_never_inside_a_transaction(server: Server) -> None:
    server.handle_with = answers(200, b"")
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        outbound.call("GET", url(server), call="test.look")
    assert outbound.call("GET", url(server), call="test.look").status == 200


@pytest.mark.django_db
def test_the_transaction_of_a_test_does_not_count(server: Server) -> None:
    server.handle_with = answers(200, b"")
    assert connection.in_atomic_block
    assert outbound.call("GET", url(server), call="test.look").status == 200
    with transaction.atomic(), pytest.raises(RuntimeError):
        outbound.call("GET", url(server), call="test.look")


def test_a_byte_now_and_then(server: Server) -> None:
    """Each byte comes in time, the answer does not."""
    server.handle_with = dribbles(200, 0.1)
    began = time.monotonic()
    with pytest.raises(outbound.Unanswered) as raised:
        outbound.call("GET", url(server), call="test.look", seconds=0.5)
    assert time.monotonic() - began < 2
    assert raised.value.slow


def test_headers_that_never_end(server: Server) -> None:
    """Out of the reach of every limit for a single read."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(40):
            request.wfile.write(b"X-Slow: 1\r\n")
            time.sleep(0.1)

    server.handle_with = handle
    began = time.monotonic()
    with pytest.raises(outbound.Unanswered) as raised:
        outbound.call("GET", url(server), call="test.look", seconds=0.5)
    assert time.monotonic() - began < 2
    assert raised.value.slow


def test_silence(server: Server) -> None:
    server.handle_with = lambda request: time.sleep(3)
    with pytest.raises(outbound.Unanswered) as raised:
        outbound.call("GET", url(server), call="test.look", seconds=0.5)
    assert raised.value.slow


def test_too_large(server: Server) -> None:
    server.handle_with = answers(200, b"x" * 5000)
    with pytest.raises(outbound.Unanswered, match="more than 4999 bytes"):
        outbound.call("GET", url(server), call="test.look", size_limit=4999)


def test_cut_off(server: Server) -> None:
    server.handle_with = answers(200, b'{"amount"', length=500)
    with pytest.raises(outbound.Unanswered):
        outbound.call("GET", url(server), call="test.look")


def test_redirects_are_not_followed(server: Server) -> None:
    server.handle_with = answers(302, b"", location="http://169.254.169.254/")
    assert outbound.call("GET", url(server), call="test.look").status == 302


def test_no_query_in_what_is_said(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server.handle_with = answers(200, b"")
    outbound.call("GET", url(server), call="test.look")
    with pytest.raises(outbound.Unanswered) as raised:
        outbound.call("GET", "http://127.0.0.1:1/path", call="test.look", params={"secret": "canary"})

    assert "127.0.0.1/path" in str(raised.value)
    assert "canary" not in f"{raised.value!r}{caplog.text}"
    assert raised.value.__suppress_context__


def test_a_large_answer_goes_into_a_file(server: Server) -> None:
    server.handle_with = answers(200, b"x" * 300_000)
    file = BytesIO()
    answer = outbound.call("GET", url(server), call="test.look", into=file)
    assert (answer.body, file.getvalue()) == (b"", b"x" * 300_000)

    server.handle_with = answers(403, b"no")
    answer = outbound.call("GET", url(server), call="test.look", into=file)
    assert (answer.status, answer.body, len(file.getvalue())) == (403, b"no", 300_000)


def test_the_places_to_crash_lie_around_the_request(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        passed.append("asked")
        answers(200, b"")(request)

    server.handle_with = handle
    monkeypatch.setattr(outbound, "crash_at", passed.append)
    outbound.call("GET", url(server), call="test.look")
    assert passed == ["test.look: before the call", "asked", "test.look: after the call"]
