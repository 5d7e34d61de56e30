"""Tea snacks: steamed cakes, pressed cakes, shortcakes, nuts, dates."""

import math

from . import flowers
from .canvas import Canvas, Point, curve, oval, polygon
from .motifs import blossom, put
from .paint import mix, shade
from .solids import rounded, scalloped, seen, solid, turned
from .turned import RISE, TILT


def rice_cake(c: Canvas, x: float, y: float, size: float = 120, turn: float = 20) -> None:
    """A soft block of steamed rice cake under osmanthus honey."""
    tall = size * 0.42
    outline = rounded(size, size, size * 0.10, turn)
    top = solid(c, x, y, outline, tall, "#f2e9cf", "#f6edcf", on_table=False, soft_edge=size * 0.07, depth=0.62)
    high = y - tall * RISE
    with c.group(clip_path=c.clip(top)):
        c.path(
            top,
            c.radial(
                [(0, "#e6b64a", 0.62), (0.7, "#e0a93c", 0.42), (1, "#d79a2a", 0.15)],
                (x, high),
                size * 0.66,
                size * 0.28,
            ),
        )
        (x - size * 0.4, high - size * 0.2, x, high)
        c.glow(x - size * 0.2, high - size * 0.09, size * 0.2, size * 0.04, "#fffbe8", 4, 0.8)
    for _ in range(9):
        u, v = c.random.uniform(-0.36, 0.36), c.random.uniform(-0.36, 0.36)
        ((px, py),) = seen(x, high, turned([(u * size, v * size)], turn))
        flowers.osmanthus(c, px, py, size * 0.062, shadowed=False)


def pressed_cake(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """A mung bean cake from a flower mould."""
    tall = r * 0.62
    outline = scalloped(r, 8, 0.09)
    solid(c, x, y, outline, tall, colour, on_table=False, soft_edge=r * 0.09, depth=0.75)
    high = y - tall * RISE

    def where(u: float, v: float) -> Point:
        return x + u * r * 0.80, high - v * r * 0.80 * TILT

    def below(u: float, v: float) -> Point:
        px, py = where(u, v)
        return px - 1.5, py - 2.2

    ring = [(px * 0.82, pz * 0.82) for px, pz in outline]
    c.stroke(polygon(seen(x, high, ring)), shade(colour, 0.55), 2.4, 0.55)
    c.stroke(polygon([(px + 1.5, py + 2) for px, py in seen(x, high, ring)]), shade(colour, 1.35), 2, 0.7)
    put(c, blossom(), where, shade(colour, 1.28), r * 0.6)
    put(c, blossom(), below, shade(colour, 0.72), r * 0.6)
    put(c, blossom(), lambda u, v: where(u * 0.93, v * 0.93), shade(colour, 0.90), r * 0.6)
    for _ in range(60):
        a, d = c.random.uniform(0, math.tau), math.sqrt(c.random.random()) * 0.92
        c.path(
            oval(x + r * d * math.cos(a), high + r * d * TILT * math.sin(a), 1.3, 0.9),
            shade(colour, c.random.choice((0.7, 1.35))),
            0.35,
        )


def shortcake(c: Canvas, x: float, y: float, size: float = 130, turn: float = -15, cut: bool = False) -> None:
    """A pineapple shortcake, whole or cut to show its filling."""
    tall, crust = size * 0.46, "#e3b469"
    outline = rounded(size * 1.2, size * 0.82, size * 0.07, turn)
    top = solid(c, x, y, outline, tall, crust, "#e9bd73", on_table=False, soft_edge=size * 0.06, depth=0.9)
    high = y - tall * RISE
    with c.group(clip_path=c.clip(top)):
        c.path(
            top,
            c.radial(
                [(0, "#b9722a", 0), (0.5, "#b9722a", 0.10), (1, "#9a561c", 0.52)],
                (x - size * 0.05, high),
                size * 0.72,
                size * 0.32,
            ),
        )
        for _ in range(46):
            px, py = x + c.random.uniform(-0.62, 0.62) * size, high + c.random.uniform(-0.24, 0.24) * size
            c.path(
                oval(px, py, c.random.uniform(1, 3.4), c.random.uniform(0.7, 1.8)),
                shade(crust, c.random.choice((0.66, 1.3))),
                0.35,
            )
    if cut:
        _filling(c, x, y, size, tall, turn)


def _filling(c: Canvas, x: float, y: float, size: float, tall: float, turn: float) -> None:
    """The cut face: crust around amber pineapple."""
    w = size * 0.60
    (x0, y0), (x1, y1) = seen(x, y, turned([(-w, size * 0.41), (w, size * 0.41)], turn))
    up = tall * RISE

    def quad(inset: float, low: float, high: float) -> list[Point]:
        dx, dy = (x1 - x0) * inset, (y1 - y0) * inset
        return [
            (x0 + dx, y0 + dy - up * low),
            (x1 - dx, y1 - dy - up * low),
            (x1 - dx, y1 - dy - up * high),
            (x0 + dx, y0 + dy - up * high),
        ]

    c.path(polygon(quad(0.0, 0.01, 0.97)), c.linear([(0, "#f0d39a", 1), (1, "#c9975a", 1)], (x0, y0 - up), (x1, y1)))
    inner = quad(0.13, 0.17, 0.80)
    mid = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(inner, inner[1:] + inner[:1], strict=True)]
    wavy = curve([p for pair in zip(inner, mid, strict=True) for p in pair], True, 0.55)
    c.path(wavy, c.linear([(0, "#f0b540", 1), (0.5, "#dd9322", 1), (1, "#a8630f", 1)], (x0, y0 - up), (x1, y1)))
    with c.group(clip_path=c.clip(wavy)):
        for _ in range(60):
            px, py = c.random.uniform(x0, x1), c.random.uniform(min(y0, y1) - up, max(y0, y1))
            c.stroke(
                f"M{px:.1f} {py:.1f}l{c.random.uniform(5, 17):.1f} {c.random.uniform(-5, 5):.1f}",
                c.random.choice(("#fbd778", "#f3b63c", "#8f500c")),
                c.random.uniform(1, 2.6),
                0.5,
            )


