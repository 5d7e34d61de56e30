"""What the sandbox does by itself when its time has come: late payers, refunds, parcels, notifications."""

from __future__ import annotations

import asyncio

from sandbox import carrier, refunds, trading
from sandbox.posting import Postman
from sandbox.world import World

# How long at most between two looks, and how short when something due could not be begun at once; real seconds.
LONGEST, SHORTEST = 1.0, 0.05
DUE = (
    "SELECT min(due) FROM (SELECT min(due_at) AS due FROM notifications UNION ALL SELECT min(due_at) FROM refunds "
    "UNION ALL SELECT min(due_at) FROM parcels UNION ALL SELECT min(pay_late_due) FROM transactions)"
)


async def run(world: World, postman: Postman) -> None:
    """Until cancelled. A fault in one errand is told and does not stop the others."""
    while True:
        world.bell.clear()
        for errand in (trading.pay_those_due, refunds.settle_those_due, carrier.move_those_due):
            try:
                for line in errand(world):
                    world.log.info("errand      %s", line)
            except Exception:
                world.log.exception("errand      %s failed", errand.__name__)
        postman.deliver_those_due()
        try:
            await asyncio.wait_for(world.bell.wait(), _until_next(world))
        except TimeoutError:
            continue


def _until_next(world: World) -> float:
    due = world.state.value(DUE)
    if due is None or world.clock.speed == 0:
        return LONGEST
    wait: float = (due - world.clock.errand()) / world.clock.speed
    return min(LONGEST, max(SHORTEST, wait))
