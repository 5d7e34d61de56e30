"""The colours of a shop from its brand colour alone: shades, tints and readable text, for light and dark.

Colours are ``#rrggbb``. Contrast is WCAG's: 1 to 21, text needs 4.5. Nothing here depends on taste that the arithmetic cannot keep:
whatever colour a merchant chooses, what is written in it or on it can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

READABLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"
STEP = 0.02

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _channels(colour: str) -> tuple[int, int, int]:
    if not _HEX.fullmatch(colour):
        raise ValueError(f"not a colour: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour, 0 to 255. Raises ValueError for anything but ``#rrggbb``."""
    return _channels(colour)


def mix(colour: str, other: str, share: float) -> str:
    """``share`` (0 to 1) of the other colour in the first."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    linear = []
    for channel in _channels(colour):
        value = channel / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> str:
    """White where it can be read on the colour, else black; one of the two always can."""
    return WHITE if contrast(WHITE, colour) >= READABLE else BLACK


def readable(colour: str, grounds: Iterable[str], *, towards: str) -> str:
    """The colour moved towards black or white until it can be read on every ground."""
    grounds = list(grounds)
    share = 0.0
    while share < 1:
        moved = mix(colour, towards, share)
        if all(contrast(moved, ground) >= READABLE for ground in grounds):
            return moved
        share += STEP
    return towards


@dataclass(frozen=True)
class Palette:
    """What the shop's style sheet calls brand, brand-strong, brand-tint, on-brand and brand-text."""

    brand: str
    strong: str
    tint: str
    on_brand: str
    text: str

    def tokens(self) -> dict[str, str]:
        """The colours by their names in the style sheet."""
        return {
            "--brand": self.brand,
            "--brand-strong": self.strong,
            "--brand-tint": self.tint,
            "--on-brand": self.on_brand,
            "--brand-text": self.text,
        }


def _strong(brand: str, on_brand: str) -> str:
    """The pressed shade: away from the text upon it, so that the text stays readable."""
    return mix(brand, BLACK if on_brand == WHITE else WHITE, 0.18)


def light_palette(brand: str, grounds: Iterable[str]) -> Palette:
    """For bright grounds: the brand colour as it is, with what can be read on it and in it."""
    on_brand = text_on(brand)
    tint = mix(WHITE, brand, 0.1)
    text = readable(brand, [*grounds, WHITE, tint], towards=BLACK)
    return Palette(brand.lower(), _strong(brand, on_brand), tint, on_brand, text)


def dark_palette(brand: str, grounds: Iterable[str]) -> Palette:
    """For dark grounds: the brand colour lifted where it would drown."""
    grounds = list(grounds)
    lifted = brand.lower()
    share = 0.0
    while share < 1 and min((contrast(lifted, ground) for ground in grounds), default=21) < 3:
        share += STEP
        lifted = mix(brand, WHITE, share)
    on_brand = text_on(lifted)
    tint = mix(grounds[-1] if grounds else BLACK, brand, 0.22)
    text = readable(mix(brand, WHITE, 0.25), [*grounds, tint], towards=WHITE)
    return Palette(lifted, _strong(lifted, on_brand), tint, on_brand, text)
