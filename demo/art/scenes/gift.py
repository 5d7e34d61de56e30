"""Gifts."""

import math

from .. import boxes, flowers, food, motifs, packs, pots, solids, tubes, vessels
from ..canvas import Canvas, curve, oval, polygon
from ..motifs import Stroke
from ..paint import Skin, glaze, shade
from ..turned import RISE, TILT, Form, draw, shadow
from . import scene
from .arrange import CELADON, WHITE
from .ware import setting

LACQUER = Skin("#9c2f26", gloss=0.55, sharp=40, rim=0.35, depth=0.95)


def open_box(c: Canvas, x: float, y: float, wide: float, deep: float, tall: float, colour: str, lining: str) -> float:
    """A box without its lid; things stand in it from the back. Answers the screen y of its floor's middle."""
    boxes.box(c, x, y, wide, deep, tall, colour)
    up, back, wall = tall * RISE, deep * TILT, 16
    shrink = 1 - deep / 2600
    inner = [
        (x - wide / 2 + wall, y - up - 5),
        (x + wide / 2 - wall, y - up - 5),
        (x + wide / 2 * shrink - wall, y - up - back + 6),
        (x - wide / 2 * shrink + wall, y - up - back + 6),
    ]
    c.path(
        polygon(inner),
        c.linear([(0, shade(lining, 0.52), 1), (1, shade(lining, 0.95), 1)], (x, y - up - back), (x, y - up)),
    )
    c.path(
        polygon(inner),
        c.linear(
            [(0, "#1c1208", 0.42), (0.18, "#1c1208", 0.05), (1, "#1c1208", 0)], (x - wide / 2, 0), (x + wide / 2, 0)
        ),
    )
    return y - up - back / 2


@scene("four-seasons-gift", "gift", (600, 720, 1.16))
def four_seasons(c: Canvas) -> None:
    boxes.box(c, 600, 880, 860, 470, 130, "#9c2f26", seam=0)
    up = 130 * RISE
    c.path(
        polygon([(190, 880 - up - 4), (1010, 880 - up - 4), (950, 880 - up - 163), (250, 880 - up - 163)]),
        shade("#5a1a16", 0.9),
    )
    tins: list[tuple[float, str, list[Stroke]]] = [
        (300, "#5f7d52", motifs.sprig()),
        (500, "#c9c3ae", motifs.moon()),
        (700, "#2f6a66", motifs.cloud()),
        (900, "#8a2b26", motifs.blossom()),
    ]
    with c.raised():
        for x, colour, sign in tins:
            packs.tin(c, x, 880 - up - 40, 90, 270, colour, sign, ink="#4a4a3a")
    c.path(
        polygon([(170, 880), (1030, 880), (1030, 880 - up), (170, 880 - up)]),
        c.linear(
            [(0, shade("#9c2f26", 1.05), 1), (0.4, "#962d25", 1), (1, shade("#9c2f26", 0.74), 1)], (170, 0), (1030, 0)
        ),
    )
    c.stroke(f"M170 {880 - up:.0f}H1030", shade("#9c2f26", 1.45), 3, 0.7)
    c.path(oval(600, 880 - up * 0.5, 44, 44), "#e3c58a")
    motifs.put(c, motifs.sprig(), lambda u, v: (600 + u * 32, 880 - up * 0.5 - v * 32), "#9c2f26", 32)
    card(c, 880, 985)


def card(c: Canvas, x: float, y: float) -> None:
    """A small card lying on the table."""
    outline = solids.rounded(210, 150, 6, -14)
    with c.floor():
        c.soft(
            polygon([(px + 5, py + 6) for px, py in solids.seen(x, y, outline)]),
            "#1c1712",
            5,
            (x - 120, y - 80, x + 130, y + 90),
            0.4,
        )
    c.path(
        polygon(solids.seen(x, y, outline)),
        c.linear([(0, "#fbf5e6", 1), (1, "#e3d8bf", 1)], (x - 90, y - 40), (x + 90, y + 40)),
    )
    for i in range(4):
        ends = solids.seen(x, y, solids.turned([(-74, -44 + 26 * i), (40 - 24 * (i % 2), -44 + 26 * i)], -14))
        c.stroke(polygon(ends, close=False), "#8a7a62", 2.2, 0.55)
    c.path(
        polygon(
            solids.seen(x, y, solids.turned(solids.rounded(26, 26, 3), -14), 0)
            and [(px + 62, py + 10) for px, py in solids.seen(x, y, solids.turned(solids.rounded(30, 30, 3), -14))]
        ),
        "#b0402e",
    )


