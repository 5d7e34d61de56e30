"""The tasks of Celery: a bell for some rows, and the sweep."""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django_scopes import scopes_disabled

from core import alerts, bell, clock, duework, heartbeat
from core.models import IdempotencyKey, ThrottleCounter

KEPT_KEYS = timedelta(days=3)


@shared_task
def run_due(label: str, *pks: int) -> None:
    """Carry out these rows of one model, those that are still due, and then what they rang for: a payment's parcel needs no message.

    What those ring for in their turn goes to whichever worker is free, so that no message goes on and on.
    """
    with bell.answered_here() as calls:
        for pk in pks:
            duework.run_named(label, pk)
    for called, pk in calls:
        duework.run_named(called, pk)


@shared_task
def sweep() -> None:
    """Carry out what is due and nobody rang for, and note that a worker is alive.

    Bounded in time, since the next sweep comes anyway; several at once share the rows by their claims.
    """
    heartbeat.beat()
    deadline = time.monotonic() + settings.SWEEP_SECONDS
    while time.monotonic() < deadline:
        if not duework.run_pending(limit=20):
            break


@shared_task
def settle_alerts() -> None:
    """Close the alerts of work that somebody has put right by another way than taking it back to work."""
    alerts.settle()


@shared_task
def clean_up() -> None:
    """Forget idempotency keys after three days, and counters of past minutes; tell of parked work of which nobody was told."""
    alerts.tell_of_untold()
    with scopes_disabled():
        IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT_KEYS).delete()
    ThrottleCounter.objects.filter(window__lt=clock.now() - timedelta(hours=1)).delete()
