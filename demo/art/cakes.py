"""Pu-erh cakes, bare forms and wrapped ones."""

import math
from collections.abc import Sequence

from .canvas import Canvas, Point, curve, oval
from .motifs import Stroke, put
from .paint import Skin, paper, shade
from .turned import RISE, TILT, Form, draw, shadow


def cake(c: Canvas, x: float, y: float, r: float, skin: Skin, tall: float = 0.3) -> Form:
    """A pu-erh cake lying on the table, wrapped or bare."""
    h = r * tall
    form = Form(
        x,
        y,
        [
            (r * 0.86, 0),
            (r * 0.86, 0),
            (r * 0.97, h * 0.28),
            (r, h * 0.5),
            (r * 0.95, h * 0.78),
            (r * 0.78, h * 0.97),
            (r * 0.4, h * 1.06),
            (r * 0.04, h * 1.08),
        ],
        4,
    )
    shadow(c, form)
    draw(c, form, skin)
    return form


def wrapped(c: Canvas, x: float, y: float, r: float, colour: str, sign: Sequence[Stroke], ink: str) -> Form:
    """A cake in its cotton paper: pleats round the edge, a printed medallion on top."""
    form = cake(c, x, y, r, paper(colour), 0.34)
    h = r * 0.34
    for i in range(46):
        a = -90 + 180 * i / 45 + c.random.uniform(-1.6, 1.6)
        line = [form.at(a + c.random.uniform(-1.5, 1.5), h * t) for t in (0.08, 0.35, 0.62, 0.86)]
        c.stroke(curve(line), shade(colour, 0.55), c.random.uniform(1.0, 2.6), 0.22)
        c.stroke(curve([(px - 2.5, py) for px, py in line]), shade(colour, 1.35), 1.3, 0.35)
    top = y - h * 1.0 * RISE

    def where(u: float, v: float) -> Point:
        return x + u * r * 0.36, top - v * r * 0.36 * TILT

    c.stroke(oval(x, top, r * 0.60, r * 0.60 * TILT), ink, r * 0.014, 0.85)
    c.stroke(oval(x, top, r * 0.55, r * 0.55 * TILT), ink, r * 0.006, 0.8)
    put(c, sign, where, ink, r * 0.26)
    for i in range(24):
        a = math.tau * i / 24
        c.path(
            oval(
                x + r * 0.675 * math.cos(a),
                top + r * 0.675 * TILT * math.sin(a) + abs(math.sin(a)) * 1,
                r * 0.012,
                r * 0.012 * TILT,
            ),
            ink,
            0.7,
        )
    return form
