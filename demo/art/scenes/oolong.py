"""Oolong."""

from .. import leaves, motifs, packs, pots, solids, vessels
from ..canvas import Canvas
from ..paint import clay, glaze
from . import scene
from .arrange import (
    CELADON,
    CLOSE,
    IVORY,
    TENMOKU,
    WHITE,
    close_board,
    close_plate,
    close_slate,
    in_bowl,
    open_gaiwan,
    tea,
    tin,
)


@scene("tieguanyin-anxi", "oolong")
def tieguanyin(c: Canvas) -> None:
    tin(c, tea("tieguanyin"), "#2f6a66", motifs.cloud())


@scene("tieguanyin-anxi-leaves", "oolong", CLOSE)
def tieguanyin_leaves(c: Canvas) -> None:
    close_board(c, tea("tieguanyin"), 100, "#c39a62")


@scene("tieguanyin-anxi-brewed", "oolong")
def tieguanyin_brewed(c: Canvas) -> None:
    open_gaiwan(c, tea("tieguanyin"), glaze(WHITE))


@scene("da-hong-pao", "oolong")
def dahongpao(c: Canvas) -> None:
    tin(c, tea("dahongpao"), "#8a3a24", motifs.mountain(), lid="#43302a", ink="#8a3a24")


@scene("da-hong-pao-brewed", "oolong")
def dahongpao_brewed(c: Canvas) -> None:
    pots.teapot(c, 470, 800, 215, clay("#7b4738"))
    vessels.cup(c, 870, 940, 125, glaze(TENMOKU), tea("dahongpao").liquor, inside="#6d4a38")


@scene("phoenix-dancong", "oolong")
def dancong(c: Canvas) -> None:
    for x, y, colour, sign, turn in (
        (300, 740, "#c7a25c", motifs.blossom(), -2),
        (520, 760, "#b9855a", motifs.sprig(), 1),
        (740, 745, "#8f9a72", motifs.moon(), 2),
    ):
        packs.pouch(c, x, y, 215, 320, colour, sign, turn=turn)
    vessels.gaiwan(c, 830, 990, 155, glaze(IVORY))
    leaves.heap(c, tea("dancong"), 430, 960, 180, 76, 58)


@scene("phoenix-dancong-leaves", "oolong", CLOSE)
def dancong_leaves(c: Canvas) -> None:
    close_plate(c, tea("dancong"), clay("#b9ac96"), 96)


@scene("dong-ding", "oolong")
def dongding(c: Canvas) -> None:
    packs.pouch(c, 430, 820, 360, 510, "#cfa14e", motifs.sun(), ink="#7a5420", turn=-1)
    solids.tray(c, 820, 960, 480, 330)
    with c.raised():
        leaves.heap(c, tea("dongding"), 815, 905, 150, 76, 58, strays=5)


@scene("dong-ding-brewed", "oolong")
def dongding_brewed(c: Canvas) -> None:
    y = solids.tray(c, 600, 890, 900, 560)
    with c.raised():
        vessels.cup(c, 430, y - 10, 175, glaze(CELADON), tea("dongding").liquor, inside=WHITE)
        vessels.cup(c, 790, y + 70, 185, glaze(CELADON), tea("dongding").liquor, inside=WHITE)


@scene("oriental-beauty", "oolong")
def beauty(c: Canvas) -> None:
    packs.tin(c, 440, 840, 185, 380, "#b9742c", motifs.blossom(), lid="#d9a253", ink="#8f5420")
    in_bowl(c, tea("beauty"), 840, 955, 195, glaze(IVORY), 62)


@scene("oriental-beauty-leaves", "oolong", CLOSE)
def beauty_leaves(c: Canvas) -> None:
    close_slate(c, tea("beauty"), 104)


@scene("category-oolong", "oolong", (640, 750, 1.0), 900, 900)
def category(c: Canvas) -> None:
    pots.teapot(c, 560, 880, 225, clay("#7b4738"))
    leaves.heap(c, tea("tieguanyin"), 850, 980, 125, 64, 52)
