from payments.models.notification import Notification
from payments.models.payment import LedgerEntry, Payment, Refund

__all__ = ["LedgerEntry", "Notification", "Payment", "Refund"]
