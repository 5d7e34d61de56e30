"""What is on each picture. A scene is a function that draws on a canvas; it is known by the picture's name."""

from collections.abc import Callable
from dataclasses import dataclass

from ..canvas import Canvas

Drawing = Callable[[Canvas], None]


@dataclass(frozen=True)
class Scene:
    """A picture: the category that gives the backdrop, its size and what to draw."""

    name: str
    kind: str
    drawing: Drawing
    width: int = 1200
    height: int = 1200
    view: tuple[float, float, float] = (600, 710, 1.16)
    horizon: float = 0.5


SCENES: dict[str, Scene] = {}


def scene(
    name: str,
    kind: str,
    view: tuple[float, float, float] = (600, 710, 1.16),
    width: int = 1200,
    height: int = 1200,
    horizon: float = 0.5,
) -> Callable[[Drawing], Drawing]:
    """Register the function below as the picture ``name``; ``view`` is the point in the middle and the enlargement."""

    def register(drawing: Drawing) -> Drawing:
        if name in SCENES:
            raise ValueError(f"Two scenes are called {name}.")
        SCENES[name] = Scene(name, kind, drawing, width, height, view, horizon)
        return drawing

    return register


from . import black, dark, flower, gift, green, oolong, page, snack, ware  # noqa: E402, F401 - they register themselves
