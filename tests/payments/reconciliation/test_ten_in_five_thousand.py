"""B22: in a statement of 5,000 lines with ten differences exactly these ten are found, within seconds, and none of them twice."""

import time
from dataclasses import replace
from datetime import timedelta

from payments.models import Difference, Refund
from shop.models import Shopper, Store
from tests.support.statements import NOON, Counter, line_of, paid_orders, reconcile, refund_line_of, refunded

ROWS = 5000


def test_ten_differences_are_found_and_no_other(store: Store, shopper: Shopper, counter: Counter) -> None:
    # Over twenty hours around noon, and some minutes beyond midnight on both sides.
    payments = paid_orders(
        store, shopper, ROWS - 12, at=NOON - timedelta(hours=11), apart=timedelta(seconds=16), amount=5000
    )
    refunds = [refunded(counter, payment, 100) for payment in payments[100:112]]
    lines = [line_of(payment) for payment in payments]
    back = [refund_line_of(refund) for refund in refunds]
    stranger = paid_orders(store, shopper, 1, at=NOON + timedelta(minutes=1))[0]

    planted = {f"payment:{payments[n].transaction_id}" for n in (10, 11, 12, 13, 14)}
    lines[10] = replace(lines[10], amount=lines[10].amount + 1)
    lines[11] = replace(lines[11], amount=lines[11].amount - 1)
    lines[12] = replace(lines[12], currency="USD")
    lines[13] = replace(lines[13], state="failed")
    lines[14] = replace(lines[14], number="somebody-elses")
    planted.add(f"payment:{stranger.transaction_id}")  # not in the statement
    lines.append(replace(lines[20], provider_id="t-nobody", number="n-nobody", payment_number="n-nobody"))
    back[0] = replace(back[0], amount=99)
    back[1] = replace(back[1], state="failed")
    back.append(replace(back[2], provider_id="back-nobody", number="by-hand"))
    planted |= {
        "payment:t-nobody",
        f"refund:{back[0].provider_id}",
        f"refund:{back[1].provider_id}",
        "refund:back-nobody",
    }
    counter.lines = lines + back
    assert len(counter.lines) == ROWS + 2
    assert len(planted) == 10

    began = time.monotonic()
    day = reconcile(store)
    took = time.monotonic() - began

    assert day.lines == ROWS + 2
    assert set(Difference.objects.values_list("subject", flat=True)) == planted
    assert Difference.objects.count() == 10
    assert took < 15, f"{took:.1f} s"
    assert Refund.objects.count() == 12

    reconcile(store)
    assert Difference.objects.count() == 10
