"""Form components in the browser: what is typed, chosen and picked reaches the page as it does in WeChat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def form(launch: Callable[..., Any]) -> Any:
    program = launch("#/pages/form/form", touch=True)
    program.wait("page.route === 'pages/form/form'")
    return program


def test_input_events_and_placeholder(form: Any) -> None:
    field = form.page.get_by_role("textbox", name="name")
    placeholder = form.on("name").locator(".jp-placeholder")
    assert placeholder.inner_text() == "Your name"
    assert placeholder.evaluate("(element) => getComputedStyle(element).color") == "rgb(9, 9, 9)"
    assert placeholder.evaluate("(element) => getComputedStyle(element).fontSize") == "10px"

    field.fill("龙井 tea is good")
    assert form.of("page.typed") == "龙井 tea i", "maxlength 8"
    assert not placeholder.is_visible()
    field.press("Enter")
    form.wait("page.blurred")
    assert form.of("[page.focused, page.confirmed, page.blurred]") == [True, "龙井 tea i", "龙井 tea i"]


def test_two_way_binding(form: Any) -> None:
    form.on("model").locator("input").fill("3.5")
    assert form.of("page.data.bound") == "3.5"
    assert form.on("model").locator("input").get_attribute("inputmode") == "decimal"
    form.of("page.setData({ bound: '7' })")
    assert form.on("model").locator("input").input_value() == "7"


def test_choices(form: Any) -> None:
    form.on("gift").click()
    form.on("label-l").click()
    form.on("check-milk").click()
    form.on("check-sugar").focus()
    form.page.keyboard.press(" ")

    assert form.of("[page.gift, page.size, page.extras]") == [True, "l", ["milk", "sugar"]]
    assert form.page.get_by_role("switch", name="gift").get_attribute("aria-checked") == "true"
    assert form.on("radio-m").get_attribute("aria-checked") == "false"


def test_submit_collects_and_reset_gives_back(form: Any) -> None:
    form.on("name").locator("input").fill("Lin")
    form.on("note").locator("textarea").fill("two\nlines")
    form.on("check-milk").click()
    form.on("field").locator('[data-wx-id="own-field"]').click()
    form.on("submit").click()
    form.wait("page.submitted")

    assert form.of("page.submitted") == {
        "name": "Lin", "note": "two\nlines", "gift": False, "size": "m", "extras": ["milk"], "strength": 3, "colour": 0,
        "own": "from component",
    }  # fmt: skip

    form.on("reset").click()
    form.wait("page.wasReset")
    assert form.on("name").locator("input").input_value() == ""
    assert form.on("check-milk").get_attribute("aria-checked") == "false"


def test_a_disabled_button_does_nothing(form: Any) -> None:
    form.on("disabled").dispatch_event("click")
    assert form.of("page.wrong") is None
    assert form.on("disabled").get_attribute("aria-disabled") == "true"


def test_picker_of_objects(form: Any) -> None:
    form.on("pick-one").click()
    sheet = form.page.get_by_role("dialog", name="Colour")
    sheet.get_by_role("option", name="black").click()
    sheet.locator(".jp-picker-confirm").click()
    form.wait("page.picked !== undefined")

    assert form.of("page.picked") == "1"
    assert form.on("pick-one").inner_text() == "black"


def test_picker_can_be_cancelled(form: Any) -> None:
    form.on("pick-one").click()
    form.page.locator(".jp-picker-cancel").click()
    assert form.page.locator(".jp-picker").count() == 0
    assert form.of("page.picked") is None


def test_region_picker_knows_china(form: Any) -> None:
    form.on("pick-region").click()
    wheels = form.page.locator(".jp-picker .jp-wheel")
    wheels.nth(2).wait_for()
    assert wheels.nth(1).locator('[aria-selected="true"]').inner_text() == "杭州市"
    wheels.nth(0).get_by_role("option", name="福建省").click()
    assert wheels.nth(1).locator('[aria-selected="true"]').inner_text() == "福州市"
    wheels.nth(1).get_by_role("option", name="厦门市").click()
    wheels.nth(2).get_by_role("option", name="思明区").click()
    form.page.locator(".jp-picker-confirm").click()

    form.wait("page.data.region[0] === '福建省'")
    assert form.of("page.data.region") == ["福建省", "厦门市", "思明区"]
    assert form.of("page.regionCode") == ["350000", "350200", "350203"]


def test_date_picker_keeps_to_the_calendar_and_its_limits(form: Any) -> None:
    form.on("pick-date").click()
    wheels = form.page.locator(".jp-picker .jp-wheel")
    assert wheels.nth(2).get_by_role("option").count() == 28, "February 2026"
    wheels.nth(1).get_by_role("option", name="01").click()
    days = wheels.nth(2).get_by_role("option")
    assert days.first.inner_text() == "15"
    form.page.locator(".jp-picker-confirm").click()
    form.wait("page.data.date")
    assert form.of("page.data.date") == "2026-01-28"


def test_time_picker(form: Any) -> None:
    form.on("pick-time").click()
    form.page.locator(".jp-picker .jp-wheel").nth(1).get_by_role("option", name="45", exact=True).click()
    form.page.locator(".jp-picker-confirm").click()
    form.wait("page.data.time")
    assert form.of("page.data.time") == "10:45"


def test_columns_that_depend_on_each_other(form: Any) -> None:
    form.on("pick-multi").click()
    wheels = form.page.locator(".jp-picker .jp-wheel")
    wheels.nth(0).get_by_role("option", name="y").click()
    wheels.nth(1).get_by_role("option", name="9").click()
    form.page.locator(".jp-picker-confirm").click()
    form.wait("Array.isArray(page.multi)")
    assert form.of("page.multi") == [1, 2]


def test_picker_view_turns(form: Any) -> None:
    wheel = form.on("wheels").locator(".jp-wheel")
    assert wheel.evaluate("(element) => element.scrollTop") == 40
    wheel.evaluate("(element) => element.scrollTo(0, 120)")
    form.wait("Array.isArray(page.wheel)")
    assert form.of("page.wheel") == [3]


def test_scroll_view_scrolls_into_view_and_tells_its_end(form: Any) -> None:
    form.of("page.setData({ into: 'strip-3' })")
    form.wait("page.stripLeft === 180")
    form.on("strip").locator(".jp-view").evaluate("(element) => element.scrollTo(999, 0)")
    form.wait("page.stripEnd")


def test_rich_text_is_harmless(form: Any) -> None:
    rich = form.on("rich")
    assert rich.inner_text().strip() == "rich text"
    assert rich.locator("p").evaluate("(element) => getComputedStyle(element).color") == "rgb(4, 5, 6)"
    assert rich.locator("script").count() == 0
    assert form.page.evaluate("window.hacked") is None
    assert form.on("rich-nodes").inner_text() == "from nodes <b>"


def test_avatar_is_a_temporary_file(form: Any) -> None:
    form.on("avatar").click()
    form.page.locator(".jp-avatars button").first.click()
    form.wait("page.avatar")
    assert form.of("page.avatar").startswith("blob:")


def test_progress_and_navigators(form: Any) -> None:
    assert form.on("progress").get_attribute("aria-valuenow") == "40"
    form.page.get_by_role("link", name="lab").click()
    form.wait("page.route === 'pkg/pages/lab/lab'")
    form.of("wx.navigateBack()")
    form.wait("page.route === 'pages/form/form'")
    form.page.get_by_role("link", name="home").click()
    form.wait("page.route === 'pages/index/index'")
    assert form.log("missing", "error") == []
