"""Faults in comparing each day with the provider's statement."""

from tests.mutants.mutant import Mutant

EACH_KIND = "tests/payments/reconciliation/test_each_kind.py"
HISTORIES = "tests/payments/test_known_histories.py"

MUTANTS = (
    Mutant(
        "difference not asked about",
        "Money whose notification is lost for ever stands in a list, and its shopper has nothing.",
        "payments/reconciling.py",
        "            differences.ask(difference)\n",
        "            pass\n",
        (f"{HISTORIES}::test_paid_after_it_was_closed_and_never_told",),
    ),
    Mutant(
        "amounts not compared",
        "The statement lists another amount than the books, and the day is closed.",
        "payments/comparing.py",
        "WHEN p.paid_amount <> s.amount OR p.currency <> s.currency THEN 'amount'",
        "WHEN false THEN 'amount'",
        (f"{EACH_KIND}::test_a_line_that_says_something_else",),
    ),
    Mutant(
        "missing money not looked for",
        "A payment in the books that the provider never lists is never noticed.",
        "payments/comparing.py",
        "(_PAYMENT_LINES, _REFUND_LINES, _PAYMENTS_NOT_LISTED, _REFUNDS_NOT_LISTED)",
        "(_PAYMENT_LINES, _REFUND_LINES, _REFUNDS_NOT_LISTED)",
        (f"{EACH_KIND}::test_a_payment_that_is_missing_in_the_statement",),
    ),
)