@scene("four-seasons-gift-green", "gift", (600, 740, 1.2))
def four_seasons_green(c: Canvas) -> None:
    boxes.box(c, 590, 900, 760, 520, 190, "#2f4a3c", seam=66)
    boxes.ribbon_round(c, 590, 900, 760, 520, 190, "#d0ad6c")
    flowers.leaf(c, 980, 980, 130, -30)
    flowers.leaf(c, 975, 985, 110, 30, "#7a9450")


@scene("gongfu-starter-set", "gift", (600, 770, 1.16))
def gongfu(c: Canvas) -> None:
    for x, colour, sign in (
        (330, "#c7a25c", motifs.sprig()),
        (530, "#8f9a72", motifs.cloud()),
        (730, "#b9855a", motifs.sun()),
    ):
        packs.pouch(c, x, 735, 180, 265, colour, sign)
    setting(c, glaze(CELADON), 985)


@scene("gongfu-starter-set-box", "gift", (600, 760, 1.18))
def gongfu_box(c: Canvas) -> None:
    mid = open_box(c, 600, 960, 900, 640, 120, "#b99a70", "#d8c4a0")
    with c.raised():
        vessels.gaiwan(c, 370, mid + 20, 130, glaze(CELADON))
        pots.pitcher(c, 640, mid + 6, 92, glaze(CELADON))
        for dx, dy in ((-10, 84), (130, 86), (270, 84), (270, -18)):
            vessels.cup(c, 610 + dx, mid + dy, 58, glaze(CELADON), inside=WHITE)
    up = 120 * RISE
    c.path(
        polygon([(150, 960), (1050, 960), (1050, 960 - up), (150, 960 - up)]),
        c.linear(
            [(0, shade("#b99a70", 1.04), 1), (0.4, "#b39469", 1), (1, shade("#b99a70", 0.76), 1)], (150, 0), (1050, 0)
        ),
    )
    c.stroke(f"M150 {960 - up:.0f}H1050", "#f3e4c6", 3, 0.6)
    motifs.put(c, motifs.seal(), lambda u, v: (600 + u * 24, 960 - up * 0.5 - v * 24), "#7a3a22", 24)


@scene("tasting-box-twelve", "gift", (600, 830, 1.2))
def twelve(c: Canvas) -> None:
    mid = open_box(c, 600, 990, 900, 860, 84, "#37524a", "#e6d9bc")
    colours = (
        "#9aae5f",
        "#b7c47c",
        "#c9c9a8",
        "#7f9a6a",
        "#4f8a80",
        "#c7a24a",
        "#b9782f",
        "#c95f4a",
        "#8f3a2c",
        "#6f4a3a",
        "#4a3a34",
        "#c98aa0",
    )
    signs = (
        motifs.sprig(),
        motifs.bamboo(),
        motifs.moon(),
        motifs.waves(),
        motifs.cloud(),
        motifs.sun(),
        motifs.mountain(),
        motifs.fruit(),
        motifs.pine(),
        motifs.seal(),
        motifs.mountain(),
        motifs.blossom(),
    )
    for i in range(12):
        row, col = divmod(i, 4)
        spread = 172 + row * 10
        x, y = 600 + (col - 1.5) * spread, mid - 84 + row * 84
        sachet(c, x, y, spread - 24, 190, colours[i], signs[i])


