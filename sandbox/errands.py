"""What the sandbox does by itself when its time has come: late payers, refunds, parcels, notifications."""

from __future__ import annotations

import asyncio
import contextlib

from sandbox import carrier, refunds, trading
from sandbox.posting import Postman
from sandbox.stripe import errands as stripe
from sandbox.world import World

# How long at most between two looks, and how short when something due could not be begun at once; real seconds.
LONGEST, SHORTEST = 1.0, 0.05
DUE = (
    "SELECT min(due) FROM (SELECT min(due_at) AS due FROM notifications UNION ALL SELECT min(due_at) FROM refunds "
    "UNION ALL SELECT min(due_at) FROM parcels UNION ALL SELECT min(pay_late_due) FROM transactions "
    "UNION ALL SELECT min(due_at) FROM stripe_errands)"
)


async def run(world: World, postman: Postman) -> None:
    """Until cancelled. A fault in one errand is told and does not stop the others."""
    while True:
        world.bell.clear()
        for errand in (
            trading.pay_those_due,
            refunds.settle_those_due,
            carrier.move_those_due,
            stripe.finish_those_due,
        ):
            try:
                for line in errand(world):
                    world.log.info("errand      %s", line)
            except Exception:
                world.log.exception("errand      %s failed", errand.__name__)
        postman.deliver_those_due()
        # Not wait_for: when the bell rings and the task is cancelled at the same moment, Python 3.11's loses the cancelling.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_until_next(world)):
                await world.bell.wait()


def _until_next(world: World) -> float:
    due = world.state.value(DUE)
    if due is None or world.clock.speed == 0:
        return LONGEST
    wait: float = (due - world.clock.errand()) / world.clock.speed
    return min(LONGEST, max(SHORTEST, wait))
