"""A mini program runs unmodified in Chromium: WXML, WXSS, WXS, components and their lives mean what they mean in WeChat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sandbox import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def home(launch: Callable[..., Any]) -> Any:
    program = launch(touch=True)
    program.wait("page.events.includes('ready')")
    return program


def style(locator: Any, name: str) -> str:
    return str(locator.evaluate("(element, name) => getComputedStyle(element).getPropertyValue(name)", name))


def test_it_works(home: Any) -> None:
    assert home.on("greeting").inner_text() == "Hello"
    assert home.page.locator(".jp-nav-title").inner_text() == "Home"
    assert home.of("page.events") == ["load", "show", "ready"]
    assert home.errors == []
    assert home.log("missing", "error") == []


def test_runs_under_a_policy_without_inline_code(home: Any) -> None:
    # The server of these tests sends script-src 'self' and style-src 'self': a violation would be a console error.
    assert style(home.on("leaf"), "width") == "50px"
    assert home.page.evaluate("document.querySelectorAll('style').length") == 0


def test_rpx_and_page_styles(home: Any) -> None:
    assert style(home.on("swiper"), "height") == "100px"
    assert style(home.on("greeting"), "color") == "rgb(0, 0, 255)"
    assert style(home.on("greeting"), "letter-spacing") == "1px"


def test_a_page_style_stays_on_its_page(home: Any) -> None:
    home.of("wx.navigateTo({url: '/pkg/pages/detail/detail?id=1&name=x'})")
    home.wait("page.route === 'pkg/pages/detail/detail'")

    assert style(home.on("detail"), "color") == "rgb(34, 34, 34)"


def test_components_keep_their_styles_to_themselves(home: Any) -> None:
    title = home.on("card-1").locator("wx-view wx-view").first
    assert title.inner_text() == "OOLONG"
    assert style(title, "color") == "rgb(10, 20, 30)"
    assert style(home.on("slot-1"), "color") == "rgb(1, 2, 3)"
    assert style(home.on("card-1"), "display") == "block"


def test_slots_templates_and_includes(home: Any) -> None:
    assert home.on("badge-oolong").inner_text() == "[oolong]"
    assert home.on("slot-2").inner_text() == "jasmine"
    assert home.on("foot").inner_text() == "end of"


def test_wxs_is_wxs(home: Any) -> None:
    assert home.on("money").inner_text() == "123.45 list"


def test_behaviours_observers_and_events(home: Any) -> None:
    home.on("card-2").locator('[data-wx-id="add"]').click()
    home.wait("page.counted")

    assert home.of("page.counted") == {"count": 2, "id": 2}
    assert home.path() == "pages/index/index", "catchtap keeps the tap from the card"


def test_relations_link_components(home: Any) -> None:
    assert home.on("tabs").locator('[data-wx-id="tabs-names"]').inner_text() == "a,b"


def test_page_lifetimes_reach_components(home: Any) -> None:
    assert home.of("page.selectComponent('#card-1').shown") == 1


def test_swiper_changes_and_says_so(home: Any) -> None:
    home.of("page.setData({ slide: 1 })")
    home.wait("page.slid && page.slid.current === 1")
    home.page.mouse.move(300, 200)
    box = home.on("swiper").bounding_box()
    home.page.mouse.move(box["x"] + 300, box["y"] + 40)
    home.page.mouse.down()
    home.page.mouse.move(box["x"] + 60, box["y"] + 40, steps=8)
    home.page.mouse.up()
    home.wait("page.slid.current === 2")

    assert home.of("page.slid") == {"current": 2, "currentItemId": "three", "source": "touch"}


def test_images_load_lazily_and_report_failure(home: Any) -> None:
    home.wait("page.picture && page.broken")
    assert home.of("page.picture") == {"width": 24, "height": 24}
    image = home.on("leaf").locator("img")
    assert image.get_attribute("loading") == "lazy"
    assert image.get_attribute("alt") == "a leaf"
    assert style(image, "object-fit") == "cover"


def test_taps_touches_and_long_presses(home: Any) -> None:
    home.on("inner").click()
    assert home.of("[page.inner, page.outer]") == [1, None]

    home.on("touch").tap()
    home.wait("page.tapped === 1")
    assert home.of("page.touch.touches") == 1
    assert set(home.of("Object.keys(page.touch.target)")) == {"id", "dataset", "offsetLeft", "offsetTop"}

    box = home.on("touch").bounding_box()
    home.page.mouse.move(box["x"] + 20, box["y"] + 10)
    home.page.mouse.down()
    home.wait("page.long === 1")
    home.page.mouse.up()
    assert home.of("[page.long, page.tapped]") == [1, 1], "no tap follows a long press"


def test_scrolling_reaches_the_page(home: Any) -> None:
    scroller = home.page.locator(".jp-page:not([inert]) .jp-scroll")
    scroller.evaluate("(element) => element.scrollTo(0, 400)")
    home.wait("page.scrolled === 400")

    scroller.evaluate("(element) => element.scrollTo(0, 99999)")
    home.wait("page.data.more === 1")
    home.wait("page.seen > 0.9")


def test_pull_down_refresh(home: Any) -> None:
    home.of("wx.startPullDownRefresh()")
    home.wait("page.refreshed === 1")
    assert home.page.locator(".jp-refreshing").count() == 0


def test_fixed_stands_in_the_page_area(home: Any) -> None:
    fixed = home.on("fixed").bounding_box()
    tabs = home.page.locator(".jp-tabbar").bounding_box()
    assert round(fixed["y"] + fixed["height"]) == round(tabs["y"])


def test_a_portal_is_lifted_out_and_goes_away(home: Any) -> None:
    home.of("page.openSheet()")
    sheet = home.page.locator('[data-wx-id="in-sheet"]')
    sheet.wait_for()
    assert sheet.evaluate("(element) => element.closest('wx-page') !== null")
    sheet.click()
    home.wait("page.data.sheet === false")
    sheet.wait_for(state="detached")


def test_hover_class_while_pressed(home: Any) -> None:
    card = home.on("card-1").locator("wx-view").first
    box = card.bounding_box()
    home.page.mouse.move(box["x"] + 200, box["y"] + 10)
    home.page.mouse.down()
    eventually(lambda: style(card, "background-color") == "rgb(200, 200, 200)", step=0.02)
    home.page.mouse.move(box["x"] + 200, box["y"] + 300)
    home.page.mouse.up()


def test_aria_reaches_the_dom(home: Any) -> None:
    add = home.page.get_by_role("button", name="add oolong")
    add.focus()
    home.page.keyboard.press("Enter")
    home.wait("page.counted")
    assert home.of("page.counted.id") == 1


def test_the_names_of_the_browser_are_hidden(home: Any) -> None:
    home.of("wx.navigateTo({url: '/pkg/pages/lab/lab?x=1'})")
    home.wait("page.reach")
    assert home.of("page.reach") == "undefined undefined undefined undefined"


def test_page_meta_locks_scrolling(home: Any) -> None:
    home.of("wx.navigateTo({url: '/pkg/pages/lab/lab?x=1'})")
    home.wait("page.lock")
    home.of("page.lock()")
    home.wait("document.querySelector('.jp-page:not([inert]) .jp-scroll').style.overflowY === 'hidden'")


def test_an_error_in_a_handler_is_logged_and_not_fatal(home: Any) -> None:
    home.of("(page.explode = true)")
    home.on("outer").locator("xpath=.").dispatch_event("click")
    home.wait("JishiPreview.log.some((one) => one.kind === 'error' && JSON.stringify(one.detail).includes('planted'))")
    assert home.on("greeting").inner_text() == "Hello"