def pecan(c: Canvas, x: float, y: float, size: float, turn: float, light: float = 1.0) -> None:
    """Half a shelled hickory nut: two ridged lobes."""
    base = mix("#9a5f2e", "#6d3d1c", c.random.random() * 0.6)
    with c.placed(x, y, size, turn):
        for side in (-1, 1):
            lobe = [
                (-0.52, 0.03 * side),
                (-0.34, 0.27 * side),
                (0.08, 0.34 * side),
                (0.42, 0.22 * side),
                (0.52, 0.03 * side),
                (0, 0.05 * side),
            ]
            bright = light * (1.08 if side < 0 else 0.84)
            c.path(
                curve(lobe, True, 0.85),
                c.fitted(
                    [
                        (0, shade(base, bright * 1.28), 1),
                        (0.5, shade(base, bright), 1),
                        (1, shade(base, bright * 0.55), 1),
                    ],
                    (0.3, 0),
                    (0.6, 1),
                ),
            )
            for k, (y0, y1) in enumerate(((0.13, 0.17), (0.22, 0.26))):
                line = curve(
                    [
                        (-0.36 + 0.06 * k, y0 * side),
                        (-0.12, y1 * side + 0.02),
                        (0.12, y1 * side - 0.02),
                        (0.36 - 0.06 * k, y0 * side),
                    ]
                )
                c.stroke(line, shade(base, bright * 0.42), 0.035, 0.75)
                c.stroke(line, shade(base, bright * 1.5), 0.022, 0.5, transform="translate(0 -0.035)")
        c.stroke(curve([(-0.5, 0), (0, 0.02), (0.5, 0)]), shade(base, light * 0.3), 0.05, 0.85)


def nuts(c: Canvas, x: float, y: float, rx: float, tall: float, size: float = 58) -> None:
    """A mound of pecans in a bowl or on the table."""
    ry = rx * TILT
    spots = []
    for _ in range(int(6.5 * rx * (ry + tall) / (size * size * 0.5))):
        d, a = math.sqrt(c.random.random()), c.random.uniform(0, math.tau)
        spots.append((ry * d * math.sin(a) - (1 - d * d) * tall * 0.1, d, a))
    c.path(oval(x, y, rx * 0.95, ry * 0.95), "#3a2010")
    for _, d, a in sorted(spots):
        z = (1 - d * d) * tall
        light = 0.92 - 0.28 * d * math.cos(a - 0.7) + 0.08 * z / max(1.0, tall)
        px, py = x + rx * d * math.cos(a) * 0.96, y + ry * d * math.sin(a) * 0.96 - z * RISE
        turn = c.random.uniform(-70, 70)
        with c.placed(px + size * 0.05, py + size * 0.09, size, turn):
            c.path(oval(0, 0, 0.5, 0.31), "#1c0f06", 0.34)
        pecan(c, px, py, size * c.random.uniform(0.86, 1.1), turn, light)


