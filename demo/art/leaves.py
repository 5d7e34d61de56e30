"""Dry tea: leaves of each make, one by one and in heaps.

A leaf is drawn along the x axis with length 1, centred on the origin; ``heap`` strews hundreds of them over a mound
from back to front, each with the light of its place on it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import Canvas, curve, oval
from .paint import shade
from .tubes import ribbon
from .turned import RISE, TILT, lit

Drawing = Callable[[Canvas, str, float], None]
"""Draws one leaf of a colour under a light."""


def _fill(c: Canvas, colour: str, light: float, contrast: float = 0.28) -> str:
    return c.fitted(
        [
            (0, shade(colour, light * (1 + contrast)), 1),
            (0.45, shade(colour, light), 1),
            (1, shade(colour, light * (1 - contrast * 1.3)), 1),
        ],
        (0.3, 0),
        (0.6, 1),
    )


def _wobble(c: Canvas, spread: float) -> float:
    return c.random.uniform(-spread, spread)


def flat(c: Canvas, colour: str, light: float) -> None:
    """Longjing: pressed flat, pointed at both ends, a vein down the middle."""
    b, w = _wobble(c, 0.10), c.random.uniform(0.065, 0.10)
    c.path(
        curve(
            [(-0.5, 0), (-0.2, -w + b), (0.15, -w * 0.9 + b), (0.5, b * 0.3), (0.15, w * 0.9 + b), (-0.2, w + b)],
            True,
            0.9,
        ),
        _fill(c, colour, light),
    )
    c.stroke(curve([(-0.42, 0), (-0.1, b), (0.40, b * 0.5)]), shade(colour, light * 1.35), 0.012, 0.7)
    c.stroke(
        curve([(-0.42, 0.012), (-0.1, b + 0.02), (0.40, b * 0.5 + 0.012)]), shade(colour, light * 0.55), 0.012, 0.5
    )


def bud(c: Canvas, colour: str, light: float) -> None:
    """A downy bud: spindle with a soft light along it."""
    b, w = _wobble(c, 0.09), c.random.uniform(0.075, 0.105)
    c.path(
        curve(
            [(-0.5, 0), (-0.2, -w + b), (0.2, -w * 0.8 + b), (0.5, b * 0.2), (0.2, w * 0.7 + b), (-0.2, w + b)],
            True,
            0.95,
        ),
        _fill(c, colour, light, 0.34),
    )
    c.stroke(
        curve([(-0.38, -0.01), (-0.05, b - w * 0.4), (0.36, b * 0.4 - 0.01)]), shade(colour, light * 1.5), 0.03, 0.55
    )
    c.path(oval(-0.46, 0.0, 0.035, 0.045), shade(colour, light * 0.55), 0.7)


def maofeng(c: Canvas, colour: str, light: float) -> None:
    """A bud with its first leaf curling away from it."""
    side = c.random.choice((-1, 1))
    c.path(
        curve([(-0.42, 0.01), (-0.05, 0.12 * side), (0.34, 0.24 * side), (0.05, 0.05 * side)], True, 0.9),
        _fill(c, shade(colour, 0.82), light),
    )
    bud(c, colour, light)


def twist(c: Canvas, colour: str, light: float) -> None:
    """Black tea and rock oolong: a twisted strip."""
    w = c.random.uniform(0.035, 0.06)
    a, b, d = _wobble(c, 0.13), _wobble(c, 0.10), _wobble(c, 0.08)
    top = [(-0.5, d), (-0.25, a - w), (0, b - w * 0.7), (0.25, -a * 0.6 - w * 1.1), (0.5, -d)]
    low = [(0.25, -a * 0.6 + w * 0.8), (0, b + w), (-0.25, a + w * 0.8)]
    c.path(curve(top + low, True, 0.9), _fill(c, colour, light, 0.36))
    c.stroke(
        curve([(-0.4, d * 0.6 - w * 0.2), (-0.22, a - w * 0.4), (0, b - w * 0.25), (0.22, -a * 0.6 - w * 0.5)]),
        shade(colour, light * 1.75),
        0.016,
        0.55,
    )


def curl(c: Canvas, colour: str, light: float) -> None:
    """Biluochun: a small hook, downy on its back."""
    turn, r = c.random.uniform(0.55, 1.15) * math.pi, c.random.uniform(0.24, 0.36)
    line = [
        (r * math.cos(t * turn) * (1 - 0.3 * t), r * math.sin(t * turn) * (1 - 0.3 * t) - 0.1)
        for t in (i / 9 for i in range(10))
    ]
    widths = [0.06, 0.11, 0.15, 0.17, 0.17, 0.16, 0.14, 0.11, 0.08, 0.03]
    c.path(ribbon(line, widths, 1.12), shade(colour, light * 0.5))
    c.path(ribbon(line, widths, 0.86, (-0.06, -0.10)), shade(colour, light))
    c.path(ribbon(line, widths, 0.34, (-0.16, -0.22)), shade(colour, light * 1.45), 0.75)


def knot(c: Canvas, colour: str, light: float) -> None:
    """Rolled oolong: a tight, creased ball with a bit of stalk."""
    sx, sy = c.random.uniform(0.30, 0.40), c.random.uniform(0.25, 0.33)
    points = [
        (sx * math.cos(a) * c.random.uniform(0.86, 1.12), sy * math.sin(a) * c.random.uniform(0.86, 1.12))
        for a in (i * math.tau / 8 for i in range(8))
    ]
    if c.random.random() < 0.5:
        c.stroke(curve([(sx * 0.6, 0.02), (0.42, 0.10), (0.54, 0.06)]), shade(colour, light * 0.8), 0.07)
    fill = c.ball(
        [(0, shade(colour, light * 1.38), 1), (0.45, shade(colour, light), 1), (1, shade(colour, light * 0.46), 1)]
    )
    c.path(curve(points, True, 0.9), fill)
    y = _wobble(c, 0.07)
    c.stroke(
        curve([(-sx * 0.8, y), (-0.05, y - 0.10), (sx * 0.75, y + 0.04)]), shade(colour, light * 0.42), 0.028, 0.75
    )
    c.stroke(
        curve([(-sx * 0.7, y - 0.045), (-0.05, y - 0.14), (sx * 0.6, y - 0.02)]), shade(colour, light * 1.5), 0.022, 0.5
    )
    c.stroke(
        curve([(-sx * 0.5, y + 0.12), (0.02, y + 0.06), (sx * 0.5, y + 0.14)]), shade(colour, light * 0.5), 0.024, 0.6
    )


def pearl(c: Canvas, colour: str, light: float) -> None:
    """Jasmine pearl: a ball wound from green and silver buds."""
    fill = c.ball(
        [(0, shade(colour, light * 1.3), 1), (0.5, shade(colour, light), 1), (1, shade(colour, light * 0.45), 1)]
    )
    c.path(oval(0, 0, 0.42, 0.40), fill)
    for k in range(2):
        y = -0.17 + 0.24 * k
        bend = c.random.uniform(0.10, 0.2)
        half = math.sqrt(0.155 - y * y * 0.8)
        silver = shade("#d9d6bd", min(1.1, light * 1.1))
        c.stroke(
            curve([(-half * 0.9, y + bend * 0.4), (0, y - bend * 0.4), (half * 0.9, y + bend * 0.5)]), silver, 0.07, 0.5
        )
        c.stroke(
            curve(
                [
                    (-half * 0.9, y + bend * 0.4 + 0.055),
                    (0, y - bend * 0.4 + 0.055),
                    (half * 0.9, y + bend * 0.5 + 0.055),
                ]
            ),
            shade(colour, light * 0.4),
            0.022,
            0.6,
        )


def blade(c: Canvas, colour: str, light: float) -> None:
    """Taiping Houkui: a long blade, pressed between screens."""
    w, b = c.random.uniform(0.045, 0.062), _wobble(c, 0.03)
    c.path(
        curve([(-0.5, 0), (-0.2, -w + b), (0.2, -w + b), (0.5, 0), (0.2, w + b), (-0.2, w + b)], True, 0.8),
        _fill(c, colour, light),
    )
    c.stroke(curve([(-0.47, 0), (0, b), (0.46, 0)]), shade(colour, light * 0.6), 0.012, 0.7)
    for k in range(7):
        x = -0.33 + k * 0.10
        c.stroke(
            f"M{x:.3f} {b:.3f}l0.04 {-w * 0.8:.3f}M{x:.3f} {b:.3f}l0.04 {w * 0.8:.3f}",
            shade(colour, light * 1.4),
            0.005,
            0.5,
        )


def chunk(c: Canvas, colour: str, light: float) -> None:
    """Dark tea broken from a brick or basket: short, thick, crumpled pieces."""
    w, bend = c.random.uniform(0.09, 0.15), _wobble(c, 0.12)
    top = [
        (-0.44, bend * 0.4),
        (-0.28, -w * c.random.uniform(0.6, 1.2)),
        (-0.05, bend - w * 0.8),
        (0.2, -w * c.random.uniform(0.6, 1.3)),
        (0.45, -bend * 0.5),
    ]
    low = [(0.3, w * c.random.uniform(0.4, 1.0)), (0.05, bend + w * 0.9), (-0.2, w * c.random.uniform(0.4, 1.1))]
    c.path(curve(top + low, True, 0.6), _fill(c, colour, light, 0.40))
    crack = curve([(-0.36, bend * 0.4), (-0.1, bend * 0.7 + _wobble(c, 0.05)), (0.12, bend * 0.3), (0.38, -bend * 0.4)])
    c.stroke(crack, shade(colour, light * 0.4), 0.03, 0.6)
    c.stroke(crack, shade(colour, light * 1.7), 0.018, 0.4, transform="translate(0 -0.035)")


@dataclass(frozen=True)
class Tea:
    """A make of dry tea: how its leaves look and how long they are beside the others."""

    leaf: Drawing
    colours: Sequence[str]
    size: float = 1.0
    liquor: str = "#c98a34"
    wet: str = "#7c8a45"


TEAS: dict[str, Tea] = {
    "longjing": Tea(flat, ("#8f9f4a", "#a3ad58", "#7d8f42", "#b4b768"), 1.25, "#d9d488", "#9db255"),
    "biluochun": Tea(curl, ("#6f8250", "#8c9a6e", "#55693f", "#a9ae8b"), 0.62, "#d3d78f", "#9dbb5c"),
    "maofeng": Tea(maofeng, ("#93a05a", "#a9ae6a", "#7e8f4b", "#bdb878"), 1.05, "#dcd68b", "#a3b661"),
    "houkui": Tea(blade, ("#4f6d3b", "#5f7d45", "#44613a", "#6d8a50"), 3.3, "#ced68e", "#7fa04b"),
    "anji": Tea(flat, ("#a9b86a", "#bcc67e", "#94a85b", "#cdd19a"), 1.15, "#dfe0a0", "#cbd79a"),
    "silver": Tea(bud, ("#c9c9b0", "#d9d8c4", "#b4b79a", "#a3aa86"), 1.2, "#e3cf8e", "#b9bd8a"),
    "keemun": Tea(twist, ("#3a2a22", "#2d221e", "#4a3428", "#8a6232"), 0.95, "#a63a1c", "#6d3a25"),
    "jinjunmei": Tea(bud, ("#5a3d22", "#b98a3a", "#3d2a1c", "#cfa04c"), 0.85, "#d68a26", "#8a4f2a"),
    "dianhong": Tea(bud, ("#c9903a", "#d9a54c", "#a9702c", "#6d4526"), 1.15, "#c2561f", "#93522a"),
    "lapsang": Tea(twist, ("#2b2220", "#3a2c28", "#211b1a", "#4c3830"), 1.2, "#b9541f", "#5d3426"),
    "lychee": Tea(twist, ("#40291f", "#53321f", "#2e201b", "#6d4128"), 1.05, "#b0441f", "#6d3a25"),
    "tieguanyin": Tea(knot, ("#5c7040", "#6f8247", "#475c35", "#84924f"), 1.0, "#d6c65c", "#7f9a4c"),
    "dahongpao": Tea(twist, ("#3b2d26", "#4d3a2e", "#2c231f", "#5e4a3a"), 1.5, "#b9601f", "#4e3a2a"),
    "dancong": Tea(twist, ("#4a3a2a", "#5e4932", "#372b22", "#725a3a"), 1.75, "#d49a35", "#6a5a34"),
    "dongding": Tea(knot, ("#6b6a3c", "#7f7842", "#555630", "#948a4e"), 1.0, "#d8a93c", "#7c8146"),
    "beauty": Tea(twist, ("#6d4a2c", "#d9d2b8", "#4c3526", "#a3763c", "#7a7c4a"), 1.2, "#c87a2a", "#7a5a36"),
    "sheng": Tea(twist, ("#5d5a3c", "#77704a", "#45442f", "#b9b08a"), 1.25, "#d9a53a", "#8a8a4a"),
    "shou": Tea(chunk, ("#3c2620", "#4d3026", "#2c1e1b", "#66402c"), 0.85, "#5a1f14", "#3a2620"),
    "liubao": Tea(chunk, ("#3a2d26", "#4a392c", "#2a211d", "#5e4a33"), 0.95, "#8a2f16", "#3a2a22"),
    "jasmine": Tea(pearl, ("#7f8a55", "#8f9760", "#6c7a4a"), 0.9, "#ddd58c", "#93a85a"),
    "osmanthus": Tea(knot, ("#66703f", "#7c8148", "#525d36", "#8f8c50"), 0.95, "#dcb548", "#84914c"),
}


def one(c: Canvas, tea: Tea, x: float, y: float, size: float, turn: float, light: float) -> None:
    """A single leaf with a thin shadow under it."""
    colour = c.random.choice(tea.colours)
    # A few steps of light are enough, and share their gradients.
    light = round(light * c.random.uniform(0.9, 1.08) * 14) / 14
    with c.placed(x, y, size, turn):
        tea.leaf(c, colour, light)


def heap(
    c: Canvas,
    tea: Tea,
    x: float,
    y: float,
    rx: float,
    tall: float,
    size: float = 46,
    strays: int = 10,
    count: int | None = None,
    grounded: bool = True,
    stretch: float = 1.0,
) -> None:
    """A mound of dry tea around ``(x, y)`` on the table, or in a dish when not ``grounded``."""
    ry = rx * TILT * stretch
    ground = tea.colours[2 % len(tea.colours)]
    size *= tea.size
    if grounded:
        with c.floor():
            (x - rx, y - ry - tall, x + rx * 1.5, y + ry)
            c.glow(x + rx * 0.14 + tall * 0.4, y + 2, rx * 1.02, ry * 1.02, "#1c1712", 26, 0.34)
            c.glow(x + 6, y + 6, rx * 0.99, ry * 1.02, "#1c1712", 9, 0.42)
    steps = 14
    for i in range(steps):
        z = i / steps
        r = math.sqrt(1 - z) * 0.95
        c.path(oval(x, y - 4 - z * tall * RISE, rx * r * 0.94, ry * r * 0.9), shade(ground, 0.40 + 0.2 * z))
    thin = tea.leaf in (flat, bud, twist, maofeng, blade, chunk)
    area = math.pi * rx * ry + 1.6 * tall * rx
    total = count or int(min(640, 2.5 * area / (size * size * (0.15 if thin else 0.26))))
    spots = []
    for _ in range(total):
        d, a = math.sqrt(c.random.random()), c.random.uniform(0, math.tau)
        if math.sin(a) < 0 and c.random.random() < 0.55:
            a = -a  # The back is foreshortened: most leaves are seen on the front.
        u, v = d * math.cos(a), d * math.sin(a)
        z = (1 - d * d) ** 0.8 * tall
        spots.append((v * ry - z * 0.12, u, v, z))
    spots.sort()
    slope = tall / rx
    for _, u, v, z in spots:
        length = math.sqrt(1 + (slope * 1.6) ** 2 * (u * u + v * v))
        light = lit(u * slope * 1.6 / length, 1 / length, v * slope * 1.6 / length) * 1.02
        light *= 0.80 + 0.22 * (z / tall if tall else 1)
        px, py = x + u * rx * 0.98, y + v * ry * 0.98 - z * RISE
        one(
            c,
            tea,
            px,
            py,
            size * c.random.uniform(0.8, 1.12),
            c.random.uniform(-75, 75) + c.random.choice((0, 180)),
            light,
        )
    for _ in range(strays):
        a = c.random.uniform(-0.3, math.pi + 0.3)
        d = c.random.uniform(1.04, 1.32)
        stray(c, tea, x + rx * d * math.cos(a), y + ry * d * math.sin(a) + 6, size * c.random.uniform(0.8, 1.05))


def stray(c: Canvas, tea: Tea, x: float, y: float, size: float) -> None:
    """A leaf lying alone on the table."""
    turn = c.random.uniform(-60, 60) + c.random.choice((0, 180))
    slim = tea.leaf in (flat, bud, twist, blade, maofeng, chunk)
    with c.floor(), c.placed(x + size * 0.05, y + size * 0.06, size, turn):
        c.glow(0, 0, 0.42, 0.09 if slim else 0.28, "#1c1712", 0.05, 0.42)
    one(c, tea, x, y, size, turn, 0.98)
