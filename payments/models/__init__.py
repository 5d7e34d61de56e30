from payments.models.ledger import LedgerEntry
from payments.models.notification import Notification, RefusedNotification
from payments.models.payment import Dispute, Payment
from payments.models.receipt import Receipt
from payments.models.reconciliation import Difference, MovementRow, Reconciliation, StatementRow
from payments.models.refund import Refund

__all__ = [
    "Difference",
    "Dispute",
    "LedgerEntry",
    "MovementRow",
    "Notification",
    "Payment",
    "Receipt",
    "Reconciliation",
    "Refund",
    "RefusedNotification",
    "StatementRow",
]
