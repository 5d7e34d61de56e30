"""Everything that happened to an order, in one list: order, payment, parcel."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from core.money import format_minor
from orders.models import Order
from orders.timeline import timeline as order_timeline
from payments.models import Payment, Refund


@dataclass(frozen=True)
class Entry:
    """One thing that happened: ``kind`` is order, payment, parcel, tracking or refund."""

    at: datetime
    kind: str
    text: str
    detail: str = ""
    actor: str = ""


def whole_timeline(order: Order) -> list[Entry]:
    """The entries of all rooms, newest first."""
    items = order_timeline(order)
    names = _names({item.actor for item in items})
    entries = [
        Entry(item.at, item.kind.partition(".")[0], item.text, item.detail, names.get(item.actor, "")) for item in items
    ]
    entries += _of_payments(order)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _names(actors: set[str]) -> dict[str, str]:
    """What people call the actors of the journal; machines go unnamed."""
    staff = {actor.removeprefix("staff:") for actor in actors if actor.startswith("staff:")}
    users = get_user_model().objects.filter(pk__in=[pk for pk in staff if pk.isdecimal()])
    names = {f"staff:{user.pk}": user.get_full_name() or user.get_username() for user in users}
    return names | {actor: _("shopper") for actor in actors if actor.startswith("shopper:")}


def _of_payments(order: Order) -> list[Entry]:
    entries = []
    payments = list(Payment.objects.filter(order=order).prefetch_related("receipts"))
    names = _names({receipt.actor for payment in payments for receipt in payment.receipts.all()})
    for payment in payments:
        amount = format_minor(payment.amount, payment.currency)
        entries.append(
            Entry(payment.opened_at, "payment", _("Payment of %(amount)s opened") % {"amount": amount}, payment.number)
        )
        if payment.succeeded_at:
            paid = format_minor(payment.paid_amount or payment.amount, payment.currency)
            detail = " · ".join(filter(None, [payment.transaction_id, payment.verdict and _(payment.verdict)]))
            # The provider's clock knows whole seconds only: nothing is paid before it was opened.
            paid_at = max(payment.succeeded_at, payment.opened_at)
            entries.append(Entry(paid_at, "payment", _("%(amount)s paid") % {"amount": paid}, detail))
        for receipt in payment.receipts.all():
            amount = format_minor(receipt.amount, payment.currency)
            text = _("%(amount)s came in") % {"amount": amount}
            who = names.get(receipt.actor, "")
            entries.append(Entry(receipt.noted_at, "payment", text, receipt.reference, who))
        if payment.closed_at:
            entries.append(Entry(payment.closed_at, "payment", _("Payment closed"), payment.number))
    for refund in Refund.objects.filter(payment__order=order):
        amount = format_minor(refund.amount, refund.currency)
        entries.append(
            Entry(refund.created_at, "refund", _("Refund of %(amount)s due") % {"amount": amount}, refund.reason)
        )
        if refund.succeeded_at:
            entries.append(
                Entry(refund.succeeded_at, "refund", _("%(amount)s refunded") % {"amount": amount}, refund.number)
            )
    return entries
