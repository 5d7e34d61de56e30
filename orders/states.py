"""The states of orders and parcels, which may follow which, and what a shopper may do about them.

Every change goes through ``ORDER.move`` or ``PARCEL.move``: compare-and-set, with its journal row. API, admin and mini program draw
the actions named here and nothing else.
"""

from datetime import datetime

from django.utils.translation import gettext_noop

from core import clock
from core.states import Machine
from orders.models import Duty, Order, Parcel

S, P = Order.State, Parcel.State

ORDER = Machine(
    "order",
    {
        S.PENDING: frozenset({S.CONFIRMED, S.PAID, S.CANCELLED}),
        S.CONFIRMED: frozenset({S.PAID, S.SHIPPED, S.CANCELLED}),
        # Cancelled when all of it is refunded before anything was shipped.
        S.PAID: frozenset({S.SHIPPED, S.CANCELLED}),
        # Cancelled when what was to be paid on delivery came back unpaid.
        S.SHIPPED: frozenset({S.RECEIVED, S.CANCELLED}),
        S.RECEIVED: frozenset({S.COMPLETED}),
        S.COMPLETED: frozenset(),
        # Reopened, on its way to being paid in the same transaction (orders.paying.reopen): nobody ever sees it pending again.
        S.CANCELLED: frozenset({S.PENDING}),
    },
    tones={
        S.PENDING: "waiting", S.CONFIRMED: "todo", S.PAID: "todo", S.SHIPPED: "moving", S.RECEIVED: "good", S.COMPLETED: "good",
        S.CANCELLED: "quiet",
    },
)  # fmt: skip

# Back to "shipped" leads one thing only: the correction of a wrong waybill (orders.shipping), whose news were another parcel's.
PARCEL = Machine(
    "parcel",
    {
        P.PACKING: frozenset({P.PACKED, P.SHIPPED}),
        P.PACKED: frozenset({P.PACKING, P.SHIPPED}),
        P.SHIPPED: frozenset({P.SHIPPED, P.IN_TRANSIT, P.OUT_FOR_DELIVERY, P.DELIVERED, P.PROBLEM, P.RETURNED}),
        P.IN_TRANSIT: frozenset({P.OUT_FOR_DELIVERY, P.DELIVERED, P.PROBLEM, P.RETURNED, P.SHIPPED}),
        P.OUT_FOR_DELIVERY: frozenset({P.DELIVERED, P.PROBLEM, P.RETURNED, P.SHIPPED}),
        P.PROBLEM: frozenset({P.IN_TRANSIT, P.OUT_FOR_DELIVERY, P.DELIVERED, P.RETURNED, P.SHIPPED}),
        P.DELIVERED: frozenset({P.SHIPPED}),
        P.RETURNED: frozenset({P.SHIPPED}),
    },
    tones={
        P.PACKING: "todo", P.PACKED: "todo", P.SHIPPED: "moving", P.IN_TRANSIT: "moving", P.OUT_FOR_DELIVERY: "moving",
        P.DELIVERED: "good", P.PROBLEM: "bad", P.RETURNED: "bad",
    },
)  # fmt: skip

# Order.hold_reason while a parcel that came back waits for a decision.
CAME_BACK = gettext_noop("A parcel came back to the store.")

# Orders whose goods are to be packed and shipped.
TO_SHIP = frozenset({S.PAID, S.CONFIRMED})
IN_THE_HOUSE = frozenset({P.PACKING, P.PACKED})
UNDER_WAY = frozenset({P.SHIPPED, P.IN_TRANSIT, P.OUT_FOR_DELIVERY, P.PROBLEM})


def is_closing(order: Order, now: datetime | None = None) -> bool:
    """Whether an unpaid order is on its way to being cancelled: its time is over, or somebody has asked.

    Reads ``order.duties``, so that lists prefetch them.
    """
    if order.state not in (S.PENDING, S.CONFIRMED):
        return False
    if order.state == S.PENDING and order.expires_at <= (now or clock.now()):
        return True
    return any(duty.kind == Duty.Kind.CLOSE and duty.cause and duty.done_at is None for duty in order.duties.all())


def actions(order: Order) -> list[str]:
    """What the shopper may do with the order now: of pay, cancel, receive, reorder."""
    match order.state:
        case S.PENDING:
            return [] if is_closing(order) else ["pay", "cancel"]
        case S.CONFIRMED:
            return [] if is_closing(order) else ["cancel", "reorder"]
        case S.SHIPPED:
            return ["receive", "reorder"]
        case _:
            return ["reorder"]
