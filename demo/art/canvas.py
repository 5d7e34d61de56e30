"""A canvas that collects SVG and is rasterised once, by resvg."""

import io
import math
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import resvg_py
from PIL import Image, ImageChops

from .paint import Stops

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def n(value: float) -> str:
    """A number as SVG writes it, to a hundredth of a pixel."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def polygon(points: Sequence[Point], close: bool = True) -> str:
    """A path through ``points`` in straight lines."""
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + ("Z" if close else "")


def curve(points: Sequence[Point], close: bool = False, tension: float = 0.5) -> str:
    """A smooth path through ``points`` (Catmull-Rom written as Bézier curves)."""
    count = len(points)
    path = f"M{n(points[0][0])} {n(points[0][1])}"
    for i in range(count if close else count - 1):
        if close:
            p, a, b, q = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            p, a, b, q = points[max(0, i - 1)], points[i], points[i + 1], points[min(count - 1, i + 2)]
        t = tension / 3 * 2
        path += (
            f"C{n(a[0] + (b[0] - p[0]) * t / 2)} {n(a[1] + (b[1] - p[1]) * t / 2)} "
            f"{n(b[0] - (q[0] - a[0]) * t / 2)} {n(b[1] - (q[1] - a[1]) * t / 2)} {n(b[0])} {n(b[1])}"
        )
    return path + ("Z" if close else "")


def oval(cx: float, cy: float, rx: float, ry: float) -> str:
    """An ellipse as a path."""
    arc = f"A{n(rx)} {n(ry)} 0 1 1"
    return f"M{n(cx - rx)} {n(cy)}{arc} {n(cx + rx)} {n(cy)}{arc} {n(cx - rx)} {n(cy)}Z"


def scaled(d: str, x: float, y: float, wide: float, tall: float | None = None) -> str:
    """A path written in units (absolute M, L, C, Q and Z alone) around ``(x, y)``, its unit ``wide`` and ``tall`` pixels."""
    numbers = iter(re.findall(r"-?[\d.]+", d))
    high = wide if tall is None else tall
    pairs = [f"{n(x + float(u) * wide)} {n(y + float(v) * high)}" for u, v in zip(numbers, numbers, strict=True)]
    shape = re.sub(r"-?[\d.]+[ ,]+-?[\d.]+", "@", d)
    for pair in pairs:
        shape = shape.replace("@", pair, 1)
    return shape


class Canvas:
    """Shapes in drawing order; ``picture()`` turns them into pixels."""

    def __init__(self, width: int, height: int, seed: str, view: tuple[float, float, float] | None = None):
        """``view`` is the middle of what is seen (x, y) and how much it is enlarged; all of the canvas without it."""
        self.width = width
        self.height = height
        x, y, zoom = view or (width / 2, height / 2, 1.0)
        self._view = f"translate({n(width / 2)} {n(height / 2)}) scale({n(zoom)}) translate({n(-x)} {n(-y)})"
        self.random = random.Random(seed)
        self._defs: list[str] = []
        self._body: list[str] = []
        self._floor: list[str] = []
        self._raised = False
        self._known: dict[str, str] = {}

    def _define(self, markup: str) -> str:
        """Keep ``markup`` (with ``@`` for its id) among the definitions; its reference."""
        if markup not in self._known:
            name = f"d{len(self._known)}"
            self._known[markup] = name
            self._defs.append(markup.replace("@", name, 1))
        return f"url(#{self._known[markup]})"

    @staticmethod
    def _stops(stops: Stops) -> str:
        return "".join(
            f'<stop offset="{n(at)}" stop-color="{colour}"'
            + (f' stop-opacity="{alpha:.3f}"' if alpha < 1 else "")
            + "/>"
            for at, colour, alpha in stops
        )

    def linear(self, stops: Stops, start: Point, end: Point, transform: str = "") -> str:
        """A linear gradient in canvas coordinates."""
        return self._define(
            f'<linearGradient id="@" gradientUnits="userSpaceOnUse" x1="{start[0]:.3f}" y1="{start[1]:.3f}" '
            f'x2="{end[0]:.3f}" y2="{end[1]:.3f}"'
            + (f' gradientTransform="{transform}"' if transform else "")
            + f">{self._stops(stops)}</linearGradient>"
        )

    def radial(
        self, stops: Stops, centre: Point, rx: float, ry: float | None = None, focus: Point | None = None
    ) -> str:
        """A radial gradient in canvas coordinates; ``focus`` in units of the radius from the centre."""
        fx, fy = focus or (0.0, 0.0)
        return self._define(
            f'<radialGradient id="@" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="1" fx="{fx:.3f}" fy="{fy:.3f}" '
            f'gradientTransform="translate({n(centre[0])} {n(centre[1])}) scale({n(rx)} {n(rx if ry is None else ry)})"'
            f">{self._stops(stops)}</radialGradient>"
        )

    def fitted(self, stops: Stops, start: Point = (0, 0), end: Point = (1, 1)) -> str:
        """A linear gradient that fits the box of whatever it fills."""
        return self._define(
            f'<linearGradient id="@" x1="{n(start[0])}" y1="{n(start[1])}" x2="{n(end[0])}" y2="{n(end[1])}">'
            f"{self._stops(stops)}</linearGradient>"
        )

    def ball(self, stops: Stops, focus: Point = (0.34, 0.3)) -> str:
        """A radial gradient that fits the box of whatever it fills, lit from the top left."""
        return self._define(
            f'<radialGradient id="@" cx="0.5" cy="0.5" r="0.62" fx="{n(focus[0])}" fy="{n(focus[1])}">'
            f"{self._stops(stops)}</radialGradient>"
        )

    def blurred(self, deviation: float, box: Box) -> str:
        """A blur of ``deviation`` pixels for what lies inside ``box``."""
        reach = deviation * 3 + 2
        left, top, right, bottom = box
        return self._define(
            f'<filter id="@" filterUnits="userSpaceOnUse" x="{n(left - reach)}" y="{n(top - reach)}" '
            f'width="{n(right - left + 2 * reach)}" height="{n(bottom - top + 2 * reach)}" '
            f'color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="{n(deviation)}"/></filter>'
        )

    def clip(self, path: str) -> str:
        """A clip to ``path``."""
        return self._define(f'<clipPath id="@"><path d="{path}"/></clipPath>')

    def path(self, d: str, fill: str = "none", alpha: float = 1, **attributes: str | float) -> None:
        """Draw a path; further attributes with ``_`` for ``-``."""
        extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
        # Opacity of the paint and not of the element, which would be drawn on a layer of its own.
        kind = "stroke" if fill == "none" else "fill"
        opacity = f' {kind}-opacity="{alpha:.3f}"' if alpha < 1 else ""
        self._body.append(f'<path d="{d}" fill="{fill}"{opacity}{extra}/>')

    def stroke(self, d: str, colour: str, width: float, alpha: float = 1, **attributes: str | float) -> None:
        """Draw a line with round ends."""
        self.path(
            d,
            "none",
            alpha,
            stroke=colour,
            stroke_width=n(width),
            stroke_linecap="round",
            stroke_linejoin="round",
            **attributes,
        )

    def soft(self, d: str, fill: str, deviation: float, box: Box, alpha: float = 1, **attributes: str | float) -> None:
        """Draw a blurred path; ``box`` bounds it before the blur."""
        self.path(d, fill, alpha, filter=self.blurred(deviation, box), **attributes)

    def glow(self, cx: float, cy: float, rx: float, ry: float, colour: str, deviation: float, alpha: float = 1) -> None:
        """Draw an ellipse with soft edges: what a blur of ``deviation`` would make of it, at a tenth of the cost."""
        reach = 2 * deviation
        wide, high = rx + reach, ry + reach
        # The edge of the flat ellipse is as soft as that of a round one would be: between the two radii.
        mean, outer = (rx * ry) ** 0.5, (wide * high) ** 0.5
        stops = [
            (min(1.0, max(0.0, (mean + share * reach) / outer)), colour, weight)
            for share, weight in ((-1, 1.0), (-0.5, 0.86), (0, 0.5), (0.5, 0.14), (1, 0.0))
        ]
        self.path(oval(cx, cy, wide, high), self.radial(stops, (cx, cy), wide, high), alpha)

    @contextmanager
    def floor(self) -> Iterator[None]:
        """Draw the shapes inside beneath everything else: shadows on the table, rasterised at a third of the size."""
        if self._raised:
            yield
            return
        body, self._body = self._body, self._floor
        yield
        self._floor, self._body = self._body, body

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Things inside stand on something already drawn: their shadows fall on it and not beneath it."""
        before, self._raised = self._raised, True
        yield
        self._raised = before

    @contextmanager
    def group(self, **attributes: str | float) -> Iterator[None]:
        """Draw the shapes inside as one (clip_path, opacity, transform, filter...)."""
        extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
        self._body.append(f"<g{extra}>")
        yield
        self._body.append("</g>")

    @contextmanager
    def placed(self, x: float, y: float, scale: float = 1, turn: float = 0, flip: bool = False) -> Iterator[None]:
        """Draw the shapes inside around ``(x, y)``, scaled and turned by degrees."""
        sign = -1 if flip else 1
        with self.group(transform=f"translate({n(x)} {n(y)}) rotate({n(turn)}) scale({scale * sign:.4f} {scale:.4f})"):
            yield

    def svg(self, shapes: Sequence[str] | None = None, scale: float = 1) -> str:
        """The drawing (or some of its shapes) as SVG."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{n(self.width * scale)}" height="{n(self.height * scale)}" '
            f'viewBox="0 0 {self.width} {self.height}">'
            f"<defs>{''.join(self._defs)}</defs>"
            f'<g transform="{self._view}">{"".join(self._body if shapes is None else shapes)}</g></svg>'
        )

    def layer(self, shapes: Sequence[str] | None = None, scale: float = 1, share: float = 1) -> Image.Image:
        """The shapes in pixels, rasterised at ``scale`` and brought to ``share`` of the canvas's size."""
        png = resvg_py.svg_to_bytes(svg_string=self.svg(shapes, scale), skip_system_fonts=True)
        image = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
        return image if scale == share else image.resize(self._size(share), Image.Resampling.BICUBIC)

    def picture(self, backdrop: Image.Image, share: float = 1) -> Image.Image:
        """The drawing before ``backdrop`` at ``share`` of its size.

        A fine grain keeps calm gradients from banding.
        """
        size = self._size(share)
        image = backdrop.copy() if share == 1 else backdrop.resize(size)
        image.alpha_composite(self.layer(self._floor, min(1 / 3, share), share))
        image.alpha_composite(self.layer(None, share, share))
        grain = _grain(*size)
        return ImageChops.add(image.convert("RGB"), Image.merge("RGB", (grain, grain, grain)), 1, -4)

    def _size(self, share: float) -> tuple[int, int]:
        return round(self.width * share), round(self.height * share)


@lru_cache(maxsize=4)
def _grain(width: int, height: int) -> Image.Image:
    """Noise around 4 with an amplitude of 3 levels, the same on every run."""
    noise = Image.frombytes("L", (width, height), random.Random("grain").randbytes(width * height))
    return noise.point([round(4 + 3.2 * math.copysign(abs(i / 127.5 - 1) ** 1.5, i - 127.5)) for i in range(256)])
