from payments.models.ledger import LedgerEntry
from payments.models.notification import Notification, RefusedNotification
from payments.models.payment import Dispute, Payment
from payments.models.receipt import Receipt
from payments.models.refund import Refund

__all__ = ["Dispute", "LedgerEntry", "Notification", "Payment", "Receipt", "Refund", "RefusedNotification"]
