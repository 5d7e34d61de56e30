"""Glass: vessels that show what is in them."""

import math

from . import leaves
from .canvas import Canvas, oval, polygon, scaled
from .leaves import Tea
from .paint import Skin, mix, shade
from .tubes import tube
from .turned import RISE, TILT, Form

INK = "#33423f"


def section(form: Form, low: float, high: float, inset: float = 0) -> str:
    """What is seen of the space inside a form between two heights."""
    rises = [low + (high - low) * i / 24 for i in range(25)]
    turns = [i * 6 for i in range(31)]
    points = [form.at(90, h, -inset) for h in rises] + [form.at(90 + t, high, -inset) for t in turns]
    points += [form.at(-90, h, -inset) for h in reversed(rises)] + [form.at(-90 + t, low, -inset) for t in turns]
    return polygon(points)


def back(c: Canvas, form: Form) -> None:
    """The far side of a vessel and its faint shadow, with the light that gathers behind glass."""
    r, tall = form.widest, form.top[1]
    foot = form.rings[0][0]
    with c.floor():
        c.glow(form.x + tall * 0.32, form.y - tall * 0.04, r + tall * 0.24, r * TILT, "#1c1712", 24, 0.22)
        c.glow(form.x + 5, form.y + 4, foot * 1.05, foot * TILT * 1.1, "#1c1712", 7, 0.42)
    c.path(section(form, 0, tall), "#ffffff", 0.13)
    tone = [(0, INK, 0.30), (0.10, INK, 0.05), (0.5, INK, 0.0), (0.88, INK, 0.06), (1, INK, 0.34)]
    c.path(section(form, 0, tall), c.linear(tone, (form.x - r, 0), (form.x + r, 0)))
    c.stroke(form.rim(3), INK, 1.6, 0.28)


def caustic(c: Canvas, form: Form, liquor: str) -> None:
    """The coloured light that tea in glass throws on the table."""
    r, tall = form.widest, form.top[1]
    with c.floor():
        c.glow(
            form.x + r * 0.6 + tall * 0.20,
            form.y - tall * 0.02,
            r * 0.62 + tall * 0.12,
            r * TILT * 0.75,
            shade(liquor, 1.0),
            17,
            0.55,
        )
        c.glow(
            form.x + r * 0.72 + tall * 0.18,
            form.y - tall * 0.03,
            r * 0.30,
            r * TILT * 0.35,
            shade(liquor, 1.5),
            12,
            0.65,
        )


def fill(c: Canvas, form: Form, liquor: str, level: float, floor: float, inset: float = 7, alpha: float = 0.86) -> None:
    """Tea up to ``level`` (a height)."""
    r = form.widest
    body = section(form, floor, level, inset)
    tone = [
        (0, shade(liquor, 0.70), alpha),
        (0.12, shade(liquor, 0.92), alpha),
        (0.42, shade(liquor, 1.12), alpha * 0.92),
        (0.72, shade(liquor, 1.05), alpha * 0.95),
        (0.92, shade(liquor, 0.85), alpha),
        (1, shade(liquor, 0.62), alpha),
    ]
    c.path(body, c.linear(tone, (form.x - r, 0), (form.x + r, 0)))
    y0, y1 = form.y - level * RISE, form.y - floor * RISE + r * TILT
    c.path(
        body,
        c.linear([(0, shade(liquor, 1.4), 0.25), (0.5, liquor, 0), (1, shade(liquor, 0.5), 0.35)], (0, y0), (0, y1)),
    )


def surface(c: Canvas, form: Form, liquor: str, level: float, inset: float = 7) -> None:
    """The top of the tea, seen from above."""
    r = form.radius(level) - inset
    y = form.y - level * RISE
    tone = [(0, shade(liquor, 0.95), 0.9), (0.6, shade(liquor, 1.18), 0.9), (1, shade(liquor, 1.35), 0.9)]
    c.path(oval(form.x, y, r, r * TILT), c.linear(tone, (form.x - r, y - r * 0.3), (form.x + r, y + r * 0.3)))
    c.stroke(oval(form.x, y, r, r * TILT), shade(liquor, 1.5), 2.2, 0.7)
    c.stroke(
        f"M{form.x - r:.1f} {y:.1f}A{r:.1f} {r * TILT:.1f} 0 0 0 {form.x + r:.1f} {y:.1f}", shade(liquor, 0.6), 2, 0.5
    )
    c.glow(form.x - r * 0.3, y - r * TILT * 0.4, r * 0.4, r * TILT * 0.16, "#ffffff", r * 0.04, 0.55)


