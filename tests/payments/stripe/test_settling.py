"""Paid at Stripe is paid here, once: told by webhook, or found by asking; in any order, and however often.

Of an event only its kind and the id in it are taken: how things stand is asked of Stripe itself.
"""

import pytest

from core import clock, duework
from orders.models import Duty, Order
from payments.models import LedgerEntry, Notification, Payment
from payments.stripe.client import Client
from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient
from tests.support.stripe import apply, newest, open_at_stripe, paid_at_stripe, post_event

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture
def payment(order: Order, account: StripeAccount) -> Payment:
    return open_at_stripe(order)


def state_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def poll() -> None:
    Payment.objects.update(due_at=clock.now())
    duework.run_pending(Payment)


def test_told_by_webhook(order: Order, account: StripeAccount, sandbox: SandboxClient) -> None:
    payment = paid_at_stripe(order, sandbox)

    intent = Client(account).retrieve_intent(payment.provider_reference)
    assert state_of(order) == "paid"
    assert payment.transaction_id == intent["latest_charge"]["id"]
    assert (payment.paid_amount, payment.settles) == (order.total, True)
    assert payment.succeeded_at is not None
    assert int(payment.succeeded_at.timestamp()) == intent["latest_charge"]["created"]
    assert LedgerEntry.objects.count() == 2


def test_told_again_and_again(order: Order, store: Store, sandbox: SandboxClient, payment: Payment) -> None:
    sandbox.stripe_pay(payment.provider_reference)
    event = newest(sandbox, "payment_intent.succeeded")
    for number in range(3):
        apply(store, event | {"id": f"evt_{number}"})

    assert LedgerEntry.objects.count() == 2
    assert set(Notification.objects.values_list("verdict", flat=True)) == {"Paid the order.", "Was known already."}


def test_found_by_asking(order: Order, sandbox: SandboxClient, payment: Payment) -> None:
    sandbox.stripe_pay(payment.provider_reference)
    poll()
    assert state_of(order) == "paid"


def test_by_card(order: Order, account: StripeAccount, sandbox: SandboxClient, payment: Payment) -> None:
    """The page confirms again, with a card instead of the code."""
    Client(account).confirm_intent(payment.provider_reference, {"payment_method": "pm_card_visa"}, "by-card")
    poll()

    assert state_of(order) == "paid"
    assert Payment.objects.get().transaction_id.startswith("ch_")


def test_after_a_declined_card(order: Order, account: StripeAccount, sandbox: SandboxClient, payment: Payment) -> None:
    """The charge that failed is not the transaction; the one that succeeded is."""
    from payments.gateways import Declined

    with pytest.raises(Declined):
        Client(account).confirm_intent(
            payment.provider_reference, {"payment_method": "pm_card_chargeDeclined"}, "declined"
        )
    poll()
    assert state_of(order) == "pending"
    Client(account).confirm_intent(payment.provider_reference, {"payment_method": "pm_card_visa"}, "by-card")
    poll()

    assert state_of(order) == "paid"
    assert (
        Payment.objects.get().transaction_id
        == Client(account).retrieve_intent(payment.provider_reference)["latest_charge"]["id"]
    )


def test_in_process_first(order: Order, store: Store, sandbox: SandboxClient, payment: Payment) -> None:
    sandbox.settings(stripe_processing_seconds=3600)
    sandbox.stripe_pay(payment.provider_reference)
    row = apply(store, newest(sandbox, "payment_intent.processing"))
    assert (row.verdict, state_of(order)) == ("Changes nothing here.", "pending")

    sandbox.stripe_pay(payment.provider_reference)
    apply(store, newest(sandbox, "payment_intent.succeeded"))
    assert state_of(order) == "paid"


def test_out_of_order(order: Order, store: Store, sandbox: SandboxClient, payment: Payment) -> None:
    """An older event that arrives last says no more than what is true now."""
    sandbox.stripe_pay(payment.provider_reference, "decline")
    failed = newest(sandbox, "payment_intent.payment_failed")
    sandbox.stripe_pay(open_at_stripe(order).provider_reference)
    assert apply(store, newest(sandbox, "payment_intent.succeeded")).verdict == "Paid the order."
    assert apply(store, failed).verdict == "Was known already."
    assert apply(store, newest(sandbox, "payment_intent.created")).verdict == "Was known already."

    assert state_of(order) == "paid"


def test_an_event_that_claims_what_never_was(
    order: Order, store: Store, sandbox: SandboxClient, payment: Payment
) -> None:
    """Signed with the right secret, and false: Stripe is asked and knows better."""
    claim = newest(sandbox, "payment_intent.created")
    claim |= {"id": "evt_claim", "type": "payment_intent.succeeded"}
    claim["data"]["object"] |= {"status": "succeeded", "amount_received": order.total, "latest_charge": "ch_false"}

    assert apply(store, claim).verdict == "Changes nothing here."
    assert state_of(order) == "pending"


