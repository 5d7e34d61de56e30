"""Faults in carrying out due work, on which all money stands."""

from tests.mutants.mutant import Mutant

DUE_WORK = "tests/core/test_due_work.py"

MUTANTS = (
    Mutant(
        "claimed by everybody",
        "Two workers carry out the same refund.",
        "core/models/due.py",
        "\n    AND (claimed_until IS NULL OR claimed_until < %(at)s)",
        "",
        (f"{DUE_WORK}::test_a_row_that_a_worker_is_at_is_left_to_it",),
    ),
    Mutant(
        "a dead worker keeps its row",
        "What a worker was at when it was killed is never done.",
        "core/models/due.py",
        "AND (claimed_until IS NULL OR claimed_until < %(at)s)",
        "AND claimed_until IS NULL",
        (f"{DUE_WORK}::test_a_dead_workers_row_is_taken_over_when_its_lease_ends",),
    ),
    Mutant(
        "two workers finish",
        "A worker that was thought dead commits what another has done meanwhile.",
        "core/models/due.py",
        "filter(pk=self.pk, claim=self.claim, done_at__isnull=True)",
        "filter(pk=self.pk)",
        (f"{DUE_WORK}::test_a_worker_that_was_taken_over_cannot_finish",),
    ),
    Mutant(
        "failure given up",
        "What fails once is never tried again, and nobody is told.",
        "core/duework.py",
        "        _back_off(row, error, registration)\n",
        "        model._base_manager.filter(pk=row.pk).update(done_at=clock.now())\n",
        (f"{DUE_WORK}::test_a_failure_is_tried_again_later_and_then_parked",),
    ),
    Mutant(
        "steps without a transaction",
        "A worker that is killed half-way leaves money booked that paid nothing.",
        "core/crashing.py",
        "    with transaction.atomic(durable=True):\n        yield\n",
        "    if True:\n        yield\n",
        ("tests/payments/test_worker.py::test_told_and_paid",),
    ),
    Mutant(
        "nobody rings",
        "Every payment waits for the next sweep, and so does the shopper.",
        "core/duework.py",
        "    transaction.on_commit(partial(bell.ring, row._meta.label_lower, row.pk))\n",
        "    return\n",
        (f"{DUE_WORK}::test_ringing_waits_for_the_commit",),
    ),
)  # fmt: skip
