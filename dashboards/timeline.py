"""Everything that happened to an order, in one list: order, payment, parcel, refund, dispute."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.models import JournalEntry
from core.money import format_minor
from core.showing import names
from orders.models import Order
from orders.timeline import timeline as order_timeline
from payments.models import Dispute, Payment, Refund

# How the journal names a refund: its states, and the work on it.
SUBJECTS = ("refund", "payments.refund")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: ``kind`` is order, payment, parcel, tracking, refund or dispute."""

    at: datetime
    kind: str
    text: str
    detail: str = ""
    actor: str = ""


def whole_timeline(order: Order) -> list[Entry]:
    """The entries of all rooms, newest first."""
    items = order_timeline(order)
    refunds = {str(refund.pk): refund for refund in Refund.objects.filter(payment__order=order)}
    journal = list(JournalEntry.objects.filter(subject__in=[f"{kind}:{pk}" for kind in SUBJECTS for pk in refunds]))
    people = names({item.actor for item in items} | {entry.actor for entry in journal})
    entries = [
        Entry(item.at, item.kind.partition(".")[0], item.text, item.detail, people.get(item.actor, ""))
        for item in items
    ]
    entries += _of_payments(order)
    for entry in journal:
        entries.append(_of_refund(entry, refunds[entry.subject.rpartition(":")[2]], people.get(entry.actor, "")))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of_payments(order: Order) -> list[Entry]:
    entries = []
    payments = list(Payment.objects.filter(order=order).prefetch_related("receipts"))
    people = names({receipt.actor for payment in payments for receipt in payment.receipts.all()})
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
            who = people.get(receipt.actor, "")
            entries.append(Entry(receipt.noted_at, "payment", text, receipt.reference, who))
        if payment.closed_at:
            entries.append(Entry(payment.closed_at, "payment", _("Payment closed"), payment.number))
    for dispute in Dispute.objects.filter(payment__order=order):
        amount = format_minor(dispute.amount, dispute.currency)
        text = _("The payer's bank takes %(amount)s back") % {"amount": amount}
        entries.append(Entry(dispute.opened_at, "dispute", text, dispute.reason))
        if dispute.closed_at:
            text = _("Dispute won") if dispute.state == Dispute.State.WON else _("Dispute lost")
            entries.append(Entry(dispute.closed_at, "dispute", text, dispute.provider_dispute_id))
    return entries


def _of_refund(entry: JournalEntry, refund: Refund, who: str) -> Entry:
    """What the journal tells of a refund, in words."""
    amount = format_minor(refund.amount, refund.currency)
    detail = entry.why
    if entry.data.get("handled"):
        text = _("The failed refund of %(amount)s was seen to")
    elif redirected := entry.data.get("redirected"):
        text = _redirected(redirected)
    elif entry.subject.startswith("payments."):
        text = _("Refund of %(amount)s: the provider is asked once more")
        detail = ""
    elif entry.to_state == Refund.State.REFUSED and entry.actor == refund.requested_by:
        text = _("Refund of %(amount)s withdrawn")
    else:
        text, detail = _step_of_refund(entry, refund)
    return Entry(entry.at, "refund", text % {"amount": amount}, _(detail) if detail else "", who)


def _redirected(to: str) -> str:
    match to:
        case "card":
            return _("Refund of %(amount)s sent to the payer's bank card")
        case "store":
            return _("Refund of %(amount)s sent to the store's own account")
    return _("The provider does not send the refund of %(amount)s there")


def _step_of_refund(entry: JournalEntry, refund: Refund) -> tuple[str, str]:
    match entry.from_state, entry.to_state:
        case "", Refund.State.REQUESTED:
            return _("Refund of %(amount)s asked for; somebody else has to agree"), entry.why
        case "", Refund.State.PROCESSING:
            return _("Refund of %(amount)s made at the provider"), refund.reason
        case Refund.State.REQUESTED, Refund.State.DUE:
            return _("Refund of %(amount)s agreed to"), entry.why
        case _, Refund.State.DUE:
            return _("Refund of %(amount)s due"), refund.reason
        case _, Refund.State.PROCESSING:
            return _("Refund of %(amount)s accepted by the provider"), refund.number
        case _, Refund.State.SUCCEEDED:
            return _("%(amount)s refunded"), refund.number
        case _, Refund.State.REFUSED:
            return _("Refund of %(amount)s refused"), entry.why
    return _("Refund of %(amount)s failed"), entry.why
