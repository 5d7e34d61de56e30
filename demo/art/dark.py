"""Pu-erh and dark tea: bare cakes, bricks, mandarins, the bamboo basket."""

import math

from . import leaves
from .cakes import cake
from .canvas import Canvas, curve, oval, polygon
from .leaves import TEAS, Tea
from .paint import Skin, clay, mix, shade
from .solids import Outline, rough, seen, solid
from .turned import RISE, TILT, Form, draw, lit, shadow


def bare_cake(c: Canvas, x: float, y: float, r: float, tea: Tea) -> Form:
    """An unwrapped cake: leaves pressed flat all over, a hollow in the middle."""
    form = cake(c, x, y, r, clay(tea.colours[0]), 0.26)
    h = r * 0.26
    small = Tea(tea.leaf, [mix(colour, tea.colours[0], 0.35) for colour in tea.colours], liquor=tea.liquor)
    with c.group(clip_path=c.clip(form.silhouette())):
        _surface(c, form, small, x, y, r, h)
    return form


def _surface(c: Canvas, form: Form, small: Tea, x: float, y: float, r: float, h: float) -> None:
    """The leaves on the edge and on the top of a cake."""
    for i in range(74):
        a = -86 + 172 * i / 73
        for k in (0.10, 0.30, 0.50, 0.70):
            px, py = form.at(a + c.random.uniform(-2, 2), h * (k + c.random.uniform(-0.08, 0.08)))
            _flat_leaf(
                c,
                small,
                px,
                py,
                r * 0.12,
                c.random.uniform(-35, 35) - a * 0.4,
                (0.84 - 0.34 * a / 90) * (0.72 + 0.4 * k),
                0.7,
            )
    spots = []
    for _ in range(980):
        d, a = math.sqrt(c.random.random()), c.random.uniform(0, math.tau)
        spots.append((d * math.cos(a), d * math.sin(a)))
    for u, v in spots:
        d2 = u * u + v * v
        hollow = math.exp(-d2 * 9) * 0.35
        up = h * (1.06 - 0.32 * d2 * d2 - hollow)
        dip = -1.4 * math.exp(-d2 * 9) + 0.7 * d2 * d2
        light = lit(u * dip, 0.85, v * dip) * 1.02
        _flat_leaf(
            c,
            small,
            x + u * r * 0.95,
            y + v * r * 0.93 * TILT - up * RISE,
            r * 0.125,
            c.random.uniform(0, 180),
            light,
            0.55,
        )


def _flat_leaf(c: Canvas, tea: Tea, x: float, y: float, size: float, turn: float, light: float, press: float) -> None:
    """A leaf pressed into the surface of a cake, foreshortened by ``press``."""
    light = round(light * c.random.uniform(0.86, 1.1) * 14) / 14
    with c.group(transform=f"translate({x:.1f} {y:.1f}) scale({size:.1f} {size * press:.1f}) rotate({turn:.0f})"):
        tea.leaf(c, c.random.choice(tea.colours), light)


def lump(c: Canvas, x: float, y: float, size: float, tea: Tea) -> None:
    """A piece broken from a cake or brick."""
    outline = rough(c, size, size * 0.8, 0.07)
    tall = size * 0.28
    top = solid(c, x, y, outline, tall, shade(tea.colours[0], 0.8))
    with c.group(clip_path=c.clip(top)):
        for _ in range(60):
            px, py = x + c.random.uniform(-0.5, 0.5) * size, y - tall * RISE + c.random.uniform(-0.5, 0.5) * size * TILT
            leaves.one(c, tea, px, py, size * 0.24, c.random.uniform(-70, 70), c.random.uniform(0.85, 1.1))
    for _ in range(26):
        px = x + c.random.uniform(-0.48, 0.48) * size
        edge = math.sqrt(max(0.0, 1 - ((px - x) / size * 2) ** 2)) ** 0.5
        py = y + size * 0.38 * TILT * edge - c.random.uniform(0, tall)
        leaves.one(c, tea, px, py, size * 0.2, c.random.uniform(-35, 35), 0.66)


