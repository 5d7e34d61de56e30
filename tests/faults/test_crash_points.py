"""kill -9 before and after each call to a provider and each commit that moves money, in a real worker against the real sandbox.

Whatever place a process dies at, others go on, and in the end it has happened once: at the provider, in the books, to the order and its
stock; nothing is left lying, and nothing is parked. Here it is a process of the worker's pool that dies, and the money is at WeChat Pay.
Which flow is killed where stands in ``tests.faults.flows``.
"""

from functools import partial

import pytest

from payments.refund_requests import request
from tests.faults import in_worker
from tests.faults.flows import AT_WECHAT_PAY, Flow, each
from tests.faults.site import ONE, PART, PRICE, REFUNDED, Site
from tests.support.sandbox import eventually

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.xdist_group("crash_points")]


@pytest.mark.parametrize("flow, moment", each(AT_WECHAT_PAY))
def test_a_process_of_the_pool_dies(flow: Flow, moment: str, as_ever: Site) -> None:
    as_ever.start_pool()
    flow(as_ever, partial(as_ever.kill_at, moment))


def test_nobody_asks_again(as_ever: Site) -> None:
    """The broker gives the message of the dead process to another one."""
    as_ever.start_pool()
    payment = as_ever.paid()
    ask = partial(in_worker.ask_for_refund.delay, payment.pk, PRICE, ONE)
    as_ever.kill_at("request a refund: before the commit", ask)
    as_ever.comes_to(payment, REFUNDED)


def test_in_the_end(site: Site) -> None:
    """What was given back to the broker has been done a second time by now, and changed nothing."""
    site.rests()
    site.same_books()


def test_a_careless_worker_is_found_out(as_ever: Site) -> None:
    """The control: one that takes a new number whenever it asks, as if the old one had not been committed, refunds twice.

    What is told of refunds is lost: one that nobody here knows would be taken in as made at the provider, and the books would agree.
    """
    as_ever.start_pool("--include", "tests.faults.careless")
    payment = as_ever.paid()
    as_ever.sandbox.settings(notify="lose")
    as_ever.kill_at("wechatpay.refund: after the call", partial(request, payment, PART, "part of it", actor=ONE))

    eventually(lambda: as_ever.outcome(payment).refunds == ("SUCCESS", "SUCCESS"), timeout=30)
    with pytest.raises(AssertionError, match=payment.number):
        as_ever.same_books()
