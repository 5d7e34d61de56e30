"""Comparing a day's statement with what is known here: set by set in the database, however long the statement is.

Each line is looked for by the provider's id, and where that is not known, by our number. What was paid or refunded here on that day
must stand in the statement of that day; within ``MARGIN`` of midnight it may as well stand in that of the day before or after, since the
two clocks are not one. So something is missing there only when every day that may list it has been fetched.
"""

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_noop

from core import clock
from core.models import JournalEntry
from core.states import entry
from payments.gateways import gateway
from payments.models import Difference, Payment, Reconciliation, Refund, StatementRow

MARGIN = timedelta(minutes=10)
Kind, State = Difference.Kind, Difference.State

# Why a difference is gone, when nobody has explained it.
LISTED = gettext_noop("The statement lists it now.")
AGREES = gettext_noop("Both sides say the same now.")
CAME_LATE = gettext_noop("Its notification came late.")
CONFIRMED = gettext_noop("The provider was asked, and it was taken in.")
REFUND_ARRIVED = gettext_noop("The refund has come to its end.")
REFUND_KNOWN = gettext_noop("The refund is known here now.")

_OURS = """jsonb_build_object('number', {0}.number, 'provider_id', {0}.{1}, 'amount', {0}.{2}, 'currency', {0}.currency,
    'state', {0}.state, 'at', {3})"""
_THEIRS = """jsonb_build_object('number', s.number, 'provider_id', s.provider_id, 'payment_number', s.payment_number,
    'amount', s.amount, 'currency', s.currency, 'state', s.state, 'at', s.at)"""
# Every day that may list what happened at these moments has been fetched.
_ALL_FETCHED = """NOT EXISTS (
    SELECT 1 FROM unnest(ARRAY[{moments}]) AS moment WHERE NOT EXISTS (
        SELECT 1 FROM payments_reconciliation c WHERE c.store_id = %(store)s AND c.provider = %(provider)s
        AND c.fetched_at IS NOT NULL AND c.day = (moment AT TIME ZONE %(calendar)s)::date))"""
_NOT_LISTED = """NOT EXISTS (SELECT 1 FROM payments_statementrow s WHERE s.store_id = %(store)s AND s.provider = %(provider)s
    AND s.kind = '{0}' AND s.provider_id = {1})
    AND NOT EXISTS (SELECT 1 FROM payments_statementrow s WHERE s.store_id = %(store)s AND s.provider = %(provider)s
    AND s.kind = '{0}' AND s.number = {2})"""

