"""What the house asks of a payment provider, and which providers there are.

A provider is one class with these methods and one line in ``payments.apps``. Methods that talk to the provider are never called inside
a transaction; the number that they send has been committed before, so that asking again is asking for the same thing.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from orders.models import Order
    from payments.models import Notification, Payment, Refund
    from shop.models import Store

# Where a shopper may be: inside WeChat, or at the same program on the web.
MINIAPP, WEB = "miniapp", "web"


class GatewayError(Exception):
    """A provider's no. ``code`` is its own word for it."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code


class Unavailable(GatewayError):
    """No answer, an error of theirs, or an answer that cannot be verified. Whether it had an effect is not known; ask again later."""

    # Seconds before which there is no point in asking again, where the provider named them.
    retry_after: float | None = None


class NotReady(Unavailable):
    """A statement that the provider has not drawn up yet. Ask again later; nothing is wrong."""


class Declined(GatewayError):
    """They understood and will not, now or later: a person has to look."""


class AlreadyPaid(GatewayError):
    """This number has been paid. Query it."""


class AlreadyClosed(GatewayError):
    """This number is closed, or its time is over. Take a new one."""


class BeingPaid(GatewayError):
    """The payer is at it at this moment. Ask again in some seconds."""


class NumberUnknown(GatewayError):
    """They have nothing under this number."""


class NumberReused(GatewayError):
    """They know this number with other parameters."""


class Forged(Exception):
    """A notification that cannot be shown to come from the provider; the text says why, and repeats nothing of what came."""


class Malformed(Exception):
    """A notification that is signed but not what the provider's notifications are."""


@dataclass(frozen=True)
class Prepaid:
    """The provider knows the payment under ``reference``, which serves until ``expires_at``.

    ``data``: what else the shopper's program needs, kept with the payment; never a secret of the merchant.
    """

    reference: str
    expires_at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Instruction:
    """One thing that the shopper has to know or to write to pay: a bank's name, an account. ``value`` is what is copied.

    Without a ``name`` it is a sentence, and nothing to copy.
    """

    name: str
    value: str


@dataclass(frozen=True)
class Event:
    """A verified notification, not yet looked into: the provider's id and type of it. Raises Malformed for what cannot be one."""

    event_id: str
    event_type: str
    headers: dict[str, str]

    def __post_init__(self) -> None:
        for word, longest in ((self.event_id, 64), (self.event_type, 60)):
            if not 1 <= len(word) <= longest or not word.isprintable():
                raise Malformed("an odd id or type")


@dataclass(frozen=True)
class PaymentReport:
    """How a payment stands, as the provider says. Amount in minor units.

    ``identity``: what the provider says about app, merchant and payer, for ``Gateway.mismatch`` to compare. ``confirmed``: this is the
    answer to a question of ours, and not only what somebody told us.
    """

    number: str
    state: Literal["open", "succeeded", "closed"]
    amount: int | None = None
    currency: str = ""
    transaction_id: str = ""
    paid_at: datetime | None = None
    identity: Mapping[str, str | None] = field(default_factory=dict)
    confirmed: bool = False


@dataclass(frozen=True)
class RefundReport:
    """How a refund stands, as the provider says. ``detail`` is its own word for a failure; ``mismatch`` names what is not ours.

    ``payment_number`` is our number of the payment, where the provider names it: so that a refund which nobody here has asked for
    (made by hand in the provider's console) finds its payment. ``confirmed`` as in PaymentReport.
    """

    number: str
    state: Literal["processing", "succeeded", "failed"]
    amount: int | None = None
    provider_refund_id: str = ""
    succeeded_at: datetime | None = None
    detail: str = ""
    mismatch: str = ""
    payment_number: str = ""
    confirmed: bool = False


