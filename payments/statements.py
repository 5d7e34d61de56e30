"""Fetching what a provider drew up about a day, and keeping it as it came."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

from core import clock
from payments.gateways import Movement, StatementLine, gateway
from payments.models import MovementRow, Reconciliation, StatementRow

BATCH = 2000
Entry = TypeVar("Entry", StatementLine, Movement)


def fetch(reconciliation: Reconciliation) -> tuple[list[StatementLine], list[Movement]]:
    """Ask for the day's lines and movements; no transaction may be open. Raises NotReady, Unavailable or Declined."""
    provider, store = gateway(reconciliation.provider), reconciliation.store
    return list(provider.statement(store, reconciliation.day)), list(provider.movements(store, reconciliation.day))


def keep(reconciliation: Reconciliation, lines: Sequence[StatementLine], movements: Sequence[Movement]) -> None:
    """Store them, inside the caller's transaction. Fetched again, a day's lines are renewed; movements stay as they were booked."""
    now = clock.now()
    own = {
        "store_id": reconciliation.store_id, "reconciliation_id": reconciliation.pk, "provider": reconciliation.provider,
    }  # fmt: skip
    for some in _batches(lines):
        # A statement that lists something twice means it once: the last word counts.
        listed = {(line.kind, line.provider_id): line for line in some}
        StatementRow.objects.bulk_create(
            [StatementRow(**own, **_columns(line), seen_at=now) for line in listed.values()],
            update_conflicts=True,
            unique_fields=["reconciliation", "kind", "provider_id"],
            update_fields=["number", "payment_number", "amount", "currency", "state", "fee", "at", "seen_at"],
        )
    _rows(reconciliation).filter(seen_at__lt=now).delete()
    for moved in _batches(movements):
        MovementRow.objects.bulk_create(
            [MovementRow(**own, **_columns(movement)) for movement in moved], ignore_conflicts=True
        )
    reconciliation.fetched_at = now
    reconciliation.save(update_fields=["fetched_at"])


def refresh_statistics(lines: int) -> None:
    """Have the database count the rows that have just been stored. It plans by what it knows, and of a day that was filled a moment ago
    it knows nothing: a comparison of thousands of lines would take minutes instead of a second. Call it outside any transaction.
    """
    if lines >= BATCH // 4:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {StatementRow._meta.db_table}")


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """So many at a time as become rows together: of a long statement the rows would take ten times the memory of its lines."""
    return (entries[start : start + BATCH] for start in range(0, len(entries), BATCH))


def _columns(entry: StatementLine | Movement) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def _rows(reconciliation: Reconciliation) -> QuerySet[StatementRow]:
    return StatementRow.objects.filter(reconciliation=reconciliation)
