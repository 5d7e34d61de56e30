"""What is paid after its order was cancelled costs more statements than the 12 of other notifications, and so many at most.

Reopening takes the order's goods once more; when they are gone, the money is made due to go back: all in the transaction of settling.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import duework
from orders.models import Order
from payments.models import Notification
from payments.verdicts import LATE, REOPENED
from shop.models import Variant
from tests.support.orders import cancelled, sell_out
from tests.support.pay import Platform, deliver, open_attempt


@pytest.mark.parametrize(("sold_out", "verdict", "most"), [(False, REOPENED, 18), (True, LATE, 23)])
def test_it_costs_few_statements(
    sold_out: bool, verdict: str, most: int, order: Order, variant: Variant, platform: Platform
) -> None:
    payment = open_attempt(order)
    cancelled(order)
    if sold_out:
        sell_out(variant)
    deliver(platform, payment)
    told = Notification.objects.get()

    with CaptureQueriesContext(connection) as queries:
        assert duework.run(Notification, told.pk)

    told.refresh_from_db()
    assert told.verdict == verdict
    work = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(work) <= most, "\n".join(work)
