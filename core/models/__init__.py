from core.models.alert import Alert
from core.models.broker import BrokerMessage, WorkerHeartbeat
from core.models.due import DueWork, LeaseLost
from core.models.idempotency import IdempotencyKey
from core.models.journal import JournalEntry
from core.models.shared_token import SharedToken
from core.models.tenancy import TenantModel
from core.models.throttle import ThrottleCounter

__all__ = [
    "Alert",
    "BrokerMessage",
    "DueWork",
    "IdempotencyKey",
    "JournalEntry",
    "LeaseLost",
    "SharedToken",
    "TenantModel",
    "ThrottleCounter",
    "WorkerHeartbeat",
]
