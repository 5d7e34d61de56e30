"""The stage in the browser: its switches change the phone, its log tells what the program does, and it fits on a phone itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.conftest import make_store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the program hears when it asks for its network.
NETWORK = "new Promise((tell) => JishiPreview.wx().getNetworkType({ success: (it) => tell(it.networkType) }))"


@pytest.fixture
def open_stage(
    live_server: Any, chromium: Any, settings: Any, tmp_path: Path, compiled_sample: Path
) -> Iterator[Callable[..., Any]]:
    """Opens the stage of a store whose program is the sample."""
    settings.PREVIEW_DIR = tmp_path
    settings.SANDBOX_URL = ""
    make_store("tea", brand_color="#aa3344")
    shutil.copytree(compiled_sample, tmp_path / "tea")
    contexts = []

    def start(width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-US", **options)
        contexts.append(context)
        page = context.new_page()
        page.failures = []
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.goto(f"{live_server.url}/preview/tea/")
        page.frame_locator("iframe").locator("wx-page").first.wait_for()
        return page

    yield start
    for context in contexts:
        context.close()


def app(page: Any) -> Any:
    return page.frame_locator("iframe")


def test_it_works(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    page.locator("[data-path]").get_by_text("/pages/index/index").wait_for()
    assert page.locator("[data-entries] code").get_by_text("pages/index/index").count() == 1
    assert app(page).locator(".jp-capsule").is_visible()
    assert page.failures == []


def test_the_scheme_is_switched_without_a_restart(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    app(page).locator("wx-page").evaluate("(element) => { element.dataset.mark = 'same' }")
    page.get_by_role("radio", name="Dark").check()
    app(page).locator('html[data-theme="dark"] wx-page[data-mark="same"]').wait_for()
    page.locator('[data-status][data-style="white"]').wait_for(state="attached")


def restarted(page: Any, device: str) -> None:
    """Put the program into another device, and wait until it runs there: not only until it is seen, which it was before."""
    app(page).locator("wx-page").first.evaluate("(element) => { element.dataset.mark = 'before' }")
    page.get_by_role("radio", name=device).check()
    app(page).locator("wx-page:not([data-mark])").first.wait_for()


def test_the_device_and_its_insets(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    restarted(page, "430")
    assert app(page).locator(".jp-root").evaluate("() => innerWidth") == 430
    assert app(page).locator(".jp-nav").evaluate("(element) => element.offsetHeight") == 54 + 44
    restarted(page, "PC")
    assert app(page).locator(".jp-root").evaluate("() => innerWidth") == 1280
    assert app(page).locator(".jp-capsule").count() == 0


def test_the_language_of_the_phone(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    page.get_by_role("radio", name="中文").check()
    app(page).locator('html[lang="zh-CN"] wx-page').first.wait_for()
    assert page.get_by_role("radio", name="中文").is_checked()


def test_a_network_that_is_away_shows_in_the_log(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    page.get_by_role("radio", name="Offline").check()
    frame = page.frame(url=lambda url: "/app/" in url)
    # The phone hears of the switch by a message, which may come after what the test says to it.
    frame.wait_for_function(f"async () => await {NETWORK} === 'none'", polling=100)
    frame.evaluate("void JishiPreview.wx().request({ url: '/api/v1/stores/tea/home' })")
    page.locator('[data-entries] li[data-bad] code:has-text("GET …/home")').wait_for()
    assert page.locator("[data-problems]").inner_text() == "1"

    page.get_by_role("radio", name="Problems").check()
    assert page.locator("[data-entries] li:visible").count() >= 1
    assert page.locator('[data-entries] li[data-kind="page"]:visible').count() == 0


def test_an_entry_opens_to_what_was_sent_and_answered(open_stage: Callable[..., Any]) -> None:
    page = open_stage()
    frame = page.frame(url=lambda url: "/app/" in url)
    frame.evaluate("void JishiPreview.wx().setTabBarItem({ index: 0, text: 'Hearth' })")
    row = page.locator("[data-entries] li", has_text="wx.setTabBarItem")
    row.locator("summary").click()
    assert "Hearth" in row.locator("pre").inner_text()
    page.get_by_role("button", name="Clear").click()
    assert page.locator("[data-entries] li").count() == 0


def test_on_a_phone_everything_is_in_reach(open_stage: Callable[..., Any]) -> None:
    page = open_stage(390, 844, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    frame = page.locator("iframe").bounding_box()
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 390
    page.get_by_text("The phone").click()
    page.get_by_role("radio", name="Dark").check()
    app(page).locator('html[data-theme="dark"]').wait_for()
    page.get_by_role("button", name="Log").click()
    assert page.locator("[data-entries] li").first.is_visible()


def test_a_name_of_markup_is_shown_as_it_is(open_stage: Callable[..., Any]) -> None:
    from shop.models import Store

    Store.objects.filter(slug="tea").update(name_en="<img src=x onerror=alert(1)>")
    page = open_stage()
    assert page.get_by_role("heading", level=1).first.inner_text() == "<img src=x onerror=alert(1)>"
    assert Client().get("/preview/tea/").status_code == 200
