"""Carrying out due work: claim, run, back off, park, sweep.

A room registers what to do with a row::

    @handles(Duty, "fulfil")
    def fulfil(duty: Duty) -> None:
        with transaction.atomic():
            ...                 # the effect
            duty.finish()       # commits with it, or not at all

Celery is only the bell: ``ring(row)`` calls a worker once the transaction has committed, and ``sweep`` finds what nobody rang for.
A lost message, a killed worker or a lost broker costs time, never work, and a row is carried out by one worker at a time.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop
from django_scopes import scope, scopes_disabled

from core import alerts, bell, clock, states
from core.models import DueWork, LeaseLost

log = logging.getLogger(__name__)

Handler = Callable[[Any], None]
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=30)
WORKER_DIED = gettext_noop("the worker died each time")
FAILED_EACH_TIME = gettext_noop("it failed each time")


@dataclass(frozen=True)
class Registration:
    handler: Handler
    lease: timedelta
    max_attempts: int


_registered: dict[tuple[type[DueWork], str], Registration] = {}


def handles(
    model: type[DueWork], kind: str = "", *, lease: int = 60, max_attempts: int = 8
) -> Callable[[Handler], Handler]:
    """Register the function that carries out rows of ``model`` (of that ``kind``, where the model has kinds).

    ``lease`` is how many seconds a worker may take before another takes over; after ``max_attempts`` the row is parked for a person.
    """

    def register(handler: Handler) -> Handler:
        if (model, kind) in _registered:
            raise RuntimeError(f"{model.__name__} {kind} already has a handler")
        _registered[model, kind] = Registration(handler, timedelta(seconds=lease), max_attempts)
        return handler

    return register


def models_with_work() -> list[type[DueWork]]:
    """Every model whose rows are work, in the order of registration."""
    return list(dict.fromkeys(model for model, _ in _registered))


def ring(row: DueWork) -> None:
    """Call a worker for this row as soon as the transaction has committed. Never fails, never waits for the broker."""
    transaction.on_commit(partial(bell.ring, row._meta.label_lower, row.pk))


def run(model: type[DueWork], pk: int) -> bool:
    """Claim the row and carry it out. False when it was not due, or not free."""
    with scopes_disabled():
        row = _claim(model, pk)
    if row is None:
        return False
    registration = _registration(row)
    if row.attempts > registration.max_attempts:
        # Nobody reported a failure: the workers themselves died over it.
        _park(row, row.last_error or WORKER_DIED, reason=WORKER_DIED)
        return True
    claim, attempts = row.claim, row.attempts
    try:
        # By its key: not every work needs to read the store.
        with scope(store=row.store_id):
            registration.handler(row)
        if not row.concluded:
            raise RuntimeError(f"the handler of {row._meta.label} neither finished nor postponed it")
        log.info("%s %s: %s", row._meta.verbose_name, row, "done" if row.done_at else "goes on")
    except LeaseLost:
        log.warning("%s %s was taken over by another worker", row._meta.label, row.pk)
    except Exception as error:
        # A conclusion that was rolled back has left its mark on the row in memory: in the database the claim still stands.
        row.claim, row.attempts = claim, attempts
        log.exception("%s %s failed, attempt %s", row._meta.label, row.pk, row.attempts)
        _back_off(row, error, registration)
    return True


def run_pending(*models: type[DueWork], limit: int = 500) -> int:
    """Carry out everything that is due now (of those models, or of all), here and in order. Returns how many rows were taken."""
    taken = 0
    for model in models or models_with_work():
        with scopes_disabled():
            pks = list(
                model._base_manager.filter(DueWork.due(clock.now()))
                .order_by("due_at", "pk")
                .values_list("pk", flat=True)[:limit]
            )
        taken += sum(run(model, pk) for pk in pks)
    return taken


def run_named(label: str, pk: int) -> bool:
    """``run`` for a model named by its label, as it comes through the broker."""
    model = apps.get_model(label)
    if not issubclass(model, DueWork):
        raise TypeError(f"{label} holds no due work")
    return run(model, pk)


def retry(row: DueWork, actor: str = "system") -> bool:
    """Take a parked row back to work, at once; the journal and its alert say by whom. False when it was not parked."""
    with transaction.atomic():
        changed = (
            type(row)
            ._base_manager.filter(pk=row.pk, parked_at__isnull=False)
            .update(parked_at=None, attempts=0, due_at=clock.now(), claimed_until=None, claim="")
        )
        if changed:
            alerts.looked_at(row, actor)
            states.record(row, row._meta.label_lower, actor=actor, was="parked", to="due", why=row.last_error)
            ring(row)
    if changed:
        log.info("%s %s taken back to work by %s", row._meta.label, row.pk, actor)
    return bool(changed)


def again(row: DueWork, actor: str, why: str = "") -> bool:
    """Have a row that is done or set aside carried out once more, at once; journalled with ``why``. False when it is under way.

    Only for work that may be done twice without harm.
    """
    with transaction.atomic():
        changed = (
            type(row)
            ._base_manager.filter(Q(done_at__isnull=False) | Q(parked_at__isnull=False), pk=row.pk)
            .update(done_at=None, parked_at=None, attempts=0, due_at=clock.now(), claimed_until=None, claim="")
        )
        if changed:
            was = "parked" if row.parked_at else "done"
            alerts.looked_at(row, actor)
            states.record(row, row._meta.label_lower, actor=actor, was=was, to="due", why=why)
            ring(row)
    return bool(changed)


def _claim(model: type[DueWork], pk: int) -> Any:
    """One conditional UPDATE: of many workers that ask for the row, one gets it."""
    token = secrets.token_hex(8)
    now = clock.now()
    # The kind is not known before the row is read; the longest lease of the model does.
    lease = max(entry.lease for (of, _), entry in _registered.items() if of is model)
    return model.claim_due(pk, token, now, now + lease)


def _registration(row: DueWork) -> Registration:
    return (
        _registered[type(row), getattr(row, "kind", "")]
        if (type(row), "") not in _registered
        else _registered[type(row), ""]
    )


def _back_off(row: DueWork, error: Exception, registration: Registration) -> None:
    message = f"{type(error).__name__}: {error}"[:2000]
    if row.attempts >= registration.max_attempts:
        # What an exception says may quote a row: people who may read it find it on the row's page.
        _park(row, message, reason=FAILED_EACH_TIME)
        return
    # The power is capped too: of attempt 47 no timedelta can be made.
    delay = FIRST_DELAY * 2 ** min(row.attempts - 1, 20)
    # Whoever refused may have said for how long (``retry_after`` of an error, in seconds).
    delay = min(max(delay, timedelta(seconds=getattr(error, "retry_after", None) or 0)), LONGEST_DELAY)
    type(row)._base_manager.filter(pk=row.pk, claim=row.claim).update(
        due_at=clock.now() + delay, claimed_until=None, claim="", last_error=message
    )


def _park(row: DueWork, message: str, *, reason: str) -> None:
    """Set the row aside for a person, and tell them why; it is shown until somebody retries it."""
    with transaction.atomic(savepoint=False):
        mine = type(row)._base_manager.filter(pk=row.pk, claim=row.claim)
        if mine.update(parked_at=clock.now(), claimed_until=None, claim="", last_error=message):
            alerts.parked(row, reason)
    log.error("%s %s parked: %s", row._meta.label, row.pk, message)
