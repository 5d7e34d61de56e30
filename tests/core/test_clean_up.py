"""What nobody asks for any more is forgotten by a task that beat really calls: old idempotency keys, counters of past minutes."""

from datetime import timedelta

from celery import current_app

from core import clock
from core.models import IdempotencyKey, ThrottleCounter
from core.tasks import clean_up
from shop.models import Store


def make_key(store: Store, key: str, age: timedelta) -> None:
    row = IdempotencyKey.objects.create(
        store=store, owner="shopper:1", key=key, fingerprint="", locked_until=clock.now()
    )
    IdempotencyKey.objects.filter(pk=row.pk).update(created_at=clock.now() - age)


def test_old_rows_go_and_young_ones_stay(store: Store) -> None:
    make_key(store, "old-key-1", timedelta(days=4))
    make_key(store, "young-key", timedelta(days=2))
    ThrottleCounter.objects.create(key="login", window=clock.now() - timedelta(hours=2), count=3)
    ThrottleCounter.objects.create(key="login", window=clock.now(), count=3)

    clean_up()

    assert [row.key for row in IdempotencyKey.objects.all()] == ["young-key"]
    assert ThrottleCounter.objects.count() == 1


def test_beat_calls_every_task_that_nobody_rings_for() -> None:
    current_app.loader.import_default_modules()
    tasks = {name for name in current_app.tasks if name.startswith(("core.tasks.", "payments.tasks."))}
    called = {entry["task"] for entry in current_app.conf.beat_schedule.values()}

    assert called == tasks - {"core.tasks.run_due"}
