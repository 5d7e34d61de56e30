"""What happens to money at Stripe; see ``tests.faults.flows``."""

import secrets
from collections.abc import Callable
from functools import partial

from orders.models import Duty, Order
from payments import asking, gateways, refund_requests
from payments.models import Dispute, Payment, Refund
from payments.verdicts import DISPUTED
from tests.faults import in_worker
from tests.faults.site import ONE, PRICE, Kill, Outcome, Site, fresh, make_due
from tests.support.sandbox import eventually
from tests.support.stripe import open_at_stripe

PAID = Outcome("paid", "succeeded", "succeeded", booked=("payment",), held=1)
REFUNDED = Outcome("cancelled", "succeeded", "succeeded", ("succeeded",), ("payment", "refund"))
CANCELLED = Outcome("cancelled", "closed", "canceled")


def opening(site: Site, kill: Kill) -> None:
    """A shopper opens the page on which to pay, and once more."""
    order = site.place()
    kill(_open(site, order), again=True)
    attempts = Payment.objects.filter(order=order)
    eventually(attempts.exclude(provider_reference="").exists, timeout=20)
    payment = attempts.get()
    assert [intent["id"] for intent in site.intents_of(payment)] == [payment.provider_reference]
    site.sandbox.stripe_pay(payment.provider_reference)
    site.comes_to(payment, PAID)


def another_code(site: Site, kill: Kill) -> None:
    """A payment was declined and has taken its code with it; the shopper gets another one, of the same intent."""
    payment = open_at_stripe(site.place())
    site.sandbox.stripe_pay(payment.provider_reference, "decline")
    assert site.outcome(payment).trade == "requires_payment_method"
    kill(_open(site, payment.order), again=True)
    eventually(lambda: site.outcome(payment).trade == "requires_action", timeout=20)
    site.sandbox.stripe_pay(payment.provider_reference)
    site.comes_to(payment, PAID)
    assert len(site.intents_of(payment)) == 1


def told(site: Site, kill: Kill) -> None:
    """Stripe tells of a payment, and is asked how it stands."""
    payment = open_at_stripe(site.place())
    kill(partial(site.sandbox.stripe_pay, payment.provider_reference))
    site.comes_to(payment, PAID)


def expiring(site: Site, kill: Kill) -> None:
    """The time to pay is over."""
    payment = open_at_stripe(site.place())
    kill(partial(make_due, Duty.objects.get(order=payment.order_id, kind="close")))
    site.comes_to(payment, CANCELLED)


def refunding(site: Site, kill: Kill) -> None:
    """Staff refund all of it, and click again."""
    payment = _paid(site)
    kill(lambda: in_worker.ask_for_refund.delay(payment.pk, PRICE, ONE), again=True)
    site.comes_to(payment, REFUNDED)
    assert Refund.objects.filter(payment=payment).count() == 1


def following_a_refund(site: Site, kill: Kill) -> None:
    """Stripe has taken it, nothing is told of it, and it is asked how the refund stands."""
    payment = _paid(site)
    site.sandbox.settings(notify="lose", stripe_refund="hold")
    refund = refund_requests.request(payment, PRICE, "all of it", actor=ONE)
    eventually(lambda: fresh(refund).state == "processing" and fresh(refund).claim == "", timeout=20)
    site.sandbox.stripe_refund_settle(fresh(refund).provider_refund_id)
    kill(partial(make_due, refund))
    site.comes_to(payment, REFUNDED)


def disputed(site: Site, kill: Kill) -> None:
    """The payer's bank takes the payment back."""
    payment = _paid(site)
    kill(partial(site.sandbox.stripe_dispute, payment.provider_reference))
    eventually(Dispute.objects.filter(payment=payment).exists, timeout=20)
    site.comes_to(payment, Outcome("paid", "succeeded", "succeeded", booked=("dispute", "payment"), held=1))
    assert fresh(payment.order).hold_reason == DISPUTED
    assert Dispute.objects.filter(payment=payment).count() == 1


def looked_at(site: Site, kill: Kill) -> None:
    """Somebody looks whether the account works."""
    into = site.folder / secrets.token_hex(8)
    kill(lambda: in_worker.check_stripe.delay(site.store.pk, str(into)), again=True)
    eventually(into.exists, timeout=30)
    assert "Stripe accepts the secret key." in into.read_text()


def _open(site: Site, order: Order) -> Callable[[], None]:
    more = {"actor": f"shopper:{site.shopper.pk}", "provider": "stripe", "channel": gateways.WEB}
    return partial(site.click, "payments.opening.open_payment", order, **more)


def _paid(site: Site) -> Payment:
    """Paid at Stripe; its events are lost."""
    site.sandbox.settings(notify="lose")
    payment = open_at_stripe(site.place())
    site.sandbox.stripe_pay(payment.provider_reference)
    asking.ask(payment)
    site.sandbox.settings(notify="normal")
    site.comes_to(payment, PAID)
    found: Payment = fresh(payment)
    return found


FLOWS = {
    opening: ("stripe.create",),
    another_code: ("stripe.confirm",),
    told: ("stripe.retrieve",),
    expiring: ("stripe.cancel",),
    refunding: ("stripe.refunds", "stripe.refund"),
    following_a_refund: ("stripe.query_refund",),
    disputed: ("stripe.dispute",),
    looked_at: ("stripe.balance",),
}
