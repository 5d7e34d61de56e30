"""Teapots, pitchers and caddies of clay and porcelain."""

from .canvas import Canvas, oval, scaled
from .paint import Skin, shade
from .tubes import tube
from .turned import RISE, TILT, Form, draw, shadow
from .vessels import glint, mouth


def teapot(c: Canvas, x: float, y: float, r: float, skin: Skin) -> Form:
    """A round Xishi teapot, spout to the left; ``r`` is its greatest radius."""
    body = Form(
        x,
        y,
        [
            (r * 0.52, 0),
            (r * 0.52, 0),
            (r * 0.56, r * 0.045),
            (r * 0.80, r * 0.22),
            (r * 0.97, r * 0.56),
            (r * 0.98, r * 0.80),
            (r * 0.82, r * 1.17),
            (r * 0.58, r * 1.37),
            (r * 0.46, r * 1.43),
        ],
        5,
    )
    shadow(c, body)
    with c.floor():
        (x + r, y - r * 0.5, x + r * 2.6, y)
        c.glow(x + r * 1.5, y - r * 0.12, r * 0.42, r * 0.10, "#1c1712", r * 0.09, 0.22)
    # Handle and spout leave the body at its sides, so they are drawn before it.
    tube(
        c,
        [
            (x + r * 0.66, y - r * 1.18),
            (x + r * 1.06, y - r * 1.30),
            (x + r * 1.46, y - r * 1.10),
            (x + r * 1.50, y - r * 0.74),
            (x + r * 1.20, y - r * 0.42),
            (x + r * 0.84, y - r * 0.26),
        ],
        [r * 0.15, r * 0.15, r * 0.15, r * 0.14, r * 0.125, r * 0.10],
        skin,
    )
    tube(
        c,
        [
            (x - r * 0.72, y - r * 0.50),
            (x - r * 0.98, y - r * 0.62),
            (x - r * 1.16, y - r * 0.86),
            (x - r * 1.36, y - r * 1.12),
        ],
        [r * 0.52, r * 0.36, r * 0.25, r * 0.185],
        skin,
    )
    c.path(_tip(x - r * 1.365, y - r * 1.125, r), shade(skin.colour, 0.32))
    draw(c, body, skin)
    seam = y - body.top[1] * RISE
    c.path(oval(x, seam + r * 0.02, r * 0.50, r * 0.50 * TILT), shade(skin.colour, 0.36), 0.75)
    lid = Form(
        x,
        seam,
        [
            (r * 0.485, 0),
            (r * 0.485, 0),
            (r * 0.47, r * 0.035),
            (r * 0.38, r * 0.105),
            (r * 0.22, r * 0.165),
            (r * 0.10, r * 0.185),
            (r * 0.085, r * 0.215),
            (r * 0.145, r * 0.29),
            (r * 0.15, r * 0.33),
            (r * 0.10, r * 0.40),
            (r * 0.02, r * 0.425),
        ],
        3,
    )
    draw(c, lid, skin, occlusion=0.10)
    return body


def _tip(x: float, y: float, r: float) -> str:
    """The dark hole of the spout, seen at a slant."""
    return oval(x, y, r * 0.058, r * 0.035)


def pitcher(c: Canvas, x: float, y: float, r: float, skin: Skin, liquor: str | None = None) -> Form:
    """A porcelain fairness pitcher with a handle on the right and a lip on the left."""
    form = Form(
        x,
        y,
        [
            (r * 0.62, 0),
            (r * 0.62, 0),
            (r * 0.66, r * 0.06),
            (r * 0.92, r * 0.34),
            (r, r * 0.78),
            (r * 0.86, r * 1.26),
            (r * 0.78, r * 1.52),
            (r * 0.80, r * 1.66),
        ],
        5,
    )
    shadow(c, form)
    tube(
        c,
        [
            (x + r * 0.70, y - r * 1.36),
            (x + r * 1.14, y - r * 1.44),
            (x + r * 1.48, y - r * 1.16),
            (x + r * 1.34, y - r * 0.72),
            (x + r * 0.86, y - r * 0.44),
        ],
        [r * 0.13, r * 0.14, r * 0.14, r * 0.13, r * 0.10],
        skin,
    )
    top = y - form.top[1] * RISE
    rim = form.top[0]
    c.path(
        scaled("M-0.86 -0.16C-1 -0.17 -1.14 -0.17 -1.23 -0.13C-1.22 0.06 -1.02 0.18 -0.93 0.62L-0.6 0.4Z", x, top, rim),
        c.linear(
            [(0, shade(skin.colour, 1.16), 1), (0.5, shade(skin.colour, 0.98), 1), (1, shade(skin.colour, 0.8), 1)],
            (x - rim * 1.1, top - rim * 0.2),
            (x - rim * 0.9, top + rim * 0.6),
        ),
    )
    draw(c, form, skin)
    glint(c, form, 0.25, 0.72)
    mouth(c, form, skin, r * 0.04, liquor, 0.30)
    c.path(
        scaled("M-0.9 -0.15C-1 -0.165 -1.12 -0.165 -1.215 -0.128C-1.12 -0.02 -1.02 0.1 -0.9 0.15Z", x, top, rim),
        c.linear(
            [(0, shade(skin.colour, 0.95), 1), (1, shade(skin.colour, 0.62), 1)],
            (x - rim * 1.2, top),
            (x - rim * 0.9, top),
        ),
    )
    return form


def caddy(c: Canvas, x: float, y: float, r: float, tall: float, skin: Skin, lid: Skin | None = None) -> Form:
    """A straight porcelain caddy with a turned lid."""
    body = Form(
        x,
        y,
        [
            (r * 0.88, 0),
            (r * 0.88, 0),
            (r * 0.95, r * 0.05),
            (r, r * 0.16),
            (r, tall * 0.5),
            (r, tall - r * 0.22),
            (r * 0.93, tall - r * 0.05),
            (r * 0.86, tall),
        ],
        6,
    )
    shadow(c, body)
    draw(c, body, skin)
    glint(c, body, 0.12, 0.80, -50, -37)
    glint(c, body, 0.12, 0.80, 58, 64, 0.18)
    top = y - tall * RISE
    c.path(oval(x, top + r * 0.02, r * 0.865, r * 0.865 * TILT), shade(skin.colour, 0.3), 0.7)
    cover = Form(
        x,
        top,
        [
            (r * 0.82, 0),
            (r * 0.82, 0),
            (r * 0.84, r * 0.05),
            (r * 0.84, r * 0.24),
            (r * 0.80, r * 0.32),
            (r * 0.62, r * 0.37),
            (r * 0.20, r * 0.40),
            (r * 0.12, r * 0.41),
            (r * 0.12, r * 0.46),
            (r * 0.17, r * 0.54),
            (r * 0.15, r * 0.60),
            (r * 0.02, r * 0.63),
        ],
        4,
    )
    draw(c, cover, lid or skin, occlusion=0.2)
    return body