def date(c: Canvas, x: float, y: float, size: float, turn: float = 0) -> None:
    """A red date, slit and filled with half a walnut."""
    flowers.under(c, x, y - size * 0.02, size * 0.52, 0.55)
    skin = mix("#7c2418", "#5a1712", c.random.random() * 0.5)
    with c.placed(x, y - size * 0.16, size, turn):
        body = [
            (-0.58, 0.02),
            (-0.42, -0.27),
            (0, -0.36),
            (0.42, -0.27),
            (0.58, 0.02),
            (0.42, 0.27),
            (0, 0.33),
            (-0.42, 0.27),
        ]
        c.path(curve(body, True, 0.85), c.ball([(0, shade(skin, 1.45), 1), (0.45, skin, 1), (1, shade(skin, 0.34), 1)]))
        for _ in range(9):
            px, py = c.random.uniform(-0.45, 0.45), c.random.uniform(-0.02, 0.24)
            line = curve(
                [
                    (px - 0.10, py),
                    (px, py + c.random.uniform(-0.05, 0.05)),
                    (px + 0.12, py + c.random.uniform(-0.03, 0.05)),
                ]
            )
            c.stroke(line, shade(skin, 0.45), 0.025, 0.7)
            c.stroke(line, shade(skin, 1.7), 0.016, 0.45, transform="translate(0 -0.03)")
        c.path(curve([(-0.44, -0.10), (0, -0.28), (0.44, -0.10), (0, 0.02)], True, 0.85), "#2a0a06")
        _walnut(c)
        c.stroke(curve([(-0.48, -0.06), (-0.40, -0.20), (-0.24, -0.29)]), "#ffd9c4", 0.03, 0.6)


def _walnut(c: Canvas) -> None:
    """Half a walnut in the slit of a date: two wrinkled lobes."""
    nut = "#c79256"
    lobes = (
        [
            (-0.40, -0.12),
            (-0.30, -0.27),
            (-0.12, -0.25),
            (0.02, -0.33),
            (0.18, -0.26),
            (0.34, -0.24),
            (0.41, -0.13),
            (0.1, -0.16),
        ],
        [
            (-0.38, -0.10),
            (-0.1, -0.15),
            (0.2, -0.14),
            (0.40, -0.10),
            (0.30, 0.0),
            (0.14, -0.03),
            (0.0, 0.04),
            (-0.16, -0.01),
            (-0.30, 0.0),
        ],
    )
    for lobe, light in zip(lobes, (1.12, 0.92), strict=True):
        c.path(
            curve(lobe, True, 0.8),
            c.fitted(
                [(0, shade(nut, light * 1.25), 1), (0.5, shade(nut, light), 1), (1, shade(nut, light * 0.55), 1)],
                (0.2, 0),
                (0.5, 1),
            ),
        )
    for points in (
        [(-0.32, -0.2), (-0.24, -0.14)],
        [(-0.16, -0.25), (-0.18, -0.16)],
        [(-0.02, -0.3), (0.0, -0.18)],
        [(0.14, -0.27), (0.12, -0.17)],
        [(0.29, -0.23), (0.24, -0.15)],
        [(-0.24, -0.10), (-0.26, -0.02)],
        [(-0.06, -0.11), (-0.06, 0.01)],
        [(0.12, -0.11), (0.13, -0.04)],
        [(0.28, -0.11), (0.26, -0.02)],
    ):
        (x0, y0), (x1, y1) = points
        wrinkle = curve([(x0, y0), ((x0 + x1) / 2 + c.random.uniform(-0.03, 0.03), (y0 + y1) / 2), (x1, y1)])
        c.stroke(wrinkle, shade(nut, 0.42), 0.024, 0.75)
        c.stroke(wrinkle, shade(nut, 1.45), 0.016, 0.6, transform="translate(-0.022 -0.008)")
    c.stroke(curve([(-0.40, -0.11), (-0.1, -0.15), (0.15, -0.15), (0.41, -0.11)]), shade(nut, 0.34), 0.026, 0.8)
