"""Green and white tea."""

from .. import flowers, glass, leaves, motifs, packs, solids, vessels
from ..canvas import Canvas
from ..paint import clay, glaze
from . import scene
from .arrange import (
    CELADON,
    CLOSE,
    WHITE,
    close_board,
    close_plate,
    close_slate,
    in_bowl,
    open_gaiwan,
    tall_glass,
    tea,
    tin,
)


@scene("longjing-spring", "green")
def longjing(c: Canvas) -> None:
    tin(c, tea("longjing"), "#44604a", motifs.sprig())


@scene("longjing-spring-leaves", "green", CLOSE)
def longjing_leaves(c: Canvas) -> None:
    close_plate(c, tea("longjing"), glaze(WHITE))


@scene("longjing-spring-brewed", "green")
def longjing_brewed(c: Canvas) -> None:
    tall_glass(c, tea("longjing"), 0.40)


@scene("biluochun-dongting", "green")
def biluochun(c: Canvas) -> None:
    packs.pouch(c, 430, 830, 350, 500, "#8fa08a", motifs.waves(), ink="#3f5a4a", turn=-1)
    in_bowl(c, tea("biluochun"), 815, 960, 190, glaze(CELADON), 62)


@scene("biluochun-dongting-brewed", "green")
def biluochun_brewed(c: Canvas) -> None:
    solids.cloth(c, 600, 900, 820, 700, "#cfd0bb")
    with c.raised():
        vessels.cup(c, 560, 900, 250, glaze(CELADON), tea("biluochun").liquor, inside=WHITE)
        leaves.heap(c, tea("biluochun"), 900, 960, 105, 46, 56, strays=8)


@scene("huangshan-maofeng", "green")
def maofeng(c: Canvas) -> None:
    packs.pouch(c, 440, 810, 360, 510, "#c8ab80", motifs.mountain(), ink="#41543f", turn=1)
    solids.slate(c, 790, 960, 480, 330)
    with c.raised():
        leaves.heap(c, tea("maofeng"), 790, 940, 165, 82, 62, strays=6)


@scene("huangshan-maofeng-leaves", "green", CLOSE)
def maofeng_leaves(c: Canvas) -> None:
    close_slate(c, tea("maofeng"), 112)


@scene("taiping-houkui", "green")
def houkui(c: Canvas) -> None:
    packs.tin(c, 390, 850, 130, 590, "#2f4a3a", motifs.bamboo(), label="#e9e4cd", lid="#b79f5f", ink="#2f4a3a")
    bundle(c, 800, 900, 400)


def bundle(c: Canvas, x: float, y: float, length: float) -> None:
    """Houkui laid side by side on slate."""
    solids.slate(c, x, y, length * 1.32, 360)
    with c.raised():
        for i in range(34):
            t = i / 33
            with c.placed(
                x + c.random.uniform(-20, 20) + 7, y - 96 + 150 * t + 9, length * 0.98, c.random.uniform(-5, 5)
            ):
                c.path("M-0.48 0L0 -0.04L0.48 0L0 0.04Z", "#10150e", 0.4)
            leaves.one(
                c,
                tea("houkui"),
                x + c.random.uniform(-22, 22),
                y - 96 + 150 * t,
                length * c.random.uniform(0.9, 1.04),
                c.random.uniform(-6, 6),
                0.86 + 0.2 * t,
            )


@scene("taiping-houkui-brewed", "green")
def houkui_brewed(c: Canvas) -> None:
    glass.tumbler(c, 600, 950, 190, 720, tea("houkui").liquor, tea("houkui"), 0.66)


@scene("anji-baicha", "green")
def anji(c: Canvas) -> None:
    tin(c, tea("anji"), "#e8e6da", motifs.bamboo(), ink="#5d7a4a", label="#d5dfc0", lid="#dcdccb")


@scene("anji-baicha-brewed", "green")
def anji_brewed(c: Canvas) -> None:
    open_gaiwan(c, tea("anji"), glaze(WHITE))


@scene("silver-needle", "green")
def silver(c: Canvas) -> None:
    packs.tin(c, 420, 830, 200, 330, "#aab5a6", motifs.moon(), ink="#4f6156", lid="#c3cabd")
    in_bowl(c, tea("silver"), 830, 950, 195, clay("#6d675c"), 66)


@scene("silver-needle-leaves", "green", CLOSE)
def silver_leaves(c: Canvas) -> None:
    close_board(c, tea("silver"), 110, "#8a6a4a")


@scene("category-green", "green", (600, 780, 1.0), 900, 900)
def category(c: Canvas) -> None:
    vessels.gaiwan(c, 560, 880, 270, glaze(CELADON))
    leaves.heap(c, tea("longjing"), 850, 950, 120, 58, 54)
    flowers.leaf(c, 230, 930, 150, -40)
    flowers.leaf(c, 230, 935, 130, 25, "#7a9450")
