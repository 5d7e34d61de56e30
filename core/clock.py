"""The one place that tells the time, so that tests can turn it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def utc_text(at: datetime) -> str:
    """The moment as the API writes it: ``2026-11-22T07:30:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