def needle(c: Canvas, x: float, y: float, length: float, turn: float) -> None:
    """A tea needle for prying cakes: steel with a wooden handle."""
    a = math.radians(turn)
    ux, uy = math.cos(a), math.sin(a) * 0.55
    ex, ey, hx, hy = x + ux * length, y + uy * length, x + ux * length * 0.46, y + uy * length * 0.46
    with c.floor():
        box = (min(x, ex) - 10, min(y, ey) - 10, max(x, ex) + 20, max(y, ey) + 24)
        c.soft(
            f"M{x + 8:.1f} {y + 9:.1f}L{ex + 10:.1f} {ey + 12:.1f}",
            "none",
            5,
            box,
            0.45,
            stroke="#1c1712",
            stroke_width=14,
            stroke_linecap="round",
        )
    c.stroke(f"M{x:.1f} {y:.1f}L{hx:.1f} {hy:.1f}", "#6d7373", 7)
    c.stroke(f"M{x:.1f} {y - 1.5:.1f}L{hx:.1f} {hy - 1.5:.1f}", "#e6ebea", 2.4)
    c.stroke(f"M{hx:.1f} {hy:.1f}L{ex:.1f} {ey:.1f}", "#4a2d1b", 24)
    c.stroke(f"M{hx:.1f} {hy - 2:.1f}L{ex:.1f} {ey - 2:.1f}", "#7d5233", 17)
    c.stroke(f"M{hx:.1f} {hy - 6:.1f}L{ex:.1f} {ey - 6:.1f}", "#b98a5e", 4, 0.8)
    c.stroke(f"M{hx:.1f} {hy:.1f}l{ux * 14:.1f} {uy * 14:.1f}", "#b79a55", 25)


def brick(c: Canvas, x: float, y: float, wide: float, deep: float, tall: float, tea: Tea, golden: bool = False) -> None:
    """A pressed brick of dark tea; ``golden`` shows the flowers of a Fu brick."""
    outline: Outline = rough(c, wide, deep, 0.012)
    base = mix(tea.colours[0], tea.colours[1], 0.5)
    top = solid(c, x, y, outline, tall, base)
    high = y - tall * RISE
    with c.group(clip_path=c.clip(top)):
        for _ in range(int(wide * deep / 420)):
            px, py = x + c.random.uniform(-0.5, 0.5) * wide, high + c.random.uniform(-0.5, 0.5) * deep * TILT
            leaves.one(c, tea, px, py, 34, c.random.uniform(-60, 60), c.random.uniform(0.9, 1.15))
    front = polygon(
        [
            *seen(x, y, [(-wide / 2, deep / 2), (wide / 2, deep / 2)]),
            *seen(x, y, [(wide / 2, deep / 2), (-wide / 2, deep / 2)], tall),
        ]
    )
    with c.group(clip_path=c.clip(front)):
        for _ in range(int(wide * tall / 240)):
            px, py = x + c.random.uniform(-0.5, 0.5) * wide, y + deep / 2 * TILT - c.random.uniform(0, tall) * RISE
            leaves.one(c, tea, px, py, 34, c.random.uniform(-25, 25), 0.86 - 0.3 * (px - x) / wide)
        if golden:
            for _ in range(int(wide * tall / 130)):
                blossom_dot(
                    c,
                    x + c.random.uniform(-0.48, 0.48) * wide,
                    y + deep / 2 * TILT - tall * c.random.uniform(0.12, 0.86) * RISE,
                    c.random.uniform(1.6, 3.8),
                )


def blossom_dot(c: Canvas, x: float, y: float, r: float) -> None:
    """A speck of golden flower."""
    c.path(oval(x, y, r, r * 0.9), c.ball([(0, "#f6dd84", 1), (0.6, "#d9a82e", 1), (1, "#8f6510", 1)]))


