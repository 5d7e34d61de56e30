"""Colour: mixing and shading in OKLab, where a darker or lighter tone keeps its hue."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Lab = tuple[float, float, float]


@lru_cache(maxsize=4096)
def to_lab(colour: str) -> Lab:
    """``#rrggbb`` as OKLab."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in channels)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    mid = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


def from_lab(lab: Lab) -> str:
    """OKLab as ``#rrggbb``, clipped to what a screen can show."""
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
    )
    out = "#"
    for x in channels:
        x = min(1.0, max(0.0, x))
        x = 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055
        out += f"{round(x * 255):02x}"
    return out


@lru_cache(maxsize=65536)
def mix(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` (0 to 1) of ``other`` in it."""
    p, q = to_lab(one), to_lab(other)
    return from_lab((p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share, p[2] + (q[2] - p[2]) * share))


def shade(base: str, light: float) -> str:
    """``base`` under ``light``: 0 is deep shadow, 1 its own colour, 1.5 nearly white."""
    return _shade(base, round(light, 3))


@lru_cache(maxsize=65536)
def _shade(base: str, light: float) -> str:
    lightness, a, b = to_lab(base)
    if light <= 1:
        light = max(0.0, light)
        # Shadows keep their chroma, or they look like dust.
        return from_lab((lightness * (0.34 + 0.66 * light), a * (0.72 + 0.28 * light), b * (0.72 + 0.28 * light)))
    over = min(1.0, (light - 1) * 1.25)
    return from_lab((lightness + (1 - lightness) * over, a * (1 - 0.75 * over), b * (1 - 0.75 * over)))


@dataclass(frozen=True)
class Skin:
    """What a surface is made of: its colour and how it answers the light (all from 0 to 1)."""

    colour: str
    gloss: float = 0.35
    sharp: float = 26.0
    """Exponent of the highlight: 8 is matt clay, 90 is glaze."""
    rim: float = 0.25
    """Light that the table throws back on the shadow side."""
    depth: float = 1.0
    """How much darker the shadow side gets."""

    def tinted(self, colour: str) -> "Skin":
        """The same surface in another colour."""
        return Skin(colour, self.gloss, self.sharp, self.rim, self.depth)


def clay(colour: str) -> Skin:
    """Unglazed stoneware with a soft sheen."""
    return Skin(colour, gloss=0.24, sharp=14, rim=0.30, depth=1.0)


def glaze(colour: str) -> Skin:
    """Glazed porcelain."""
    return Skin(colour, gloss=0.75, sharp=70, rim=0.30, depth=0.62)


def metal(colour: str) -> Skin:
    """Lacquered tin plate."""
    return Skin(colour, gloss=0.5, sharp=34, rim=0.45, depth=1.05)


def paper(colour: str) -> Skin:
    """Paper, cotton, dough: nothing shines."""
    return Skin(colour, gloss=0.05, sharp=8, rim=0.16, depth=0.8)


Stops = Sequence[tuple[float, str, float]]
