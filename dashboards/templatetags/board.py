"""How the boards write times, money and states."""

from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.utils.safestring import SafeString

from core import showing
from core.money import format_minor
from core.states import Machine
from core.texts import text
from orders.models import Order, Parcel
from orders.states import ORDER, PARCEL
from payments import gateways
from payments.models import Difference, Dispute, Payment, Refund
from payments.states import DIFFERENCE, DISPUTE, PAYMENT, REFUND

register = template.Library()

MACHINES: dict[type[Any], Machine] = {
    Order: ORDER, Parcel: PARCEL, Payment: PAYMENT, Refund: REFUND, Dispute: DISPUTE, Difference: DIFFERENCE,
}  # fmt: skip

register.simple_tag(showing.ago, name="ago")


@register.filter
def money(amount: int, currency: str) -> str:
    """Minor units as people read them."""
    return format_minor(amount, currency)


@register.filter
def provider(name: str) -> str:
    """What people call that payment provider."""
    return str(gateways.gateway(name).label) if name in gateways.names() else name


@register.filter
def words(row: Any, name: str) -> str:
    """The text of that name in the language of the page."""
    return text(row, name)


@register.simple_tag
def state(row: Any) -> SafeString:
    """The state of an order, a parcel, a payment, a refund, a dispute as a labelled dot."""
    return showing.state(MACHINES[type(row)], row)


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
