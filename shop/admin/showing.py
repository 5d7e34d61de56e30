"""Small pieces of the admin's lists: thumbnails, cells, and (of core) states as labelled dots and moments."""

from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.showing import ago, dot
from shop.models import Picture

__all__ = ["ago", "dot", "thumb", "two_lines"]


def thumb(picture: Picture | None, size: int = 40) -> SafeString:
    """A small square picture; a tinted square while there is none."""
    if picture is not None and picture.state == Picture.State.READY and picture.renditions:
        url = default_storage.url(picture.renditions[0]["webp"])
        return format_html(
            '<img class="thumb" loading="lazy" src="{}" width="{}" height="{}" alt="" style="background:{}">',
            url, size, size, picture.tint,
        )  # fmt: skip
    return format_html('<span class="thumb thumb-none" style="width:{}px;height:{}px"></span>', size, size)


def two_lines(first: object, second: object, picture: SafeString | str = "") -> SafeString:
    """A cell with a picture, a strong line and a quiet one."""
    return format_html(
        '<span class="cell">{}<span><strong>{}</strong><small>{}</small></span></span>', picture, first, second
    )
