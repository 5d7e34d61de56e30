"""Gift boxes and their ribbons."""

from .canvas import Canvas, Point, curve, oval, polygon
from .paint import shade
from .turned import RISE, TILT


def box(
    c: Canvas,
    x: float,
    y: float,
    wide: float,
    deep: float,
    tall: float,
    colour: str,
    lid: str | None = None,
    seam: float = 0.0,
) -> tuple[Point, Point, Point, Point]:
    """A closed box seen from its front and above; ``(x, y)`` is the middle of its front edge on the table.

    Answers the corners of its top: front left, front right, back right, back left.
    """
    w, up = wide / 2, tall * RISE
    back = deep * TILT
    shrink = 1 - deep / 2600
    front_l, front_r = (x - w, y - up), (x + w, y - up)
    back_r, back_l = (x + w * shrink, y - up - back), (x - w * shrink, y - up - back)
    with c.floor():
        area = (x - w, y - back - 40, x + w + tall, y + 30)
        c.soft(
            polygon(
                [
                    (x - w, y - 4),
                    (x + w, y - 4),
                    (x + w + tall * 0.62, y - back * 0.7),
                    (x + w * 0.9 + tall * 0.5, y - back * 1.15),
                    (x - w, y - back * 0.7),
                ]
            ),
            c.linear([(0, "#1c1712", 1), (1, "#1c1712", 0.25)], (x, 0), (x + w + tall * 0.6, 0)),
            24,
            area,
            0.45,
        )
        c.soft(
            polygon([(x - w - 2, y - 8), (x + w + 6, y - 8), (x + w + 4, y + 9), (x - w, y + 7)]),
            "#1c1712",
            8,
            area,
            0.6,
        )
    front = polygon([(x - w, y), front_l, front_r, (x + w, y)])
    c.path(
        front,
        c.linear(
            [(0, shade(colour, 1.0), 1), (0.4, shade(colour, 0.94), 1), (1, shade(colour, 0.74), 1)],
            (x - w, y - up),
            (x + w, y),
        ),
    )
    c.path(front, c.linear([(0, "#1c1712", 0), (0.7, "#1c1712", 0.02), (1, "#1c1712", 0.24)], (0, y - up), (0, y)))
    top_colour = lid or colour
    top = polygon([front_l, front_r, back_r, back_l])
    c.path(top, c.linear([(0, shade(top_colour, 1.22), 1), (1, shade(top_colour, 1.0), 1)], back_l, front_r))
    if seam:
        drop = seam * RISE
        strip = polygon(
            [(x - w - 3, y - up), (x + w + 3, y - up), (x + w + 3, y - up + drop), (x - w - 3, y - up + drop)]
        )
        c.path(
            polygon(
                [(x - w, y - up + drop), (x + w, y - up + drop), (x + w, y - up + drop + 8), (x - w, y - up + drop + 8)]
            ),
            "#1c1712",
            0.3,
        )
        c.path(
            strip, c.linear([(0, shade(top_colour, 1.04), 1), (1, shade(top_colour, 0.78), 1)], (x - w, 0), (x + w, 0))
        )
    c.stroke(f"M{front_l[0]:.1f} {front_l[1]:.1f}L{front_r[0]:.1f} {front_r[1]:.1f}", shade(top_colour, 1.45), 2.2, 0.6)
    return front_l, front_r, back_r, back_l


def ribbon_round(c: Canvas, x: float, y: float, wide: float, deep: float, tall: float, colour: str) -> None:
    """A ribbon over a box from ``box`` with the same measures, tied in a bow on its front edge."""
    up, back, half = tall * RISE, deep * TILT, wide * 0.035
    c.path(
        polygon([(x - half, y), (x - half, y - up), (x + half, y - up), (x + half, y)]),
        c.linear([(0, shade(colour, 1.1), 1), (1, shade(colour, 0.8), 1)], (x - half, 0), (x + half, 0)),
    )
    c.path(
        polygon(
            [(x - half, y - up), (x - half * 0.9, y - up - back), (x + half * 0.9, y - up - back), (x + half, y - up)]
        ),
        shade(colour, 1.18),
    )
    knot = (x, y - up - back * 0.42)
    for side in (-1, 1):
        loop = curve(
            [
                (knot[0], knot[1]),
                (knot[0] + side * wide * 0.07, knot[1] - wide * 0.085),
                (knot[0] + side * wide * 0.17, knot[1] - wide * 0.06),
                (knot[0] + side * wide * 0.15, knot[1] + wide * 0.012),
            ],
            True,
            0.9,
        )
        area = (x - wide * 0.2, knot[1] - wide * 0.1, x + wide * 0.2, knot[1] + wide * 0.12)
        c.soft(loop, "#1c1712", 7, area, 0.3, transform="translate(8 12)")
        c.path(
            loop,
            c.linear(
                [(0, shade(colour, 1.25), 1), (1, shade(colour, 0.7 if side > 0 else 0.85), 1)],
                (knot[0], knot[1] - wide * 0.08),
                (knot[0] + side * wide * 0.1, knot[1] + wide * 0.03),
            ),
        )
        tail = curve(
            [
                (knot[0], knot[1]),
                (knot[0] + side * wide * 0.05, knot[1] + wide * 0.05),
                (knot[0] + side * wide * 0.10, knot[1] + wide * 0.12),
            ]
        )
        c.stroke(tail, shade(colour, 0.8), half * 1.25)
        c.stroke(tail, shade(colour, 1.05), half * 0.8)
    c.path(
        oval(knot[0], knot[1], half * 1.15, half * 0.95),
        c.ball([(0, shade(colour, 1.35), 1), (1, shade(colour, 0.65), 1)]),
    )
