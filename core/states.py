"""States as tables: the legal moves of a thing in one place, each change a compare-and-set with its journal row."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
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
    """The states of one kind of thing: ``moves`` maps each state to those that may follow it, ``tones`` to the colour of its dot.

    Tones: waiting, todo, moving, good, bad, quiet; the only place where a state has one (``core.showing.state`` draws it).
    """

    name: str
    moves: Mapping[str, frozenset[str]]
    tones: Mapping[str, str] = field(default_factory=dict)
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
        journal: list[JournalEntry] | None = None,
        **columns: Any,
    ) -> None:
        """Change the state, and with it further ``columns``, if nobody else has; journal it. Call inside a transaction, or make one.

        ``journal``: the entry is put into this list instead, and the caller saves them all at once in the same transaction. Raises
        IllegalMove when the table forbids it, StaleState when the row is no longer in the state that ``row`` shows.
        """
        was = getattr(row, self.field)
        subject = f"{self.name}:{row.pk}"
        if not self.may(was, to):
            raise IllegalMove(subject, was, to)
        # Inside a caller's transaction no savepoint is needed: nothing was written yet when StaleState is raised.
        inside = transaction.get_connection().in_atomic_block
        with nullcontext() if inside else transaction.atomic():
            changes = {self.field: to, **columns}
            changed = type(row)._base_manager.filter(pk=row.pk, **{self.field: was}).update(**changes)
            if not changed:
                raise StaleState(subject)
            made = entry(row, self.name, actor=actor, was=was, to=to, why=why, data=data)
            if journal is None:
                made.save(force_insert=True)
            else:
                journal.append(made)
        for name, value in changes.items():
            setattr(row, name, value)


def entry(
    row: Any, name: str, *, actor: str, to: str, was: str = "", why: str = "", data: dict[str, Any] | None = None
) -> JournalEntry:
    """A journal row, not yet saved, about ``row``, which has just come into the state ``to``."""
    return JournalEntry(
        store_id=row.store_id,
        subject=f"{name}:{row.pk}",
        actor=actor,
        from_state=was,
        to_state=to,
        why=why[:200],
        data=data or {},
    )


def record(
    row: Any, name: str, *, actor: str, to: str, was: str = "", why: str = "", data: dict[str, Any] | None = None
) -> JournalEntry:
    """Write a journal row for ``row``, which has just come into the state ``to``."""
    made = entry(row, name, actor=actor, to=to, was=was, why=why, data=data)
    made.save(force_insert=True)
    return made
