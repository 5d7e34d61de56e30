"""What tea is sold in: tins, pouches, boxes, wrapped cakes and jars."""

from collections.abc import Sequence

from .canvas import Box, Canvas, Point, curve, oval, polygon
from .motifs import Stroke, put, seal
from .paint import metal, mix, shade
from .turned import RISE, TILT, Form, draw, shadow

SEAL = "#b0402e"


def tin(
    c: Canvas,
    x: float,
    y: float,
    r: float,
    tall: float,
    colour: str,
    sign: Sequence[Stroke],
    label: str = "#f1ead8",
    ink: str | None = None,
    lid: str | None = None,
) -> Form:
    """A round tin with a slip lid and a paper label."""
    skin = metal(colour)
    body = Form(
        x,
        y,
        [
            (r * 0.97, 0),
            (r * 0.97, 0),
            (r, r * 0.04),
            (r, r * 0.04),
            (r, tall * 0.5),
            (r, tall * 0.78),
            (r, tall * 0.78),
        ],
        8,
    )
    shadow(c, body)
    draw(c, body, skin)
    top = metal(lid or colour)
    h = tall * 0.78
    cover = Form(
        x,
        y,
        [
            (r * 1.025, h),
            (r * 1.025, h),
            (r * 1.03, h + 3),
            (r * 1.03, tall - r * 0.10),
            (r * 1.01, tall - r * 0.03),
            (r * 0.965, tall),
            (r * 0.965, tall),
            (r * 0.94, tall - r * 0.012),
            (r * 0.94, tall - r * 0.012),
            (1, tall - r * 0.005),
        ],
        8,
    )
    seam = body.patch(h - r * 0.07, h, -90, 90)
    c.path(seam, shade(colour, 0.2), 0.38)
    draw(c, cover, top, occlusion=0)
    lid_y = y - tall * RISE
    c.stroke(oval(x, lid_y + 1, r * 0.955, r * 0.955 * TILT), shade(top.colour, 1.45), 2.2, 0.6)
    c.path(
        oval(x, lid_y + 3, r * 0.90, r * 0.90 * TILT),
        c.linear(
            [(0, shade(top.colour, 1.30), 1), (0.5, shade(top.colour, 1.05), 1), (1, shade(top.colour, 0.82), 1)],
            (x - r, lid_y - r * 0.3),
            (x + r, lid_y + r * 0.3),
        ),
        0.85,
    )
    _label(c, body, tall * 0.15, tall * 0.66, 33, label, sign, ink or colour)
    c.path(body.patch(2, h - 3, -64, -54), "#ffffff", 0.10)
    c.path(body.patch(2, h - 3, 66, 70), "#ffffff", 0.12)
    return body


def _label(
    c: Canvas, body: Form, low: float, high: float, half: float, colour: str, sign: Sequence[Stroke], ink: str
) -> None:
    """A paper label round the front of a form, with its sign and a small red seal."""
    r = body.radius((low + high) / 2)
    left, right = -half - 6, half - 6
    xs = (body.at(left, low)[0], body.at(right, low)[0])
    c.path(body.patch(low - 2, high + 1, left - 0.5, right + 1.2, 0.6), "#1c1712", 0.22)
    tone = [(0, shade(colour, 1.06), 1.0), (0.3, shade(colour, 1.08), 1.0), (1, shade(colour, 0.80), 1.0)]
    c.path(body.patch(low, high, left, right, 1.2), c.linear(tone, (xs[0], 0), (xs[1], 0)))
    inset = (high - low) * 0.05
    frame = body.patch(low + inset, high - inset, left + 3.4, right - 3.4, 1.4)
    c.stroke(frame, ink, 1.8, 0.55)
    mid, reach = (low + high) / 2, (high - low) / 2
    centre = (left + right) / 2
    scale = min(reach * 0.62, r * half / 57 * 0.66)
    wide = scale / r * 57.3

    def where(u: float, v: float) -> Point:
        return body.at(centre + u * wide, mid + reach * 0.16 + v * scale, 1.6)

    put(c, sign, where, ink, scale)
    small = scale * 0.20

    def stamp(u: float, v: float) -> Point:
        return body.at(centre + u * small / r * 57.3, low + inset + reach * 0.26 + v * small, 1.6)

    put(c, [Stroke([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])], stamp, SEAL, small)
    put(c, seal()[1:], stamp, colour, small)


