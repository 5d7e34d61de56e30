"""Differences of a day are one alert, open as long as one of them is."""

from core.models import Alert
from payments import differences
from payments.models import Difference
from shop.models import Shopper, Store
from tests.support.statements import DAY, Counter, line_of, paid_orders, reconcile


def test_a_day_that_differs_is_told_of_until_it_is_closed(store: Store, shopper: Shopper, counter: Counter) -> None:
    payments = paid_orders(store, shopper, 3)
    counter.lines = [line_of(payments[0])]

    day = reconcile(store)
    reconcile(store)

    alert = Alert.objects.get(kind="difference")
    assert alert.subject == f"payments.reconciliation:{day.pk}"
    assert (alert.params["count"], alert.params["day"], alert.resolved_at) == (2, str(DAY), None)
    assert alert.link == f"/ops/differences/?from={DAY}&to={DAY}"

    counter.lines.append(line_of(payments[1]))
    reconcile(store)
    alert.refresh_from_db()
    assert (alert.params["count"], alert.resolved_at) == (1, None)

    differences.explain(list(Difference.objects.filter(state="open")), "the till was broken", actor="staff:1")
    reconcile(store)
    alert.refresh_from_db()
    assert alert.resolved_at is not None


def test_a_day_that_agrees_tells_nobody(store: Store, shopper: Shopper, counter: Counter) -> None:
    counter.lines = [line_of(payment) for payment in paid_orders(store, shopper, 2)]

    reconcile(store)

    assert not Alert.objects.exists()
