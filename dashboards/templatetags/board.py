"""How the boards write times, money and states."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from core import clock
from core.money import format_minor
from core.texts import text

register = template.Library()

# One colour a meaning, never colour alone: the label stands beside the dot.
TONES = {
    "pending": "waiting", "paid": "todo", "packing": "todo", "packed": "todo", "opened": "waiting", "due": "waiting",
    "shipped": "moving", "in_transit": "moving", "out_for_delivery": "moving", "processing": "moving",
    "delivered": "good", "received": "good", "completed": "good", "succeeded": "good",
    "problem": "bad", "returned": "bad", "failed": "bad", "cancelled": "quiet", "closed": "quiet",
}  # fmt: skip


@register.filter
def money(amount: int, currency: str) -> str:
    """Minor units as people read them."""
    return format_minor(amount, currency)


@register.filter
def words(row: Any, name: str) -> str:
    """The text of that name in the language of the page."""
    return text(row, name)


@register.simple_tag
def dot(state: str, label: str) -> SafeString:
    """A state as a labelled dot."""
    return format_html('<span class="dot dot-{}">{}</span>', TONES.get(state, "quiet"), label)


@register.simple_tag
def ago(at: datetime | None) -> SafeString | str:
    """How long ago, or how soon; the exact moment on hover."""
    if at is None:
        return "–"
    now = clock.now()
    if at <= now:
        relative = (
            _("just now")
            if (now - at).total_seconds() < 60
            else _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
        )
    else:
        relative = _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    exact = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact.strftime("%Y-%m-%d %H:%M:%S"), relative
    )


@register.filter
def thumbnail(picture: Any) -> str:
    """The address of the narrowest rendition, or nothing."""
    from django.core.files.storage import default_storage

    return default_storage.url(picture.renditions[0]["webp"]) if picture and picture.renditions else ""
