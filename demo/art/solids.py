"""Flat outlines pushed up from the table: boards, slates, cakes, bricks, trays."""

import math
from collections.abc import Sequence

from .canvas import Canvas, Point, curve, polygon
from .paint import mix, shade
from .turned import RISE, TILT

Outline = Sequence[Point]
"""Points ``(right, towards the viewer)`` on the table, in pixels from the middle."""


def rounded(wide: float, deep: float, corner: float, turn: float = 0) -> Outline:
    """A rectangle with round corners, turned by degrees."""
    out = []
    for i, (sx, sz) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for k in range(7):
            a = math.radians(90 * i + 15 * k)
            px = sx * (wide / 2 - corner) + corner * math.cos(a)
            pz = sz * (deep / 2 - corner) + corner * math.sin(a)
            out.append((px, pz))
    return turned(out, turn)


def turned(outline: Outline, turn: float) -> Outline:
    """An outline turned by degrees."""
    s, k = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    return [(x * k - z * s, x * s + z * k) for x, z in outline]


def scalloped(r: float, petals: int, depth: float = 0.10) -> Outline:
    """A flower: a circle with ``petals`` bulges."""
    return [
        (
            r * (1 - depth + depth * abs(math.cos(petals * a / 2)) ** 0.6 * 1.4) * math.cos(a),
            r * (1 - depth + depth * abs(math.cos(petals * a / 2)) ** 0.6 * 1.4) * math.sin(a),
        )
        for a in (math.tau * i / 96 for i in range(96))
    ]


def rough(c: Canvas, wide: float, deep: float, spread: float = 0.05) -> Outline:
    """A roughly rectangular outline with uneven edges, as of something broken or split."""
    out: list[Point] = []
    corners = [(wide / 2, deep / 2), (-wide / 2, deep / 2), (-wide / 2, -deep / 2), (wide / 2, -deep / 2)]
    for (x0, z0), (x1, z1) in zip(corners, corners[1:] + corners[:1], strict=True):
        for k in range(6):
            t, pull = k / 6, 1 - spread * (0.9 if k == 0 else c.random.uniform(0, 0.6))
            out.append(((x0 + (x1 - x0) * t) * pull, (z0 + (z1 - z0) * t) * pull))
    return out


def seen(x: float, y: float, outline: Outline, up: float = 0, scale: float = 1) -> list[Point]:
    """Where an outline at a height is seen."""
    return [(x + px * scale, y + pz * TILT * scale - up * RISE) for px, pz in outline]


def solid(
    c: Canvas,
    x: float,
    y: float,
    outline: Outline,
    tall: float,
    colour: str,
    top: str | None = None,
    on_table: bool = True,
    soft_edge: float = 0.0,
    depth: float = 1.0,
) -> str:
    """A solid of height ``tall`` centred on ``(x, y)``; answers the path of its top. ``soft_edge`` rounds it, in pixels."""
    reach = max(abs(px) for px, _ in outline)
    shade_under(c, x, y, outline, tall, on_table)
    dark = 1 - 0.42 * depth
    side = [
        (0, shade(colour, 1.0), 1.0),
        (0.22, shade(colour, 0.93), 1.0),
        (0.55, shade(colour, 0.80), 1.0),
        (1, shade(colour, dark), 1.0),
    ]
    fill = c.linear(side, (x - reach, 0), (x + reach, 0))
    steps = max(2, math.ceil(tall / 3.5))
    for i in range(steps + 1):
        up = tall * i / steps
        scale = 1.0
        if soft_edge and tall - up < soft_edge:
            k = 1 - (tall - up) / soft_edge
            scale = 1 - soft_edge / reach * (1 - math.sqrt(max(0, 1 - k * k)))
        c.path(polygon(seen(x, y, outline, up, scale)), fill)
        if i == 0:
            c.path(polygon(seen(x, y, outline, up)), "#1c1712", 0.25)
    over = top or colour
    final = polygon(seen(x, y, outline, tall, 1 - soft_edge / reach if soft_edge else 1))
    if soft_edge:
        whole = polygon(seen(x, y, outline, tall - soft_edge * 0.25, 1 - soft_edge / reach * 0.3))
        c.path(
            whole,
            c.linear(
                [(0, shade(over, 1.2), 1), (0.5, shade(over, 1.05), 1), (1, shade(over, 0.88), 1)],
                (x - reach, y - tall),
                (x + reach, y),
            ),
        )
    lit = [(0, shade(over, 1.16), 1.0), (0.5, shade(over, 1.06), 1.0), (1, shade(over, 0.95), 1.0)]
    c.path(final, c.linear(lit, (x - reach, y - tall - reach * TILT), (x + reach, y - tall + reach * TILT)))
    return final


