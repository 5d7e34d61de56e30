"""Faults in comparing each day with the provider's statement."""

from tests.mutants.mutant import Mutant

EACH_KIND = "tests/payments/reconciliation/test_each_kind.py"
BOOKING = "tests/payments/reconciliation/test_booking_movements.py"
WECHAT_BILLS = "tests/payments/reconciliation/test_wechat_bills.py"
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
    Mutant(
        "missing refunds not looked for",
        "A refund in the books that the provider never lists is never noticed.",
        "payments/comparing.py",
        "(_PAYMENT_LINES, _REFUND_LINES, _PAYMENTS_NOT_LISTED, _REFUNDS_NOT_LISTED)",
        "(_PAYMENT_LINES, _REFUND_LINES, _PAYMENTS_NOT_LISTED)",
        (f"{EACH_KIND}::test_a_refund_that_is_missing_in_the_statement",),
    ),
    Mutant(
        "explanation overwritten",
        "What a person wrote about a difference is lost when the day is compared at the same moment.",
        "payments/comparing.py",
        '.select_for_update().order_by("pk")\n    known',
        '.order_by("pk")\n    known',
        ("tests/races/test_reconciling_races.py::test_what_is_explained_meanwhile",),
    ),
    Mutant(
        "fees of the fund flow ignored",
        "The store has less in its account than its books say.",
        "payments/wechatpay/statements.py",
        "            yield _movement(row, fees.pop(row.business_id, 0))\n",
        "            yield _movement(row, 0)\n",
        (f"{WECHAT_BILLS}::test_a_day_that_agrees",),
    ),
    Mutant(
        "another program's payments compared",
        "Each payment of the merchant's other mini program is a difference in this store.",
        "payments/wechatpay/statements.py",
        '        if row.app_id not in ("", app_id):\n',
        "        if False:\n",
        (f"{WECHAT_BILLS}::test_another_app_of_the_merchant_is_no_business_of_this_store",),
    ),
    Mutant(
        "sent back and not settled again",
        "A refund that came back to the store's account stands at the provider in its books for ever.",
        "payments/ledger.py",
        "AND r.succeeded_at IS NOT NULL\n",
        "AND r.state = 'succeeded'\n",
        (f"{BOOKING}::test_a_refund_that_was_sent_back_is_settled_money_again",),
    ),
    Mutant(
        "sent back and still refunded",
        "Money that a shopper's bank sent back is counted twice: as refunded, and at the provider.",
        "dashboards/money.py",
        """ OR "group" LIKE 'returned:%%')""",
        ")",
        ("tests/dashboards/test_money_against_the_records.py::test_by_day",),
    ),
)
