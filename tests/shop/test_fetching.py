"""What a file names by address is fetched from the public network alone: no address inside is ever connected to."""

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from shop import fetching
from shop.strange_hosts import NotReached

INSIDE = [
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://0.0.0.0/",
    "http://[::ffff:169.254.169.254]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/",
    "http://100.64.0.1/", "http://192.0.0.170/", "http://[64:ff9b::a9fe:a9fe]/", "http://[fd00::1]/", "http://224.0.0.1/",
]  # fmt: skip
ODD = ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.com/", "//example.com", "http://", "http://user:pw@8.8.8.8/",
       "http://8.8.8.8:6379/", "http://8.8.8.8:99999/", "javascript:alert(1)"]  # fmt: skip


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that anything in this process tries to connect to."""
    tried: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("no connections in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.mark.parametrize("url", INSIDE + ODD)
def test_no_connection_is_made_to_what_is_not_public(url: str, connections: list[Any]) -> None:
    with pytest.raises(NotReached):
        fetching.fetch(url, limit=1000)
    assert connections == []


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names resolve to these addresses, one answer after the other (numbers to themselves); returns what was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host.replace(".", "").isdecimal():
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_points_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    resolve_to(monkeypatch, "10.1.2.3")
    with pytest.raises(NotReached, match="public"):
        fetching.fetch("https://pictures.example/", limit=1000)
    assert connections == []


def test_a_second_answer_of_the_name_server_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    """DNS rebinding: first a public address, then one inside. The connection goes to the address that was checked."""
    resolve_to(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(NotReached):
        fetching.fetch("http://pictures.example/", limit=1000)
    assert {address[0] for address in connections} == {"93.184.216.34"}


class _Pictures(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        body = b"x" * (5000 if self.path == "/large" else 10)
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that stands for one in the public network: the check of addresses is answered for it by hand."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    real, port = socket.socket.connect, server.server_port

    def connect(self: socket.socket, address: Any) -> None:
        real(self, ("127.0.0.1", port) if address[0] == "93.184.216.34" else address)

    resolve_to(monkeypatch, "93.184.216.34")
    monkeypatch.setattr(socket.socket, "connect", connect)
    yield "http://pictures.example"
    server.shutdown()


def test_a_public_picture_is_fetched(host: str) -> None:
    assert fetching.fetch(f"{host}/tea.png", limit=1000) == b"x" * 10


@pytest.mark.parametrize(("path", "reason"), [("/large", "too large"), ("/gone", "404")])
def test_what_is_too_large_or_not_there_is_told(host: str, path: str, reason: str) -> None:
    with pytest.raises(NotReached, match=reason):
        fetching.fetch(host + path, limit=1000)


def test_a_redirect_inside_is_not_followed(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(NotReached):
        fetching.fetch("http://169.254.169.254/", limit=1000)
