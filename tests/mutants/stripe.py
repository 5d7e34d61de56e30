"""Faults at Stripe's door, and in calling it."""

from tests.mutants.mutant import Mutant

DOOR = "tests/payments/stripe/test_webhook_door.py"

MUTANTS = (
    Mutant(
        "webhook signature not checked",
        "Anybody pays any order at Stripe by a request of their own.",
        "payments/stripe/signing.py",
        "        if not fits:\n",
        "        if False:\n",
        (f"{DOOR}::test_tampered",),
    ),
    Mutant(
        "webhook of any age",
        "A webhook that somebody recorded can be sent again for ever.",
        "payments/stripe/signing.py",
        "        if abs(now.timestamp() - int(self.written)) > TOLERANCE.total_seconds():\n",
        "        if False:\n",
        (f"{DOOR}::test_stale_or_from_the_future",),
    ),
    Mutant(
        "test events taken for live",
        "A payment with Stripe's test cards pays a real order.",
        "payments/stripe/gateway.py",
        '        if event["livemode"] is not account.is_live:\n',
        "        if False:\n",
        (f"{DOOR}::test_a_live_account_takes_no_test_events",),
    ),
)
