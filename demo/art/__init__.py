"""The pictures of the demo store: drawn with code as vector shapes and rasterised once into a folder.

A picture is a *scene* (``scenes/``): things from ``vessels``, ``glass``, ``packs``, ``leaves``, ``flowers``, ``food``
and ``dark`` placed on a table before the backdrop of their category. Everything is lit from the top left. The same
code draws the same bytes: what looks strewn comes from a random number generator seeded with the picture's name.

>>> draw_all(Path("pictures"))  # doctest: +SKIP
[PosixPath('pictures/anji-baicha.jpg'), ...]
"""

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from . import backdrop
from .canvas import Canvas
from .scenes import SCENES

__all__ = ["draw", "draw_all", "file_names"]


def file_names() -> list[str]:
    """The names of all pictures, as the product file spells them."""
    return sorted(f"{name}.jpg" for name in SCENES)


def draw(name: str, folder: Path, share: float = 1) -> Path:
    """Draw one picture (``longjing-spring.jpg``) into ``folder``; KeyError when there is no such picture.

    ``share`` of the full size (a quarter, say) is for a quick look.
    """
    scene = SCENES[name.removesuffix(".jpg")]
    canvas = Canvas(scene.width, scene.height, scene.name, scene.view)
    scene.drawing(canvas)
    image = canvas.picture(backdrop.sweep(scene.kind, scene.width, scene.height, scene.horizon), share)
    path = folder / name
    # A half-written file never stands under its name.
    part = path.with_suffix(".part")
    image.save(part, "JPEG", quality=92, subsampling=0)
    part.replace(path)
    return path


def draw_all(out_dir: Path, only_missing: bool = True, workers: int | None = None, share: float = 1) -> list[Path]:
    """Draw every picture into ``out_dir``, on all cores unless ``workers`` says otherwise; answers what was drawn."""
    out_dir.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in file_names() if not (only_missing and (out_dir / name).exists())]
    # Neighbours share a backdrop, which each process keeps.
    wanted.sort(key=lambda name: SCENES[name.removesuffix(".jpg")].kind)
    count = min(workers or os.cpu_count() or 1, len(wanted))
    if count < 2:
        return [draw(name, out_dir, share) for name in wanted]
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        return list(pool.map(draw, wanted, repeat(out_dir), repeat(share), chunksize=4))
