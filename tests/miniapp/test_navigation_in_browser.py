"""The page stack in the browser: WeChat's rules, the address and the browser's own buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def home(launch: Callable[..., Any]) -> Any:
    return launch(touch=True)


def open_detail(program: Any) -> None:
    program.on("card-1").locator("wx-view wx-view").first.click()
    program.wait("page.route === 'pkg/pages/detail/detail' && page.data.price")


def test_a_page_gets_its_query_and_its_channel(home: Any) -> None:
    open_detail(home)
    assert home.on("detail").inner_text() == "1 茶 & co 24690"
    assert home.page.locator(".jp-page:not([inert]) .jp-nav-title").inner_text() == "Tea 1"
    assert home.of("page.rect.width") == 150

    home.on("choose").click()
    home.wait("page.data.greeting === 'chose 1'")
    assert home.of("page.events") == ["load", "show", "ready", "hide", "show"]
    assert home.page.evaluate("JishiPreview.pages().length") == 1


def test_redirect_replaces_the_page(home: Any) -> None:
    open_detail(home)
    home.on("replace").click()
    home.wait("page.route === 'pkg/pages/lab/lab'")
    assert home.on("lab").inner_text().strip() == "2"
    assert home.page.evaluate("JishiPreview.pages().length") == 2


def test_tabs_keep_their_pages(home: Any) -> None:
    home.page.locator('.jp-tab[data-index="1"]').click()
    home.wait("page.route === 'pages/form/form'")
    home.page.locator('.jp-tab[data-index="0"]').click()
    home.wait("page.route === 'pages/index/index'")

    assert home.of("page.events") == ["load", "show", "ready", "hide", "show"]
    assert home.of("page.tab") == {"index": 0, "pagePath": "pages/index/index", "text": "Home"}
    assert home.page.get_by_role("tab", name="Home").get_attribute("aria-selected") == "true"


@pytest.mark.parametrize(
    "call, reason",
    [
        ("wx.navigateTo({ url: '/pages/form/form' })", "can not navigateTo a tabbar page"),
        ("wx.switchTab({ url: '/pkg/pages/lab/lab' })", "can not switch to non-TabBar page"),
        ("wx.navigateTo({ url: '/pages/nowhere/nowhere' })", 'page "pages/nowhere/nowhere" is not found'),
        ("wx.navigateBack()", "cannot navigate back at first page"),
    ],
)
def test_what_wechat_refuses_is_refused(home: Any, call: str, reason: str) -> None:
    message = home.of(f"{call}.then(() => 'done', (error) => error.errMsg)")
    assert reason in message


def test_ten_pages_are_the_limit(home: Any) -> None:
    message = home.of(
        "(async () => { for (let i = 0; i < 12; i++) { try { await wx.navigateTo({ url: '/pkg/pages/lab/lab?x=' + i }) }"
        " catch (error) { return i + error.errMsg } } })()"
    )
    assert message == "9navigateTo:fail webview count limit exceed"


def test_the_address_leads_to_a_page(launch: Callable[..., Any]) -> None:
    program = launch("#/pkg/pages/detail/detail?id=7&name=%E8%8C%B6")
    program.wait("page.route === 'pkg/pages/detail/detail'")
    assert program.on("detail").inner_text() == "7 茶 0"
    program.page.get_by_role("button", name="首页").click()
    program.wait("page.route === 'pages/index/index'")


def test_an_address_that_leads_nowhere_opens_the_first_page(launch: Callable[..., Any]) -> None:
    program = launch("#/nowhere")
    assert program.path() == "pages/index/index"


def test_the_browsers_back_and_forward(home: Any) -> None:
    open_detail(home)
    home.wait("location.hash.startsWith('#/pkg/pages/detail')")
    home.page.go_back()
    home.wait("page.route === 'pages/index/index'")
    assert home.page.evaluate("JishiPreview.pages().length") == 1
    home.page.go_forward()
    home.wait("page.route === 'pkg/pages/detail/detail'")
    assert home.page.evaluate("JishiPreview.pages().length") == 2


def test_going_back_by_api_goes_back_in_the_address(home: Any) -> None:
    open_detail(home)
    home.of("wx.navigateTo({ url: '/pkg/pages/lab/lab?x=1' })")
    home.wait("page.route === 'pkg/pages/lab/lab'")
    home.of("wx.navigateBack({ delta: 2 })")
    home.wait("page.route === 'pages/index/index'")
    home.wait("location.hash === '#/pages/index/index'")
    assert home.page.evaluate("history.state.depth") == 1


def test_a_released_page_is_unloaded(home: Any) -> None:
    open_detail(home)
    home.of("wx.reLaunch({ url: '/pages/form/form' })")
    home.wait("page.route === 'pages/form/form'")
    assert home.page.locator(".jp-page").count() == 1


def test_tab_texts_and_badges(home: Any) -> None:
    home.of("wx.setTabBarItem({ index: 1, text: '表单' })")
    home.of("wx.setTabBarBadge({ index: 1, text: '12' })")
    tab = home.page.get_by_role("tab", name="表单")
    assert tab.locator(".jp-badge").inner_text() == "12"

    home.of("wx.removeTabBarBadge({ index: 1 })")
    assert not tab.locator(".jp-badge").is_visible()
    assert "invalid index" in home.of("wx.setTabBarBadge({ index: 9, text: '1' }).catch((error) => error.errMsg)")


def test_sharing_asks_the_page(home: Any) -> None:
    home.on("share").click()
    card = home.page.locator(".jp-share-card")
    card.wait_for()
    assert "/pages/index/index?from=button&who=sample" in card.inner_text()
