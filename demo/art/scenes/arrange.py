"""Arrangements that many pictures share: a pack beside its leaves, leaves close up, tea in the cup."""

from collections.abc import Sequence

from .. import glass, leaves, packs, solids, vessels
from ..canvas import Canvas
from ..leaves import TEAS, Tea
from ..motifs import Stroke
from ..paint import Skin, glaze
from ..turned import RISE, TILT, Form

CLOSE = (600, 755, 1.32)
"""What a close view of leaves shows."""
IVORY, CELADON, WHITE = "#f1ecdf", "#b7cdbb", "#f4f2ec"
PLUM, TENMOKU, INK = "#9c5a63", "#3a2a24", "#5b6468"


def tin(
    c: Canvas,
    tea: Tea,
    colour: str,
    sign: Sequence[Stroke],
    x: float = 450,
    y: float = 850,
    r: float = 165,
    tall: float = 430,
    lid: str | None = None,
    label: str = "#f1ead8",
    ink: str | None = None,
) -> None:
    """A tin with a heap of its tea before it."""
    packs.tin(c, x, y, r, tall, colour, sign, lid=lid, label=label, ink=ink)
    leaves.heap(c, tea, x + 355, y + 85, 185, 100, 60)


def pouch(
    c: Canvas,
    tea: Tea,
    colour: str,
    sign: Sequence[Stroke],
    x: float = 450,
    y: float = 850,
    wide: float = 360,
    tall: float = 520,
    label: str = "#f3ecda",
    ink: str = "#4c4a3a",
    turn: float = -1.2,
) -> None:
    """A pouch with a heap of its tea before it."""
    packs.pouch(c, x, y, wide, tall, colour, sign, label, ink, turn)
    leaves.heap(c, tea, x + 350, y + 80, 185, 100, 60)


def in_bowl(c: Canvas, tea: Tea, x: float, y: float, r: float, skin: Skin, size: float = 56) -> Form:
    """A bowl of dry tea."""
    form = vessels.bowl(c, x, y, r, skin)
    with c.raised():
        leaves.heap(c, tea, x, y - r * 0.52 * RISE + r * 0.05, r * 0.80, r * 0.30, size, strays=0, grounded=False)
    return form


def close_plate(c: Canvas, tea: Tea, skin: Skin, size: float = 104, x: float = 600, y: float = 800) -> None:
    """Leaves close up on a plate."""
    vessels.plate(c, x, y, 405, skin)
    with c.raised():
        leaves.heap(c, tea, x, y - 52, 285, 150, size, strays=5)


def close_slate(c: Canvas, tea: Tea, size: float = 104) -> None:
    """Leaves close up on slate."""
    solids.slate(c, 600, 800, 830, 690)
    with c.raised():
        leaves.heap(c, tea, 590, 770, 300, 155, size, strays=12)


def close_board(c: Canvas, tea: Tea, size: float = 104, colour: str = "#b98a5a") -> None:
    """Leaves close up on a wooden board."""
    solids.board(c, 600, 830, 840, 680, colour, 30)
    with c.raised():
        leaves.heap(c, tea, 600, 785, 300, 160, size, strays=10)


def cup_of(
    c: Canvas, tea: Tea, skin: Skin, x: float = 570, y: float = 880, r: float = 260, beside: bool = True
) -> Form:
    """A large cup of tea with a few dry leaves beside it."""
    form = vessels.cup(c, x, y, r, skin, tea.liquor, inside=WHITE)
    if beside:
        leaves.heap(c, tea, x + 350, y + 50, 120, 55, 56, strays=7)
    return form


def open_gaiwan(c: Canvas, tea: Tea, skin: Skin, x: float = 600, y: float = 880, r: float = 270) -> Form:
    """A gaiwan without its lid: leaves opened in the liquor."""
    form = vessels.gaiwan(c, x, y, r, skin, tea.liquor, lid=False)
    rim, h = form.top
    level = form.y - h * RISE + 0.22 * rim * RISE * 0.9
    inner = rim * 0.86
    wet = Tea(
        leaves.flat if tea.leaf is leaves.curl else leaves.maofeng if tea.leaf is leaves.knot else tea.leaf, (tea.wet,)
    )
    with c.group(clip_path=c.clip(form.rim(r * 0.05))):
        spots = sorted((c.random.uniform(-0.9, 0.9), c.random.uniform(-0.95, 0.95)) for _ in range(60))
        for u, v in sorted((s for s in spots if s[0] ** 2 + s[1] ** 2 < 0.85), key=lambda s: s[1]):
            px, py = form.x + u * inner * 0.92, level + v * inner * 0.92 * TILT
            leaves.one(c, wet, px, py + 3, r * 0.36, c.random.uniform(-50, 50), 0.55)
            leaves.one(c, wet, px, py, r * 0.36, c.random.uniform(-50, 50), 0.92 + 0.1 * u)
    return form


def pitcher_and_cups(c: Canvas, tea: Tea, cup: Skin, x: float = 480, y: float = 830) -> None:
    """A glass pitcher of tea and two cups."""
    glass.pitcher(c, x, y, 205, tea.liquor)
    vessels.cup(c, x + 390, y + 35, 105, cup, tea.liquor, inside=WHITE)
    vessels.cup(c, x + 225, y + 160, 112, cup, tea.liquor, inside=WHITE)


def tall_glass(c: Canvas, tea: Tea, leaf: float = 0.42) -> None:
    """A tall glass with leaves standing in it, a few dry ones beside."""
    glass.tumbler(c, 540, 920, 205, 620, tea.liquor, tea, leaf)
    leaves.heap(c, tea, 890, 960, 125, 60, 54, strays=6)


def tea(name: str) -> Tea:
    """A tea by name."""
    return TEAS[name]


def porcelain(colour: str = IVORY) -> Skin:
    """Glazed ware."""
    return glaze(colour)