def front(c: Canvas, form: Form, hammered: bool = False) -> None:
    """The near side: edges, rim and reflections."""
    tall, r = form.top[1], form.widest
    for side in (-1, 1):
        edge = [form.at(90 * side, tall * i / 30) for i in range(31)]
        c.stroke(polygon(edge, close=False), INK, 2.4, 0.40)
        c.stroke(polygon([(x - side * 4.5, y) for x, y in edge], close=False), "#ffffff", 2.6, 0.55)
    low = [form.at(a, 1) for a in range(-90, 91, 6)]
    c.stroke(polygon(low, close=False), INK, 2.6, 0.36)
    c.stroke(polygon([(x, y - 8) for x, y in low[3:-3]], close=False), "#ffffff", 4, 0.40)
    c.stroke(form.rim(1.5), "#ffffff", 4.2, 0.85)
    c.stroke(form.rim(4), INK, 1.2, 0.35)
    c.stroke(form.rim(-0.8), INK, 1.2, 0.30)
    for lo, hi, left, right, alpha in (
        (0.12, 0.90, -58, -46, 0.48),
        (0.12, 0.90, -41, -38, 0.30),
        (0.16, 0.84, 58, 65, 0.26),
    ):
        corners = [form.at(a, h * tall) for a in (left, right) for h in (lo, (lo + hi) / 2, hi)]
        box = (
            min(x for x, _ in corners),
            min(y for _, y in corners),
            max(x for x, _ in corners),
            max(y for _, y in corners),
        )
        c.soft(form.patch(tall * lo, tall * hi, left, right), "#ffffff", 2 + r * 0.008, box, alpha)
    if hammered:
        for k in range(5):
            for i in range(11):
                a = -75 + 15 * i + (7 if k % 2 else 0)
                x, y = form.at(a, tall * (0.16 + 0.15 * k))
                s = r * 0.10 * math.cos(math.radians(a) * 0.9)
                c.path(
                    oval(x, y, max(2.0, s), r * 0.085),
                    c.ball([(0, "#ffffff", 0.22), (0.6, "#ffffff", 0.03), (1, INK, 0.10)]),
                )


def tumbler(
    c: Canvas, x: float, y: float, r: float, tall: float, liquor: str, tea: Tea | None = None, leaf: float = 0.6
) -> Form:
    """A straight tall glass of tea, with leaves standing in it."""
    form = Form(x, y, [(r * 0.88, 0), (r * 0.88, 0), (r * 0.92, tall * 0.06), (r, tall)], 8)
    back(c, form)
    caustic(c, form, liquor)
    level, floor = tall * 0.80, tall * 0.09
    fill(c, form, liquor, level, floor, alpha=0.72)
    if tea:
        with c.group(clip_path=c.clip(section(form, floor, level, 9))):
            _standing(c, form, tea, floor, level, leaf)
    surface(c, form, liquor, level)
    if tea:
        for _ in range(5):
            a, d = c.random.uniform(0, math.tau), c.random.uniform(0.1, 0.7)
            with c.placed(
                x + r * d * math.cos(a),
                y - level * RISE + r * d * TILT * math.sin(a),
                r * 0.62,
                c.random.uniform(-25, 25),
            ):
                (leaves.bud if tea.leaf is leaves.blade else tea.leaf)(c, tea.wet, 1.05)
    front(c, form)
    return form


def _standing(c: Canvas, form: Form, tea: Tea, floor: float, level: float, leaf: float) -> None:
    """Wet leaves, most of them upright near the bottom."""
    r, span = form.widest, level - floor
    spots = sorted((c.random.uniform(-0.9, 0.9), c.random.random(), c.random.random()) for _ in range(46))
    for u, v, k in sorted(spots, key=lambda s: s[1]):
        length = span * leaf * c.random.uniform(0.75, 1.1)
        rise = floor + span * (0.02 + 0.42 * k * k) + length * 0.40
        x, y = form.x + u * r * 0.78, form.y - rise * RISE + (v - 0.5) * r * TILT * 1.2
        with c.placed(x, y, length, -90 + c.random.uniform(-20, 20)):
            (leaves.flat if tea.leaf is leaves.curl else tea.leaf)(
                c, tea.wet, 0.62 + 0.42 * v + c.random.uniform(-0.06, 0.06)
            )


def cupful(c: Canvas, x: float, y: float, r: float, liquor: str) -> Form:
    """A small double-lit glass cup, filled; put flowers on it and call ``front``."""
    form = Form(x, y, [(r * 0.62, 0), (r * 0.62, 0), (r * 0.80, r * 0.16), (r * 0.95, r * 0.55), (r, r * 1.02)], 6)
    back(c, form)
    caustic(c, form, liquor)
    fill(c, form, liquor, r * 0.80, r * 0.10)
    surface(c, form, liquor, r * 0.80)
    return form


def pitcher(c: Canvas, x: float, y: float, r: float, liquor: str, hammered: bool = True, level: float = 0.62) -> Form:
    """A glass fairness pitcher."""
    tall = r * 1.62
    form = Form(
        x,
        y,
        [
            (r * 0.74, 0),
            (r * 0.74, 0),
            (r * 0.90, r * 0.12),
            (r, r * 0.55),
            (r * 0.93, r * 1.1),
            (r * 0.84, r * 1.42),
            (r * 0.90, tall),
        ],
        6,
    )
    rim, top = form.top[0], y - tall * RISE
    _handle(c, x, y, r)
    c.path(
        scaled("M-0.86 -0.18Q-1.1 -0.2 -1.24 -0.14Q-1.12 0.14 -0.95 0.45Z", x, top, rim),
        "#ffffff",
        0.5,
    )
    back(c, form)
    caustic(c, form, liquor)
    fill(c, form, liquor, tall * level, r * 0.09)
    surface(c, form, liquor, tall * level)
    front(c, form, hammered)
    return form


