"""How states, goods and the journal look in the admin's pages of orders and parcels."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.showing import dot, names, state
from core.texts import text
from orders.models import Order, Parcel
from orders.states import ORDER, PARCEL, is_closing
from orders.timeline import TimelineItem


def order_state(order: Order) -> SafeString:
    """The state as a dot with its name, and what is the matter, if anything."""
    if is_closing(order):
        return dot("waiting", _("being cancelled"))
    shown = state(ORDER, order)
    if not order.hold_reason:
        return shown
    return format_html('{} <span class="wraps">{}</span>', shown, dot("bad", _(order.hold_reason)))


def parcel_state(parcel: Parcel) -> SafeString:
    return state(PARCEL, parcel)


def goods_of(parcel: Parcel) -> SafeString:
    """What is in the parcel, one thing a line."""
    return format_html_join(
        "",
        '<div><span class="num">{} ×</span> {} <small>{}</small></div>',
        ((row.quantity, text(row.line, "title"), text(row.line, "spec")) for row in parcel.lines.all()),
    )


def timeline_table(items: Iterable[TimelineItem]) -> SafeString:
    """The timeline as a table: when, what, by whom; what no person did keeps the journal's name."""
    found = list(items)
    people = names(item.actor for item in found)
    rows = format_html_join(
        "",
        '<tr><td class="num"><time datetime="{}">{}</time></td><td><strong>{}</strong> {}</td><td>{}</td></tr>',
        (
            (
                item.at.isoformat(),
                date_format(timezone.localtime(item.at), "Y-m-d H:i"),
                item.text,
                item.detail,
                people.get(item.actor, item.actor or "–"),
            )
            for item in found
        ),
    )
    return format_html(
        '<table class="report"><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table>',
        capfirst(_("when")),
        capfirst(_("what")),
        capfirst(_("by")),
        rows,
    )
