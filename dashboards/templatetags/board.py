"""How the boards write times, money and states."""

from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.utils.safestring import SafeString

from core import showing
from core.money import format_minor
from core.texts import text

register = template.Library()

# One colour a meaning, never colour alone: the label stands beside the dot.
TONES = {
    "pending": "waiting", "confirmed": "todo", "paid": "todo", "packing": "todo", "packed": "todo", "opened": "waiting", "due": "waiting",
    "shipped": "moving", "in_transit": "moving", "out_for_delivery": "moving", "processing": "moving",
    "delivered": "good", "received": "good", "completed": "good", "succeeded": "good",
    "problem": "bad", "returned": "bad", "failed": "bad", "cancelled": "quiet", "closed": "quiet",
}  # fmt: skip

register.simple_tag(showing.ago, name="ago")


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
    return showing.dot(TONES.get(state, "quiet"), label)


@register.filter
def thumbnail(picture: Any) -> str:
    """The address of the narrowest rendition, or nothing."""
    return default_storage.url(picture.renditions[0]["webp"]) if picture and picture.renditions else ""


@register.filter
def part(sums: Any, name: str) -> int:
    """The amount of that name."""
    amount: int = getattr(sums, name)
    return amount


@register.filter
def at(states: Any, day: Any) -> Any:
    """What is known of that day."""
    return states[day]
