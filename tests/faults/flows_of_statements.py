"""How days are compared with statements, and what is done about differences; see ``tests.faults.flows``.

Each flow has a day of its own, which is over, and on which nothing else happened.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count

from django.db import transaction

from core import clock
from core.models import JournalEntry
from payments import asking, statements
from payments.comparing import compare
from payments.models import Difference, MovementRow, Payment, Reconciliation, Refund
from payments.tasks import reconcile
from payments.wechatpay.gateway import BEIJING
from tests.faults import in_worker
from tests.faults.site import ONE, PART, PRICE, Kill, Outcome, Site, fresh, make_due
from tests.support.pay import open_attempt
from tests.support.sandbox import eventually
from tests.support.statements import paid_orders

SETTLED = Outcome("paid", "succeeded", "SUCCESS", booked=("movement", "payment"), held=1)
# Not far enough back for a provider to have thrown its statement away.
_days: Iterator[int] = count(3)


def a_day(site: Site, kill: Kill) -> None:
    """A day is closed; a payment that nobody had heard of is asked about, taken in, and settled."""
    day = _a_day()
    payment = _paid_unheard(site, day)
    row = _enter(site, day)
    kill(partial(make_due, row))
    _comes_to_an_end(row)
    site.comes_to(payment, SETTLED)
    assert [difference.state for difference in Difference.objects.filter(reconciliation=row)] == ["resolved"]
    assert MovementRow.objects.filter(reconciliation=row).count() == 1


def a_day_at_stripe(site: Site, kill: Kill) -> None:
    """A day at Stripe is closed; both sides say the same."""
    day = _a_day()
    at = datetime.combine(day, time(5), BEIJING)
    [payment] = paid_orders(site.store, site.shopper, 1, at=at, amount=PRICE, provider="stripe")
    charge = {
        "amount": PRICE,
        "currency": "cny",
        "created": int(at.timestamp()),
        "metadata": {"payment": payment.number},
    }
    [made] = site.sandbox.stripe_seed([charge])
    Payment.objects.filter(pk=payment.pk).update(
        transaction_id=made["charge"], provider_reference=made["payment_intent"]
    )
    # Five in the morning at Beijing is nine in the evening of the day before in UTC, which is Stripe's.
    row = _enter(site, day - timedelta(days=1), "stripe")
    kill(partial(make_due, row))
    _comes_to_an_end(row)
    site.comes_to(payment, Outcome("paid", "succeeded", "succeeded", booked=("payment",)))
    assert fresh(row).lines == 1
    assert not Difference.objects.filter(reconciliation=row).exists()


def a_refund_of_a_statement(site: Site, kill: Kill) -> None:
    """The statement lists a refund that nobody here has made; the provider is asked about it, and it is booked."""
    day = _a_day()
    payment = _refunded_there(site, day)
    row = _enter(site, day)
    kill(partial(make_due, row))
    _comes_to_an_end(row)
    _refunded_once(site, payment, ("movement", "movement", "payment", "refund"))
    assert Difference.objects.get(reconciliation=row).state == "explained"


def booked_on_its_word(site: Site, kill: Kill) -> None:
    """A person books such a refund on the statement's word, and clicks again."""
    day = _a_day()
    payment = _refunded_there(site, day)
    difference = _compared(site, day)
    kill(partial(site.click, "payments.differences.book", difference, actor=ONE), again=True)
    _refunded_once(site, payment, ("payment", "refund"))
    _explained_once(difference)


def compared_again(site: Site, kill: Kill) -> None:
    """What a day lacked has come late, and the day is compared again by itself."""
    day = _a_day()
    payment = _paid_unheard(site, day)
    difference = _compared(site, day)
    asking.ask(payment)
    kill(reconcile.delay)
    eventually(lambda: fresh(difference).state == "resolved", timeout=20)
    site.comes_to(payment, SETTLED)


def explained(site: Site, kill: Kill) -> None:
    """A person says in a word why the statement differs, and clicks again."""
    day = _a_day()
    at = datetime.combine(day, time(12), BEIJING).isoformat()
    site.sandbox.seed(site.merchant, [{"out_trade_no": secrets.token_hex(8), "total": PRICE, "paid_at": at}])
    difference = _compared(site, day)
    kill(lambda: in_worker.explain.delay(difference.pk, "of another shop", ONE), again=True)
    eventually(lambda: fresh(difference).state == "explained", timeout=20)
    site.rests()
    _explained_once(difference)


def _a_day() -> date:
    return clock.now().astimezone(BEIJING).date() - timedelta(days=next(_days))


def _paid_unheard(site: Site, day: date) -> Payment:
    """Paid at WeChat Pay on that day, which nobody here has heard of."""
    payment = open_attempt(site.place(), due_at=None)
    paid = {"out_trade_no": payment.number, "total": PRICE, "openid": payment.request["payer"]["openid"]}
    at = datetime.combine(day, time(12), BEIJING).isoformat()
    site.sandbox.seed(site.merchant, [paid | {"paid_at": at}])
    return payment


def _refunded_there(site: Site, day: date) -> Payment:
    """Paid on that day, and refunded in part at the provider, which nobody here has heard of."""
    payment = _paid_unheard(site, day)
    asking.ask(payment)
    at = datetime.combine(day, time(15), BEIJING).isoformat()
    back = {"out_trade_no": payment.number, "out_refund_no": f"{payment.number}-there", "amount": PART, "done_at": at}
    site.sandbox.seed(site.merchant, [], [back])
    return payment


def _enter(site: Site, day: date, provider: str = "wechatpay") -> Reconciliation:
    row: Reconciliation = Reconciliation.objects.create(store=site.store, provider=provider, day=day)
    return row


def _comes_to_an_end(row: Reconciliation) -> None:
    eventually(lambda: fresh(row).done_at, timeout=30)
    assert fresh(row).last_error == ""


def _compared(site: Site, day: date) -> Difference:
    """The one difference of that day's statement, which nobody has asked about."""
    row = _enter(site, day)
    lines, movements = statements.fetch(row)
    with transaction.atomic():
        statements.keep(row, lines, movements)
        [difference] = compare(row)
    return difference


def _refunded_once(site: Site, payment: Payment, booked: tuple[str, ...]) -> None:
    eventually(Refund.objects.filter(payment=payment, state="succeeded").exists, timeout=20)
    site.comes_to(payment, Outcome("paid", "succeeded", "REFUND", ("SUCCESS",), booked, 1))
    assert [refund.cause for refund in Refund.objects.filter(payment=payment)] == [Refund.Cause.ELSEWHERE]


def _explained_once(difference: Difference) -> None:
    assert JournalEntry.objects.filter(subject=f"difference:{difference.pk}", to_state="explained").count() == 1
    assert fresh(difference).state == "explained"


FLOWS = {
    a_day: ("keep a statement", "compare a day", "close a day"),
    a_day_at_stripe: ("stripe.transactions",),
    a_refund_of_a_statement: ("take in a refund of a statement",),
    booked_on_its_word: ("book a refund of a statement",),
    compared_again: ("compare a day again",),
    explained: ("explain differences",),
}
