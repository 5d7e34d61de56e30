"""All mutants, by room. ``bin/test --mutants`` runs them."""

from tests.mutants import due_work, providers, refunds, settling
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (*settling.MUTANTS, *refunds.MUTANTS, *providers.MUTANTS, *due_work.MUTANTS)
