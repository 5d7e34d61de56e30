"""Tokens of providers that all processes of the site share."""

from django.db import models

from core.secrets import EncryptedTextField


class SharedToken(models.Model):
    """A token that is dear to get: one process fetches it, until ``renewing_until``, and the others wait for it."""

    name = models.CharField(max_length=100, unique=True)
    value = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    # Counts the renewals: of two that saw the same token end, one renews.
    generation = models.PositiveIntegerField(default=0)
    renewing_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
