"""Flower and herbal tea."""

import math

from .. import flowers, glass, leaves, motifs, packs, solids, vessels
from ..canvas import Canvas, curve, oval
from ..leaves import Tea
from ..paint import clay, glaze, shade
from ..turned import RISE, TILT, Form, draw
from . import scene
from .arrange import CELADON, IVORY, WHITE, tea


@scene("jasmine-pearls", "flower")
def jasmine(c: Canvas) -> None:
    packs.tin(c, 440, 840, 165, 420, "#8fa58f", motifs.blossom(), lid="#dcd9c6", ink="#5d7562")
    leaves.heap(c, tea("jasmine"), 800, 930, 165, 86, 56)
    for x, y, r in ((660, 1010, 52), (985, 985, 46), (250, 960, 50), (330, 1015, 36)):
        flowers.jasmine(c, x, y, r)
    flowers.leaf(c, 225, 985, 110, 160)


@scene("jasmine-pearls-leaves", "flower", (600, 785, 1.26))
def jasmine_leaves(c: Canvas) -> None:
    vessels.plate(c, 600, 830, 400, glaze(WHITE))
    with c.raised():
        leaves.heap(c, tea("jasmine"), 590, 780, 265, 125, 104, strays=6)
    for x, y, r in ((270, 1000, 70), (950, 985, 62)):
        flowers.jasmine(c, x, y, r)


@scene("jasmine-pearls-brewed", "flower")
def jasmine_brewed(c: Canvas) -> None:
    form = glass.cupful(c, 560, 930, 270, tea("jasmine").liquor)
    with c.group(clip_path=c.clip(glass.section(form, 26, 205, 12))):
        for i in range(34):
            x, y = 560 + c.random.uniform(-190, 190), 915 - c.random.uniform(0, 1) ** 1.6 * 110
            if i % 3:
                leaves.one(c, Tea(leaves.maofeng, ("#8fa85a", "#a4b86a")), x, y, 120, c.random.uniform(-40, 40), 0.9)
            else:
                leaves.one(c, tea("jasmine"), x, y, 74, 0, 0.9)
    level = 930 - 270 * 0.80 * RISE
    glass.surface(c, form, shade(tea("jasmine").liquor, 1.06), 270 * 0.80)
    flowers.jasmine(c, 500, level + 6, 62)
    glass.front(c, form)
    flowers.jasmine(c, 900, 985, 58)
    leaves.heap(c, tea("jasmine"), 260, 1000, 70, 26, 52, strays=4)


@scene("chrysanthemum-buds", "flower")
def chrysanthemum(c: Canvas) -> None:
    form = packs.jar(c, 450, 860, 190, 420)
    glass.back(c, form)
    with c.group(clip_path=c.clip(glass.section(form, 8, 350, 8))), c.raised():
        for row in range(11):
            for i in range(7):
                x = 450 - 168 + i * 56 + (28 if row % 2 else 0) + c.random.uniform(-8, 8)
                flowers.bud(c, x, 905 - row * 34 + c.random.uniform(-6, 6), 38, c.random.uniform(0, 360))
    glass.front(c, form)
    cork(c, 450, 860 - 420 * RISE, 168)
    for x, y, t in ((760, 900, 10), (850, 950, 200), (700, 985, 120), (930, 890, -30), (810, 1020, 60)):
        flowers.bud(c, x, y, 42, t)
    flowers.chrysanthemum(c, 960, 990, 84)


def cork(c: Canvas, x: float, y: float, r: float) -> None:
    """The stopper of a jar."""
    form = Form(
        x, y, [(r * 0.96, -8), (r * 0.96, -8), (r, 10), (r * 1.03, 46), (r * 1.01, 56), (r * 0.9, 58), (2, 58)], 5
    )
    draw(c, form, clay("#c79a66"), occlusion=0.1)
    for _ in range(90):
        px, py = form.at(c.random.uniform(-85, 85), c.random.uniform(4, 44))
        c.path(oval(px, py, c.random.uniform(1, 4), c.random.uniform(0.8, 2)), "#7a5432", 0.4)


@scene("chrysanthemum-buds-brewed", "flower")
def chrysanthemum_brewed(c: Canvas) -> None:
    liquor = "#e6c858"
    form = glass.cupful(c, 580, 930, 280, liquor)
    level = 930 - 280 * 0.80 * RISE
    for dx, dy, r in ((-110, -14, 92), (96, -22, 84), (10, 34, 98)):
        flowers.chrysanthemum(c, 580 + dx, level + dy, r, floating=True)
    glass.front(c, form)
    for x, y, t in ((930, 960, 30), (1000, 1000, 190)):
        flowers.bud(c, x, y, 42, t)


@scene("rose-buds", "flower")
def rose(c: Canvas) -> None:
    packs.pouch(c, 420, 830, 350, 510, "#d79aa5", motifs.blossom(), ink="#9c3d5c", turn=-1)
    vessels.bowl(c, 810, 950, 195, glaze(IVORY))
    with c.raised():
        roses(c, 810, 850, 150, 56, 30)
    for x, y, t in ((600, 990, 160), (680, 1035, -20), (1010, 1010, 70)):
        flowers.rosebud(c, x, y, 46, t)


def roses(c: Canvas, x: float, y: float, rx: float, tall: float, count: int) -> None:
    """A heap of rose buds."""
    c.path(oval(x, y, rx, rx * TILT), "#4a1a2a")
    spots = []
    for _ in range(count):
        d, a = c.random.random() ** 0.5, c.random.uniform(0, 6.283)
        spots.append((d * c.random.choice((-1, 1)) * abs(math.cos(a)), d * math.sin(a), d))
    for u, v, d in sorted(spots, key=lambda s: s[1]):
        flowers.rosebud(
            c,
            x + u * rx * 0.95,
            y + v * rx * TILT * 0.9 - (1 - d * d) * tall,
            rx * 0.27,
            c.random.uniform(-80, 80),
            c.random.choice(("#b5476a", "#a63d60", "#c25c78")),
        )