def mandarin(c: Canvas, x: float, y: float, r: float, open_: bool = False) -> None:
    """A dried green mandarin filled with ripe pu-erh, its cap on or off."""
    peel = mix("#4f4f28", "#635a2c", c.random.random())
    skin = Skin(peel, gloss=0.34, sharp=12, rim=0.22, depth=1.05)
    form = Form(
        x,
        y,
        [
            (r * 0.40, 0),
            (r * 0.40, 0),
            (r * 0.78, r * 0.18),
            (r, r * 0.62),
            (r * 0.96, r * 1.0),
            (r * 0.70, r * 1.40),
            (r * 0.40, r * 1.54),
        ],
        5,
    )
    shadow(c, form)
    draw(c, form, skin)
    for _ in range(210):
        h = r * c.random.uniform(0.08, 1.48)
        a = c.random.uniform(-86, 86)
        px, py = form.at(a, h)
        s = r * c.random.uniform(0.010, 0.022) * (0.4 + 0.6 * math.cos(math.radians(a)))
        c.path(oval(px, py, s, s * 0.9), shade(peel, 0.45), 0.7)
        c.path(oval(px - s * 0.6, py - s * 0.9, s * 0.7, s * 0.5), shade(peel, 1.55), 0.45)
    for a in range(-80, 81, 20):
        line = curve([form.at(a + c.random.uniform(-3, 3), r * h) for h in (0.15, 0.6, 1.1, 1.45)])
        c.stroke(line, shade(peel, 0.5), r * 0.03, 0.22)
    top = y - r * 1.54 * RISE
    if open_:
        c.path(oval(x, top, r * 0.44, r * 0.44 * TILT), shade(peel, 1.15))
        c.path(oval(x, top + 2, r * 0.37, r * 0.37 * TILT), "#1f1310")
        leaves.heap(c, TEAS["shou"], x, top + 1, r * 0.34, r * 0.10, r * 0.15, strays=0, count=70, grounded=False)
    else:
        cap = Form(
            x,
            top - 1,
            [(r * 0.41, 0), (r * 0.41, 0), (r * 0.36, r * 0.06), (r * 0.16, r * 0.10), (r * 0.02, r * 0.11)],
            4,
        )
        c.path(oval(x, top + 1, r * 0.43, r * 0.43 * TILT), shade(peel, 0.3))
        draw(c, cap, skin, occlusion=0.1)
        c.path(oval(x, top - r * 0.10, r * 0.09, r * 0.045), shade(peel, 0.5))
        c.path(oval(x - 1, top - r * 0.115, r * 0.05, r * 0.025), "#a8925a")


def lid(c: Canvas, x: float, y: float, r: float) -> None:
    """A mandarin's cap lying beside it."""
    peel = "#5a552b"
    form = Form(
        x, y, [(r * 0.41, 0), (r * 0.41, 0), (r * 0.38, r * 0.07), (r * 0.18, r * 0.13), (r * 0.02, r * 0.14)], 4
    )
    shadow(c, form)
    draw(c, form, Skin(peel, 0.3, 12, 0.2, 1.0))
    c.path(oval(x, y - r * 0.14, r * 0.08, r * 0.04), "#8f7d4a")


def basket(c: Canvas, x: float, y: float, r: float, tall: float) -> Form:
    """A woven bamboo basket."""
    straw = "#c9a468"
    form = Form(
        x,
        y,
        [
            (r * 0.84, 0),
            (r * 0.84, 0),
            (r * 0.96, tall * 0.12),
            (r, tall * 0.5),
            (r * 0.94, tall * 0.9),
            (r * 0.95, tall),
        ],
        6,
    )
    shadow(c, form)
    draw(c, form, clay(shade(straw, 0.55)))
    rows = 11
    for k in range(rows):
        low, high = tall * (k + 0.06) / rows, tall * (k + 0.94) / rows
        for i in range(-9, 10):
            a = i * 10 + (5 if k % 2 else 0)
            if abs(a) > 88:
                continue
            light = 1.06 - 0.40 * max(0.0, math.sin(math.radians(a + 40))) ** 1.4
            tone = shade(mix(straw, "#a97c42", c.random.random() * 0.45), light)
            left, right = max(-89.0, a - 8.4), min(89.0, a + 8.4)
            c.path(form.patch(low, high, left, right, 0), shade(tone, 0.62))
            c.path(
                form.patch(low + 1, high - 1.5, left + 0.8, right - 0.8, 2.5),
                c.fitted([(0, shade(tone, 1.2), 1), (0.5, tone, 1), (1, shade(tone, 0.72), 1)], (0, 0), (0, 1)),
            )
    rim_y = y - tall * RISE
    c.path(oval(x, rim_y, r * 0.96, r * 0.96 * TILT), shade(straw, 0.9))
    c.path(oval(x, rim_y, r * 0.86, r * 0.86 * TILT), "#2a1d12")
    for i in range(40):
        turn = math.tau * i / 40
        px, py = x + r * 0.93 * math.cos(turn), rim_y + r * 0.93 * TILT * math.sin(turn)
        light = 1.1 - 0.3 * math.cos(turn - 0.6)
        c.stroke(
            f"M{px - r * 0.05:.1f} {py + r * 0.035:.1f}L{px + r * 0.04:.1f} {py - r * 0.035:.1f}",
            shade(straw, light * 0.6),
            r * 0.055,
        )
        c.stroke(
            f"M{px - r * 0.05:.1f} {py + r * 0.03:.1f}L{px + r * 0.04:.1f} {py - r * 0.04:.1f}",
            shade(straw, light),
            r * 0.038,
        )
    return form
