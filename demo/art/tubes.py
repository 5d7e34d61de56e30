"""Round things that follow a line: spouts, handles, cords, stalks."""

import math
from collections.abc import Sequence

from .canvas import Canvas, Point, polygon
from .paint import Skin, mix, shade


def along(points: Sequence[Point], pieces: int = 10) -> list[Point]:
    """A smooth line through ``points`` as many short pieces."""
    out: list[Point] = []
    last = len(points) - 1
    for i in range(last):
        p, a, b, q = points[max(0, i - 1)], points[i], points[i + 1], points[min(last, i + 2)]
        for k in range(pieces):
            t = k / pieces
            out.append((_spline(p[0], a[0], b[0], q[0], t), _spline(p[1], a[1], b[1], q[1], t)))
    return [*out, points[-1]]


def _spline(p: float, a: float, b: float, q: float, t: float) -> float:
    return 0.5 * (2 * a + (b - p) * t + (2 * p - 5 * a + 4 * b - q) * t * t + (3 * a - p - 3 * b + q) * t**3)


def ribbon(line: Sequence[Point], widths: Sequence[float], share: float = 1.0, shift: Point = (0, 0)) -> str:
    """The outline of a line with a width at each of its points."""
    left, right = [], []
    for i, (x, y) in enumerate(line):
        x0, y0 = line[max(0, i - 1)]
        x1, y1 = line[min(len(line) - 1, i + 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1
        dx, dy = -(y1 - y0) / length, (x1 - x0) / length
        half = widths[i] / 2 * share
        sx, sy = shift[0] * widths[i], shift[1] * widths[i]
        left.append((x + dx * half + sx, y + dy * half + sy))
        right.append((x - dx * half + sx, y - dy * half + sy))
    return polygon([*left, *reversed(right)])


def tube(c: Canvas, points: Sequence[Point], widths: Sequence[float], skin: Skin, layers: int = 12) -> None:
    """A round body along ``points``, as wide as ``widths`` says at each of them."""
    line = along(points)
    wide = [w for _, w in along(list(enumerate(widths)))]
    for i in range(layers):
        f = i / (layers - 1)
        light = 0.40 + 0.78 * f**0.85
        colour = shade(skin.colour, 1 - (1 - light) * skin.depth)
        if i == 0:
            colour = mix(colour, "#fffaf0", 0.16 * skin.rim * 2)
        c.path(ribbon(line, wide, 1 - 0.86 * f, (-0.15 * f, -0.19 * f)), colour)
    shine = ribbon(line[2:-2], wide[2:-2], 0.10, (-0.17, -0.22))
    c.path(shine, "#fffaf0", min(0.7, 0.15 + skin.gloss * 0.7))


def cord(c: Canvas, points: Sequence[Point], width: float, colour: str) -> None:
    """A thin twisted cord."""
    line = along(points)
    c.stroke(polygon(line, close=False), shade(colour, 0.45), width)
    c.stroke(polygon([(x - width * 0.1, y - width * 0.14) for x, y in line], close=False), colour, width * 0.7)
    c.stroke(
        polygon([(x - width * 0.18, y - width * 0.22) for x, y in line], close=False),
        shade(colour, 1.35),
        width * 0.2,
        0.8,
        stroke_dasharray=f"{width * 0.5:.1f} {width * 0.9:.1f}",
    )