@scene("rose-buds-brewed", "flower")
def rose_brewed(c: Canvas) -> None:
    liquor = "#d98a7a"
    form = glass.cupful(c, 560, 930, 275, liquor)
    level = 930 - 275 * 0.80 * RISE
    for dx, dy, t in ((-96, -6, -30), (60, -34, 20), (98, 26, -60), (-20, 36, 170)):
        flowers.rosebud(c, 560 + dx, level + dy, 62, t)
    glass.front(c, form)
    for x, y, t in ((910, 950, 20), (985, 1000, 200), (850, 1015, -40)):
        flowers.rosebud(c, x, y, 48, t)


@scene("osmanthus-oolong", "flower")
def osmanthus(c: Canvas) -> None:
    packs.pouch(c, 440, 830, 360, 520, "#e2bd62", motifs.blossom(), ink="#a8701e", turn=-1)
    leaves.heap(c, tea("osmanthus"), 800, 930, 180, 96, 58)
    flowers.scattered(c, 800, 890, 150, 26, 17)
    flowers.scattered(c, 690, 1010, 240, 16, 16)


@scene("osmanthus-oolong-leaves", "flower", (600, 770, 1.3))
def osmanthus_leaves(c: Canvas) -> None:
    vessels.plate(c, 600, 820, 405, glaze(CELADON))
    with c.raised():
        leaves.heap(c, tea("osmanthus"), 600, 770, 275, 130, 96, strays=4)
        for _ in range(46):
            d, a = c.random.random() ** 0.5, c.random.uniform(0, 6.283)
            u, v = d * math.cos(a), d * math.sin(a)
            flowers.osmanthus(c, 600 + u * 262, 770 + v * 95 - (1 - d * d) * 122, c.random.uniform(22, 31))


@scene("blooming-tea", "flower", (600, 650, 1.1))
def blooming(c: Canvas) -> None:
    liquor = "#dcc070"
    form = glass.teapot(c, 590, 900, 290, liquor)
    with c.group(clip_path=c.clip(glass.section(form, 24, 300, 12))):
        for side in range(-12, 13):
            a = side * 6.6
            with c.placed(590, 905, 1.0, a):
                d = curve([(-9, 0), (-15, -80), (0, -168 + abs(side) * 4), (15, -80), (9, 0)], True, 0.8)
                c.path(d, c.linear([(0, "#5d7a3c", 1), (0.6, "#86a052", 1), (1, "#a9bb74", 1)], (0, 0), (0, -170)))
                c.stroke("M0 -10L0 -140", "#c6d394", 2, 0.5)
        for dx, dy in ((-62, -110), (62, -116)):
            flowers.jasmine(c, 590 + dx, 905 + dy, 44)
        flowers.amaranth(c, 590, 796, 74, "#c2476a")
    glass.teapot_front(c, form, liquor)
    ball(c, 1000, 960, 52)
    ball(c, 930, 1020, 50)


def ball(c: Canvas, x: float, y: float, r: float) -> None:
    """A tied bundle of blooming tea, dry."""
    flowers.under(c, x - r * 0.1, y + r * 0.55, r * 0.9, 0.55)
    c.path(oval(x, y, r, r * 0.92), c.ball([(0, "#b3b083", 1), (0.5, "#858555", 1), (1, "#3d4026", 1)]))
    for i in range(26):
        s = -0.93 + 1.86 * i / 25 + c.random.uniform(-0.03, 0.03)
        bulge = c.random.uniform(0.93, 1.0)
        line = curve(
            [(x + s * r * 0.25, y - r * 0.84), (x + s * r * bulge, y - r * 0.05), (x + s * r * 0.3, y + r * 0.85)]
        )
        tone = shade(c.random.choice(("#8a8a58", "#9a9564", "#75784a", "#c3bf9c")), 1.14 - 0.42 * max(0.0, s))
        c.stroke(line, shade(tone, 0.55), r * 0.075, 0.55)
        c.stroke(line, tone, r * 0.045, 0.75)
    c.stroke(
        curve([(x - r * 0.30, y - r * 0.70), (x, y - r * 0.64), (x + r * 0.28, y - r * 0.71)]), "#e6dfc2", r * 0.03, 0.8
    )
    c.path(oval(x - r * 0.02, y - r * 0.80, r * 0.15, r * 0.09), "#6d7a45")


@scene("blooming-tea-leaves", "flower", (600, 770, 1.2))
def blooming_leaves(c: Canvas) -> None:
    solids.slate(c, 590, 870, 820, 640)
    with c.raised():
        for x, y, r in ((430, 720, 100), (650, 705, 104), (820, 800, 100), (540, 850, 116), (330, 830, 98)):
            ball(c, x, y, r)


@scene("category-flower", "flower", (620, 800, 1.04), 900, 900)
def category(c: Canvas) -> None:
    liquor = "#e6c858"
    form = glass.cupful(c, 560, 920, 260, liquor)
    level = 920 - 260 * 0.80 * RISE
    flowers.chrysanthemum(c, 490, level - 6, 92, floating=True)
    flowers.chrysanthemum(c, 640, level + 12, 86, floating=True)
    glass.front(c, form)
    for x, y, t in ((870, 940, 20), (940, 990, 200), (820, 1010, -40)):
        flowers.rosebud(c, x, y, 48, t)
