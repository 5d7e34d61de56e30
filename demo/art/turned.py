"""Things turned on a wheel or a lathe: a profile swept round an upright axis, lit from the top left.

The form is drawn from its foot to its rim in thin slices, each the outline of two neighbouring rings. On a ring the
light falls off with the cosine of the angle to it, which a linear gradient across the ring gives exactly; a second
gradient adds the highlight and the light thrown back by the table.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .canvas import Canvas, Point, n, oval, polygon
from .paint import Skin, mix, shade

TILT = 0.36
"""Sine of the camera's height above the table: a circle of radius 100 is 36 high."""
RISE = math.sqrt(1 - TILT * TILT)


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


LIGHT = _unit(-0.62, 0.66, 0.42)
VIEW = (0.0, TILT, RISE)
HALF = _unit(LIGHT[0] + VIEW[0], LIGHT[1] + VIEW[1], LIGHT[2] + VIEW[2])
_FLAT = math.hypot(LIGHT[0], LIGHT[2])
TOWARDS = (LIGHT[0] / _FLAT, LIGHT[2] / _FLAT)


def lit(nx: float, ny: float, nz: float, depth: float = 1.0) -> float:
    """Light on a surface with this normal (x right, y up, z to the viewer), for ``paint.shade``."""
    facing = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]
    wrapped = max(0.0, (facing + 0.45) / 1.45)
    value = 0.35 + 0.84 * wrapped**1.15 + 0.05 * ny
    return 1 - (1 - value) * depth


def smooth(points: Sequence[Point], step: float = 6.0) -> list[Point]:
    """Points of ``(radius, height)`` joined smoothly; a point given twice is a sharp edge."""
    runs: list[list[Point]] = [[]]
    for p in points:
        if runs[-1] and runs[-1][-1] == p:
            runs.append([p])
        else:
            runs[-1].append(p)
    out: list[Point] = []
    for run in runs:
        if len(run) == 1:
            continue
        for i in range(len(run) - 1):
            a, b = run[i], run[i + 1]
            p = run[i - 1] if i else (2 * a[0] - b[0], 2 * a[1] - b[1])
            q = run[i + 2] if i + 2 < len(run) else (2 * b[0] - a[0], 2 * b[1] - a[1])
            pieces = max(1, math.ceil(math.hypot(b[0] - a[0], b[1] - a[1]) / step))
            for k in range(pieces):
                out.append((_spline(p[0], a[0], b[0], q[0], k / pieces), _spline(p[1], a[1], b[1], q[1], k / pieces)))
        out.append(run[-1])
    return out


def _spline(p: float, a: float, b: float, q: float, t: float) -> float:
    return 0.5 * (2 * a + (b - p) * t + (2 * p - 5 * a + 4 * b - q) * t * t + (3 * a - p - 3 * b + q) * t**3)


Colouring = Callable[[float], str]


@dataclass
class Form:
    """A turned form on the table: its axis stands at ``(x, y)``, lengths are canvas pixels."""

    x: float
    y: float
    profile: Sequence[Point]
    """``(radius, height)`` from the foot to the rim."""
    step: float = 6.0
    rings: list[Point] = field(init=False)

    def __post_init__(self) -> None:
        self.rings = smooth(self.profile, self.step)

    @property
    def top(self) -> Point:
        """Radius and height of the rim."""
        return self.rings[-1]

    @property
    def widest(self) -> float:
        """The largest radius."""
        return max(r for r, _ in self.rings)

    def radius(self, height: float) -> float:
        """The radius at a height, of the highest part of the profile that reaches it."""
        found = self.rings[0][0]
        for (r1, h1), (r2, h2) in pairwise(self.rings):
            if min(h1, h2) <= height <= max(h1, h2) and h1 != h2:
                found = r1 + (r2 - r1) * (height - h1) / (h2 - h1)
        return found

    def at(self, angle: float, height: float, out: float = 0.0) -> Point:
        """Where a point of the surface is seen; ``angle`` in degrees, 0 in front, positive to the right."""
        turn, r = math.radians(angle), self.radius(height) + out
        return self.x + r * math.sin(turn), self.y - height * RISE + r * TILT * math.cos(turn)

    def rim(self, inset: float = 0.0, drop: float = 0.0) -> str:
        """The rim's outline, or a smaller one further down."""
        r, h = self.top
        return oval(self.x, self.y - (h - drop) * RISE, r - inset, (r - inset) * TILT)

    def patch(self, low: float, high: float, left: float, right: float, out: float = 0.5) -> str:
        """A piece of the surface between two heights and two angles."""
        turns = [left + (right - left) * i / 16 for i in range(17)]
        rises = [low + (high - low) * i / 8 for i in range(9)]
        points = [self.at(t, low, out) for t in turns] + [self.at(right, h, out) for h in rises]
        points += [self.at(t, high, out) for t in reversed(turns)] + [self.at(left, h, out) for h in reversed(rises)]
        return polygon(points)

    def silhouette(self) -> str:
        """Everything the form covers, as one path of overlapping rings."""
        return "".join(oval(self.x, self.y - h * RISE, r, r * TILT) for r, h in [*self.rings[::3], self.top])


