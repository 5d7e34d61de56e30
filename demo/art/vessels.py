"""Porcelain and clay to drink and serve from: cups, gaiwans, bowls, plates."""

from .canvas import Canvas, oval
from .paint import Skin, mix, shade
from .turned import RISE, TILT, Form, draw, shadow


def mouth(c: Canvas, form: Form, skin: Skin, lip: float = 6, liquor: str | None = None, drop: float = 0.2) -> None:
    """The open top of a form: its lip, its inner wall and what stands in it, ``drop`` of the radius below the rim."""
    r, h = form.top
    top = form.y - h * RISE
    inner = r - lip
    edge = [
        (0, shade(skin.colour, 1.25), 1.0),
        (0.5, shade(skin.colour, 1.08), 1.0),
        (1, shade(skin.colour, 0.86), 1.0),
    ]
    c.path(form.rim(), c.linear(edge, (form.x - r, top), (form.x + r, top + r * TILT)))
    inside = form.rim(lip)
    # Inside, the wall that faces the light is the right one.
    wall = [
        (0, shade(skin.colour, 0.50), 1.0),
        (0.4, shade(skin.colour, 0.74), 1.0),
        (1, shade(skin.colour, 1.10), 1.0),
    ]
    c.path(inside, c.linear(wall, (form.x - inner, top - inner * TILT), (form.x + inner, top + inner * TILT * 0.8)))
    with c.group(clip_path=c.clip(inside)):
        c.glow(
            form.x - lip,
            top + inner * TILT * 0.9,
            inner * 0.9,
            inner * TILT * 0.7,
            shade(skin.colour, 0.35),
            inner * 0.09,
            0.35,
        )
        if liquor:
            _liquor(c, form, skin, liquor, inner, top, drop)
        c.stroke(oval(form.x, top + 1.5, inner - 1, (inner - 1) * TILT), shade(skin.colour, 0.45), 3, 0.35)


def _liquor(c: Canvas, form: Form, skin: Skin, liquor: str, inner: float, top: float, drop: float) -> None:
    level = top + drop * inner * RISE * 0.9
    r = inner * (1 - drop * 0.32)
    depth = [
        (0, shade(liquor, 1.12), 1.0),
        (0.55, liquor, 1.0),
        (0.86, shade(liquor, 0.8), 1.0),
        (1, shade(liquor, 0.62), 1.0),
    ]
    c.path(
        oval(form.x, level, r, r * TILT),
        c.radial(depth, (form.x + r * 0.12, level + r * 0.06), r * 1.08, r * TILT * 1.12),
    )
    # Light that went through the tea gathers on the far side; the sky lies on it as a pale streak.
    c.glow(form.x + r * 0.40, level + r * TILT * 0.40, r * 0.42, r * TILT * 0.3, shade(liquor, 1.32), r * 0.07, 0.75)
    c.glow(form.x - r * 0.34, level - r * TILT * 0.45, r * 0.4, r * TILT * 0.17, "#fffdf5", r * 0.045, 0.6)
    c.stroke(oval(form.x, level + 0.5, r - 1.5, (r - 1.5) * TILT), mix(shade(liquor, 1.3), "#ffffff", 0.4), 2, 0.5)
    c.path(
        oval(form.x, level, r, r * TILT) + oval(form.x + r * 0.03, level + r * TILT * 0.10, r * 0.985, r * TILT * 0.95),
        shade(skin.colour, 0.3),
        0.30,
        fill_rule="evenodd",
    )


