"""The sample program, compiled, served and opened in Chromium."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node
from tests.support.browser import Program

SAMPLE = Path(__file__).parent / "sample"
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'"


@pytest.fixture(scope="session")
def compiled_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample program compiled for the browser."""
    target = tmp_path_factory.mktemp("sample") / "app"
    answer = node.run("compile.mjs", [SAMPLE, target])
    assert [one for one in answer["findings"] if one["severity"] == "error"] == []
    return target


class Server:
    """Serves a folder at ``/preview/sample/app/`` under a strict policy, and answers ``/preview/sample/wx/`` and ``/api/`` from a table.

    ``answers[(method, path)]`` is (status, JSON) or a function of the request's body; ``seen`` what was asked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: dict[tuple[str, str], Any] = {}
        self.seen: list[tuple[str, str, Any]] = []
        server = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                return

            def translate_path(self, path: str) -> str:
                name = path.split("?")[0].removeprefix("/preview/sample/app/")
                return str(server.folder / (name or "index.html"))

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", POLICY)
                self.send_header("Cache-Control", "no-store")
                super().end_headers()

            def answer(self) -> None:
                path = self.path.split("?")[0]
                length = int(self.headers.get("content-length") or 0)
                text = self.rfile.read(length).decode()
                body = json.loads(text) if text.startswith(("{", "[")) else text
                server.seen.append((self.command, self.path, body))
                found = server.answers.get((self.command, path), (404, {"detail": "not in the table"}))
                status, value = found(body) if callable(found) else found
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                if self.path.startswith("/preview/sample/app/"):
                    super().do_GET()
                else:
                    self.answer()

            do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/preview/sample/app/"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server(compiled_sample: Path) -> Iterator[Server]:
    server = Server(compiled_sample)
    yield server
    server.close()


@pytest.fixture
def launch(chromium: Any, server: Server) -> Iterator[Callable[..., Program]]:
    """Opens the sample: ``launch("#/pages/form/form", width=375, touch=True, query="?scheme=dark")``."""
    contexts = []

    def start(
        address: str = "", *, query: str = "", width: int = 375, height: int = 720, touch: bool = False, **options: Any
    ) -> Program:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, locale="zh-CN", **options
        )
        contexts.append(context)
        program = Program(context.new_page())
        program.page.goto(f"{server.url}{query}{address}")
        program.page.wait_for_selector("wx-page")
        return program

    yield start
    for context in contexts:
        context.close()