def shade_under(c: Canvas, x: float, y: float, outline: Outline, tall: float, on_table: bool) -> None:
    """The shadow of a solid, on the table or on what it stands on."""
    reach = max(abs(px) for px, _ in outline)
    area = (x - reach - 4, y - reach * TILT - 8, x + reach + tall + 10, y + reach * TILT + 12)
    near = polygon([(px + 3, py + 4) for px, py in seen(x, y, outline, 0, 1.01)])
    far = "".join(
        polygon([(px + tall * 0.6 * k + 6, py - tall * 0.08 * k + 5) for px, py in seen(x, y, outline)])
        for k in (0.2, 0.6, 1.0)
    )
    if on_table:
        with c.floor():
            c.soft(far, "#1c1712", 12 + tall * 0.10, area, 0.34)
            c.soft(near, "#1c1712", 5, area, 0.5)
    else:
        c.soft(far, "#1c1712", 5 + tall * 0.08, area, 0.30)
        c.soft(near, "#1c1712", 3, area, 0.35)


def grain(
    c: Canvas, top: str, x: float, y: float, wide: float, deep: float, colour: str, lines: int = 26, turn: float = 0
) -> None:
    """Wood grain on the top of a solid."""
    with c.group(clip_path=c.clip(top)):
        for i in range(lines):
            z = -deep / 2 + deep * (i + c.random.uniform(0.1, 0.9)) / lines
            points = [(wide * (k / 5 - 0.5) * 1.06, z + c.random.uniform(-1, 1) * deep * 0.012) for k in range(6)]
            line = curve(seen(x, y, turned(points, turn)))
            c.stroke(
                line,
                shade(colour, c.random.choice((0.55, 0.7, 1.3))),
                c.random.uniform(0.8, 2.6),
                c.random.uniform(0.12, 0.30),
            )


def board(c: Canvas, x: float, y: float, wide: float, deep: float, colour: str = "#b98a5a", tall: float = 22) -> float:
    """A wooden board; answers the screen y of the middle of its top."""
    outline = rounded(wide, deep, min(deep, wide) * 0.10)
    top = solid(c, x, y, outline, tall, colour)
    grain(c, top, x, y - tall * RISE, wide, deep, colour)
    c.stroke(top, shade(colour, 1.4), 1.6, 0.45)
    return y - tall * RISE


def slate(c: Canvas, x: float, y: float, wide: float, deep: float, colour: str = "#4a4f50") -> float:
    """A thin slab of slate; answers the screen y of its top."""
    top = solid(c, x, y, rough(c, wide, deep, 0.02), 12, colour)
    with c.group(clip_path=c.clip(top)):
        for _ in range(40):
            px, py = x + c.random.uniform(-0.5, 0.5) * wide, y - 12 + c.random.uniform(-0.5, 0.5) * deep * TILT
            c.stroke(
                f"M{px:.1f} {py:.1f}l{c.random.uniform(20, 90):.1f} {c.random.uniform(-5, 5):.1f}",
                shade(colour, c.random.choice((0.6, 1.35))),
                c.random.uniform(0.8, 2),
                0.22,
            )
    return y - 12 * RISE