_PAYMENT_LINES = f"""
SELECT kind, subject, payment_id, refund_id, row_id, expected, found FROM (
    SELECT CASE
        WHEN p.state IS DISTINCT FROM 'succeeded' THEN CASE WHEN s.state = 'succeeded' THEN 'missing_here' END
        WHEN p.transaction_id <> s.provider_id OR (s.number <> '' AND p.number <> s.number) THEN 'number'
        WHEN p.paid_amount <> s.amount OR p.currency <> s.currency THEN 'amount'
        WHEN s.state <> 'succeeded' THEN 'state'
        END AS kind,
        'payment:' || s.provider_id AS subject, p.id AS payment_id, NULL::bigint AS refund_id, s.id AS row_id,
        CASE WHEN p.id IS NOT NULL THEN {_OURS.format("p", "transaction_id", "paid_amount", "p.succeeded_at")} END AS expected,
        {_THEIRS} AS found
    FROM payments_statementrow s
    LEFT JOIN payments_payment t ON t.store_id = s.store_id AND t.provider = s.provider AND t.transaction_id = s.provider_id
    LEFT JOIN payments_payment n ON n.store_id = s.store_id AND n.provider = s.provider AND n.number = s.number
    LEFT JOIN payments_payment p ON p.id = coalesce(t.id, n.id)
    WHERE s.reconciliation_id = %(reconciliation)s AND s.kind = 'payment') AS lines WHERE kind IS NOT NULL
"""  # noqa: S608  pieces of this file alone
# Of states only the final ones are compared: the statement is of that day, and what was under way then may have arrived since.
# A failed refund that nobody here knows has moved nothing.
_REFUND_LINES = f"""
SELECT kind, subject, payment_id, refund_id, row_id, expected, found FROM (
    SELECT CASE
        WHEN r.id IS NULL THEN CASE WHEN s.state <> 'failed' THEN 'refund' END
        WHEN r.provider_refund_id <> s.provider_id OR (s.number <> '' AND r.number <> s.number)
            OR (s.payment_number <> '' AND of.number <> s.payment_number) THEN 'number'
        WHEN r.amount <> s.amount OR r.currency <> s.currency THEN 'amount'
        WHEN (s.state <> 'processing' AND r.state <> s.state) OR r.state IN ('requested', 'refused') THEN 'state'
        END AS kind,
        'refund:' || s.provider_id AS subject, coalesce(r.payment_id, p.id) AS payment_id, r.id AS refund_id, s.id AS row_id,
        CASE WHEN r.id IS NOT NULL THEN {_OURS.format("r", "provider_refund_id", "amount", "r.succeeded_at")}
            || jsonb_build_object('payment_number', of.number) END AS expected,
        {_THEIRS} AS found
    FROM payments_statementrow s
    LEFT JOIN payments_payment p ON p.store_id = s.store_id AND p.provider = s.provider AND p.number = s.payment_number
    LEFT JOIN payments_refund t ON t.store_id = s.store_id AND t.provider_refund_id = s.provider_id
    LEFT JOIN payments_refund n ON n.store_id = s.store_id AND n.number = s.number
    LEFT JOIN payments_refund r ON r.id = coalesce(t.id, n.id)
    LEFT JOIN payments_payment of ON of.id = r.payment_id
    WHERE s.reconciliation_id = %(reconciliation)s AND s.kind = 'refund') AS lines WHERE kind IS NOT NULL
"""  # noqa: S608
_PAYMENTS_NOT_LISTED = f"""
SELECT 'missing_there', 'payment:' || p.transaction_id, p.id, NULL::bigint, NULL::bigint,
    {_OURS.format("p", "transaction_id", "paid_amount", "p.succeeded_at")}, NULL::jsonb
FROM payments_payment p
WHERE p.store_id = %(store)s AND p.provider = %(provider)s AND p.state = 'succeeded' AND p.paid_amount > 0
    AND p.succeeded_at >= %(start)s - %(margin)s AND p.succeeded_at < %(end)s + %(margin)s
    AND {_NOT_LISTED.format("payment", "p.transaction_id", "p.number")}
    AND {_ALL_FETCHED.format(moments="p.succeeded_at - %(margin)s, p.succeeded_at + %(margin)s")}
"""  # noqa: S608
# A refund stands in the statement of the day it was asked for, or of that on which it arrived: both, and all between, must be there.
_REFUNDS_NOT_LISTED = f"""
SELECT 'missing_there', 'refund:' || coalesce(r.provider_refund_id, r.number), r.payment_id, r.id, NULL::bigint,
    {_OURS.format("r", "provider_refund_id", "amount", "r.succeeded_at")} || jsonb_build_object('payment_number', p.number),
    NULL::jsonb
FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
WHERE r.store_id = %(store)s AND p.provider = %(provider)s AND r.state = 'succeeded'
    AND ((r.succeeded_at >= %(start)s - %(margin)s AND r.succeeded_at < %(end)s + %(margin)s)
        OR (r.created_at >= %(start)s - %(margin)s AND r.created_at < %(end)s + %(margin)s))
    AND {_NOT_LISTED.format("refund", "r.provider_refund_id", "r.number")}
    AND NOT EXISTS (
        SELECT 1 FROM generate_series(
            ((least(r.created_at, r.succeeded_at) - %(margin)s) AT TIME ZONE %(calendar)s)::date,
            ((greatest(r.created_at, r.succeeded_at) + %(margin)s) AT TIME ZONE %(calendar)s)::date, interval '1 day') AS needed
        WHERE NOT EXISTS (
            SELECT 1 FROM payments_reconciliation c WHERE c.store_id = %(store)s AND c.provider = %(provider)s
            AND c.fetched_at IS NOT NULL AND c.day = needed::date))
"""  # noqa: S608
_DIFFERENCES = " UNION ALL ".join((_PAYMENT_LINES, _REFUND_LINES, _PAYMENTS_NOT_LISTED, _REFUNDS_NOT_LISTED))


def bounds(reconciliation: Reconciliation) -> tuple[datetime, datetime]:
    """When the day begins and ends in the provider's calendar."""
    zone = ZoneInfo(gateway(reconciliation.provider).calendar)
    day = reconciliation.day
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def compare(reconciliation: Reconciliation) -> QuerySet[Difference]:
    """Compare the day's stored statement with what is known here now, inside the caller's transaction; the differences that are open,
    not read yet, since there may be as many as lines.

    Doing it again gives the same: a difference is one row, what was explained stays so, what is gone is closed with a word why.
    """
    _lock(reconciliation)
    _renew(reconciliation, _found(reconciliation))
    _add_up(reconciliation)
    still = Difference.objects.filter(reconciliation=reconciliation, state=State.OPEN).order_by("pk")
    return still.select_related("payment__order", "refund", "row")


def _lock(reconciliation: Reconciliation) -> None:
    """Two that compare the same day come one after the other."""
    Reconciliation.objects.select_for_update().only("pk").get(pk=reconciliation.pk)


def _found(reconciliation: Reconciliation) -> list[dict[str, Any]]:
    """The differences as they are now, as columns of ``Difference``."""
    start, end = bounds(reconciliation)
    values: dict[str, Any] = {
        "reconciliation": reconciliation.pk,
        "store": reconciliation.store_id,
        "provider": reconciliation.provider,
        "calendar": gateway(reconciliation.provider).calendar,
        "start": start,
        "end": end,
        "margin": MARGIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, values)
        found = cursor.fetchall()
    names = ("kind", "subject", "payment_id", "refund_id", "row_id", "expected", "found")
    return [dict(zip(names, (*row[:5], _document(row[5]), _document(row[6])))) for row in found]


