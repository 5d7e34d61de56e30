"""The wide pictures of the home page; the words of a hero stand on its left."""

from .. import boxes, flowers, leaves, motifs, packs, pots, solids, vessels
from ..canvas import Canvas
from ..paint import clay, glaze
from . import scene
from .arrange import CELADON, TENMOKU, tea
from .gift import kumquat, lacquer_box
from .ware import setting


@scene("hero-autumn-oolong", "oolong", (850, 540, 1.12), 1500, 900, 0.46)
def autumn(c: Canvas) -> None:
    solids.board(c, 1010, 730, 900, 420, "#8a6040", 26)
    with c.raised():
        pots.teapot(c, 960, 620, 170, clay("#7b4738"))
        vessels.cup(c, 1290, 690, 78, glaze(TENMOKU), tea("dahongpao").liquor, inside="#6d4a38")
        vessels.cup(c, 1160, 760, 82, glaze(TENMOKU), tea("dahongpao").liquor, inside="#6d4a38")
        leaves.heap(c, tea("dahongpao"), 800, 760, 120, 56, 46, strays=6)
    flowers.scattered(c, 560, 840, 190, 12, 15)


@scene("hero-teaware", "ware", (850, 540, 1.12), 1500, 900, 0.46)
def teaware(c: Canvas) -> None:
    setting(c, glaze(CELADON), 680, 1030, 860)
    flowers.leaf(c, 500, 800, 120, -24)
    flowers.leaf(c, 505, 806, 100, 28, "#7a9450")


@scene("hero-new-year", "gift", (850, 540, 1.12), 1500, 900, 0.46)
def new_year(c: Canvas) -> None:
    packs.tin(c, 1330, 640, 92, 260, "#8a3a24", motifs.mountain(), lid="#43302a")
    lacquer_box(c, 1050, 740, 205, 118)
    boxes.box(c, 740, 800, 250, 190, 110, "#2f4a3c", seam=36)
    boxes.ribbon_round(c, 740, 800, 250, 190, 110, "#d0ad6c")
    for x, y in ((1330, 770), (1270, 820)):
        kumquat(c, x, y)