def draw(c: Canvas, form: Form, skin: Skin, colouring: Colouring | None = None, occlusion: float = 0.28) -> None:
    """Draw the outside of ``form``; ``colouring`` gives another colour by height (for bands and glazes)."""
    height = max(h for _, h in form.rings) or 1.0
    rings = form.rings
    for i, ((r1, h1), (r2, h2)) in enumerate(pairwise(rings)):
        dr, dh = r2 - r1, h2 - h1
        length = math.hypot(dr, dh)
        if length < 1e-6:
            continue
        nr, nh = dh / length, -dr / length
        middle = (h1 + h2) / 2
        base = colouring(middle) if colouring else skin.colour
        # The table shades what stands close to it.
        near = 1 - occlusion * max(0.0, 1 - max(0.0, middle) / (0.34 * height)) ** 2
        _slice(c, form, (r1, h1), (r2, h2), rings[min(i + 4, len(rings) - 1)], nr, nh, base, skin, near)


def _slice(
    c: Canvas,
    form: Form,
    low: Point,
    high: Point,
    beyond: Point,
    nr: float,
    nh: float,
    base: str,
    skin: Skin,
    near: float,
) -> None:
    (r1, h1), (r2, h2) = low, high
    y1, y2 = form.y - h1 * RISE, form.y - h2 * RISE
    radius, centre = max(0.5, (r1 + r2) / 2), (y1 + y2) / 2
    rise = (h2 - h1) * RISE
    s = (r2 - r1) * TILT / rise if abs(rise) > 1e-6 else 9.0 * (1 if r2 >= r1 else -1)
    if rise <= 0 or abs(s) >= 0.999:
        if r2 >= r1:
            return  # An underside: the ring above it hides it.
        inner = max(0.0, r2 - 1)
        outline = oval(form.x, y1, r1 + 0.4, (r1 + 0.4) * TILT) + oval(form.x, y2, inner, inner * TILT)
    else:
        # The tangent points of two similar ellipses lie at the same angle on both: the band between the two fronts is
        # what is seen. It reaches a little up under the next one, and on shoulders, where the backdrop would shine
        # through beside the tangent points, a few rings further.
        cos = math.sqrt(1 - s * s)
        xa, ya = r1 * cos, y1 + r1 * TILT * s
        r3, y3 = r2, y2 - 1.6
        if s <= 0.02 and beyond[1] > h2 and beyond[0] < r2:
            r3, y3 = beyond[0], form.y - beyond[1] * RISE
        xb, yb = r3 * cos, y3 + r3 * TILT * s
        large = 0 if s > 0 else 1
        outline = (
            f"M{n(form.x - xa)} {n(ya)}A{n(r1)} {n(r1 * TILT)} 0 {large} 0 {n(form.x + xa)} {n(ya)}"
            f"L{n(form.x + xb)} {n(yb)}A{n(r3)} {n(r3 * TILT)} 0 {large} 1 {n(form.x - xb)} {n(yb)}Z"
        )
    if s > -0.7 and abs(s) < 0.999:
        fill = c.linear(_front(nr, nh, base, skin, near), (form.x - radius, 0), (form.x + radius, 0))
    else:
        transform = f"translate({n(form.x)} {n(centre)}) scale({n(radius)} {n(radius * TILT)})"
        fill = c.linear(_around(nr, nh, base, skin, near), (-TOWARDS[0], -TOWARDS[1]), TOWARDS, transform)
    c.path(outline, fill, fill_rule="evenodd")


