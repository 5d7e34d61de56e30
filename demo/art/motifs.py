"""Signs for labels: drawn in a square from -1 to 1 and bent onto whatever they are printed on."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import Canvas, Point, polygon
from .tubes import along, ribbon

Mapping = Callable[[float, float], Point]
"""Where a point of the sign (u right, v up) comes to lie on the canvas."""


@dataclass(frozen=True)
class Stroke:
    """A line (``weight`` in units of the sign) or, with weight 0, a filled shape."""

    points: Sequence[Point]
    weight: float = 0.0
    alpha: float = 1.0


def _ring(cx: float, cy: float, r: float, steps: int = 28) -> list[Point]:
    return [
        (cx + r * math.cos(i * math.tau / steps), cy + r * math.sin(i * math.tau / steps)) for i in range(steps + 1)
    ]


def _leaf(x: float, y: float, length: float, width: float, turn: float) -> list[Point]:
    a = math.radians(turn)
    out = []
    for side in (1, -1):
        for i in range(9):
            t = i / 8 if side > 0 else 1 - i / 8
            w = width * math.sin(math.pi * t**0.85) * side
            out.append((x + length * t * math.cos(a) - w * math.sin(a), y + length * t * math.sin(a) + w * math.cos(a)))
    return out


def sprig() -> list[Stroke]:
    """Two leaves and a bud."""
    return [
        Stroke(_leaf(0, -0.35, 0.95, 0.17, 90)),
        Stroke(_leaf(-0.02, -0.30, 0.80, 0.17, 140)),
        Stroke(_leaf(0.02, -0.30, 0.80, 0.17, 40)),
        Stroke(along([(0, -0.85), (0.02, -0.6), (0, -0.3)]), 0.05),
    ]


def mountain() -> list[Stroke]:
    """Two ridges under a sun."""
    near = [(-0.95, -0.6), (-0.55, -0.05), (-0.3, -0.28), (0.05, 0.28), (0.4, -0.12), (0.62, 0.02), (0.95, -0.6)]
    far = [
        (-0.4, -0.2),
        (-0.05, 0.12),
        (0.0, 0.18),
        (0.32, 0.62),
        (0.72, 0.05),
        (0.62, 0.0),
        (0.4, -0.15),
        (0.05, 0.25),
        (-0.3, -0.3),
    ]
    return [Stroke(far, 0, 0.5), Stroke(near), Stroke(_ring(-0.45, 0.55, 0.17))]


def waves() -> list[Stroke]:
    """Three lines of water."""
    out = []
    for k in range(4):
        y = 0.5 - 0.33 * k
        out.append(
            Stroke(along([(-0.85 + 0.34 * i, y + (0.10 if i % 2 else -0.10)) for i in range(6)]), 0.06, 1 - 0.15 * k)
        )
    return out


def blossom() -> list[Stroke]:
    """Five petals round a heart."""
    out = [
        Stroke(_leaf(0.14 * math.cos(math.radians(a)), 0.14 * math.sin(math.radians(a)), 0.62, 0.24, a))
        for a in range(18, 378, 72)
    ]
    return [*out, Stroke(_ring(0, 0, 0.1))]


def moon() -> list[Stroke]:
    """A moon behind a bough."""
    return [
        Stroke(_ring(0.12, 0.18, 0.55), 0, 0.45),
        Stroke(along([(-0.9, -0.7), (-0.4, -0.35), (0.1, -0.30), (0.8, 0.2)]), 0.06),
        *[
            Stroke(_leaf(x, y, 0.32, 0.07, t))
            for x, y, t in (
                (-0.5, -0.4, 110),
                (-0.1, -0.32, 60),
                (0.25, -0.22, 100),
                (0.5, -0.02, 30),
                (0.0, -0.32, -50),
                (0.45, -0.08, -30),
            )
        ],
    ]


def bamboo() -> list[Stroke]:
    """A stem with leaves."""
    return [
        Stroke([(-0.12, -0.95), (-0.02, 0.95)], 0.07),
        *[
            Stroke(_leaf(x, y, 0.6, 0.09, t))
            for x, y, t in (
                (-0.04, 0.5, 30),
                (-0.04, 0.5, -8),
                (-0.08, 0.0, 150),
                (-0.08, 0.0, 195),
                (-0.1, -0.35, 12),
                (-0.1, -0.35, -30),
            )
        ],
    ]


def cloud() -> list[Stroke]:
    """A curled cloud."""
    spiral = [
        ((0.42 - 0.34 * t) * math.cos(t * 7.5) - 0.2, (0.42 - 0.34 * t) * math.sin(t * 7.5) + 0.1)
        for t in (i / 22 for i in range(23))
    ]
    other = [
        ((0.30 - 0.24 * t) * math.cos(3.1 - t * 7) + 0.45, (0.30 - 0.24 * t) * math.sin(3.1 - t * 7) - 0.02)
        for t in (i / 18 for i in range(19))
    ]
    return [
        Stroke(spiral, 0.07),
        Stroke(other, 0.07),
        Stroke(along([(-0.95, -0.45), (-0.3, -0.38), (0.3, -0.45), (0.95, -0.38)]), 0.06),
    ]


def pine() -> list[Stroke]:
    """A fan of needles over a trunk."""
    out = []
    for cx, cy, r in ((-0.35, 0.15, 0.42), (0.35, 0.35, 0.45)):
        out += [
            Stroke([(cx, cy), (cx + r * math.cos(math.radians(a)), cy + r * math.sin(math.radians(a)))], 0.04)
            for a in range(0, 181, 20)
        ]
    return [
        *out,
        Stroke(along([(0.05, -0.9), (-0.05, -0.4), (0.1, 0.0), (0.35, 0.35)]), 0.1),
        Stroke(along([(0.0, -0.2), (-0.35, 0.15)]), 0.06),
    ]


def seal() -> list[Stroke]:
    """A square seal with a lattice, as on the back of a pot."""
    square = [(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8), (-0.8, -0.8)]
    lines: list[list[Point]] = [
        [(-0.45, 0.45), (0.45, 0.45)],
        [(0, 0.45), (0, -0.5)],
        [(-0.45, 0), (0.45, 0)],
        [(-0.45, 0.45), (-0.45, -0.5), (0.45, -0.5), (0.45, 0)],
    ]
    return [Stroke(square, 0.12), *[Stroke(line, 0.13) for line in lines]]


def fruit() -> list[Stroke]:
    """Two round fruits on a twig."""
    return [
        Stroke(_ring(-0.3, -0.3, 0.38)),
        Stroke(_ring(0.4, -0.15, 0.34), 0, 0.75),
        Stroke(along([(-0.3, 0.05), (-0.05, 0.5), (0.3, 0.75)]), 0.06),
        Stroke(along([(0.4, 0.15), (0.2, 0.5)]), 0.05),
        Stroke(_leaf(-0.05, 0.5, 0.62, 0.15, 160)),
    ]


def sun() -> list[Stroke]:
    """A disc with a ring of rays: fire and roasting."""
    rays = [
        Stroke([(0.5 * math.cos(a), 0.5 * math.sin(a)), (0.78 * math.cos(a), 0.78 * math.sin(a))], 0.06)
        for a in (i * math.tau / 16 for i in range(16))
    ]
    return [Stroke(_ring(0, 0, 0.34)), *rays]


def put(c: Canvas, sign: Sequence[Stroke], where: Mapping, colour: str, unit: float) -> None:
    """Print a sign; ``unit`` is the length of 1 on the canvas, for the weight of its lines."""
    for stroke in sign:
        dense = [
            p
            for a, b in zip(stroke.points, stroke.points[1:], strict=False)
            for p in (a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
        ]
        points = [where(u, v) for u, v in [*dense, stroke.points[-1]]]
        if stroke.weight:
            c.path(ribbon(points, [stroke.weight * unit] * len(points)), colour, stroke.alpha)
        else:
            c.path(polygon(points), colour, stroke.alpha)
