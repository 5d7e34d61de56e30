"""A host of WeChat Pay for tests of the client alone: it answers what the test says, and remembers what it was asked.

host.answer = signed({"prepay_id": "wx1"})        # every request from now on
host.answer = refusal(500, "SYSTEM_ERROR")
"""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from shop.models import WeChatPayAccount
from tests.support.pay import API_V3_KEY, MCHID, Platform, _key, private_pem, public_pem


@dataclass(frozen=True)
class Asked:
    """One request as it came. ``path`` has its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


# What is sent back: status, headers, body; None cuts the connection.
Reply = tuple[int, dict[str, str], bytes] | None
Answer = Callable[[Asked], Reply]


@dataclass
class Host:
    """A host that listens at ``url``."""

    url: str
    answer: Answer
    asked: list[Asked] = field(default_factory=list)


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    host: Host

    def handle_error(self, *args: object) -> None:
        """A caller who went away is no trouble of the host's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        self.server.host.asked.append(asked)
        reply = self.server.host.answer(asked)
        if reply is None:
            self.close_connection = True
            return
        status, headers, content = reply
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def listening() -> Iterator[Host]:
    """A host that cuts every connection until it is told otherwise."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.host = Host(f"http://127.0.0.1:{server.server_port}", lambda asked: None)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.host
    server.shutdown()
    server.server_close()


def signed(document: Any, status: int = 200, platform: Platform | None = None) -> Answer:
    """An answer of WeChat Pay: the document, signed now."""
    content = b"" if status == 204 else json.dumps(document, ensure_ascii=False).encode()
    return lambda asked: (status, (platform or Platform()).sign(content), content)


def refusal(status: int, code: str, message: str = "no", **headers: str) -> Answer:
    """A refusal in WeChat Pay's words, which it does not sign. ``Retry_After="5"`` becomes a header."""
    content = json.dumps({"code": code, "message": message}, ensure_ascii=False).encode()
    return lambda asked: (status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def plain(content: bytes, status: int = 200) -> Answer:
    """Bytes, signed by nobody."""
    return lambda asked: (status, {}, content)


def late(answer: Answer, seconds: float) -> Answer:
    """The same, after a while."""

    def wait(asked: Asked) -> Reply:
        time.sleep(seconds)
        return answer(asked)

    return wait


def account(**columns: Any) -> WeChatPayAccount:
    """A merchant in public-key mode whose platform is ``Platform()``; not saved."""
    usual = {
        "mchid": MCHID,
        "serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "private_key": private_pem(_key("merchant")),
        "api_v3_key": API_V3_KEY,
        "public_key_id": Platform().serial,
        "public_key": public_pem(Platform().key),
    }
    return WeChatPayAccount(**usual | columns)
