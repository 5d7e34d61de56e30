"""Tea snacks."""

from .. import flowers, food, motifs, packs, solids, vessels
from ..canvas import Canvas
from ..paint import clay, glaze
from ..turned import RISE
from . import scene
from .arrange import CELADON, IVORY, WHITE, tea

NEAR = (600, 850, 1.3)


@scene("osmanthus-cake", "snack", NEAR)
def osmanthus_cake(c: Canvas) -> None:
    vessels.plate(c, 600, 900, 395, glaze(CELADON))
    with c.raised():
        for x, y, t in ((480, 790, 24), (690, 780, 12), (380, 865, 8), (595, 880, 30), (800, 862, 18)):
            food.rice_cake(c, x, y, 165, t)
        food.rice_cake(c, 590, 812 - 12, 165, 16)
    flowers.scattered(c, 620, 1040, 330, 14, 20)


@scene("osmanthus-cake-pair", "snack", NEAR)
def osmanthus_pair(c: Canvas) -> None:
    solids.board(c, 600, 950, 800, 520, "#b98a5a", 26)
    with c.raised():
        vessels.cup(c, 790, 890, 150, glaze(WHITE), tea("tieguanyin").liquor)
        food.rice_cake(c, 370, 890, 190, 20)
        food.rice_cake(c, 520, 980, 200, 8)
        flowers.scattered(c, 740, 1000, 130, 7, 20)


@scene("mung-bean-cake", "snack", NEAR)
def mung(c: Canvas) -> None:
    vessels.plate(c, 600, 900, 395, clay("#4c5450"))
    with c.raised():
        for x, y in ((450, 790), (690, 780), (350, 865), (580, 870), (815, 862)):
            food.pressed_cake(c, x, y, 108, "#d6cd8a")
        food.pressed_cake(c, 570, 800, 108, "#d9d08e")


@scene("mung-bean-cake-box", "snack", NEAR)
def mung_box(c: Canvas) -> None:
    colours = ("#d6cd8a", "#9aab6a", "#a8665a")
    tray = solids.rounded(830, 640, 22)
    top = solids.solid(c, 600, 930, tray, 76, "#8a3a2c", "#a34a38")
    inner = solids.polygon(solids.seen(600, 930 - 76 * RISE, solids.rounded(780, 590, 14)))
    c.path(inner, "#4a1f18")
    with c.raised(), c.group(clip_path=c.clip(top)):
        c.path(solids.polygon(solids.seen(600, 930 - 34 * RISE, solids.rounded(780, 590, 14))), "#e9dcc0")
    with c.raised():
        for row in range(3):
            for i in range(4):
                food.pressed_cake(
                    c, 600 - 282 + i * 188, 930 - 30 * RISE + (row - 1) * 66 + 4, 84, colours[(row + i) % 3]
                )


@scene("pineapple-shortcake", "snack", NEAR)
def shortcake(c: Canvas) -> None:
    solids.board(c, 600, 950, 800, 520, "#8a6040", 28)
    with c.raised():
        food.shortcake(c, 420, 850, 180, -14)
        food.shortcake(c, 640, 830, 190, 8)
        food.shortcake(c, 510, 762, 190, -4)
        food.shortcake(c, 740, 985, 195, 6, cut=True)
        food.shortcake(c, 400, 990, 185, 18)


@scene("pineapple-shortcake-pair", "snack", NEAR)
def shortcake_pair(c: Canvas) -> None:
    vessels.plate(c, 500, 950, 320, glaze(IVORY))
    with c.raised():
        food.shortcake(c, 430, 900, 185, -10)
        food.shortcake(c, 590, 940, 185, 8, cut=True)
    vessels.cup(c, 890, 890, 135, glaze("#3a2a24"), tea("dahongpao").liquor, inside="#6d4a38")


@scene("mountain-pecans", "snack", (600, 740, 1.16))
def pecans(c: Canvas) -> None:
    packs.pouch(c, 420, 830, 350, 500, "#c9a474", motifs.mountain(), ink="#6b4426", turn=-1)
    vessels.bowl(c, 800, 970, 215, glaze(CELADON))
    with c.raised():
        food.nuts(c, 800, 868, 172, 66, 74)
    for x, y, t in ((560, 1000, 30), (640, 1040, -40)):
        flowers.under(c, x, y + 12, 36)
        food.pecan(c, x, y, 80, t)


@scene("mountain-pecans-detail", "snack", NEAR)
def pecans_detail(c: Canvas) -> None:
    solids.slate(c, 600, 900, 800, 660)
    with c.raised():
        food.nuts(c, 600, 880, 300, 150, 140)


@scene("date-walnuts", "snack", NEAR)
def dates(c: Canvas) -> None:
    vessels.plate(c, 600, 910, 400, clay("#9a6f48"))
    with c.raised():
        for x, y, t in (
            (420, 800, -12),
            (600, 785, 6),
            (770, 805, 14),
            (340, 865, 10),
            (520, 860, -8),
            (700, 868, 10),
            (860, 872, -10),
            (440, 925, 4),
            (620, 935, -6),
            (780, 930, 8),
        ):
            food.date(c, x, y, 165, t)


@scene("date-walnuts-pair", "snack", NEAR)
def dates_pair(c: Canvas) -> None:
    solids.board(c, 600, 960, 800, 540, "#6f4a33", 26)
    with c.raised():
        vessels.cup(c, 410, 900, 160, glaze(IVORY), tea("shou").liquor)
        for x, y, t in ((660, 860, -10), (830, 885, 12), (610, 960, 8), (780, 990, -6)):
            food.date(c, x, y, 185, t)


@scene("category-snack", "snack", (600, 890, 1.14), 900, 900)
def category(c: Canvas) -> None:
    vessels.plate(c, 600, 920, 370, glaze(CELADON))
    with c.raised():
        food.shortcake(c, 460, 830, 185, -10)
        food.pressed_cake(c, 720, 820, 112, "#d6cd8a")
        food.rice_cake(c, 480, 915, 165, 20)
        food.date(c, 730, 920, 180, -8)
