"""Every page fits every screen in both languages and in the dark: nothing runs out at the side, what is tapped is large enough, and what
is read has contrast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.storefront.conftest import FakeShop, Storefront

pytestmark = pytest.mark.browser
Visit = Callable[..., Storefront]

PAGES = {
    "pages/home/home": "page.data.list.items.length",
    "pages/category/category": "page.data.list.items.length",
    "pages/cart/cart": "page.data.valid.length",
    "pages/me/me": "page.data.store",
    "catalogue/list": "page.data.list.items.length",
    "catalogue/search": "page.data.categories.length",
    "catalogue/product?id=longjing": "page.data.product",
    "orders/checkout": "page.data.quote",
    "orders/paid?id=o2": "page.data.state === 'done'",
    "orders/list": "page.data.list.items.length",
    "orders/order?id=o2": "page.data.order",
    "orders/parcel?order=o2&id=p2": "page.data.parcel",
    "account/addresses": "page.data.addresses",
    "account/address?id=a2": "page.data.address.name",
    "account/about": "page.data.name",
}
VISIBLE = ".jp-page:not([inert]):not([hidden])"

# Elements whose right edge lies beyond the window, unless a scroller of their own holds them.
OVERFLOWING = """(selector) => {
  const page = document.querySelector(selector)
  const clipped = (el) => {
    for (let up = el.parentElement; up && up !== page; up = up.parentElement) {
      const style = getComputedStyle(up)
      if (/auto|scroll|hidden|clip/.test(style.overflowX) && up.getBoundingClientRect().right <= innerWidth + 1) return true
    }
    return false
  }
  return [...page.querySelectorAll('*')].filter((el) => {
    const box = el.getBoundingClientRect()
    return box.width && box.right > innerWidth + 1 && getComputedStyle(el).visibility !== 'hidden' && !clipped(el)
  }).map((el) => `${el.localName}.${el.className} ${Math.round(el.getBoundingClientRect().right)}`).slice(0, 5)
}"""

SMALL_TARGETS = """(selector) => {
  const roles = ['button', 'link', 'tab', 'radio', 'checkbox', 'switch']
  return [...document.querySelectorAll(selector + ' [role], ' + selector + ' wx-button')].filter((el) => {
    const box = el.getBoundingClientRect()
    if (!box.width || getComputedStyle(el).visibility === 'hidden') return false
    if (el.localName !== 'wx-button' && !roles.includes(el.getAttribute('role'))) return false
    return box.height < 34 || box.width < 30
  }).map((el) => {
    const box = el.getBoundingClientRect()
    return `${el.dataset.wxId || el.className} ${Math.round(box.width)}x${Math.round(box.height)}`
  })
}"""

UNNAMED = """(selector) => [...document.querySelectorAll(selector + ' [role]')].filter((el) => {
  const roles = ['button', 'link', 'tab', 'radio', 'checkbox', 'switch']
  if (!roles.includes(el.getAttribute('role')) || !el.getClientRects().length) return false
  return !(el.getAttribute('aria-label') || '').trim() && !el.innerText.trim()
}).map((el) => el.dataset.wxId || el.className)"""


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_nothing_runs_out_at_the_side(visit: Visit, fake: FakeShop, width: int, language: str) -> None:
    fake.plan(fill=True)
    wide: dict[str, Any] = {}
    shop = visit(width=width, language=language)
    for path, ready in PAGES.items():
        shop.of(f"wx.reLaunch({{url: '/{path}'}}) && null")
        shop.wait(f"page.route === '{path.split('?')[0]}'")
        shop.wait(ready)
        shop.settle()
        if found := shop.page.evaluate(OVERFLOWING, VISIBLE):
            wide[path] = found
    assert wide == {}


def test_what_acts_is_large_enough_and_has_a_name(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    small: dict[str, Any] = {}
    unnamed: dict[str, Any] = {}
    shop = visit(width=375)
    for path, ready in PAGES.items():
        shop.of(f"wx.reLaunch({{url: '/{path}'}}) && null")
        shop.wait(f"page.route === '{path.split('?')[0]}'")
        shop.wait(ready)
        shop.settle()
        if found := shop.page.evaluate(SMALL_TARGETS, VISIBLE):
            small[path] = found
        if found := shop.page.evaluate(UNNAMED, VISIBLE):
            unnamed[path] = found
    assert small == {}
    assert unnamed == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(visit: Visit, scheme: str) -> None:
    shop = visit("account/about", scheme=scheme)
    shop.wait("page.data.name")
    names = [
        "brand",
        "on-brand",
        "brand-text",
        "brand-tint",
        "ground",
        "surface",
        "inset",
        "ink",
        "ink-2",
        "ink-3",
        "error",
        "error-tint",
        "notice",
        "notice-tint",
    ]
    values = shop.page.evaluate(
        "(names) => { const style = getComputedStyle(document.querySelector('wx-page'));"
        " return Object.fromEntries(names.map((name) => [name, style.getPropertyValue('--' + name).trim()])) }",
        names,
    )

    def light(name: str) -> float:
        parts = [int(values[name][start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(text: str, ground: str) -> float:
        high, low = sorted((light(text), light(ground)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    pairs = [(text, ground) for text in ("ink", "ink-2", "ink-3", "brand-text") for ground in ("ground", "surface")]
    pairs += [
        ("on-brand", "brand"),
        ("brand-text", "brand-tint"),
        ("notice", "notice-tint"),
        ("error", "surface"),
        ("error", "error-tint"),
        ("ink", "inset"),
        ("notice", "surface"),
    ]
    weak = {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5}
    assert weak == {}


def test_wide_screens_put_things_side_by_side(visit: Visit, fake: FakeShop) -> None:
    fake.plan(fill=True)
    shop = visit("catalogue/product?id=longjing", width=1280, height=860)
    shop.wait("page.data.product")
    gallery = shop.page.locator(f"{VISIBLE} .gallery").bounding_box()
    buy = shop.on("buy-now").bounding_box()
    assert buy["x"] > gallery["x"] + gallery["width"]

    shop.of("wx.reLaunch({url: '/catalogue/list'}) && null")
    shop.wait("page.route === 'catalogue/list' && page.data.list.items.length")
    shop.settle()
    tops = [
        round(box["y"]) for box in (one.bounding_box() for one in shop.page.locator(f"{VISIBLE} product-card").all())
    ]
    assert 4 <= tops.count(tops[0]) <= 6