def tray(c: Canvas, x: float, y: float, wide: float, deep: float, colour: str = "#c39a62") -> float:
    """A slatted bamboo tea tray; answers the screen y of its top."""
    tall = 46
    outline = rounded(wide, deep, 26)
    top = solid(c, x, y, outline, tall, colour)
    grain(c, top, x, y - tall * RISE, wide, deep, colour, 14)
    high = y - tall * RISE
    inner = polygon(seen(x, high, rounded(wide - 54, deep - 54, 14)))
    c.path(inner, shade(colour, 0.28))
    with c.group(clip_path=c.clip(inner)):
        count = 13
        for i in range(count):
            z = -(deep - 54) / 2 + (deep - 54) * (i + 0.5) / count
            slat = rounded(wide - 40, (deep - 54) / count * 0.74, 3)
            tone = mix(colour, shade(colour, c.random.uniform(0.85, 1.15)), 0.6)
            c.path(polygon(seen(x, high + z * TILT + 3, slat)), shade(tone, 0.6))
            c.path(
                polygon(seen(x, high + z * TILT, slat)),
                c.linear(
                    [(0, shade(tone, 1.22), 1), (0.6, shade(tone, 1.02), 1), (1, shade(tone, 0.88), 1)],
                    (x - wide / 2, 0),
                    (x + wide / 2, 0),
                ),
            )
    c.stroke(inner, shade(colour, 0.4), 2, 0.5)
    c.stroke(top, shade(colour, 1.4), 1.8, 0.5)
    gap = y - tall * 0.36 * RISE + deep / 2 * TILT
    c.stroke(f"M{x - wide * 0.46:.1f} {gap:.1f}H{x + wide * 0.46:.1f}", shade(colour, 0.35), 2.5, 0.55)
    return high


def cloth(c: Canvas, x: float, y: float, wide: float, deep: float, colour: str, turn: float = -12) -> None:
    """A square of linen with a fringe and two soft folds."""
    outline = rounded(wide, deep, 6, turn)
    points = seen(x, y, outline)
    area = (x - wide, y - deep * TILT, x + wide, y + deep * TILT)
    with c.floor():
        c.soft(polygon([(px + 7, py + 8) for px, py in points]), "#1c1712", 7, area, 0.34)
    d = polygon(points)
    reach = wide / 2
    c.path(
        d,
        c.linear(
            [
                (0, shade(colour, 1.14), 1),
                (0.42, shade(colour, 1.0), 1),
                (0.5, shade(colour, 1.1), 1),
                (1, shade(colour, 0.88), 1),
            ],
            (x - reach, y - reach * 0.4),
            (x + reach, y + reach * 0.4),
        ),
    )
    with c.group(clip_path=c.clip(d)):
        for start, end in ((-0.34, -0.16), (0.22, 0.36)):
            left = turned([(start * wide, -deep), ((start + end) / 2 * wide, 0), (end * wide, deep)], turn)
            (x0, y0), (x1, y1) = seen(x, y, [left[1]])[0], seen(x, y, [(left[1][0] + wide * 0.10, left[1][1])])[0]
            c.path(
                d,
                c.linear(
                    [
                        (0, shade(colour, 0.4), 0),
                        (0.42, shade(colour, 0.4), 0.20),
                        (0.5, "#fffaf0", 0.30),
                        (1, "#fffaf0", 0),
                    ],
                    (x0, y0),
                    (x1, y1 + wide * 0.012),
                ),
            )
        for i in range(44):
            z = (i / 44 - 0.5) * deep
            c.stroke(curve(seen(x, y, turned([(-wide / 2, z), (wide / 2, z)], turn))), shade(colour, 0.7), 0.9, 0.16)
            px = (i / 44 - 0.5) * wide
            c.stroke(curve(seen(x, y, turned([(px, -deep / 2), (px, deep / 2)], turn))), shade(colour, 1.35), 0.9, 0.18)
