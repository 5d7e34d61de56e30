"""Flowers and fruit beside the tea: jasmine, osmanthus, roses, chrysanthemums, lychees."""

import math

from .canvas import Canvas, curve, oval
from .paint import mix, shade
from .turned import TILT

FLAT = 0.62
"""How much a flower lying on the table is foreshortened."""


def under(c: Canvas, x: float, y: float, r: float, alpha: float = 0.42) -> None:
    """The small shadow of a round thing with radius ``r`` lying at ``(x, y)``."""
    with c.floor():
        c.glow(x + r * 0.25, y + r * 0.16, r * 1.02, r * 0.50, "#1c1712", max(2.0, r * 0.16), alpha)


def petal(
    c: Canvas, x: float, y: float, length: float, width: float, turn: float, fill: str, squeeze: float = FLAT
) -> None:
    """A petal from ``(x, y)`` outwards, lying flat."""
    a = math.radians(turn)
    ux, uy = math.cos(a), math.sin(a) * squeeze
    vx, vy = -math.sin(a), math.cos(a) * squeeze
    shape = [(0, 0.0), (0.35, 0.42), (0.78, 0.5), (1.0, 0.0), (0.78, -0.5), (0.35, -0.42)]
    c.path(
        curve(
            [(x + ux * length * p + vx * width * q, y + uy * length * p + vy * width * q) for p, q in shape], True, 0.9
        ),
        fill,
    )


def leaf(c: Canvas, x: float, y: float, length: float, turn: float, colour: str = "#5f7d45") -> None:
    """A fresh leaf lying on the table."""
    a = math.radians(turn)
    ux, uy, vx, vy = math.cos(a), math.sin(a) * FLAT, -math.sin(a), math.cos(a) * FLAT
    shape = [(0, 0.0), (0.3, 0.22), (0.65, 0.20), (1.0, 0.0), (0.65, -0.20), (0.3, -0.22)]
    points = [(x + (ux * p + vx * q) * length, y + (uy * p + vy * q) * length) for p, q in shape]
    with c.floor():
        box = (x - length, y - length, x + length, y + length)
        c.soft(curve([(px + 5, py + 7) for px, py in points], True, 0.9), "#1c1712", 5, box, 0.35)
    c.path(
        curve(points, True, 0.9),
        c.fitted([(0, shade(colour, 1.22), 1), (0.5, colour, 1), (1, shade(colour, 0.66), 1)], (0.2, 0), (0.7, 1)),
    )
    c.stroke(
        f"M{x:.1f} {y:.1f}L{x + ux * length * 0.94:.1f} {y + uy * length * 0.94:.1f}", shade(colour, 1.4), 1.8, 0.7
    )
    for k in range(1, 5):
        p = k / 5.4
        mx, my = x + ux * length * p, y + uy * length * p
        for side in (1, -1):
            ex, ey = mx + (ux * 0.13 + vx * 0.16 * side) * length, my + (uy * 0.13 + vy * 0.16 * side) * length
            c.stroke(f"M{mx:.1f} {my:.1f}L{ex:.1f} {ey:.1f}", shade(colour, 1.3), 1, 0.4)


def jasmine(c: Canvas, x: float, y: float, r: float) -> None:
    """An open jasmine flower."""
    under(c, x, y + r * 0.1, r * 0.9)
    start = c.random.uniform(0, 60)
    for ring, count, size in ((0, 7, 1.0), (26, 6, 0.72)):
        for i in range(count):
            turn = start + ring + 360 * i / count
            bright = 1.12 - 0.10 * math.sin(math.radians(turn)) - 0.08 * math.cos(math.radians(turn))
            tone = shade("#efeedd", bright)
            fill = c.fitted([(0, tone, 1), (1, shade(mix(tone, "#c9cfae", 0.25), 0.9), 1)], (0.1, 0), (0.8, 1))
            petal(c, x, y - (2 if ring else 0), r * size * 1.03, r * 0.46 * size, turn, shade("#a9ac8d", 0.8))
            petal(c, x, y - (3 if ring else 1), r * size, r * 0.44 * size, turn, fill)
    c.path(oval(x, y - r * 0.05, r * 0.15, r * 0.10), c.ball([(0, "#f4e9a8", 1), (1, "#b9a552", 1)]))


