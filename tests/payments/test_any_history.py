"""Whatever shoppers, payers, staff, two providers and the clock do, in whatever order: no money is lost, doubled or made.

A Hypothesis state machine plays histories over real PostgreSQL, through the functions and the door of the site. After every step the
database is asked for broken promises; at the end everything that is due is carried out, and then nothing may be left lying and the
providers' books must say what ours say. The histories that are known to matter are written down in ``test_known_histories``.
"""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core import clock
from payments.verdicts import DOUBLE, DOUBT_AMOUNT, ELSEWHERE, KNOWN, LATE, REOPENED, SETTLED, WRONG_AMOUNT
from tests.support.histories import Histories

EXAMPLES, STEPS = 35, 25
# Histories that reach none of these would prove little. Each is reached by twice as many or more.
WANTED = (
    *(SETTLED, KNOWN, LATE, REOPENED, DOUBLE, WRONG_AMOUNT, DOUBT_AMOUNT, ELSEWHERE),
    *("succeeded", "failed", "refused", "paid", "cancelled", "missing_here", "refund"),
)
LEAST = 2

# In how many histories it was reached.
times: Counter[str] = Counter()


class Counted(Histories):
    """Histories that say where they got to."""

    def agree(self) -> None:
        super().agree()
        times.update(self.reached)


@pytest.fixture
def the_books_balance() -> None:
    """The machine asks by itself, while its rows are there."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_history_loses_money(db: None) -> None:
    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            # A history that fails is shown as it was found: making it shorter would play it hundreds of times.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {name: times[name] for name in WANTED if times[name] < LEAST} == {}


def test_the_clock_is_as_before() -> None:
    assert abs(clock.now() - datetime.now(tz=clock.now().tzinfo)) < timedelta(seconds=5)
