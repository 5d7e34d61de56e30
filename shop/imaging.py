"""Pictures: what comes in is decoded once, in a worker, and leaves as renditions that phones need and nothing else.

Re-encoding drops whatever the file carried besides its pixels (position, camera, scripts in a tail). Decoding is bounded: a file that is
small on disk and huge in memory is refused before its pixels are read.
"""

import hashlib
import io
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core import clock
from core.duework import handles, ring
from core.ids import public_id
from shop import fetching
from shop.models import Picture, Store
from shop.strange_hosts import NotReached

WIDTHS = (320, 640, 1080)
LARGEST_FILE = 10 * 1024 * 1024
LARGEST_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY: dict[str, dict[str, Any]] = {
    "webp": {"format": "WEBP", "quality": 82, "method": 4},
    "jpeg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
}


class NoPicture(ValueError):
    """This file cannot be shown; the message says why, for the person who sent it."""


def check(content: bytes) -> None:
    """Whether this could be a picture, without reading its pixels. Raises NoPicture."""
    if len(content) > LARGEST_FILE:
        raise NoPicture(_("The file is larger than 10 MB."))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
            Warning,
        ) as error:
            raise NoPicture(_("This is no JPEG, PNG, WebP or GIF picture.")) from error
    if width * height > LARGEST_PIXELS:
        raise NoPicture(_("The picture has more than 25 megapixels."))
    if not width or not height:
        raise NoPicture(_("The picture is empty."))


def add_picture(store: Store, content: bytes, *, name: str = "", alt_zh: str = "", alt_en: str = "") -> Picture:
    """Keep a picture; its renditions are due work. The same bytes are kept once a store. Raises NoPicture."""
    check(content)
    digest = hashlib.sha256(content).hexdigest()
    known: Picture | None = Picture.objects.filter(store=store, digest=digest).first()
    if known is not None:
        return known
    picture = Picture(store=store, digest=digest, alt_zh=alt_zh[:200], alt_en=alt_en[:200], due_at=clock.now())
    # The name on disk is ours: what the sender called the file decides nothing.
    picture.original.save(f"{store.pk}/{public_id()}", ContentFile(content), save=False)
    with transaction.atomic():
        picture.save()
        ring(picture)
    return picture


def fetch_picture(store: Store, url: str, *, alt_zh: str = "", alt_en: str = "") -> Picture:
    """Keep a picture by its address; fetching it is due work. The same address is kept once a store."""
    known: Picture | None = Picture.objects.filter(store=store, source_url=url).first()
    if known is not None:
        return known
    with transaction.atomic():
        picture: Picture = Picture.objects.create(
            store=store, source_url=url, alt_zh=alt_zh[:200], alt_en=alt_en[:200], due_at=clock.now()
        )
        ring(picture)
    return picture


@handles(Picture, lease=120, max_attempts=3)
def render(picture: Picture) -> None:
    """Make the renditions; a picture that cannot be had or read is marked as failed, with the reason."""
    try:
        content = _content(picture)
        check(content)
        changes = _renditions(picture.store, content)
    except (NoPicture, NotReached) as error:
        _conclude(picture, state=Picture.State.FAILED, note=str(error)[:300])
    else:
        _conclude(picture, state=Picture.State.READY, note="", **changes)


def _content(picture: Picture) -> bytes:
    if not picture.original:
        return fetching.fetch(picture.source_url, limit=LARGEST_FILE)
    with picture.original.open() as file:
        content: bytes = file.read(LARGEST_FILE + 1)
    return content


def _conclude(picture: Picture, **changes: Any) -> None:
    with transaction.atomic():
        picture.finish()
        Picture.objects.filter(pk=picture.pk).update(**changes)


def _renditions(store: Store, content: bytes) -> dict[str, Any]:
    """The columns of a picture that is ready: its size, its tint, its files."""
    image = _decode(content)
    width, height = image.size
    renditions = []
    for target in sorted({min(wanted, width) for wanted in WIDTHS}):
        scaled = (
            image
            if target == width
            else image.resize((target, max(1, round(height * target / width))), Image.Resampling.LANCZOS)
        )
        files = {kind: _save(store, scaled, kind) for kind in _QUALITY}
        renditions.append({"width": scaled.width, "height": scaled.height, **files})
    mean: Any = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = mean
    return {"width": width, "height": height, "tint": f"#{red:02x}{green:02x}{blue:02x}", "renditions": renditions}


def _decode(content: bytes) -> Image.Image:
    """The pixels, upright, on white where they were transparent, the first frame alone."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            image.draft("RGB", (max(WIDTHS), max(WIDTHS)))
            upright = ImageOps.exif_transpose(image)
            if "A" in upright.getbands() or "transparency" in upright.info:
                clear = upright.convert("RGBA")
                ground = Image.new("RGBA", clear.size, "white")
                return Image.alpha_composite(ground, clear).convert("RGB")
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise NoPicture(_("The picture is damaged.")) from error


def _save(store: Store, image: Image.Image, kind: str) -> str:
    buffer = io.BytesIO()
    image.save(buffer, **_QUALITY[kind])
    suffix = "jpg" if kind == "jpeg" else kind
    return default_storage.save(f"pictures/{store.pk}/{public_id()}.{suffix}", ContentFile(buffer.getvalue()))
