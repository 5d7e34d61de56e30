"""What becomes of payments and refunds by themselves when their time has come."""

from __future__ import annotations

from sandbox.errors import Refused
from sandbox.stripe import paying, refunds
from sandbox.world import World


def finish_those_due(world: World) -> list[str]:
    """Late payers pay, payments in process succeed, refunds are settled; a line for each."""
    told = []
    for row in world.state.all("SELECT * FROM stripe_errands WHERE due_at <= ?", world.clock.errand()):
        identifier, outcome = row["id"], row["outcome"]
        world.state.run("DELETE FROM stripe_errands WHERE id = ?", identifier)
        try:
            if outcome in ("pay", "processed"):
                done = paying.payer_acts(world, identifier, outcome)
            else:
                done = refunds.settle(world, identifier, outcome)
            told.append(f"stripe {identifier} is {done['status']}")
        except Refused as refused:
            told.append(f"stripe {identifier} was not {outcome}: {refused.code}")
    return told