def pouch(
    c: Canvas,
    x: float,
    y: float,
    wide: float,
    tall: float,
    colour: str,
    sign: Sequence[Stroke],
    label: str = "#f3ecda",
    ink: str = "#4c4a3a",
    turn: float = 0,
) -> None:
    """A standing paper pouch, its top folded over and held by a clip; ``(x, y)`` is the middle of its foot."""
    w = wide / 2
    with c.floor():
        box = (x - w, y - 60, x + w + tall * 0.8, y + 40)
        fall = polygon(
            [
                (x - w * 0.9, y - 6),
                (x + w, y - 10),
                (x + w + tall * 0.55, y - 40),
                (x + w + tall * 0.38, y - 64),
                (x + w * 0.6, y - 60),
            ]
        )
        fade = c.linear([(0, "#1c1712", 1), (1, "#1c1712", 0.1)], (x, 0), (x + w + tall * 0.55, 0))
        c.soft(fall, fade, 22, box, 0.42)
        c.soft(
            curve([(x - w, y), (x, y + 14), (x + w, y + 2), (x + w * 0.9, y - 22), (x - w * 0.9, y - 22)], True),
            "#1c1712",
            9,
            box,
            0.6,
        )
    with c.placed(x, y, 1, turn):
        _pouch(c, w, tall, colour, sign, label, ink)


def _pouch(c: Canvas, w: float, tall: float, colour: str, sign: Sequence[Stroke], label: str, ink: str) -> None:
    outline = (
        f"M{-w:.1f} -4C{-w * 1.03:.1f} {-tall * 0.3:.1f} {-w * 0.99:.1f} {-tall * 0.7:.1f} {-w * 0.93:.1f} {-tall:.1f}"
        f"L{w * 0.93:.1f} {-tall * 1.005:.1f}C{w * 0.99:.1f} {-tall * 0.7:.1f} {w * 1.04:.1f} {-tall * 0.3:.1f} {w:.1f} -6"
        f"C{w * 0.5:.1f} 12 {-w * 0.5:.1f} 14 {-w:.1f} -4Z"
    )
    box: Box = (-w * 1.1, -tall * 1.05, w * 1.1, 20)
    tone = [
        (0, shade(colour, 0.92), 1.0),
        (0.07, shade(colour, 1.10), 1.0),
        (0.30, shade(colour, 1.07), 1.0),
        (0.62, shade(colour, 0.95), 1.0),
        (0.90, shade(colour, 0.78), 1.0),
        (1, shade(colour, 0.66), 1.0),
    ]
    c.path(outline, c.linear(tone, (-w, 0), (w, 0)))
    with c.group(clip_path=c.clip(outline)):
        # The paper swells over the tea and creases at the sides and under the fold.
        c.path(
            oval(-w * 0.25, -tall * 0.36, w * 0.8, tall * 0.42),
            c.radial([(0, "#fffaf0", 0.26), (1, "#fffaf0", 0)], (-w * 0.25, -tall * 0.38), w * 0.8, tall * 0.42),
        )
        c.path(
            f"M{-w * 1.1:.0f} 20V{-tall * 0.10:.0f}Q0 {-tall * 0.03:.0f} {w * 1.1:.0f} {-tall * 0.11:.0f}V20Z",
            c.linear([(0, "#2a1d10", 0), (1, "#2a1d10", 0.34)], (0, -tall * 0.11), (0, 10)),
        )
        for i in range(9):
            px = c.random.uniform(-0.96, 0.96)
            py, ln = -tall * c.random.uniform(0.72, 0.84), tall * c.random.uniform(0.05, 0.14)
            lean = c.random.uniform(-16, 16)
            crease = curve([(px * w, py), (px * w + lean * 0.4, py + ln * 0.5), (px * w + lean, py + ln)])
            if i < 4:
                c.soft(
                    crease, "none", 3.5, box, 0.16, stroke=shade(colour, 0.3), stroke_width=8, stroke_linecap="round"
                )
            c.stroke(crease, shade(colour, 1.35), 1.3, 0.16)
        for side in (-1, 1):
            gusset = curve(
                [(side * w * 0.90, -tall * 0.80), (side * w * 0.88, -tall * 0.4), (side * w * 0.93, -tall * 0.02)]
            )
            c.stroke(gusset, shade(colour, 0.45 if side > 0 else 0.7), 2.5, 0.45)
            c.stroke(gusset, "#fffaf0", 1.2, 0.25)
    _fold(c, w, tall, colour)
    lw, lh, ly = w * 0.62, tall * 0.225, -tall * 0.395
    card = f"M{-lw:.1f} {ly - lh:.1f}H{lw:.1f}V{ly + lh:.1f}H{-lw:.1f}Z"
    c.path(f"M{-lw + 1:.1f} {ly - lh + 2:.1f}H{lw + 3:.1f}V{ly + lh + 4:.1f}H{-lw + 1:.1f}Z", "#1c1712", 0.16)
    c.path(
        card,
        c.linear(
            [(0, shade(label, 1.1), 1), (0.5, shade(label, 1.03), 1), (1, shade(label, 0.88), 1)], (-lw, 0), (lw, 0)
        ),
    )
    c.stroke(f"M{-lw + 9:.1f} {ly - lh + 9:.1f}H{lw - 9:.1f}V{ly + lh - 9:.1f}H{-lw + 9:.1f}Z", ink, 1.8, 0.5)
    unit = min(lw, lh) * 0.62
    put(c, sign, lambda u, v: (u * unit, ly - lh * 0.14 - v * unit), ink, unit)
    small = unit * 0.18
    put(
        c,
        [Stroke([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])],
        lambda u, v: (u * small, ly + lh * 0.70 - v * small),
        SEAL,
        small,
    )
    put(c, seal()[1:], lambda u, v: (u * small, ly + lh * 0.70 - v * small), label, small)


