"""How the admin and the boards show states and moments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from core import clock
from core.states import Machine


def dot(kind: str, text: object) -> SafeString:
    """A state as a dot with its name. ``kind``: waiting, todo, moving, good, bad, quiet."""
    return format_html('<span class="dot dot-{}">{}</span>', kind, text)


def state(machine: Machine, row: Any) -> SafeString:
    """The row's state as a dot with its name."""
    return dot(machine.tones[getattr(row, machine.field)], getattr(row, f"get_{machine.field}_display")())


def names(actors: Iterable[str]) -> dict[str, str]:
    """What people call the actors of the journal, in one query; machines go unnamed."""
    known = set(actors)
    staff = {pk for actor in known if (pk := actor.removeprefix("staff:")) != actor and pk.isdecimal()}
    users = get_user_model().objects.filter(pk__in=staff) if staff else []
    people = {f"staff:{user.pk}": user.get_full_name() or user.get_username() for user in users}
    return people | {actor: _("shopper") for actor in known if actor.startswith("shopper:")}


def ago(at: datetime | None) -> SafeString | str:
    """How long ago, or how soon; the exact moment on hover."""
    if at is None:
        return "–"
    now = clock.now()
    if at > now and (at - now).total_seconds() < 60:
        text = _("in a moment")
    elif at > now:
        text = _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    elif (now - at).total_seconds() < 60:
        text = _("just now")
    else:
        text = _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
    exact = date_format(timezone.localtime(at), "Y-m-d H:i:s")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, text)