def _front(nr: float, nh: float, base: str, skin: Skin, near: float) -> list[tuple[float, str, float]]:
    """Colours of a wall's front from its left to its right edge."""
    stops = []
    for i in range(19):
        x = -math.cos(math.pi * i / 18)
        z = math.sqrt(max(0.0, 1 - x * x))
        value = lit(nr * x, nh, nr * z, skin.depth) * near
        bright = max(0.0, nr * x * HALF[0] + nh * HALF[1] + nr * z * HALF[2])
        facing = max(0.0, nr * z * VIEW[2] + nh * VIEW[1])
        stops.append(((x + 1) / 2, _sheen(shade(base, value), skin, bright, facing, x), 1.0))
    return stops


def _around(nr: float, nh: float, base: str, skin: Skin, near: float) -> list[tuple[float, str, float]]:
    """Colours of a ring that is seen all round, from its dark to its lit side."""
    stops = []
    for i in range(11):
        u = -1 + i / 5
        value = lit(nr * u * TOWARDS[0], nh, nr * u * TOWARDS[1], skin.depth) * near
        bright = max(0.0, nr * u * 0.8 * math.hypot(HALF[0], HALF[2]) + nh * HALF[1])
        stops.append(((u + 1) / 2, _sheen(shade(base, value), skin, bright, 1.0, 0), 1.0))
    return stops


def _sheen(colour: str, skin: Skin, bright: float, facing: float, x: float) -> str:
    """``colour`` with the highlight and, at the edges, the light that the surroundings throw back."""
    white = skin.gloss * (bright**skin.sharp * 0.85 + 0.17 * bright ** (skin.sharp / 5))
    white += skin.rim * (1 - facing) ** 3 * (0.75 if x > 0 else 0.4)
    return mix(colour, "#fffaf0", round(min(0.95, white), 3))


def shadow(c: Canvas, form: Form, strength: float = 1.0, reach: float = 1.0, colour: str = "#1c1712") -> None:
    """The form's shadow: a tight one where it touches the table, a soft one falling to the right."""
    with c.floor():
        _shadow(c, form, strength, reach, colour)


def _shadow(c: Canvas, form: Form, strength: float, reach: float, colour: str) -> None:
    foot = form.rings[0][0]
    tall = max(h for _, h in form.rings)
    wide = form.widest
    for blur, alpha, share in ((46.0, 0.30, 1.0), (20.0, 0.26, 0.42)):
        rings = []
        for i in range(9):
            h = tall * share * reach * i / 8
            r = max(form.radius(min(tall, h / reach if reach else 0)), foot * 0.8) * (1.0 + 0.04 * i / 8)
            rings.append(oval(form.x + h * 0.62 + 6, form.y - h * 0.10, r, r * TILT))
        box = (form.x - wide, form.y - wide, form.x + wide + tall * 0.75, form.y + wide)
        fade = c.linear(
            [(0, colour, 1), (0.45, colour, 0.8), (1, colour, 0.0)],
            (form.x, 0),
            (form.x + wide + tall * 0.7 * share, 0),
        )
        c.soft("".join(rings), fade, blur * (0.5 + wide / 500), box, alpha * strength)
    box = (form.x - foot, form.y - foot, form.x + foot + 20, form.y + foot)
    c.glow(form.x + 5, form.y + 5, foot * 1.05, foot * TILT * 1.10, colour, 9, 0.55 * strength)
    c.glow(form.x + 2, form.y + 2, foot * 1.005, foot * TILT * 1.02, colour, 2.5, 0.5 * strength)