def osmanthus(c: Canvas, x: float, y: float, r: float, shadowed: bool = True) -> None:
    """One small four-petalled osmanthus blossom."""
    if shadowed:
        under(c, x, y + r * 0.12, r * 0.8, 0.3)
    start = c.random.uniform(0, 90)
    for i in range(4):
        turn = start + 90 * i
        tone = shade("#e9b53c", 1.12 - 0.12 * math.cos(math.radians(turn - 45)))
        petal(c, x, y, r, r * 0.62, turn, shade(tone, 0.66))
        petal(c, x - 0.5, y - 1, r * 0.93, r * 0.56, turn, tone)
    c.path(oval(x, y, r * 0.16, r * 0.12), "#b9751c")


def rosebud(c: Canvas, x: float, y: float, r: float, turn: float, colour: str = "#b5476a") -> None:
    """A dried rose bud lying on its side, its green sepals behind."""
    under(c, x, y + r * 0.30, r * 0.92)
    with c.placed(x, y, r, turn):
        for a in (-34, 0, 34):
            with c.placed(-0.45, 0, 1, a):
                c.path(
                    curve([(0.1, 0), (-0.25, -0.13), (-0.62, 0.0), (-0.25, 0.13)], True, 0.9),
                    c.fitted([(0, "#8d9a5c", 1), (1, "#525e34", 1)], (0, 0), (0, 1)),
                )
        c.path(
            curve(
                [(-0.62, 0), (-0.30, -0.60), (0.35, -0.62), (0.92, -0.10), (0.92, 0.12), (0.35, 0.62), (-0.30, 0.58)],
                True,
                0.85,
            ),
            c.ball([(0, shade(colour, 1.32), 1), (0.5, colour, 1), (1, shade(colour, 0.38), 1)]),
        )
        for k, (y0, bend, light) in enumerate(
            ((-0.34, -0.18, 1.25), (0.02, 0.12, 0.72), (0.30, 0.22, 0.60), (-0.12, -0.05, 0.85))
        ):
            edge = curve([(-0.5, y0 * 0.6), (0.0, y0 + bend), (0.55, y0 * 0.9 + bend * 0.4), (0.88, y0 * 0.2)])
            c.stroke(edge, shade(colour, light * 0.55), 0.055, 0.75)
            c.stroke(edge, shade(colour, light * 1.3), 0.03, 0.55, transform=f"translate({-0.01 * k:.2f} -0.045)")
        for s in (-0.2, 0.02, 0.22):
            c.stroke(curve([(0.55, s * 1.4), (0.78, s), (0.9, s * 0.3)]), shade(colour, 0.35), 0.04, 0.8)


def chrysanthemum(c: Canvas, x: float, y: float, r: float, open_: float = 1.0, floating: bool = False) -> None:
    """A chrysanthemum: ``open_`` 0 is a bud, 1 in full bloom."""
    if not floating:
        under(c, x, y + r * 0.12, r * 0.92)
    layers = ((1.0, 22, 0.16), (0.80, 18, 0.16), (0.58, 14, 0.16), (0.40, 10, 0.15))
    for k, (size, count, width) in enumerate(layers):
        shift = c.random.uniform(0, 30)
        for i in range(count):
            turn = shift + 360 * i / count + c.random.uniform(-4, 4)
            bright = 1.10 - 0.12 * math.cos(math.radians(turn - 50)) + 0.02 * k
            tone = shade(mix("#f1e9c4", "#e3c765", 0.14 * k + (1 - open_) * 0.3), bright)
            length = r * size * c.random.uniform(0.92, 1.05)
            lift = k * r * 0.05
            petal(c, x, y - lift + 1.5, length, r * width, turn, shade(tone, 0.62))
            petal(c, x, y - lift, length * 0.97, r * width * 0.8, turn, tone)
    c.path(
        oval(x, y - r * 0.18, r * 0.24, r * 0.17), c.ball([(0, "#f2cf5a", 1), (0.6, "#d79a22", 1), (1, "#8f5f12", 1)])
    )
    for _ in range(16):
        a, d = c.random.uniform(0, math.tau), c.random.uniform(0, 0.2)
        c.path(
            oval(x + r * d * math.cos(a), y - r * 0.19 + r * d * 0.66 * math.sin(a), r * 0.022, r * 0.018),
            "#f6df8a",
            0.8,
        )