def sachet(c: Canvas, x: float, y: float, wide: float, deep: float, colour: str, sign: list[Stroke]) -> None:
    """A flat foil sachet lying in its box."""
    outline = solids.rounded(wide, deep, 5)
    area = (x - wide, y - deep * TILT, x + wide, y + deep * TILT)
    c.soft(polygon([(px + 4, py + 6) for px, py in solids.seen(x, y, outline)]), "#1c1208", 4, area, 0.5)
    d = polygon(solids.seen(x, y, outline))
    c.path(
        d,
        c.linear(
            [(0, shade(colour, 1.22), 1), (0.5, colour, 1), (1, shade(colour, 0.78), 1)],
            (x - wide * 0.4, y - 26),
            (x + wide * 0.4, y + 26),
        ),
    )
    c.path(
        oval(x - wide * 0.05, y, wide * 0.40, deep * 0.36 * TILT),
        c.radial([(0, "#ffffff", 0.30), (1, "#ffffff", 0)], (x - wide * 0.12, y - 6), wide * 0.4, deep * 0.4 * TILT),
    )
    for z in (-0.44, 0.44):
        ends = solids.seen(x, y, [(-wide / 2, deep * z), (wide / 2, deep * z)])
        c.stroke(polygon(ends, close=False), shade(colour, 0.6), 2, 0.5)
        c.stroke(polygon([(px, py - 1.8) for px, py in ends], close=False), "#ffffff", 1.4, 0.35)
    motifs.put(c, sign, lambda u, v: (x + u * 36, y - v * 36 * TILT * 1.3), "#fbf5e6", 30)


@scene("tasting-box-twelve-cups", "gift", (600, 790, 1.2))
def twelve_cups(c: Canvas) -> None:
    liquors = ("#dfe0a0", "#d9d488", "#d6c65c", "#d8a93c", "#c87a2a", "#5a1f14")
    for i, (x, y) in enumerate(((330, 790), (600, 775), (870, 790), (310, 985), (600, 1000), (890, 985))):
        vessels.cup(c, x, y, 125, glaze(WHITE), liquors[i])


def tier(c: Canvas, x: float, y: float, r: float, tall: float, below: bool = False) -> Form:
    """One tier of a round lacquer box, on the table or on the tier ``below``."""
    form = Form(
        x,
        y,
        [(r * 0.98, 0), (r * 0.98, 0), (r, 5), (r, tall - 5), (r * 0.98, tall), (r * 0.98, tall), (2, tall + 1)],
        8,
    )
    if below:
        c.stroke(oval(x, y + 2, r, r * TILT), "#1c0806", 7, 0.55)
    else:
        shadow(c, form)
    draw(c, form, LACQUER)
    gold = "#d9b36a"
    for h in (tall * 0.10, tall * 0.90):
        c.path(
            form.patch(h - 3, h + 3, -90, 90, 1),
            c.linear(
                [(0, shade(gold, 0.9), 1), (0.3, shade(gold, 1.3), 1), (1, shade(gold, 0.6), 1)], (x - r, 0), (x + r, 0)
            ),
        )
    for i in range(-5, 6):
        centre = i * 15

        def where(u: float, v: float, at: float = centre) -> tuple[float, float]:
            return form.at(at + u * 5.5, tall * 0.5 + v * tall * 0.24, 1)

        motifs.put(
            c, motifs.cloud() if i % 2 else motifs.blossom(), where, shade(gold, 1.05 - 0.06 * max(0, i)), tall * 0.22
        )
    return form


def lacquer_box(c: Canvas, x: float, y: float, r: float, tall: float) -> None:
    """The round box of two tiers, each ``tall``, with its lid and tassel."""
    tier(c, x, y, r, tall)
    tier(c, x, y - tall * RISE, r, tall, below=True)
    top = y - 2 * tall * RISE
    profile = [(1.02, -0.014), (1.02, -0.014), (1.02, 0.14), (0.99, 0.19), (0.8, 0.246), (0.3, 0.288), (0.12, 0.295)]
    knob = [(0.09, 0.316), (0.10, 0.393), (0.07, 0.435), (0.007, 0.449)]
    lid = Form(x, top, [(r * radius, r * height) for radius, height in profile + knob], 5)
    draw(c, lid, LACQUER, occlusion=0.05)
    c.stroke(oval(x, top - 0.218 * r * RISE, r * 0.76, r * 0.76 * TILT), "#e3c58a", 4, 0.85)
    c.stroke(oval(x, top - 0.232 * r * RISE, r * 0.68, r * 0.68 * TILT), "#e3c58a", 2, 0.7)
    with c.placed(x + r * 0.62, top - r * 0.105, r / 285):
        tassel(c, 0, 0)


