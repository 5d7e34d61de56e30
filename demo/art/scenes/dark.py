"""Pu-erh and dark tea."""

from .. import boxes, cakes, dark, leaves, motifs, solids, vessels
from ..canvas import Canvas, oval
from ..leaves import TEAS
from ..paint import clay, glaze
from ..turned import RISE, TILT
from . import scene
from .arrange import CELADON, CLOSE, IVORY, TENMOKU, WHITE, cup_of, pitcher_and_cups, tea


@scene("yiwu-sheng-cake", "dark")
def sheng(c: Canvas) -> None:
    cakes.wrapped(c, 530, 820, 330, "#e9e0ca", motifs.mountain(), "#5a6a44")
    dark.lump(c, 860, 980, 170, tea("sheng"))
    leaves.heap(c, tea("sheng"), 610, 1030, 80, 24, 48, strays=8)


@scene("yiwu-sheng-cake-leaves", "dark")
def sheng_leaves(c: Canvas) -> None:
    dark.bare_cake(c, 570, 880, 420, tea("sheng"))
    dark.needle(c, 690, 1040, 380, -14)


@scene("yiwu-sheng-cake-brewed", "dark")
def sheng_brewed(c: Canvas) -> None:
    pitcher_and_cups(c, tea("sheng"), glaze(CELADON))


@scene("menghai-shou-cake", "dark")
def shou(c: Canvas) -> None:
    cakes.wrapped(c, 560, 690, 290, "#e6d8bc", motifs.sun(), "#a8362a")
    dark.bare_cake(c, 640, 950, 270, tea("shou"))


@scene("menghai-shou-cake-brewed", "dark")
def shou_brewed(c: Canvas) -> None:
    cup_of(c, tea("shou"), glaze(IVORY))


@scene("mandarin-shou", "dark")
def mandarin(c: Canvas) -> None:
    dark.mandarin(c, 400, 760, 135)
    dark.mandarin(c, 690, 740, 128)
    dark.mandarin(c, 560, 960, 150, open_=True)
    dark.lid(c, 800, 1000, 150)
    leaves.heap(c, tea("shou"), 890, 880, 90, 36, 50, strays=6)


@scene("mandarin-shou-brewed", "dark")
def mandarin_brewed(c: Canvas) -> None:
    form = vessels.gaiwan(c, 580, 880, 270, glaze(WHITE), tea("shou").liquor, lid=False)
    rim, h = form.top
    level = form.y - h * RISE + 0.22 * rim * RISE * 0.9
    with c.group(clip_path=c.clip(form.rim(16))), c.raised():
        c.path(oval(580, level + 14, 142, 142 * TILT), "#2a0d08", 0.5)
        dark.mandarin(c, 580, level + 92, 138, open_=True)
        c.path(
            f"M330 {level + 30:.0f}A{rim * 0.9:.0f} {rim * 0.9 * TILT:.0f} 0 0 0 830 {level + 30:.0f}V{level + 200:.0f}H330Z",
            TEAS["shou"].liquor,
            0.90,
        )
    dark.lid(c, 930, 1000, 150)


@scene("liubao-basket", "dark")
def liubao(c: Canvas) -> None:
    form = dark.basket(c, 460, 850, 210, 360)
    rim, h = form.top
    with c.raised():
        leaves.heap(c, tea("liubao"), 460, form.y - h * RISE + 8, rim * 0.84, 46, 56, strays=0, grounded=False)
    leaves.heap(c, tea("liubao"), 840, 950, 175, 92, 58)


@scene("liubao-basket-leaves", "dark", CLOSE)
def liubao_leaves(c: Canvas) -> None:
    vessels.plate(c, 600, 800, 405, clay("#a8937a"))
    with c.raised():
        leaves.heap(c, tea("liubao"), 600, 748, 285, 145, 92, strays=5)


@scene("fu-brick", "dark")
def brick(c: Canvas) -> None:
    boxes.box(c, 450, 790, 520, 330, 150, "#c0a074")
    _paper(c, 450, 790)
    dark.brick(c, 720, 980, 400, 230, 84, tea("liubao"), golden=True)
    dark.lump(c, 380, 980, 120, tea("liubao"))


def _paper(c: Canvas, x: float, y: float) -> None:
    """The print and cord on the brick's paper."""
    up, back = 150 * RISE, 330 * TILT
    c.path(f"M{x - 150} {y - up * 0.14:.0f}H{x + 150}V{y - up * 0.86:.0f}H{x - 150}Z", "#e9dcc0")
    c.stroke(f"M{x - 138} {y - up * 0.22:.0f}H{x + 138}V{y - up * 0.78:.0f}H{x - 138}Z", "#7a3a22", 2.4, 0.7)
    motifs.put(c, motifs.mountain(), lambda u, v: (x + u * 52, y - up * 0.5 - v * 36), "#7a3a22", 40)
    for dx in (-205, 205):
        c.stroke(f"M{x + dx} {y}V{y - up:.0f}L{x + dx * 0.94:.0f} {y - up - back:.0f}", "#5a4026", 9)
        c.stroke(
            f"M{x + dx - 1.5} {y}V{y - up:.0f}L{x + dx * 0.94 - 1.5:.0f} {y - up - back:.0f}",
            "#a8824f",
            5,
            stroke_dasharray="7 4",
        )


@scene("fu-brick-leaves", "dark", (600, 790, 1.24))
def brick_leaves(c: Canvas) -> None:
    solids.board(c, 600, 900, 880, 640, "#6b4a34", 28)
    with c.raised():
        dark.brick(c, 590, 840, 680, 380, 210, tea("liubao"), golden=True)


@scene("category-dark", "dark", (600, 800, 1.08), 900, 900)
def category(c: Canvas) -> None:
    cakes.wrapped(c, 560, 850, 310, "#e9e0ca", motifs.pine(), "#a8362a")
    vessels.cup(c, 850, 1000, 115, glaze(TENMOKU), tea("shou").liquor, inside="#5a3a2c")
