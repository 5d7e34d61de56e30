"""The promises about money and orders, asked after a scenario: ``check()``."""

from datetime import timedelta

from payments import invariants

# Tests move due_at and the clock about; what is due and left lying is asked for by those that have drained everything.
FOR_EVER = timedelta(days=3650)


def violations(grace: timedelta = FOR_EVER) -> dict[str, list[str]]:
    """Each broken promise about money with the names of what breaks it."""
    return invariants.violations(grace)


def check(grace: timedelta = FOR_EVER) -> None:
    """AssertionError that names every promise that does not hold."""
    broken = violations(grace)
    assert not broken, "\n".join(f"{promise}: {names}" for promise, names in broken.items())
