"""Small pieces of the admin's lists: thumbnails, states as labelled dots, moments."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from shop.models import Picture


def thumb(picture: Picture | None, size: int = 40) -> SafeString:
    """A small square picture; a tinted square while there is none."""
    if picture is not None and picture.state == Picture.State.READY and picture.renditions:
        url = default_storage.url(picture.renditions[0]["webp"])
        return format_html(
            '<img class="thumb" loading="lazy" src="{}" width="{}" height="{}" alt="" style="background:{}">',
            url, size, size, picture.tint,
        )  # fmt: skip
    return format_html('<span class="thumb thumb-none" style="width:{}px;height:{}px"></span>', size, size)


def dot(kind: str, text: object) -> SafeString:
    """A state as a dot with its name. ``kind``: waiting, todo, moving, good, bad, quiet."""
    return format_html('<span class="dot dot-{}">{}</span>', kind, text)


def ago(at: datetime | None) -> SafeString | str:
    """How long ago, with the exact moment on hover."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    text = _("%(time)s ago") % {"time": timesince(at).split(",")[0]}
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), date_format(local, "Y-m-d H:i"), text
    )


def two_lines(first: object, second: object, picture: SafeString | str = "") -> SafeString:
    """A cell with a picture, a strong line and a quiet one."""
    return format_html(
        '<span class="cell">{}<span><strong>{}</strong><small>{}</small></span></span>', picture, first, second
    )
