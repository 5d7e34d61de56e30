"""What Stripe's balance says of a day (UTC): which payments and refunds there were, and what became available or was paid out.

Source: balance transactions (docs.stripe.com/reports/balance-transaction-types). Their amounts are in the currency that the account
settles in; where that is another one than the payer's, a line keeps the payer's amount and has the fee converted at the same rate.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from core import clock
from payments.gateways import Malformed, Movement, NotReady, StatementLine, Unavailable
from payments.stripe import amounts
from payments.stripe.client import Client, Document
from payments.stripe.reports import REFUND_STATES, currency_of, id_of, metadata_of, moment, text

Kind = Literal["payment", "refund", "payout", "other"]
# Cards make the first of each, local ways to pay the second.
PAYMENTS = ("charge", "payment")
REFUNDS = ("refund", "payment_refund")
KINDS: dict[str, Kind] = {
    "charge": "payment",
    "payment": "payment",
    "refund": "refund",
    "payment_refund": "refund",
    # A refund that the payer's bank sent back.
    "refund_failure": "refund",
    "payment_failure_refund": "refund",
    "payout": "payout",
    "payout_failure": "payout",
    "payout_cancel": "payout",
}
# The longest that Stripe keeps money pending before it can be drawn on.
LONGEST_PENDING = timedelta(days=31)
DAY = timedelta(days=1)


def lines(client: Client, day: date) -> Iterator[StatementLine]:
    """Payments and refunds that were made on that day. Raises NotReady before it is over, Unavailable or Declined."""
    since, until = _bounds(day)
    for kind in (*PAYMENTS, *REFUNDS):
        found = client.transactions(
            type=kind,
            created={"gte": since, "lt": until},
            expand=["data.source.payment_intent"],
        )
        yield from _read(found, _line)


def movements(client: Client, day: date) -> Iterator[Movement]:
    """What became available on that day, and what left. Raises NotReady before it is over, Unavailable or Declined."""
    since, until = _bounds(day)
    # Lists can be narrowed by the day of creation alone.
    oldest = since - int(LONGEST_PENDING.total_seconds())
    for transaction in client.transactions(created={"gte": oldest, "lt": until}):
        available = transaction.get("available_on")
        if isinstance(available, int) and since <= available < until:
            yield from _read([transaction], _movement)


def _bounds(day: date) -> tuple[int, int]:
    since = datetime.combine(day, time(), UTC)
    if since + DAY > clock.now():
        raise NotReady(f"the day {day} is not over yet")
    return int(since.timestamp()), int((since + DAY).timestamp())


def _read(found: Iterable[Document], read: Any) -> Iterator[Any]:
    for transaction in found:
        try:
            yield read(transaction)
        except Malformed as trouble:
            raise Unavailable(f"a balance transaction that cannot be read: {trouble}") from None


def _line(transaction: Document) -> StatementLine:
    refund = transaction["type"] in REFUNDS
    # Written out; where Stripe has nothing but an id, the line still counts.
    source = transaction.get("source")
    known: Document = source if isinstance(source, dict) else {}
    intent = known.get("payment_intent")
    payment_number = str(metadata_of(intent).get("payment") or "") if isinstance(intent, dict) else ""
    currency = currency_of(known or transaction)
    amount, fee = abs(_whole(transaction, "amount")), _whole(transaction, "fee")
    if currency != currency_of(transaction):
        paid = _whole(known, "amount")
        fee = (fee * paid + amount // 2) // amount if amount else 0
        amount = paid
    return StatementLine(
        "refund" if refund else "payment",
        str(metadata_of(known).get("refund") or id_of(source)) if refund else payment_number,
        id_of(source),
        payment_number,
        amounts.from_stripe(amount, currency),
        currency,
        REFUND_STATES.get(str(known.get("status")), "processing") if refund else "succeeded",
        amounts.from_stripe(fee, currency),
        _at(transaction, "created"),
    )


def _movement(transaction: Document) -> Movement:
    kind = KINDS.get(str(transaction.get("type")), "other")
    source, currency = transaction.get("source"), currency_of(transaction)
    return Movement(
        kind,
        id_of(source) if source and kind != "payout" else "",
        text(transaction, "id"),
        _ours(_whole(transaction, "amount"), currency),
        _ours(_whole(transaction, "fee"), currency),
        currency,
        _at(transaction, "available_on"),
    )


def _ours(amount: int, currency: str) -> int:
    """Signed minor units."""
    return amounts.from_stripe(amount, currency) if amount >= 0 else -amounts.from_stripe(-amount, currency)


def _whole(document: Document, name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{name} is no whole number")
    return value


def _at(document: Document, name: str) -> datetime:
    found = moment(document.get(name))
    if found is None:
        raise Malformed(f"{name} is no moment")
    return found