def glint(
    c: Canvas, form: Form, low: float, high: float, left: float = -52, right: float = -38, alpha: float = 0.5
) -> None:
    """The window's reflection on a glazed wall, between two heights as shares of the form's."""
    tall = form.top[1]
    d = form.patch(low * tall, high * tall, left, right)
    corners = [form.at(a, h * tall) for a in (left, right) for h in (low, (low + high) / 2, high)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    c.soft(d, "#ffffff", 3 + form.widest * 0.012, (min(xs), min(ys), max(xs), max(ys)), alpha)


def cup(
    c: Canvas, x: float, y: float, r: float, skin: Skin, liquor: str | None = None, inside: str | None = None
) -> Form:
    """A tasting cup with rim radius ``r``."""
    form = Form(
        x,
        y,
        [
            (r * 0.44, 0),
            (r * 0.44, 0),
            (r * 0.47, r * 0.10),
            (r * 0.47, r * 0.10),
            (r * 0.66, r * 0.26),
            (r * 0.86, r * 0.60),
            (r * 0.95, r * 0.92),
            (r, r * 1.06),
        ],
        5,
    )
    shadow(c, form)
    draw(c, form, skin)
    glint(c, form, 0.42, 0.86)
    mouth(c, form, skin.tinted(inside or skin.colour), max(4.0, r * 0.045), liquor, 0.26)
    return form


def bowl(c: Canvas, x: float, y: float, r: float, skin: Skin, deep: float = 0.52) -> Form:
    """A low bowl for leaves, nuts or buds; fill it and then draw ``front_lip``."""
    form = Form(
        x,
        y,
        [
            (r * 0.46, 0),
            (r * 0.46, 0),
            (r * 0.48, r * 0.07),
            (r * 0.48, r * 0.07),
            (r * 0.74, r * 0.16),
            (r * 0.94, r * deep * 0.72),
            (r, r * deep),
        ],
        5,
    )
    shadow(c, form)
    draw(c, form, skin)
    mouth(c, form, skin, max(4.0, r * 0.03))
    return form


def plate(c: Canvas, x: float, y: float, r: float, skin: Skin, line: str | None = None) -> Form:
    """A shallow plate; food stands about ``r * 0.02`` above its centre."""
    form = Form(
        x,
        y,
        [
            (r * 0.56, 0),
            (r * 0.56, 0),
            (r * 0.60, r * 0.03),
            (r * 0.60, r * 0.03),
            (r * 0.9, r * 0.075),
            (r, r * 0.115),
        ],
        5,
    )
    shadow(c, form, reach=0.8)
    draw(c, form, skin)
    top = y - r * 0.115 * RISE
    edge = [
        (0, shade(skin.colour, 1.25), 1.0),
        (0.55, shade(skin.colour, 1.06), 1.0),
        (1, shade(skin.colour, 0.92), 1.0),
    ]
    c.path(form.rim(), c.linear(edge, (x - r, top - r * 0.3), (x + r, top + r * 0.3)))
    # The slope faces inwards: lit on the right, in its own shade on the left.
    slope = [
        (0, shade(skin.colour, 0.80), 1.0),
        (0.35, shade(skin.colour, 0.93), 1.0),
        (1, shade(skin.colour, 1.14), 1.0),
    ]
    c.path(
        oval(x, top + r * 0.012, r * 0.968, r * 0.968 * TILT),
        c.linear(slope, (x - r * 0.85, top - r * 0.25), (x + r * 0.85, top + r * 0.25)),
    )
    if line:
        c.stroke(oval(x, top + r * 0.016, r * 0.93, r * 0.93 * TILT), line, r * 0.012, 0.8)
    flat = [
        (0, shade(skin.colour, 1.12), 1.0),
        (0.6, shade(skin.colour, 1.02), 1.0),
        (1, shade(skin.colour, 0.94), 1.0),
    ]
    box = (x - r * 0.7, top - r * 0.2, x + r * 0.7, top + r * 0.35)
    c.soft(
        oval(x, top + r * 0.058, r * 0.66, r * 0.655 * TILT),
        c.linear(flat, (x - r * 0.6, top - r * 0.2), (x + r * 0.6, top + r * 0.24)),
        r * 0.012,
        box,
    )
    return form


def saucer(c: Canvas, x: float, y: float, r: float, skin: Skin) -> Form:
    """The small saucer of a gaiwan."""
    return plate(c, x, y, r, skin)


def gaiwan(c: Canvas, x: float, y: float, r: float, skin: Skin, liquor: str | None = None, lid: bool = True) -> Form:
    """A gaiwan (rim radius ``r``) on its saucer, closed or open."""
    base = saucer(c, x, y, r * 1.06, skin)
    foot = y - r * 0.05
    body = Form(
        x,
        foot,
        [
            (r * 0.42, 0),
            (r * 0.42, 0),
            (r * 0.43, r * 0.11),
            (r * 0.43, r * 0.11),
            (r * 0.58, r * 0.22),
            (r * 0.77, r * 0.52),
            (r * 0.86, r * 0.88),
            (r * 0.92, r * 1.04),
            (r, r * 1.15),
        ],
        5,
    )
    (x - r * 0.6, foot - r * 0.25, x + r * 0.8, foot + r * 0.3)
    c.glow(x + r * 0.1, foot + 3, r * 0.60, r * 0.60 * TILT, shade(skin.colour, 0.3), r * 0.05, 0.4)
    draw(c, body, skin)
    glint(c, body, 0.34, 0.84)
    mouth(c, body, skin, max(4.0, r * 0.035), liquor, 0.22)
    if lid:
        seat = Form(
            x,
            foot - r * 1.06 * RISE,
            [
                (r * 0.86, 0),
                (r * 0.86, 0),
                (r * 0.80, r * 0.09),
                (r * 0.62, r * 0.22),
                (r * 0.36, r * 0.33),
                (r * 0.19, r * 0.37),
                (r * 0.19, r * 0.37),
                (r * 0.185, r * 0.42),
                (r * 0.24, r * 0.50),
                (r * 0.245, r * 0.53),
            ],
            4,
        )
        draw(c, seat, skin, occlusion=0.12)
        mouth(c, seat, skin, r * 0.03)
        c.glow(x - r * 0.36, seat.y - r * 0.20, r * 0.15, r * 0.045, "#ffffff", r * 0.03, 0.55)
    del base
    return body
