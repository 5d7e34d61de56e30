from payments.models.ledger import LedgerEntry
from payments.models.notification import Notification
from payments.models.payment import Dispute, Payment
from payments.models.reconciliation import Difference, MovementRow, Reconciliation, StatementRow
from payments.models.refund import Refund

__all__ = [
    "Difference",
    "Dispute",
    "LedgerEntry",
    "MovementRow",
    "Notification",
    "Payment",
    "Reconciliation",
    "Refund",
    "StatementRow",
]
