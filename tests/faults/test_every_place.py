"""Every commit of the money path and every call to a payment provider is a place at which ``test_crash_points`` kills.

When this fails because of something new:

- *a commit or a call that nobody is killed at*: find the flow in ``tests/faults/flows.py`` that comes by, and add the name to its line
  in ``FLOWS``: ``expiring: ("wechatpay.close", "stripe.cancel", …)``. When none comes by, write the flow: a function that brings things
  as far as the place, does the thing itself inside ``kill``, and says what must have become of it.
- *a transaction without a name*: make it ``with step("…")``, or, when it always runs inside another one, name it below with the reason.
"""

from tests.faults import source
from tests.faults.flows import FLOWS

KILLED_AT = [place for places in FLOWS.values() for place in places]

# Inside a step, always.
NESTED = {
    (
        "orders/paying.py",
        "reopen",
    ): "a savepoint: goods that cannot be had undo the reopening, not the booking around it",
    ("orders/paying.py", "confirm_on_delivery"): "in the transaction of placing",
    ("orders/closing.py", "close"): "in the transaction that ends the duty",
    ("payments/by_hand.py", "take_in"): "a savepoint: a reference that another was quicker to note undoes nothing else",
}


def test_no_commit_and_no_call_is_left_out() -> None:
    there_are = source.steps() | source.provider_calls()
    assert there_are - set(KILLED_AT) == set(), "nobody is killed at these"
    assert set(KILLED_AT) - there_are == set(), "there are no such places"
    assert len(KILLED_AT) == len(set(KILLED_AT))


def test_the_source_is_read() -> None:
    """By names that have been there from the beginning: in the end nothing equals nothing."""
    assert {"intend a payment", "apply a notification", "place an order"} <= source.steps()
    assert {"wechatpay.prepay", "wechatpay.refund", "wechatpay.certificates"} <= source.provider_calls()


def test_every_transaction_of_the_money_path_is_a_step() -> None:
    assert source.transactions() == set(NESTED)
