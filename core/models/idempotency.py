"""What has been answered to an Idempotency-Key."""

from django.db import models

from core.models.tenancy import TenantModel


class IdempotencyKey(TenantModel):
    """One key of one owner. Without a status the request is still running, until ``locked_until``."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    locked_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "owner", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
