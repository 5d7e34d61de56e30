"""States as tables: the legal moves of a thing in one place, each change a compare-and-set with its journal row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.models import JournalEntry
from core.problems import Problem


class IllegalMove(Problem):
    """This state does not lead to that one."""

    def __init__(self, subject: str, was: str, to: str) -> None:
        super().__init__("illegal-state", 409, _("This is no longer possible."), f"{subject}: {was} → {to}", state=was)


class StaleState(Problem):
    """Somebody else changed the state first; read again."""

    def __init__(self, subject: str) -> None:
        super().__init__("stale-state", 409, _("This has just been changed by somebody else."), subject)


@dataclass(frozen=True)
class Machine:
    """The states of one kind of thing: ``moves`` maps each state to those that may follow it."""

    name: str
    moves: Mapping[str, frozenset[str]]
    field: str = "state"

    def may(self, was: str, to: str) -> bool:
        """Whether that change is legal."""
        return to in self.moves.get(was, frozenset())

    def move(
        self,
        row: models.Model,
        to: str,
        *,
        actor: str,
        why: str = "",
        data: dict[str, Any] | None = None,
        **columns: Any,
    ) -> None:
        """Change the state, and with it further ``columns``, if nobody else has; journal it. Call inside a transaction, or make one.

        Raises IllegalMove when the table forbids it, StaleState when the row is no longer in the state that ``row`` shows.
        """
        was = getattr(row, self.field)
        subject = f"{self.name}:{row.pk}"
        if not self.may(was, to):
            raise IllegalMove(subject, was, to)
        with transaction.atomic():
            changes = {self.field: to, **columns}
            changed = type(row)._base_manager.filter(pk=row.pk, **{self.field: was}).update(**changes)
            if not changed:
                raise StaleState(subject)
            record(row, self.name, actor=actor, was=was, to=to, why=why, data=data)
        for name, value in changes.items():
            setattr(row, name, value)


def record(
    row: Any, name: str, *, actor: str, to: str, was: str = "", why: str = "", data: dict[str, Any] | None = None
) -> JournalEntry:
    """Write a journal row for ``row``, which has just come into the state ``to``."""
    return JournalEntry.objects.create(
        store_id=row.store_id,
        subject=f"{name}:{row.pk}",
        actor=actor,
        from_state=was,
        to_state=to,
        why=why[:200],
        data=data or {},
    )