def _handle(c: Canvas, x: float, y: float, r: float, colour: str = "#dfe8e6") -> None:
    skin = Skin(colour, gloss=0.9, sharp=40, rim=0.5, depth=0.55)
    with c.group(opacity=0.72):
        tube(
            c,
            [
                (x + r * 0.80, y - r * 1.34),
                (x + r * 1.26, y - r * 1.40),
                (x + r * 1.52, y - r * 1.08),
                (x + r * 1.36, y - r * 0.66),
                (x + r * 0.92, y - r * 0.46),
            ],
            [r * 0.11, r * 0.12, r * 0.12, r * 0.11, r * 0.09],
            skin,
        )


def teapot(c: Canvas, x: float, y: float, r: float, liquor: str, wood: str | None = None) -> Form:
    """The back of a round glass teapot with tea in it; put flowers in and call ``teapot_front``."""
    form = Form(
        x,
        y,
        [
            (r * 0.60, 0),
            (r * 0.60, 0),
            (r * 0.78, r * 0.10),
            (r * 0.98, r * 0.48),
            (r, r * 0.78),
            (r * 0.84, r * 1.18),
            (r * 0.56, r * 1.40),
            (r * 0.52, r * 1.52),
        ],
        6,
    )
    handle = Skin(wood or "#dfe8e6", gloss=0.4 if wood else 0.9, sharp=30, rim=0.4, depth=0.9 if wood else 0.55)
    with c.group(opacity=1 if wood else 0.75):
        tube(
            c,
            [
                (x + r * 0.70, y - r * 1.20),
                (x + r * 1.14, y - r * 1.34),
                (x + r * 1.50, y - r * 1.10),
                (x + r * 1.46, y - r * 0.74),
                (x + r * 1.26, y - r * 0.54),
                (x + r * 0.96, y - r * 0.40),
            ],
            [r * 0.11, r * 0.13, r * 0.15, r * 0.15, r * 0.13, r * 0.10],
            handle,
        )
    glassy = Skin("#e4ecea", gloss=0.95, sharp=40, rim=0.6, depth=0.5)
    with c.group(opacity=0.66):
        tube(
            c,
            [
                (x - r * 0.80, y - r * 0.46),
                (x - r * 1.06, y - r * 0.60),
                (x - r * 1.20, y - r * 0.94),
                (x - r * 1.42, y - r * 1.22),
            ],
            [r * 0.40, r * 0.28, r * 0.20, r * 0.15],
            glassy,
        )
    with c.group(opacity=0.8):
        tube(
            c,
            [(x - r * 0.84, y - r * 0.47), (x - r * 1.05, y - r * 0.60), (x - r * 1.15, y - r * 0.84)],
            [r * 0.30, r * 0.20, r * 0.14],
            Skin(liquor, 0.6, 30, 0.3, 0.7),
        )
    back(c, form)
    caustic(c, form, liquor)
    fill(c, form, liquor, r * 1.06, r * 0.08)
    return form


def teapot_front(c: Canvas, form: Form, liquor: str, wood: str | None = None) -> None:
    """The near side of a glass teapot and its lid."""
    r = form.widest
    surface(c, form, liquor, r * 1.06)
    front(c, form)
    top = form.y - form.top[1] * RISE
    lid = Form(
        form.x, top, [(r * 0.54, 0), (r * 0.54, 0), (r * 0.50, r * 0.06), (r * 0.34, r * 0.15), (r * 0.12, r * 0.19)], 5
    )
    c.path(
        section(lid, 0, r * 0.19),
        c.linear(
            [(0, "#ffffff", 0.6), (0.4, "#ffffff", 0.28), (1, INK, 0.18)],
            (form.x - r * 0.5, top - r * 0.2),
            (form.x + r * 0.5, top),
        ),
    )
    c.stroke(oval(form.x, top, r * 0.54, r * 0.54 * TILT), "#ffffff", 4, 0.8)
    c.stroke(oval(form.x, top + 2, r * 0.55, r * 0.55 * TILT), INK, 1.4, 0.35)
    c.glow(form.x - r * 0.22, top - r * 0.12, r * 0.10, r * 0.03, "#ffffff", 4, 0.8)
    colour = wood or mix("#dfe8e6", "#9fb0ac", 0.3)
    stops = [(0, shade(colour, 1.4), 1.0), (0.5, colour, 1.0), (1, shade(colour, 0.55), 1.0)]
    c.path(oval(form.x, top - r * 0.27, r * 0.105, r * 0.10), c.ball(stops), 1 if wood else 0.85)
    c.path(oval(form.x - r * 0.03, top - r * 0.31, r * 0.03, r * 0.02), "#ffffff", 0.7)
