"""Payments, refunds and the inbox in the admin: to be read; what was set aside can be tried again."""

from payments.admin import notification, payment, reconciliation, refund

__all__ = ["notification", "payment", "reconciliation", "refund"]
