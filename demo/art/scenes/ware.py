"""Teaware."""

from .. import glass, pots, solids, vessels
from ..canvas import Canvas
from ..paint import Skin, clay, glaze
from . import scene
from .arrange import CELADON, INK, IVORY, PLUM, TENMOKU, WHITE

POT = (590, 640, 1.22)
BOWL = (600, 720, 1.22)


@scene("yixing-teapot", "ware", POT)
def zini(c: Canvas) -> None:
    pots.teapot(c, 570, 900, 275, clay("#7b4a3c"))


@scene("yixing-teapot-zhuni", "ware", POT)
def zhuni(c: Canvas) -> None:
    pots.teapot(c, 570, 900, 275, clay("#a8492f"))


@scene("yixing-teapot-duanni", "ware", POT)
def duanni(c: Canvas) -> None:
    pots.teapot(c, 570, 900, 275, clay("#bd9a68"))


def _gaiwan(c: Canvas, skin: Skin) -> None:
    vessels.gaiwan(c, 540, 880, 275, skin)
    vessels.cup(c, 920, 960, 105, skin, inside=WHITE)


@scene("porcelain-gaiwan", "ware", BOWL)
def celadon(c: Canvas) -> None:
    _gaiwan(c, glaze(CELADON))


@scene("porcelain-gaiwan-ivory", "ware", BOWL)
def ivory(c: Canvas) -> None:
    _gaiwan(c, glaze("#f3ead6"))


@scene("porcelain-gaiwan-ink", "ware", BOWL)
def ink(c: Canvas) -> None:
    _gaiwan(c, glaze(INK))


@scene("glass-teapot", "ware", POT)
def glass_teapot(c: Canvas) -> None:
    form = glass.teapot(c, 580, 900, 280, "#d9a03c")
    glass.teapot_front(c, form, "#d9a03c")


@scene("glass-teapot-walnut", "ware", POT)
def walnut(c: Canvas) -> None:
    form = glass.teapot(c, 540, 890, 270, "#b9542a", "#6d4526")
    glass.teapot_front(c, form, "#b9542a", "#6d4526")
    cup = glass.cupful(c, 940, 980, 100, "#b9542a")
    glass.front(c, cup)


@scene("fair-cup", "ware", (600, 700, 1.24))
def fair_cup(c: Canvas) -> None:
    glass.pitcher(c, 560, 910, 260, "#d9a540")


@scene("fair-cup-celadon", "ware", (600, 700, 1.24))
def fair_cup_celadon(c: Canvas) -> None:
    pots.pitcher(c, 560, 910, 250, glaze(CELADON))


@scene("tasting-cups", "ware", (600, 810, 1.24))
def cups(c: Canvas) -> None:
    vessels.cup(c, 430, 800, 150, glaze(CELADON), inside=WHITE)
    vessels.cup(c, 770, 790, 150, glaze(PLUM), inside=WHITE)
    vessels.cup(c, 420, 1010, 158, glaze(IVORY))
    vessels.cup(c, 780, 1000, 158, glaze(TENMOKU), inside="#6d4a38")


@scene("tasting-cups-tenmoku", "ware", (600, 770, 1.24))
def tenmoku(c: Canvas) -> None:
    solids.cloth(c, 600, 930, 860, 760, "#c4b49a", 9)
    with c.raised():
        vessels.cup(c, 590, 930, 265, glaze(TENMOKU), "#d49a35", inside="#6d4a38")


def setting(c: Canvas, skin: Skin, y: float = 900, x: float = 600, wide: float = 900) -> None:
    """A tray with gaiwan, pitcher and four cups."""
    top = solids.tray(c, x, y, wide, 600, "#b98f58")
    with c.raised():
        vessels.gaiwan(c, x - 235, top - 12, 135, skin)
        glass.pitcher(c, x + 120, top - 40, 112, "#d9a540")
        for dx, dy in ((-60, 96), (110, 106), (280, 80), (330, -20)):
            vessels.cup(c, x + dx, top + dy - 24, 66, skin, "#d9a540", inside=WHITE)


@scene("bamboo-tray", "ware", (600, 770, 1.14))
def tray(c: Canvas) -> None:
    setting(c, glaze(CELADON))


@scene("bamboo-tray-detail", "ware", (600, 830, 1.14))
def tray_alone(c: Canvas) -> None:
    top = solids.tray(c, 600, 910, 900, 620, "#a5773f")
    with c.raised():
        vessels.cup(c, 820, top + 40, 92, glaze(IVORY), "#d9a540", inside=WHITE)


@scene("porcelain-caddy", "ware", (600, 690, 1.2))
def caddy(c: Canvas) -> None:
    pots.caddy(c, 480, 870, 185, 400, glaze("#8d9f84"))
    pots.caddy(c, 810, 960, 135, 210, glaze("#8d9f84"))


@scene("porcelain-caddy-oat", "ware", (600, 690, 1.2))
def caddy_oat(c: Canvas) -> None:
    pots.caddy(c, 420, 960, 135, 210, glaze("#ddcdb0"))
    pots.caddy(c, 730, 880, 185, 400, glaze("#ddcdb0"))


@scene("porcelain-caddy-indigo", "ware", (600, 690, 1.2))
def caddy_indigo(c: Canvas) -> None:
    pots.caddy(c, 590, 900, 200, 420, glaze("#3f5573"))


@scene("category-ware", "ware", (600, 740, 1.05), 900, 900)
def category(c: Canvas) -> None:
    pots.pitcher(c, 500, 880, 200, glaze(CELADON), "#d9a540")
    vessels.cup(c, 840, 960, 130, glaze(CELADON), "#d9a540", inside=WHITE)
