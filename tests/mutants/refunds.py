"""Faults in giving money back, and in the books."""

from tests.mutants.mutant import Mutant

HISTORIES = "tests/payments/test_known_histories.py"
REFUNDING = "tests/payments/test_refunding.py"

MUTANTS = (
    Mutant(
        "more refunded than paid",
        "Refunds made in the console and here together give back more than came in.",
        "payments/refund_requests.py",
        'paid_amount__gte=F("refund_reserved") + amount)',
        ")",
        ("tests/payments/test_refunds_made_elsewhere.py::test_more_than_there_was",),
    ),
    Mutant(
        "refund number made anew",
        "A refund whose answer was lost is asked for under another number, and paid out twice.",
        "payments/wechatpay/gateway.py",
        '            "out_refund_no": refund.number,\n',
        '            "out_refund_no": f"{refund.number}-{refund.attempts}",\n',
        (f"{REFUNDING}::test_a_provider_in_trouble",),
    ),
    Mutant(
        "accepted taken for refunded",
        "The shopper is told that the money has arrived when the provider has only noted the wish.",
        "payments/refunding.py",
        '    if report.state == "succeeded":\n        _succeed(refund, report, actor)\n',
        '    if report.state != "failed":\n        _succeed(refund, report, actor)\n',
        (f"{HISTORIES}::test_a_small_refund_by_staff",),
    ),
    Mutant(
        "failed refund keeps its share",
        "What failed to go back can never go back, since it still counts as on its way.",
        "payments/refunding.py",
        '        done_at=clock.now(), claimed_until=None, claim="", **columns,\n    )  # fmt: skip\n'
        "    refund_requests.unreserve(refund)\n",
        '        done_at=clock.now(), claimed_until=None, claim="", **columns,\n    )  # fmt: skip\n',
        (f"{HISTORIES}::test_a_refund_fails_at_the_provider_and_is_asked_for_anew",),
    ),
    Mutant(
        "refused refund keeps its share",
        "What a second person refused still counts as on its way back.",
        "payments/refund_requests.py",
        "verdict=why[:200], done_at=clock.now()\n        )\n        unreserve(refund)\n",
        "verdict=why[:200], done_at=clock.now()\n        )\n",
        (f"{HISTORIES}::test_a_second_person_refuses",),
    ),
    Mutant(
        "second person is the first",
        "One person alone sends any amount back.",
        "payments/refund_requests.py",
        "    if actor == refund.requested_by:\n",
        "    if False:\n",
        (f"{HISTORIES}::test_who_asked_cannot_agree",),
    ),
    Mutant(
        "no second person",
        "A large refund is due without anybody having agreed.",
        "payments/refund_requests.py",
        "    return _sum(alone) + amount >= limit\n",
        "    return False\n",
        (f"{HISTORIES}::test_a_second_person_agrees",),
    ),
    Mutant(
        "console refund not taken in",
        "Money that was given back at the provider can be given back here once more.",
        "payments/refunding.py",
        "    if payment is None or payment.state != Payment.State.SUCCEEDED:\n        raise Doubtful(UNKNOWN_NUMBER)\n",
        "    raise Doubtful(UNKNOWN_NUMBER)\n",
        (f"{HISTORIES}::test_a_refund_in_the_console",),
    ),
    Mutant(
        "asked for inside a transaction",
        "While the provider takes its time over a refund, the order's lock is held, and a rollback forgets what was done.",
        "payments/refunding.py",
        "        report = _ask(refund)\n        with step(\"take in a refund's answer\"):\n            take_in(refund, report,",
        "        with step(\"take in a refund's answer\"):\n            report = _ask(refund)\n            take_in(refund, report,",
        (f"{HISTORIES}::test_a_small_refund_by_staff",),
    ),
    Mutant(
        "ledger sign flipped",
        "Each refund makes the store richer in its books.",
        "payments/ledger.py",
        'book(f"refund:{refund.pk}", payment, _against(payment, Account.REFUNDS), Account.CLEARING, refund.amount)',
        'book(f"refund:{refund.pk}", payment, Account.CLEARING, _against(payment, Account.REFUNDS), refund.amount)',
        (f"{HISTORIES}::test_a_small_refund_by_staff",),
    ),
    Mutant(
        "what is owed booked as earned",
        "Money that has to go back to a shopper stands in the books as revenue.",
        "payments/ledger.py",
        "    return account if payment.settles else Account.SHOPPER\n",
        "    return account\n",
        (f"{HISTORIES}::test_paid_at_two_providers",),
    ),
)  # fmt: skip
