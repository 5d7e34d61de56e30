"""Payments, refunds, disputes and the inbox in the admin: to be read; what was set aside can be tried again."""

from payments.admin import dispute, notification, payment, reconciliation, refund

__all__ = ["dispute", "notification", "payment", "reconciliation", "refund"]