@scene("new-year-gift", "gift", (600, 690, 1.16))
def new_year(c: Canvas) -> None:
    lacquer_box(c, 570, 930, 285, 165)
    for x, y in ((960, 980), (1010, 930)):
        kumquat(c, x, y)


def tassel(c: Canvas, x: float, y: float) -> None:
    """A cord with a knot and a tassel hanging over the edge of the lid."""
    gold = "#d9b36a"
    tubes.cord(c, [(x - 150, y - 62), (x - 60, y - 40), (x + 6, y + 10), (x + 12, y + 80)], 9, gold)
    c.path(oval(x + 12, y + 88, 17, 15), c.ball([(0, shade(gold, 1.4), 1), (1, shade(gold, 0.5), 1)]))
    for i in range(26):
        dx = -22 + 44 * i / 25
        line = curve(
            [
                (x + 12 + dx * 0.4, y + 98),
                (x + 12 + dx * 0.8, y + 150),
                (x + 12 + dx * 1.05 + c.random.uniform(-2, 2), y + 210 + c.random.uniform(-6, 6)),
            ]
        )
        c.stroke(line, shade("#c23b2c", 1.15 - 0.5 * i / 25), 3.2)
    c.path(f"M{x - 4} {y + 100}H{x + 28}V{y + 114}H{x - 4}Z", shade(gold, 0.95))


def kumquat(c: Canvas, x: float, y: float) -> None:
    """A kumquat, for luck."""
    flowers.under(c, x - 6, y + 14, 40, 0.55)
    c.path(oval(x, y - 6, 44, 39), c.ball([(0, "#f9bd5a", 1), (0.5, "#e8922a", 1), (1, "#8f4a0f", 1)]))
    for _ in range(50):
        a, d = c.random.uniform(0, math.tau), c.random.random() ** 0.5
        c.path(oval(x + 40 * d * math.cos(a), y - 6 + 35 * d * math.sin(a), 1.4, 1.1), "#b96a15", 0.45)
    c.path(oval(x - 14, y - 20, 10, 6), "#fff2d2", 0.75)
    flowers.leaf(c, x + 4, y - 40, 66, -18)


@scene("new-year-gift-open", "gift", (600, 780, 1.2))
def new_year_open(c: Canvas) -> None:
    form = Form(600, 950, [(398, 0), (398, 0), (405, 6), (405, 110), (400, 116)], 8)
    shadow(c, form)
    draw(c, form, LACQUER)
    gold = "#d9b36a"
    c.path(form.patch(12, 19, -90, 90, 1), gold)
    vessels.mouth(c, form, LACQUER.tinted("#7a241d"), 14)
    y = 950 - 116 * RISE
    c.path(oval(600, y + 26, 372, 372 * TILT * 0.94), "#e9dcc0")
    with c.raised(), c.group(clip_path=c.clip(oval(600, y, 391, 391 * TILT) + f"M200 0H1000V{y:.0f}H200Z")):
        packs.tin(c, 470, y - 6, 78, 170, "#8a3a24", motifs.mountain(), lid="#43302a")
        packs.tin(c, 650, y - 20, 78, 170, "#8fa58f", motifs.blossom(), lid="#dcd9c6", ink="#5d7562")
        for x, dy, t in ((800, 6, -12), (860, 36, 10)):
            food.shortcake(c, x, y + dy, 120, t)
        for x, dy, t in ((380, 62, 20), (500, 84, 8)):
            food.rice_cake(c, x, y + dy, 112, t)
        for x, dy, t in ((640, 82, -8), (770, 88, 10), (700, 122, 0)):
            food.date(c, x, y + dy, 118, t)


@scene("category-gift", "gift", (590, 790, 1.1), 900, 900)
def category(c: Canvas) -> None:
    boxes.box(c, 590, 930, 700, 480, 200, "#9c2f26", seam=66)
    boxes.ribbon_round(c, 590, 930, 700, 480, 200, "#d9b36a")