def bud(c: Canvas, x: float, y: float, r: float, turn: float) -> None:
    """A dried chrysanthemum bud: a small ball of folded petals on a green cup."""
    under(c, x, y + r * 0.30, r * 0.9)
    with c.placed(x, y, r, turn):
        c.path(oval(-0.46, 0, 0.42, 0.48), c.ball([(0, "#a7ab68", 1), (1, "#5d6434", 1)]))
        c.path(oval(0.06, 0, 0.80, 0.74), c.ball([(0, "#f8efc2", 1), (0.5, "#e6cb74", 1), (1, "#9a7526", 1)]))
        for k in range(9):
            s = -0.56 + 0.14 * k
            line = curve([(-0.55, s * 0.6), (0.1, s * 1.2), (0.74, s * 0.5)])
            c.stroke(line, "#8d6a1c", 0.03, 0.28)
            c.stroke(line, "#fff6d2", 0.04, 0.30, transform="translate(-0.01 -0.05)")


def amaranth(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """The heart of an opened blooming tea: a dense round flower."""
    c.path(oval(x, y, r, r * 0.9), c.ball([(0, shade(colour, 1.3), 1), (0.55, colour, 1), (1, shade(colour, 0.45), 1)]))
    for k in range(70):
        d, a = math.sqrt(c.random.random()), c.random.uniform(0, math.tau)
        light = 1.05 - 0.35 * d * math.cos(a - 0.8)
        px, py = x + r * d * 0.92 * math.cos(a), y + r * 0.83 * d * math.sin(a)
        with c.placed(px, py, r * 0.17, math.degrees(a)):
            c.path(
                curve([(-0.5, 0), (0.2, -0.42), (0.9, 0), (0.2, 0.42)], True, 0.9),
                shade(colour, light * (1.2 if k % 3 else 0.8)),
                0.9,
            )


def lychee(c: Canvas, x: float, y: float, r: float, peeled: bool = False) -> None:
    """A lychee standing at ``(x, y)``, whole or half peeled."""
    under(c, x - r * 0.12, y - r * 0.20, r * 0.80, 0.55)
    cy = y - r * 0.82
    shell = "#b8413f"
    c.path(oval(x, cy, r, r * 0.96), c.ball([(0, shade(shell, 1.32), 1), (0.45, shell, 1), (1, shade(shell, 0.36), 1)]))
    spots = []
    for i in range(150):
        # A sunflower's spiral, as the bumps of a lychee nearly are.
        d = math.sqrt(i / 150)
        a = i * 2.39996
        spots.append((x + r * 0.95 * d * math.cos(a), cy + r * 0.91 * d * math.sin(a), d, a))
    for px, py, d, a in spots:
        light = 1.16 - 0.62 * max(0.0, d * math.cos(a - 0.75)) - 0.15 * d
        s = r * 0.082 * (1 - 0.35 * d * d)
        c.path(
            oval(px, py, s, s * 0.92),
            c.ball(
                [
                    (0, shade(mix(shell, "#e08a6a", 0.5), light * 1.2), 1),
                    (0.6, shade(shell, light), 1),
                    (1, shade(shell, light * 0.6), 1),
                ]
            ),
        )
    if peeled:
        cut = curve(
            [
                (x - r * 0.96, cy - r * 0.12),
                (x - r * 0.5, cy + r * 0.10),
                (x, cy - r * 0.02),
                (x + r * 0.5, cy + r * 0.12),
                (x + r * 0.96, cy - r * 0.10),
                (x + r * 0.78, cy - r * 0.66),
                (x, cy - r * 0.98),
                (x - r * 0.78, cy - r * 0.66),
            ],
            True,
            0.8,
        )
        c.path(
            cut,
            c.radial(
                [(0, "#ffffff", 1), (0.4, "#f3efe6", 1), (0.85, "#d5cfc4", 1), (1, "#b7aca0", 1)],
                (x - r * 0.3, cy - r * 0.5),
                r * 1.3,
            ),
        )
        c.stroke(cut, "#7a2a28", 2, 0.35)
        c.glow(x - r * 0.36, cy - r * 0.52, r * 0.16, r * 0.09, "#ffffff", r * 0.04, 0.95)


def scattered(c: Canvas, x: float, y: float, spread: float, count: int, r: float = 11) -> None:
    """Osmanthus blossoms strewn over the table."""
    for _ in range(count):
        a, d = c.random.uniform(0, math.tau), math.sqrt(c.random.random())
        osmanthus(
            c, x + spread * d * math.cos(a), y + spread * d * math.sin(a) * TILT * 1.2, r * c.random.uniform(0.8, 1.2)
        )


def float_on(c: Canvas, x: float, y: float, r: float) -> tuple[float, float]:
    """A random place within a tea surface of radius ``r`` around ``(x, y)``."""
    a, d = c.random.uniform(0, math.tau), math.sqrt(c.random.random()) * 0.72
    return x + r * d * math.cos(a), y + r * d * TILT * math.sin(a)
