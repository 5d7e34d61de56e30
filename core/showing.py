"""How the admin and the boards show states and moments."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from core import clock


def dot(kind: str, text: object) -> SafeString:
    """A state as a dot with its name. ``kind``: waiting, todo, moving, good, bad, quiet."""
    return format_html('<span class="dot dot-{}">{}</span>', kind, text)


def ago(at: datetime | None) -> SafeString | str:
    """How long ago, or how soon; the exact moment on hover."""
    if at is None:
        return "–"
    now = clock.now()
    if at > now:
        text = _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    elif (now - at).total_seconds() < 60:
        text = _("just now")
    else:
        text = _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
    exact = date_format(timezone.localtime(at), "Y-m-d H:i:s")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, text)
