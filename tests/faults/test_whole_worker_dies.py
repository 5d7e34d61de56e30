"""The same as ``test_crash_points`` when the whole worker dies: nobody is left until another one is started.

Once in each flow at WeChat Pay, right after what it does first, which nobody but the dead knows of. What is kept for a flow elsewhere is
kept by the same rows, claims and messages.
"""

from functools import partial

import pytest

from tests.faults.flows import AT_WECHAT_PAY, Flow, moments
from tests.faults.site import Site

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.xdist_group("whole_worker_dies")]


@pytest.mark.parametrize("flow, place", [(flow, places[0]) for flow, places in AT_WECHAT_PAY.items()])
def test_the_whole_worker_dies(flow: Flow, place: str, as_ever: Site) -> None:
    as_ever.start_solo()
    _before, after = moments(place)
    flow(as_ever, partial(as_ever.kill_at, after))


def test_in_the_end(site: Site) -> None:
    """What was given back to the broker has been done a second time by now, and changed nothing."""
    site.rests()
    site.same_books()
