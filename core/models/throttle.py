"""Counters of requests, shared by all processes."""

from django.db import models


class ThrottleCounter(models.Model):
    """How often one caller asked for one thing in the minute that began at ``window``."""

    key = models.CharField(max_length=200)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="throttle_once_a_window")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
