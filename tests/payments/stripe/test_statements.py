"""What Stripe's balance says of a day: a line for each payment and refund with its fee, and what became available or was paid out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from orders.models import Order
from payments import gateways, refund_requests
from payments.gateways import Movement, NotReady, StatementLine, Unavailable
from payments.models import Refund
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import paid_at_stripe

DAY = date(2026, 11, 3)
NOON = int(datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp())

pytestmark = pytest.mark.usefixtures("account")


def lines(store: Store, day: date = DAY) -> list[StatementLine]:
    return list(gateways.gateway("stripe").statement(store, day))


def movements(store: Store, day: date) -> list[Movement]:
    return list(gateways.gateway("stripe").movements(store, day))


def seeded(sandbox: SandboxClient, number: str, at: int = NOON, **more: object) -> dict[str, str]:
    charge = {"amount": 10000, "currency": "cny", "created": at, "metadata": {"payment": number}, **more}
    return dict(sandbox.stripe_seed([charge])[0])


def test_a_payment(store: Store, sandbox: SandboxClient) -> None:
    made = seeded(sandbox, "A-1")
    (line,) = lines(store)

    assert line == StatementLine(
        "payment", "A-1", made["charge"], "A-1", 10000, "CNY", "succeeded", 320, datetime.fromtimestamp(NOON, UTC)
    )


def test_cards_and_refunds(store: Store, sandbox: SandboxClient) -> None:
    made = seeded(sandbox, "A-1", payment_method="card", refunded=4000)
    payment, refund = lines(store)

    assert (payment.provider_id, payment.number) == (made["charge"], "A-1")
    assert (refund.kind, refund.provider_id, refund.payment_number) == ("refund", made["refund"], "A-1")
    assert (refund.amount, refund.fee, refund.state) == (4000, 0, "succeeded")
    assert refund.number == made["refund"]


def test_the_day_is_utc_from_midnight_to_midnight(store: Store, sandbox: SandboxClient) -> None:
    midnight = NOON - 12 * 3600
    for number, at in enumerate([midnight - 1, midnight, midnight + 86399, midnight + 86400]):
        seeded(sandbox, f"A-{number}", at)
    assert {line.number for line in lines(store)} == {"A-1", "A-2"}


def test_what_is_not_ours_has_no_number(store: Store, sandbox: SandboxClient) -> None:
    sandbox.stripe_seed([{"created": NOON}])
    (line,) = lines(store)
    assert (line.number, line.payment_number) == ("", "")


def test_what_nothing_explains_is_a_line_all_the_same(store: Store, sandbox: SandboxClient) -> None:
    seeded(sandbox, "A-1")
    strange = sandbox.stripe_plant(add={"amount": 700, "currency": "cny", "created": NOON})
    line = next(line for line in lines(store) if line.amount == 700)
    assert (line.kind, line.number, line.provider_id) == ("payment", "", strange["source"])


def test_a_day_of_many(store: Store, sandbox: SandboxClient) -> None:
    sandbox.stripe_seed([{"created": NOON + number, "metadata": {"payment": f"A-{number}"}} for number in range(250)])
    assert len({line.number for line in lines(store)}) == 250


def test_as_our_own_books_have_it(order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """Number and id of each line are those of the payment and the refund here."""
    payment = paid_at_stripe(order, sandbox)
    refund = refund_requests.request(payment, 500, "broken", actor="staff:1")
    report = gateways.gateway("stripe").refund(refund)
    today = clock.now()
    yesterday = int((today - timedelta(days=1)).timestamp())
    for transaction in Client(account).transactions():
        sandbox.stripe_plant(id=transaction["id"], change={"created": yesterday})

    paid, went = lines(store, datetime.fromtimestamp(yesterday, UTC).date())
    assert (paid.number, paid.provider_id, paid.amount) == (payment.number, payment.transaction_id, order.total)
    assert (went.number, went.provider_id, went.amount) == (refund.number, report.provider_refund_id, 500)
    assert went.payment_number == payment.number
    Refund.objects.all().update(due_at=None)


def test_settled_in_another_currency(store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """The payer's amount, and the fee at the rate at which Stripe changed it."""
    made = seeded(sandbox, "A-1")
    sandbox.stripe_plant(id=made["balance_transaction"], change={"currency": "hkd", "amount": 11000, "fee": 352})
    (line,) = lines(store)
    assert (line.amount, line.currency, line.fee) == (10000, "CNY", 320)


def test_became_available(store: Store, sandbox: SandboxClient) -> None:
    """Two days after the payment; a refund leaves at once."""
    made = seeded(sandbox, "A-1", refunded=4000)
    (refund,) = movements(store, DAY)
    (payment,) = movements(store, DAY + timedelta(days=2))

    assert (refund.kind, refund.provider_id, refund.amount, refund.fee) == ("refund", made["refund"], -4000, 0)
    assert (payment.kind, payment.provider_id, payment.amount, payment.fee) == ("payment", made["charge"], 10000, 320)
    assert payment.movement_id == made["balance_transaction"]
    assert payment.currency == "CNY"


def test_paid_out(store: Store, sandbox: SandboxClient) -> None:
    seeded(sandbox, "A-1")
    payout = sandbox.stripe_payout("cny")
    yesterday = int((clock.now() - timedelta(days=1)).timestamp())
    sandbox.stripe_plant(id=payout["balance_transaction"], change={"created": yesterday, "available_on": yesterday})

    (movement,) = movements(store, datetime.fromtimestamp(yesterday, UTC).date())
    assert (movement.kind, movement.provider_id) == ("payout", "")
    assert (movement.amount, movement.fee) == (-9680, 0)


@pytest.mark.parametrize("read", [lines, movements])
def test_a_day_that_is_not_over(read: object, store: Store) -> None:
    with pytest.raises(NotReady):
        read(store, clock.now().date())  # type: ignore[operator]


def test_a_line_that_cannot_be_read_is_not_left_out(store: Store, sandbox: SandboxClient) -> None:
    made = seeded(sandbox, "A-1")
    sandbox.stripe_plant(id=made["balance_transaction"], change={"currency": "no currency"})
    with pytest.raises(Unavailable):
        lines(store)
