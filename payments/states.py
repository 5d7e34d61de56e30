"""The states of payments and refunds, and the lock under which an order's money moves."""

from core.states import Machine
from orders.models import Duty, Order
from payments.models import Difference, Dispute, Payment, Refund

P, R, D, DIFF = Payment.State, Refund.State, Dispute.State, Difference.State

# What was closed or given up here may have been paid there all the same: the money is what counts.
PAYMENT = Machine(
    "payment",
    {
        P.OPENED: frozenset({P.SUCCEEDED, P.CLOSED, P.FAILED}),
        P.CLOSED: frozenset({P.SUCCEEDED}),
        P.FAILED: frozenset({P.SUCCEEDED}),
        P.SUCCEEDED: frozenset(),
    },
    tones={P.OPENED: "waiting", P.SUCCEEDED: "good", P.CLOSED: "quiet", P.FAILED: "bad"},
)

REFUND = Machine(
    "refund",
    {
        R.REQUESTED: frozenset({R.DUE, R.REFUSED}),
        R.DUE: frozenset({R.PROCESSING, R.SUCCEEDED, R.FAILED}),
        R.PROCESSING: frozenset({R.SUCCEEDED, R.FAILED}),
        # Put right at the provider: it may be under way again, or done. Due when it turns out that the provider never had it.
        R.FAILED: frozenset({R.DUE, R.PROCESSING, R.SUCCEEDED}),
        # The payer's bank sent it back.
        R.SUCCEEDED: frozenset({R.FAILED}),
        R.REFUSED: frozenset(),
    },
    tones={
        R.REQUESTED: "todo", R.DUE: "waiting", R.PROCESSING: "moving", R.SUCCEEDED: "good", R.FAILED: "bad", R.REFUSED: "quiet",
    },
)  # fmt: skip

DISPUTE = Machine(
    "dispute",
    {D.OPEN: frozenset({D.WON, D.LOST}), D.WON: frozenset(), D.LOST: frozenset()},
    tones={D.OPEN: "bad", D.WON: "good", D.LOST: "bad"},
)

# What had resolved itself may come back; what a person has explained stays explained.
DIFFERENCE = Machine(
    "difference",
    {
        DIFF.OPEN: frozenset({DIFF.EXPLAINED, DIFF.RESOLVED}),
        DIFF.RESOLVED: frozenset({DIFF.OPEN}),
        DIFF.EXPLAINED: frozenset(),
    },
    tones={DIFF.OPEN: "bad", DIFF.EXPLAINED: "quiet", DIFF.RESOLVED: "good"},
)


def lock(order_pk: int) -> Order:
    """The order as it is now; until the transaction ends, nobody else opens, settles, refunds or closes anything of it.

    The row that is locked is the duty to close it, which orders.paying and orders.closing also take first, before the order itself.
    """
    _lock_duty(order=order_pk)
    order: Order = Order.objects.select_related("store", "shopper").get(pk=order_pk)
    return order


def lock_alone(order_pk: int) -> None:
    """The same lock, for whoever does not need to read the order."""
    _lock_duty(order=order_pk)


def lock_payment(provider: str, number: str) -> Payment | None:
    """The payment with this number of ours and its order, both as they are now, under the same lock; None when there is none."""
    lock_of_payment(provider, number)
    return read_payment(provider, number)


def lock_of_payment(provider: str, number: str) -> None:
    """The same lock, for whoever knows the number of a payment of the order; no lock when there is none."""
    _lock_duty(order__payments__provider=provider, order__payments__number=number)


def read_payment(provider: str, number: str) -> Payment | None:
    """What ``lock_payment`` answers, for whoever holds the lock."""
    # Read after the lock: what came with the locking query could be older than it. Shopper and store are not needed for settling, and
    # their columns make up half of such a query's costs.
    found: Payment | None = Payment.objects.filter(provider=provider, number=number).select_related("order").first()
    return found


def _lock_duty(**which: object) -> None:
    rows = Duty.objects.select_for_update(of=("self",)).filter(kind=Duty.Kind.CLOSE, **which)
    rows.order_by().values_list("pk", flat=True).first()
