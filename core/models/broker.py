"""What the embedded broker keeps: messages on their way to a worker, and when a worker was last seen.

Neither belongs to a store. Messages are only bells (:mod:`core.duework`): losing one costs time, never work.
"""

from django.db import models
from django.db.models.functions import Now


class BrokerMessage(models.Model):
    """One message of a queue. Written and read by :mod:`core.transport` alone, over a connection of its own."""

    queue = models.CharField(max_length=200)
    payload = models.TextField()
    sent_at = models.DateTimeField(db_default=Now())
    # After this moment nobody wants it any more (a sweep that the next sweep has overtaken).
    expires_at = models.DateTimeField(null=True)
    # Who holds it, and until when unless renewed. A killed worker renews nothing, so its messages come back.
    lease = models.CharField(max_length=32, db_default="")
    leased_until = models.DateTimeField(null=True)
    deliveries = models.PositiveIntegerField(db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "id"], name="core_broker_queue"),
            models.Index(
                fields=["expires_at"], name="core_broker_expiry", condition=models.Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} #{self.pk}"


class WorkerHeartbeat(models.Model):
    """When a worker last did something. Touched by a task (:mod:`core.heartbeat`), for only a task proves a worker."""

    worker = models.CharField(max_length=200, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.worker} at {self.seen_at:%Y-%m-%d %H:%M:%S}"