@dataclass(frozen=True)
class BankCard:
    """A card that money goes to, as a person has typed it. Sent and forgotten: only ``shown`` may be kept.

    ``bank`` is the provider's own word for the bank and its kind of card.
    """

    bank: str
    account: str = field(repr=False)
    holder: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The bank and the last digits."""
        return f"{self.bank} …{self.account[-4:]}"


@dataclass(frozen=True)
class DisputeReport:
    """How a dispute stands, as the provider says. ``number`` is ours of the payment."""

    dispute_id: str
    number: str
    state: Literal["open", "won", "lost"]
    amount: int
    currency: str
    reason: str = ""


Report = PaymentReport | RefundReport | DisputeReport


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a provider's statement of a day. Amounts in minor units, positive; ``fee`` is negative where it is given back.

    ``number`` is our number of the payment or the refund as the provider knows it, ``provider_id`` its own of the same.
    """

    kind: Literal["payment", "refund"]
    number: str
    provider_id: str
    payment_number: str
    amount: int
    currency: str
    state: Literal["processing", "succeeded", "failed"]
    fee: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that became the store's to draw on (or was drawn from that), as the provider's statement of funds says.

    ``amount`` in minor units, before ``fee``; negative when it left. ``provider_id`` names payment or refund; empty for a pay-out to the
    bank.
    """

    kind: Literal["payment", "refund", "payout", "other"]
    provider_id: str
    movement_id: str
    amount: int
    fee: int
    currency: str
    at: datetime


@dataclass(frozen=True)
class RefundRules:
    """What a provider allows: at most so many refunds of one payment, so far apart, so long after it. None: no limit is known."""

    most: int | None = None
    spacing: timedelta = timedelta(0)
    within: timedelta | None = None


class Gateway(ABC):
    """One provider. ``name`` is its word in URLs and in the database, ``label`` what people read."""

    name: ClassVar[str]
    label: ClassVar["Promise | str"]
    channels: frozenset[str] = frozenset({MINIAPP, WEB})
    refund_rules: ClassVar[RefundRules] = RefundRules()
    # Nobody can be asked: staff say what came in and what went back (payments.by_hand), and what came in is the store's at once.
    by_hand: ClassVar[bool] = False
    # Draws up statements, which are compared with the ledger every day: the days of which calendar, and from when on the next day.
    has_statements: ClassVar[bool] = False
    calendar: ClassVar[str] = "UTC"
    statement_from: ClassVar[time] = time(1, 0)
    # Keeps what was paid until it has been told that the goods were shipped.
    frozen_until_shipped: ClassVar[bool] = False

    @abstractmethod
    def offered(self, store: "Store") -> bool:
        """Whether shoppers of this store can pay with it: keys are there, the currency fits."""

    def suits(self, order: "Order") -> bool:
        """Whether this order can be paid so, apart from what ``offered`` says: its amount, where it goes. No call."""
        return True

    def description(self, order: "Order") -> str:
        """What the shopper reads below the label when choosing, in the active language; may be empty. No call."""
        return ""

    def agreed(self, payment: "Payment", order: "Order", *, actor: str) -> None:
        """What follows for the order from its shopper's having chosen this way to pay: it may wait longer, or be shipped unpaid.

        Called for gateways ``by_hand``, in the transaction that keeps the answer to ``prepay`` and holds the order's lock. No call.
        """
        return

    def instructions(self, payment: "Payment") -> "Iterable[Instruction]":
        """What the shopper has to know to pay an attempt that is open, in the active language; shown with the order. No call."""
        return ()

    @abstractmethod
    def draft(self, order: "Order", number: str, client_ip: str) -> dict[str, Any]:
        """What will be asked of the provider to open this payment; no call. Committed with the intent and sent as it is, however often."""

    @abstractmethod
    def same(self, draft: dict[str, Any], other: dict[str, Any]) -> bool:
        """Whether two drafts ask for the same thing, apart from the number and from who asks."""

    @abstractmethod
    def prepay(self, payment: "Payment") -> Prepaid:
        """Open the payment at the provider, or meet it again. Raises a GatewayError: AlreadyPaid, AlreadyClosed, NumberReused, …"""

    @abstractmethod
    def parameters(self, payment: "Payment") -> dict[str, str]:
        """What the shopper's program needs to pay; no call. Never holds a secret."""

    @abstractmethod
    def query(self, payment: "Payment") -> PaymentReport:
        """How the payment stands. Raises NumberUnknown, Unavailable or Declined."""

    def mismatch(self, payment: "Payment", report: PaymentReport) -> str:
        """What of the report's identity is not as the payment was opened; empty when all of it fits. No call."""
        return ""

    @abstractmethod
    def close(self, payment: "Payment") -> None:
        """See to it that it can no longer be paid. Raises AlreadyPaid, BeingPaid, Unavailable or Declined."""

    @abstractmethod
    def refund(self, refund: "Refund") -> RefundReport:
        """Give money back, under the refund's number however often it is asked. Raises a GatewayError."""

    @abstractmethod
    def query_refund(self, refund: "Refund") -> RefundReport:
        """How the refund stands. Raises NumberUnknown, Unavailable or Declined."""

    def notify_url(self, store: "Store") -> str:
        """Where the provider tells this store: public, without a query string."""
        path = reverse("payments:notify", kwargs={"provider": self.name, "store": store.slug})
        return urljoin(settings.PUBLIC_BASE_URL, path)

    def may_redirect(self, refund: "Refund") -> bool:
        """Whether this refund, which has failed, can go to a bank card instead of where the payment came from. No call."""
        return False

    def redirect(self, refund: "Refund", card: BankCard | None) -> RefundReport:
        """Send such a refund to the payer's card or, without one, to the merchant's own account. Raises a GatewayError."""
        raise Declined("this provider sends a refund nowhere else")

    @abstractmethod
    def receive(self, store: "Store", headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        """Verify a notification; no call, no change. Raises Forged or Malformed."""

    @abstractmethod
    def read(self, notification: "Notification") -> Report | None:
        """What a stored notification says; None when it is about something else. May ask the provider.

        Raises Malformed or a GatewayError.
        """

    def reveal(self, notification: "Notification") -> Any:
        """The document of a stored notification in clear, for a person to read; no call. Raises Malformed."""
        try:
            return json.loads(notification.body)
        except (ValueError, RecursionError):
            raise Malformed("no JSON") from None

    def find_refund(self, payment: "Payment", number: str) -> RefundReport:
        """A refund of this payment that was made elsewhere, by its number there. Raises NumberUnknown, Unavailable or Declined."""
        raise NumberUnknown("this provider cannot be asked about refunds made elsewhere", number)

    def statement(self, store: "Store", day: date) -> "Iterable[StatementLine]":
        """The provider's lines of that day (its own calendar). Raises NotReady, Unavailable or Declined."""
        return ()

    def movements(self, store: "Store", day: date) -> "Iterable[Movement]":
        """What became the store's that day. Raises NotReady, Unavailable or Declined."""
        return ()


_gateways: dict[str, Gateway] = {}


def register(gateway: Gateway) -> None:
    """Make a provider known, once, when the site starts."""
    if gateway.name in _gateways:
        raise RuntimeError(f"there already is a gateway {gateway.name}")
    _gateways[gateway.name] = gateway


def gateway(name: str) -> Gateway:
    """The provider of that name. Raises KeyError."""
    return _gateways[name]


def names() -> list[str]:
    """The names of all providers, in the order of their registration."""
    return list(_gateways)


def offered(store: "Store", channel: str = MINIAPP) -> list[str]:
    """The names of the providers by which shoppers of this store can pay there, in the order of their registration."""
    return [name for name, found in _gateways.items() if channel in found.channels and found.offered(store)]


def suitable(order: "Order", channel: str = MINIAPP) -> list[str]:
    """Of those offered there the names of the providers by which this order can be paid."""
    return [name for name in offered(order.store, channel) if _gateways[name].suits(order)]


def by_hand() -> list[str]:
    """The names of the providers whose money staff take in and give back."""
    return [name for name, found in _gateways.items() if found.by_hand]
