"""The row is the job: a duty stands in the database and says when it is due. How it is carried out: ``core.duework``."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q

from core import clock

# As ``DueWork.due`` says it.
_CLAIM = """
UPDATE {table} SET claim = %(token)s, claimed_until = %(until)s, attempts = attempts + 1
WHERE id = %(pk)s AND due_at <= %(at)s AND done_at IS NULL AND parked_at IS NULL
    AND (claimed_until IS NULL OR claimed_until < %(at)s)
RETURNING *
"""


class LeaseLost(Exception):
    """Another worker took the row over; whatever this one did must be rolled back."""


class DueWork(models.Model):
    """Columns of a row that is work to be done.

    Due when ``due_at`` has come, and it is neither done nor parked nor claimed. A claim lasts until ``claimed_until`` and is named by
    a token, so that a worker that was thought dead cannot finish what another has taken over.
    """

    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    parked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    # Set by finish and postpone; a handler that does neither is at fault.
    concluded = False
    # Of the alert that is raised when such a row is parked.
    alert_severity: ClassVar[str] = "warning"

    class Meta:
        abstract = True
        # Two small ones: what is due, and what waits for a person.
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(done_at__isnull=True, parked_at__isnull=True), name="%(class)s_due"
            ),
            models.Index(fields=["parked_at"], condition=Q(parked_at__isnull=False), name="%(class)s_parked"),
        ]

    @staticmethod
    def due(at: datetime) -> Q:
        """What may be claimed at that moment."""
        return (
            Q(due_at__lte=at, done_at__isnull=True, parked_at__isnull=True)
            & (Q(claimed_until__isnull=True) | Q(claimed_until__lt=at))
        )  # fmt: skip

    @classmethod
    def claim_due(cls, pk: int, token: str, at: datetime, until: datetime) -> Self | None:
        """Claim that row, if it is ``due`` at that moment, and read it: of many who ask for it, one gets it.

        One conditional UPDATE that answers with the row, where the ORM would take two statements.
        """
        values = {"pk": pk, "token": token, "at": at, "until": until}
        return next(iter(cls._base_manager.raw(_CLAIM.format(table=cls._meta.db_table), values)), None)

    def finish(self, **columns: Any) -> None:
        """Mark the work done, and write further ``columns``. Call it in the transaction of its effect: both commit, or neither.

        Raises LeaseLost when the claim is no longer this worker's.
        """
        self._conclude(done_at=clock.now(), claimed_until=None, claim="", last_error="", **columns)

    def postpone(self, until: datetime | None, note: str = "") -> None:
        """Give the row back, due again at ``until`` (None: when somebody says so): not a failure. Raises LeaseLost like ``finish``."""
        self._conclude(due_at=until, claimed_until=None, claim="", attempts=0, last_error=note)

    def park(self, reason: str, **columns: Any) -> None:
        """Set the row aside for a person at once: trying again would change nothing. Raises LeaseLost like ``finish``.

        The alert commits with it. ``reason`` is told to people outside as well: no secret, nothing of a shopper's.
        """
        self._conclude(parked_at=clock.now(), claimed_until=None, claim="", last_error=reason, **columns)

    def _conclude(self, **columns: Any) -> None:
        from core import alerts  # it knows this module

        # A row that has failed before may have an alert; without a trouble left, that is over.
        had_trouble = bool(self.last_error) and not columns.get("parked_at") and not columns["last_error"]
        with transaction.atomic(savepoint=False):
            # The token is compared in the UPDATE itself: whoever comes second changes nothing and rolls back.
            mine = type(self)._base_manager.filter(pk=self.pk, claim=self.claim, done_at__isnull=True)
            changed = bool(self.claim) and mine.update(**columns)
            if changed and columns.get("parked_at"):
                alerts.parked(self, columns["last_error"])
            elif changed and had_trouble:
                alerts.resolve_alert(alerts.PARKED, alerts.subject_of(self))
        if not changed:
            raise LeaseLost(f"{self._meta.label} {self.pk}")
        for name, value in columns.items():
            setattr(self, name, value)
        self.concluded = True