def _fold(c: Canvas, w: float, tall: float, colour: str) -> None:
    """The rolled top of a pouch with its wire clip."""
    top, low = -tall * 1.03, -tall * 0.865
    box: Box = (-w * 1.1, top, w * 1.1, low + 20)
    c.soft(
        f"M{-w * 0.95:.1f} {low:.1f}L{w * 0.96:.1f} {low - 3:.1f}V{low + 12:.1f}L{-w * 0.95:.1f} {low + 15:.1f}Z",
        shade(colour, 0.2),
        6,
        box,
        0.45,
    )
    flap = (
        f"M{-w * 0.955:.1f} {top:.1f}Q0 {top - 7:.1f} {w * 0.955:.1f} {top - 2:.1f}"
        f"L{w * 0.965:.1f} {low:.1f}Q0 {low + 8:.1f} {-w * 0.965:.1f} {low + 2:.1f}Z"
    )
    tone = [
        (0, shade(colour, 1.28), 1.0),
        (0.12, shade(colour, 1.12), 1.0),
        (0.75, shade(colour, 1.0), 1.0),
        (1, shade(colour, 0.82), 1.0),
    ]
    c.path(flap, c.linear(tone, (0, top), (0, low)))
    c.path(flap, c.linear([(0, "#1c1712", 0), (0.55, "#1c1712", 0), (1, "#1c1712", 0.26)], (-w, 0), (w, 0)))
    y = (top + low) / 2
    clip = shade(mix(colour, "#8a7a5a", 0.5), 0.9)
    c.path(f"M{-w * 1.02:.1f} {y - 7:.1f}H{w * 1.02:.1f}V{y + 7:.1f}H{-w * 1.02:.1f}Z", shade(clip, 0.75))
    c.path(f"M{-w * 1.02:.1f} {y - 7:.1f}H{w * 1.02:.1f}V{y + 1:.1f}H{-w * 1.02:.1f}Z", shade(clip, 1.15))


def jar(c: Canvas, x: float, y: float, r: float, tall: float) -> Form:
    """The back half of a glass jar; fill it, then draw ``glass.front``."""
    form = Form(
        x,
        y,
        [(r * 0.94, 0), (r * 0.94, 0), (r, r * 0.10), (r, tall * 0.8), (r * 0.92, tall * 0.92), (r * 0.86, tall)],
        8,
    )
    shadow(c, form, 0.6)
    return form
