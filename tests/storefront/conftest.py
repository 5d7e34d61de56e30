"""The storefront, compiled once, served by the fake API and opened in Chromium."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node
from tests.storefront import fake_api
from tests.support.browser import Program

STOREFRONT = Path(node.PREVIEW).parent / "storefront"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The storefront compiled for the browser, talking to the server that serves it."""
    folder = tmp_path_factory.mktemp("storefront")
    source = folder / "source"
    shutil.copytree(STOREFRONT, source)
    config = source / "config.js"
    config.write_text(re.sub(r"apiBase: '[^']*'", "apiBase: ''", config.read_text(encoding="utf-8")), encoding="utf-8")
    answer = node.run("compile.mjs", [source, folder / "app"])
    assert [one for one in answer["findings"] if one["severity"] == "error"] == []
    return folder / "app"


@pytest.fixture(scope="session")
def running_shop(compiled: Path) -> Iterator[str]:
    server = fake_api.serve(0, compiled)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class FakeShop:
    """The control of the fake API."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.url = f"{origin}{fake_api.PREVIEW}app/"

    def plan(self, **plan: Any) -> dict[str, Any]:
        """What the server shall do next: ``fail={"orders": 500}``, ``held=True``, ``paid=False``, ``fill=True``."""
        request = urllib.request.Request(f"{self.origin}/fake", data=json.dumps(plan).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            body: dict[str, Any] = json.load(answer)
        return body

    def seen(self, method: str, path: str) -> list[dict[str, Any]]:
        """The requests of that method and path (a regular expression)."""
        return [one for one in self.plan()["seen"] if one["method"] == method and re.fullmatch(path, one["path"])]


@pytest.fixture
def fake(running_shop: str) -> FakeShop:
    shop = FakeShop(running_shop)
    shop.plan(reset=True)
    return shop


class Storefront(Program):
    """The running program, with what its tests often do."""

    def goto(self, path: str) -> None:
        self.of(f"wx.navigateTo({{url: '/{path}'}}) && null")
        self.wait(f"page.route === '{path.split('?')[0]}'")

    def wait(self, expression: str, timeout: float = 20) -> None:
        """Until the expression holds; what is not there yet does not hold."""
        super().wait(f"(() => {{ try {{ return {expression} }} catch (error) {{ return false }} }})()", timeout)

    def tap(self, wx_id: str) -> None:
        self.on(wx_id).first.tap()

    def see(self, text: str) -> None:
        """Until that text is on the visible page or in a toast or dialog."""
        self.page.get_by_text(text, exact=False).locator("visible=true").first.wait_for(timeout=20000)

    def settle(self) -> None:
        """Until what the page has been told is drawn."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def back(self) -> None:
        self.of("wx.navigateBack() && null")

    def troubles(self) -> list[str]:
        """What WeChat would not have taken in silence."""
        return [*self.errors, *(str(one["name"]) for one in self.log("missing", "error", "warning"))]


@pytest.fixture
def visit(chromium: Any, fake: FakeShop) -> Iterator[Callable[..., Storefront]]:
    """Opens the shop: ``visit("orders/list", width=375, language="en", scheme="dark")``. Every page must end without trouble."""
    opened: list[tuple[Any, Storefront]] = []

    def start(
        path: str = "pages/home/home",
        *,
        width: int = 375,
        height: int = 760,
        language: str = "en",
        scheme: str = "light",
    ) -> Storefront:
        phone = "zh_CN" if language == "zh-Hans" else language
        context = chromium.new_context(
            viewport={"width": width, "height": height}, has_touch=True, reduced_motion="reduce", locale="zh-CN"
        )
        shop = Storefront(context.new_page())
        opened.append((context, shop))
        shop.page.goto(f"{fake.url}?lang={phone}&scheme={scheme}#/{path}")
        shop.page.wait_for_selector("wx-page")
        return shop

    yield start
    troubles = [trouble for _context, shop in opened for trouble in shop.troubles()]
    for context, _shop in opened:
        context.close()
    assert troubles == []
