"""The same as ``test_crash_points`` where the money is at Stripe, in the hands of staff, or in a statement."""

from functools import partial

import pytest

from tests.faults.flows import ELSEWHERE, Flow, each
from tests.faults.site import Site

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.xdist_group("crash_points_elsewhere")]


@pytest.mark.parametrize("flow, moment", each(ELSEWHERE))
def test_a_process_of_the_pool_dies(flow: Flow, moment: str, as_ever: Site) -> None:
    as_ever.start_pool()
    flow(as_ever, partial(as_ever.kill_at, moment))


def test_in_the_end(site: Site) -> None:
    """What was given back to the broker has been done a second time by now, and changed nothing."""
    site.rests()
    site.same_books()
