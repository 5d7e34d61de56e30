"""Backdrops: a paper sweep in each category's colour, lit through a window from the top left."""

import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from .canvas import Canvas, curve
from .paint import mix, shade


@dataclass(frozen=True)
class Tone:
    """The two colours of a sweep and what throws a shadow across it."""

    wall: str
    table: str
    through: str = "window"


TONES = {
    "green": Tone("#c3cdb2", "#d6ddc5", "bamboo"),
    "black": Tone("#d2b19d", "#e2cab9", "window"),
    "oolong": Tone("#d1bb8e", "#e2d2ae", "branch"),
    "dark": Tone("#b39b84", "#c8b49e", "window"),
    "flower": Tone("#dabbbd", "#e8d1d0", "branch"),
    "ware": Tone("#b9c4c4", "#d2d9d8", "window"),
    "snack": Tone("#e2cda2", "#eddfc0", "branch"),
    "gift": Tone("#cf9a86", "#dfb4a1", "bamboo"),
}


@lru_cache(maxsize=16)
def sweep(kind: str, width: int, height: int, horizon: float = 0.5) -> Image.Image:
    """The sweep of a category in pixels. All of it is soft, so a third of the size is enough to rasterise."""
    c = Canvas(width, height, kind)
    _draw(c, TONES[kind], horizon)
    return c.layer(scale=1 / 3)


def _draw(c: Canvas, tone: Tone, horizon: float) -> None:
    w, h = c.width, c.height
    line = h * horizon
    full = f"M0 0H{w}V{h}H0Z"
    c.path(full, c.linear([(0, shade(tone.wall, 0.97), 1), (1, shade(tone.wall, 1.06), 1)], (0, 0), (0, line)))
    c.soft(
        f"M-80 {line:.0f}H{w + 80}V{h + 90}H-80Z",
        c.linear(
            [(0, shade(tone.table, 1.0), 1), (0.35, shade(tone.table, 1.1), 1), (1, shade(tone.table, 0.95), 1)],
            (0, line),
            (0, h),
        ),
        30,
        (-80, line, w + 80, h),
    )
    _through(c, tone)
    c.path(
        full,
        c.radial(
            [(0, "#fffdf4", 0.55), (0.55, "#fffdf4", 0.16), (1, "#fffdf4", 0)], (w * 0.26, h * 0.2), w * 0.75, h * 0.85
        ),
    )
    dark = mix(shade(tone.wall, 0.35), "#241a12", 0.3)
    c.path(full, c.radial([(0, dark, 0), (0.62, dark, 0), (1, dark, 0.34)], (w * 0.42, h * 0.44), w * 0.9, h * 0.86))


def _through(c: Canvas, tone: Tone) -> None:
    """The shadow that a window bar, bamboo or a branch throws on the wall."""
    w, h = c.width, c.height
    dark = shade(tone.wall, 0.45)
    light = mix(tone.wall, "#fffaf0", 0.75)
    box = (0.0, 0.0, float(w), float(h))
    if tone.through == "window":
        panes = ""
        for i in range(3):
            for k in range(2):
                x, y = w * (0.02 + 0.2 * i + 0.10 * k), h * (-0.12 + 0.30 * k)
                panes += f"M{x:.0f} {y:.0f}l{w * 0.17:.0f} {h * 0.05:.0f}l{w * 0.09:.0f} {h * 0.27:.0f}l{-w * 0.17:.0f} {-h * 0.05:.0f}z"
        c.soft(panes, light, 14, box, 0.42)
        return
    leaves = _bamboo(c) if tone.through == "bamboo" else _branch(c)
    with c.group(filter=c.blurred(12, box), opacity=0.16):
        for d in leaves:
            c.path(d, dark)


def _blade(x: float, y: float, length: float, width: float, turn: float) -> str:
    """A pointed leaf from ``(x, y)`` in the direction ``turn`` (degrees, 0 to the right)."""
    a = math.radians(turn)
    ux, uy = math.cos(a), math.sin(a)
    mid = (x + ux * length * 0.42, y + uy * length * 0.42)
    tip = (x + ux * length, y + uy * length)
    return curve(
        [(x, y), (mid[0] - uy * width, mid[1] + ux * width), tip, (mid[0] + uy * width, mid[1] - ux * width)],
        close=True,
        tension=0.7,
    )


def _bamboo(c: Canvas) -> list[str]:
    w, h = c.width, c.height
    out = []
    for sx, sy in ((0.95, -0.02), (0.78, -0.05), (1.02, 0.18)):
        for _ in range(9):
            t = c.random.uniform(0, 1)
            x, y = w * (sx - 0.22 * t), h * (sy + 0.26 * t)
            out.append(_blade(x, y, w * c.random.uniform(0.14, 0.24), w * 0.014, c.random.uniform(95, 160)))
    return out


def _branch(c: Canvas) -> list[str]:
    w, h = c.width, c.height
    out = []
    for sx, sy, lean, count in ((1.06, -0.04, 0.52, 13), (0.86, -0.10, 0.62, 9), (1.10, 0.22, 0.30, 6)):
        for i in range(count):
            t = (i + c.random.uniform(0, 0.6)) / count
            x, y = w * (sx - 0.44 * t), h * (sy + lean * 0.52 * t + 0.08 * t * t)
            side = 1 if i % 2 else -1
            out.append(_blade(x, y, w * c.random.uniform(0.09, 0.15), w * 0.024, 148 + side * c.random.uniform(22, 58)))
    return out
