"""Chromium for the tests of mini programs, started once for the whole run, and a running program in it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("CHROMIUM", "")
    path = next((found for name in (named, *CHROMIUMS) if name and (found := shutil.which(name))), None)
    assert path, "These tests drive Chromium: install it (Debian: apt-get install chromium fonts-noto-cjk)."
    # Playwright runs an event loop in this thread; Django's guard against that is about async views.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Program:
    """A running program: its page in the browser and what it says of itself."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def on(self, wx_id: str) -> Any:
        """The element with that WXML id on the visible page."""
        return self.page.locator(f'.jp-page:not([inert]):not([hidden]) [data-wx-id="{wx_id}"]')

    def of(self, expression: str) -> Any:
        """An expression over ``page``, the instance of the visible page, and ``app``, ``wx``."""
        return self.page.evaluate(
            f"(() => {{ const stack = JishiPreview.pages(); const page = stack[stack.length - 1].instance;"
            f" const wx = JishiPreview.wx(); return ({expression}) }})()"
        )

    def wait(self, expression: str, timeout: float = 20) -> None:
        """Until the expression holds; a busy machine is given its time. Playwright's own waiting evaluates a string in the page, which
        the policy forbids."""
        end = time.monotonic() + timeout
        while not self.of(f"Boolean({expression})"):
            assert time.monotonic() < end, f"after {timeout} s still not: {expression}"
            self.page.wait_for_timeout(30)

    def path(self) -> str:
        return str(self.page.evaluate("JishiPreview.pages().at(-1).path"))

    def log(self, *kinds: str) -> list[dict[str, Any]]:
        return [one for one in self.page.evaluate("JishiPreview.log") if one["kind"] in kinds]
