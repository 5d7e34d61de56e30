"""Black tea."""

from .. import flowers, glass, leaves, motifs, packs, solids, vessels
from ..canvas import Canvas, oval
from ..paint import clay, glaze
from ..turned import RISE
from . import scene
from .arrange import (
    CLOSE,
    IVORY,
    PLUM,
    WHITE,
    close_board,
    close_plate,
    cup_of,
    in_bowl,
    pitcher_and_cups,
    pouch,
    tea,
    tin,
)


@scene("keemun-gongfu", "black")
def keemun(c: Canvas) -> None:
    tin(c, tea("keemun"), "#7a2b26", motifs.moon())


@scene("keemun-gongfu-leaves", "black", CLOSE)
def keemun_leaves(c: Canvas) -> None:
    close_plate(c, tea("keemun"), glaze(IVORY), 100)


@scene("keemun-gongfu-brewed", "black")
def keemun_brewed(c: Canvas) -> None:
    cup_of(c, tea("keemun"), glaze(IVORY))


@scene("jin-jun-mei", "black")
def jinjunmei(c: Canvas) -> None:
    tin(c, tea("jinjunmei"), "#b98d45", motifs.mountain(), label="#3c2a20", ink="#d9b878", lid="#c79c52")


@scene("jin-jun-mei-brewed", "black")
def jinjunmei_brewed(c: Canvas) -> None:
    pitcher_and_cups(c, tea("jinjunmei"), glaze(IVORY))


@scene("dianhong-golden-buds", "black")
def dianhong(c: Canvas) -> None:
    pouch(c, tea("dianhong"), "#c39d6b", motifs.sun(), ink="#8a4a22")


@scene("dianhong-golden-buds-leaves", "black", CLOSE)
def dianhong_leaves(c: Canvas) -> None:
    close_board(c, tea("dianhong"), 112, "#6f4a33")


@scene("lapsang-souchong", "black")
def lapsang(c: Canvas) -> None:
    packs.pouch(c, 440, 840, 360, 520, "#4a433e", motifs.pine(), label="#e8dcc4", ink="#3a322c", turn=-1)
    in_bowl(c, tea("lapsang"), 820, 960, 190, clay("#8a7a68"), 62)


@scene("lapsang-souchong-brewed", "black")
def lapsang_brewed(c: Canvas) -> None:
    solids.cloth(c, 600, 900, 860, 720, "#8d7b6c", 10)
    with c.raised():
        cup_of(c, tea("lapsang"), glaze(PLUM), 560, 890, 245)


@scene("lychee-black", "black")
def lychee(c: Canvas) -> None:
    packs.pouch(c, 440, 830, 360, 520, "#d98b7c", motifs.fruit(), ink="#a63a3a", turn=-1)
    flowers.leaf(c, 800, 820, 190, -28, "#4f6d42")
    flowers.lychee(c, 770, 920, 100)
    flowers.lychee(c, 925, 975, 96, peeled=True)
    leaves.heap(c, tea("lychee"), 650, 1010, 110, 48, 52, strays=6)


@scene("lychee-black-brewed", "black")
def lychee_brewed(c: Canvas) -> None:
    liquor = "#b5502a"
    form = glass.tumbler(c, 540, 930, 200, 560, liquor)
    level = form.y - 560 * 0.80 * RISE
    for dx, dy, size, turn in ((-70, 20, 96, 12), (66, 34, 104, -18), (4, -14, 92, 30), (-20, 88, 90, -8)):
        ice(c, 540 + dx, level + dy, size, turn)
    glass.front(c, form)
    flowers.leaf(c, 830, 900, 160, -25, "#4f6d42")
    flowers.lychee(c, 860, 985, 92)


def ice(c: Canvas, x: float, y: float, size: float, turn: float) -> None:
    """A cube of ice in tea."""
    with c.placed(x, y, size, turn):
        c.path(
            "M-0.5 -0.36Q-0.5 -0.48 -0.38 -0.48H0.38Q0.5 -0.48 0.5 -0.36V0.36Q0.5 0.48 0.38 0.48H-0.38Q-0.5 0.48 -0.5 0.36Z",
            c.fitted([(0, "#ffffff", 0.72), (0.45, "#ffe9d6", 0.26), (1, "#ffffff", 0.5)]),
        )
        c.path(oval(-0.05, 0.02, 0.3, 0.26), "#ffffff", 0.16)
        c.stroke("M-0.38 -0.40H0.30", "#ffffff", 0.05, 0.85)
        c.stroke("M-0.42 -0.30V0.26", "#ffffff", 0.04, 0.6)


@scene("category-black", "black", (650, 800, 1.04), 900, 900)
def category(c: Canvas) -> None:
    vessels.cup(c, 540, 900, 245, glaze(WHITE), tea("keemun").liquor)
    leaves.heap(c, tea("dianhong"), 850, 970, 140, 72, 56)
