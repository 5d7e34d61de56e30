"""Draws the storefront's icons: four tab icons as PNG and the small icons as a WXSS file of masks.

    python -m miniapp_templates.drawing_icons [folder of the storefront]

The tab icons are one colour on nothing (81 x 81 pixels, WeChat's size): the generator tints them by replacing
the colour and keeping the alpha channel. The small icons are SVG masks, so that they take any colour of the tokens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageDraw

SIZE = 81
SCALE = 4
STROKE = 5
INK = (107, 113, 109)
BRAND = (42, 96, 71)

Pen = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

# On a grid of 24, stroke 1.6, round ends. What is filled says so itself.
SMALL = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "down": '<path d="m5 9 7 7 7-7"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "bin": '<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 10.500v5.500M14 10.500v5.5"/>',
    "pin": '<path d="M12 21c4.5-4.6 6.8-8 6.8-11a6.8 6.8 0 1 0-13.6 0c0 3 2.3 6.4 6.8 11Z"/>'
    '<circle cx="12" cy="10" r="2.4"/>',
    "edit": '<path d="m4.5 19.5.8-4L16 4.800l3.2 3.200L8.5 18.700l-4 .8ZM13.5 7.300l3.2 3.2"/>',
    "copy": '<path d="M9 9h10.500v10.500H9zM15 5.500V4.500H4.500V15H5.5"/>',
    "sort": '<path d="M8 5v14M4.5 15.5 8 19l3.5-3.500M16 19V5M12.5 8.5 16 5l3.5 3.5"/>',
    "up": '<path d="M12 19V5M7 10l5-5 5 5"/>',
    "descend": '<path d="M12 5v14M7 14l5 5 5-5"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "wallet": '<path d="M4 7.500h14.500a1.5 1.5 0 0 1 1.5 1.500v9a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 '
    '18V6.500A1.5 1.5 0 0 1 5.5 5H17M15.5 13.500h1"/>',
    "bank": '<path d="M4 9.500 12 4.500l8 5ZM6 9.500v7.500M10 9.500v7.500M14 9.500v7.500M18 9.500v7.500M4 19.500h16"/>',
    "box": '<path d="M4.5 8 12 4l7.5 4v8L12 20l-7.5-4ZM4.5 8l7.5 4 7.5-4M12 12v8M8.2 6l7.5 4"/>',
    "truck": '<path d="M3 6.500h11v10H9.500M5 16.500H3v-10M14 10h4l3 3.500v3h-2M14 16.500h1"/>'
    '<circle cx="7.2" cy="17" r="2"/><circle cx="17" cy="17" r="2"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>',
    "globe": '<circle cx="12" cy="12" r="8"/><path d="M4 12h16M12 4c2.4 2.4 3.5 5 3.5 8s-1.1 5.6-3.5 8c-2.4-2.4-3.5-5'
    '-3.5-8s1.1-5.6 3.5-8Z"/>',
    "info": '<circle cx="12" cy="12" r="8"/><path d="M12 11v5M12 8v.2"/>',
    "shield": '<path d="M12 3.5 5 6v5.500c0 4.3 2.8 7.3 7 9 4.2-1.7 7-4.7 7-9V6ZM8.8 12l2.3 2.3 4.2-4.3"/>',
    "orders": '<path d="M6 3.500h12v17l-3-1.8-3 1.8-3-1.8-3 1.800ZM9 8.500h6M9 12.500h6"/>',
    "cart": '<path d="M3 4.500h2.500l2 11h10.500l2-8H6.2"/><circle cx="9" cy="19" r="1.3"/><circle cx="16.5" cy="19" r="1.3"/>',
    "home": '<path d="M4 11 12 4l8 7v8.500h-5.500V14h-5v5.500H4Z"/>',
    "alert": '<path d="M12 4 2.8 19.500h18.400ZM12 10v4.500M12 16.800v.2"/>',
    "offline": '<path d="M4 4l16 16M8.5 15.500a5 5 0 0 1 7 0M5.5 12a9.5 9.5 0 0 1 4-2.300M13.5 9.500a9.5 9.5 0 0 1 5 2.5'
    'M2.5 8.700A14 14 0 0 1 6.5 6M10.5 5a14 14 0 0 1 11 3.700M12 19v.2"/>',
    "picture": '<path d="M4 5.500h16v13H4ZM4 16l4.5-4.5 3.5 3.5 3-2.5 5 4"/><circle cx="15.5" cy="9.3" r="1.3"/>',
    "tag": '<path d="M4 4.500h7.500l8.5 8.5-7 7L4.5 11.500ZM8.5 8.500v.2"/>',
    "refresh": '<path d="M19.5 12A7.5 7.5 0 1 1 17 6.400L19.5 9M19.5 4.500V9H15"/>',
}


def main(folder: Path) -> None:
    """Writes images/tab-*.png and styles/icons.wxss below `folder`."""
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for name, draw in TABS.items():
        tab_icon(draw, INK, chosen=False).save(images / f"tab-{name}.png", optimize=True)
        tab_icon(draw, BRAND, chosen=True).save(images / f"tab-{name}-on.png", optimize=True)
    (folder / "styles" / "icons.wxss").write_text(small_icons(), encoding="utf-8")


def tab_icon(draw: Callable[[Pen, bool], None], colour: Colour, *, chosen: bool) -> Image.Image:
    """One tab icon: outlined, or with its body filled when the tab is chosen. Drawn large, then made small."""
    shape = Image.new("L", (SIZE * SCALE, SIZE * SCALE), 0)
    draw(ImageDraw.Draw(shape), chosen)
    alpha = shape.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    icon = Image.new("RGBA", (SIZE, SIZE), (*colour, 0))
    icon.putalpha(alpha)
    return icon


def line(pen: Pen, *points: tuple[float, float]) -> None:
    """A stroke through the points (on the 81 grid) with round ends and joints."""
    scaled = [(x * SCALE, y * SCALE) for x, y in points]
    width = STROKE * SCALE
    pen.line(scaled, fill=255, width=width, joint="curve")
    for x, y in scaled:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def ring(pen: Pen, x: float, y: float, radius: float, *, filled: bool) -> None:
    """A circle, outlined or filled."""
    box = ((x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE)
    pen.ellipse(box, outline=255, width=STROKE * SCALE, fill=255 if filled else None)


def body(pen: Pen, *points: tuple[float, float]) -> None:
    """A filled shape."""
    pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)


def home(pen: Pen, chosen: bool) -> None:
    outline = [(15, 38), (40.5, 16), (66, 38), (66, 66), (15, 66), (15, 38)]
    if chosen:
        body(pen, *outline)
    line(pen, *outline)
    if chosen:
        pen.rectangle((33 * SCALE, 48 * SCALE, 48 * SCALE, 70 * SCALE), fill=0)
    else:
        line(pen, (33, 66), (33, 49), (48, 49), (48, 66))


def category(pen: Pen, chosen: bool) -> None:
    for left, top in ((15, 15), (45, 15), (15, 45)):
        box = (left * SCALE, top * SCALE, (left + 21) * SCALE, (top + 21) * SCALE)
        pen.rounded_rectangle(box, radius=5 * SCALE, outline=255, width=STROKE * SCALE, fill=255 if chosen else None)
    ring(pen, 55.5, 55.5, 11.5, filled=chosen)


def cart(pen: Pen, chosen: bool) -> None:
    basket = [(21, 27), (67, 27), (61, 52), (26.5, 52), (21, 27)]
    if chosen:
        body(pen, *basket)
    line(pen, (9, 15), (18, 15), (26.5, 52), (61, 52), (67, 27), (21, 27))
    ring(pen, 31, 65, 5, filled=True)
    ring(pen, 57, 65, 5, filled=True)


def me(pen: Pen, chosen: bool) -> None:
    ring(pen, 40.5, 27, 13, filled=chosen)
    box = (15 * SCALE, 47 * SCALE, 66 * SCALE, 98 * SCALE)
    if chosen:
        pen.chord(box, 190, 350, fill=255)
        body(pen, (15.5, 66), (65.5, 66), (60, 56), (21, 56))
    pen.arc((13 * SCALE, 45 * SCALE, 68 * SCALE, 98 * SCALE), 192, 348, fill=255, width=STROKE * SCALE)
    line(pen, (15.5, 66), (65.5, 66))


TABS: dict[str, Callable[[Pen, bool], None]] = {"home": home, "category": category, "cart": cart, "me": me}


def small_icons() -> str:
    """The WXSS of the small icons: `class="icon icon-search"` is drawn in the colour of the text around it."""
    rules = [
        "/* Written by miniapp_templates/drawing_icons.py. An icon has the size and the colour of the text around it. */",
        ".icon {",
        "  display: inline-block;",
        "  width: 1.4em;",
        "  height: 1.4em;",
        "  flex: none;",
        "  vertical-align: -0.3em;",
        "  background-color: currentColor;",
        "  -webkit-mask: center / contain no-repeat;",
        "}",
    ]
    for name, drawing in SMALL.items():
        source = (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='black' "
            f"stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'>{drawing}</svg>"
        ).replace('"', "'")
        drawn = quote(source, safe=" '=:/,.")
        address = f'url("data:image/svg+xml,{drawn}")'
        rules += [f".icon-{name} {{", f"  -webkit-mask-image: {address};", "}"]
    return "\n".join(rules) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "storefront")
