"""All mutants, by room. ``bin/test --mutants`` runs them."""

from tests.mutants import due_work, providers, reconciliation, refunds, settling, stripe
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *settling.MUTANTS,
    *refunds.MUTANTS,
    *reconciliation.MUTANTS,
    *providers.MUTANTS,
    *stripe.MUTANTS,
    *due_work.MUTANTS,
)