def test_an_intent_of_another_account(order: Order, store: Store, sandbox: SandboxClient, payment: Payment) -> None:
    event = newest(sandbox, "payment_intent.created")
    event["data"]["object"]["id"] = "pi_of_somebody_else"
    row = apply(store, event)

    assert row.parked_at is not None
    assert row.verdict == "Nothing in this store has this number."
    assert state_of(order) == "pending"


def test_an_intent_that_something_else_made(store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """The account may sell elsewhere too."""
    form = {"amount": 900, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    Client(account).create_intent("elsewhere", form | {"payment_method_types": ["card"]})

    row = apply(store, newest(sandbox, "payment_intent.succeeded"))
    assert (row.verdict, row.parked_at) == ("Changes nothing here.", None)


def test_a_number_of_ours_that_nobody_knows(store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    form = {"amount": 900, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
    metadata = {"payment": "LOST-1", "order": "LOST", "store": "tea"}
    Client(account).create_intent("lost", form | {"payment_method_types": ["card"], "metadata": metadata})

    row = apply(store, newest(sandbox, "payment_intent.succeeded"))
    assert row.parked_at is not None
    assert row.verdict == "Nothing in this store has this number."


def test_another_intent_with_our_number(
    order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient, payment: Payment
) -> None:
    """Money that came in by an intent which nobody here has opened does not pay the order."""
    form = {**payment.request, "payment_method_types": ["card"], "confirm": True, "payment_method": "pm_card_visa"}
    del form["payment_method_data"], form["payment_method_options"]
    Client(account).create_intent("a copy", form)

    row = apply(store, newest(sandbox, "payment_intent.succeeded"))
    assert row.parked_at is not None
    assert state_of(order) == "pending"


def test_another_amount_goes_back(order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient) -> None:
    """The intent asks for what the order had cost when it was opened."""
    payment = open_at_stripe(order)
    Order.objects.filter(pk=order.pk).update(total=order.total - 1, discount_total=1)
    sandbox.stripe_pay(payment.provider_reference)
    apply(store, newest(sandbox, "payment_intent.succeeded"))
    duework.run_pending()

    assert state_of(order) == "pending"
    assert Payment.objects.get().verdict.startswith("Not the amount")
    (refund,) = Client(account).refunds(Payment.objects.get().transaction_id or "")
    assert (refund["amount"], refund["status"]) == (order.total, "succeeded")
    Order.objects.filter(pk=order.pk).update(total=order.total, discount_total=0)


def close_order(order: Order) -> None:
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)


def test_closed_there_before_the_stock_goes_back(order: Order, account: StripeAccount, payment: Payment) -> None:
    close_order(order)

    assert state_of(order) == "cancelled"
    assert Client(account).retrieve_intent(payment.provider_reference)["status"] == "canceled"
    assert Payment.objects.get().state == "closed"


def test_paid_at_the_moment_of_closing(order: Order, sandbox: SandboxClient, payment: Payment) -> None:
    sandbox.stripe_pay(payment.provider_reference)
    close_order(order)
    assert state_of(order) == "paid"


def test_in_process_at_the_moment_of_closing(order: Order, sandbox: SandboxClient, payment: Payment) -> None:
    """Neither paid nor cancelled until Stripe knows; then asked as if for the first time."""
    sandbox.settings(stripe_processing_seconds=3600)
    sandbox.stripe_pay(payment.provider_reference)
    close_order(order)
    assert state_of(order) == "pending"

    sandbox.stripe_pay(payment.provider_reference, "decline")
    close_order(order)
    assert state_of(order) == "cancelled"


def test_cancelled_in_the_dashboard(
    order: Order, store: Store, account: StripeAccount, sandbox: SandboxClient, payment: Payment
) -> None:
    Client(account).cancel_intent(payment.provider_reference, "in the dashboard")
    apply(store, newest(sandbox, "payment_intent.canceled"))
    poll()
    assert Payment.objects.get().state == "closed"

    paid_at_stripe(order, sandbox)
    assert state_of(order) == "paid"


def test_an_attempt_that_never_reached_stripe_is_given_up(
    order: Order, sandbox: SandboxClient, payment: Payment
) -> None:
    Payment.objects.update(provider_reference="", reference_expires_at=None, provider_data={})
    poll()
    assert Payment.objects.get().state == "closed"


def test_stripe_down_while_an_event_is_applied(
    order: Order, store: Store, sandbox: SandboxClient, payment: Payment
) -> None:
    """Acknowledged all the same, and applied when Stripe answers again."""
    sandbox.stripe_pay(payment.provider_reference)
    sandbox.faults("stripe_retrieve", "500", "500")
    assert post_event(store, newest(sandbox, "payment_intent.succeeded")).status_code == 204
    duework.run_pending(Notification)
    assert state_of(order) == "pending"

    Notification.objects.update(due_at=clock.now())
    duework.run_pending(Notification)
    assert state_of(order) == "paid"