def _document(value: Any) -> Any:
    # Django reads jsonb as text.
    return json.loads(value) if isinstance(value, str) else value


def _renew(reconciliation: Reconciliation, found: list[dict[str, Any]]) -> None:
    now = clock.now()
    of_day = Q(reconciliation=reconciliation, state=State.OPEN)
    subjects = [columns["subject"] for columns in found]
    rows = Difference.objects.filter(store=reconciliation.store_id, provider=reconciliation.provider)
    # Locked, in one order, so that nobody explains a difference between its being read here and written.
    rows = rows.filter(of_day | Q(subject__in=subjects)).select_for_update().order_by("pk")
    known = {(row.kind, row.subject): row for row in rows}
    fresh: list[Difference] = []
    back: list[Difference] = []
    changed: list[Difference] = []
    for columns in found:
        row = known.pop((columns["kind"], columns["subject"]), None)
        if row is None:
            fresh.append(
                Difference(
                    store_id=reconciliation.store_id, reconciliation=reconciliation, provider=reconciliation.provider,
                    opened_at=now, **columns,
                )
            )  # fmt: skip
            continue
        if row.state == State.EXPLAINED:
            continue
        if row.state == State.RESOLVED:
            back.append(row)
            columns |= {
                "state": State.OPEN,
                "opened_at": now,
                "explained_at": None,
                "explained_by": "",
                "explanation": "",
            }
        if any(getattr(row, name) != value for name, value in columns.items()):
            changed.append(row)
            for name, value in columns.items():
                setattr(row, name, value)
    # What nobody has found again: of this day, since of another day's only those subjects were read that were found.
    gone = [row for row in known.values() if row.reconciliation_id == reconciliation.pk and row.state == State.OPEN]
    for row in gone:
        row.state, row.explained_at, row.explained_by, row.explanation = State.RESOLVED, now, "system", _why_gone(row)
    Difference.objects.bulk_create(fresh)
    names = [
        "payment", "refund", "row", "expected", "found", "state", "opened_at", "explained_at", "explained_by", "explanation",
    ]  # fmt: skip
    Difference.objects.bulk_update([*changed, *gone], names, batch_size=500)
    JournalEntry.objects.bulk_create(_journal(fresh, back, gone))


def _journal(fresh: Iterable[Difference], back: Iterable[Difference], gone: Iterable[Difference]) -> list[JournalEntry]:
    return [
        *(entry(row, "difference", actor="system", to=State.OPEN, why=row.kind) for row in fresh),
        *(entry(row, "difference", actor="system", was=State.RESOLVED, to=State.OPEN, why=row.kind) for row in back),
        *(
            entry(row, "difference", actor="system", was=State.OPEN, to=State.RESOLVED, why=row.explanation)
            for row in gone
        ),
    ]


def _why_gone(difference: Difference) -> str:
    match difference.kind:
        case Kind.MISSING_HERE:
            return CONFIRMED if difference.asked_at else CAME_LATE
        case Kind.MISSING_THERE:
            return LISTED
        case Kind.REFUND:
            return REFUND_KNOWN
        case Kind.STATE if difference.refund_id:
            return REFUND_ARRIVED
        case _:
            return AGREES


def _add_up(reconciliation: Reconciliation) -> None:
    """Write down the sums of both sides."""
    start, end = bounds(reconciliation)
    lines = StatementRow.objects.filter(reconciliation=reconciliation)
    paid, back = (lines.filter(kind=kind).exclude(state="failed") for kind in ("payment", "refund"))
    reconciliation.there = _sums(_by_currency(paid, "amount"), _by_currency(back, "amount"))
    for row in lines.order_by().values("currency").annotate(fees=Sum("fee")):
        reconciliation.there.setdefault(row["currency"], {})["fees"] = row["fees"]
    own = Q(store=reconciliation.store_id, succeeded_at__gte=start, succeeded_at__lt=end, state="succeeded")
    payments = Payment.objects.filter(own, provider=reconciliation.provider)
    refunds = Refund.objects.filter(own, payment__provider=reconciliation.provider)
    reconciliation.here = _sums(_by_currency(payments, "paid_amount"), _by_currency(refunds, "amount"))
    reconciliation.lines, reconciliation.compared_at = lines.count(), clock.now()
    reconciliation.save(update_fields=["there", "here", "compared_at", "lines"])


def _by_currency(rows: "QuerySet[Any]", amount: str) -> dict[str, tuple[int, int]]:
    sums = rows.order_by().values_list("currency").annotate(Count("pk"), Sum(amount))
    return {currency: (count, total) for currency, count, total in sums}


def _sums(paid: dict[str, tuple[int, int]], back: dict[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for currency, (count, total) in paid.items():
        sums.setdefault(currency, {}).update(payments=count, paid=total)
    for currency, (count, total) in back.items():
        sums.setdefault(currency, {}).update(refunds=count, refunded=total)
    return sums
