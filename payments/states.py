"""The states of payments and refunds, and the lock under which an order's money moves."""

from core.states import Machine
from orders.models import Duty, Order
from payments.models import Payment, Refund

P, R = Payment.State, Refund.State

# What was closed or given up here may have been paid there all the same: the money is what counts.
PAYMENT = Machine(
    "payment",
    {
        P.OPENED: frozenset({P.SUCCEEDED, P.CLOSED, P.FAILED}),
        P.CLOSED: frozenset({P.SUCCEEDED}),
        P.FAILED: frozenset({P.SUCCEEDED}),
        P.SUCCEEDED: frozenset(),
    },
)

REFUND = Machine(
    "refund",
    {
        R.DUE: frozenset({R.PROCESSING, R.SUCCEEDED, R.FAILED}),
        R.PROCESSING: frozenset({R.SUCCEEDED, R.FAILED}),
        R.FAILED: frozenset({R.PROCESSING, R.SUCCEEDED}),
        R.SUCCEEDED: frozenset(),
    },
)


def lock(order_pk: int) -> Order:
    """The order as it is now; until the transaction ends, nobody else opens, settles or closes anything of it.

    The row that is locked is the duty to close it, which orders.paying and orders.closing also take first, before the order itself.
    """
    Duty.objects.select_for_update().filter(order_id=order_pk, kind=Duty.Kind.CLOSE).values_list(
        "pk", flat=True
    ).first()
    order: Order = Order.objects.select_related("store", "shopper").get(pk=order_pk)
    return order
