"""The journal: who changed which state, when, from what to what, and why. Rows are only ever added."""

from django.db import models

from core.models.tenancy import TenantModel


class JournalEntry(TenantModel):
    """One change of state of one thing (``subject``), by an actor such as ``staff:5``, ``shopper:7``, ``system``."""

    subject = models.CharField(max_length=60, help_text="What changed, e.g. order:123.")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=60)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30)
    why = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "id"], name="journal_subject")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.from_state} → {self.to_state}"
