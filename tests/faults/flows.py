"""What happens to money, from beginning to end, and the places on the way where a process may die.

A place is the name of a commit (``step("…")``) or of a call to a provider (``call="…"``). ``FLOWS`` says which flow is killed at which
places; ``test_every_place`` holds that it names all there are. A new place is a word in the line of the flow that comes by; a new flow
is a function, here or in ``flows_…``, that does one thing inside ``kill`` and says what must have become of it, and its line.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.test import override_settings

from core import clock, duework
from core.models import JournalEntry
from orders.models import Duty, Order
from payments import refund_requests
from payments.models import Notification, Payment, Refund
from payments.tasks import refresh_certificates
from payments.verdicts import DOUBT_IDENTITY
from payments.wechatpay.gateway import BEIJING
from shop.models import Store, WeChatPayAccount
from tests.faults import flows_by_hand, flows_of_statements, flows_of_stripe, in_worker
from tests.faults.site import (
    CANCELLED,
    ONE,
    OTHER,
    PAID,
    PART,
    PRICE,
    REFUNDED,
    Kill,
    Outcome,
    Site,
    fresh,
    make_due,
)
from tests.sandbox.receiver import Receiver
from tests.support.orders import address_of
from tests.support.sandbox import eventually

LOST = {"behaviour": "lose"}


def placing(site: Site, kill: Kill) -> None:
    """A shopper places an order, and asks again under the same key."""
    note = secrets.token_hex(8)
    body = {
        "address_id": address_of(site.shopper).public_id,
        "expected_total": PRICE,
        "lines": [{"variant_id": site.variant.public_id, "quantity": 1}],
        "note": note,
    }
    kill(partial(site.request, "orders", body, note), again=True)
    placed = Order.objects.filter(note=note)
    eventually(placed.exists, timeout=20)
    payment = site.open(placed.get())
    site.pay(payment)
    site.comes_to(payment, PAID)
    assert placed.count() == 1


def opening(site: Site, kill: Kill) -> None:
    """A shopper opens the cashier, and asks again under the same key."""
    order = site.place()
    attempts = Payment.objects.filter(order=order)
    kill(partial(site.request, f"orders/{order.public_id}/pay", {}, secrets.token_hex(8)), again=True)
    eventually(attempts.exclude(provider_reference="").exists, timeout=20)
    payment = attempts.get()
    there = site.sandbox.transaction(site.merchant.mchid, payment.number)
    assert there["prepay_id"] == payment.provider_reference
    site.pay(payment)
    site.comes_to(payment, PAID)


def at_the_door(site: Site, kill: Kill) -> None:
    """WeChat Pay tells of a payment, gets no answer, and tells again."""
    door = Receiver()
    with override_settings(PUBLIC_BASE_URL=door.url):
        payment = site.open()
    site.pay(payment)
    told = eventually(lambda: door.received)[0]
    door.close()
    kill(lambda: in_worker.tell.delay(told.path, told.body.decode(), told.headers), again=True)
    site.comes_to(payment, PAID)
    assert Notification.objects.filter(body=told.body.decode()).count() == 1


def told(site: Site, kill: Kill) -> None:
    """A notification is applied."""
    payment = site.open()
    kill(partial(site.pay, payment))
    site.comes_to(payment, PAID)


def found_by_asking(site: Site, kill: Kill) -> None:
    """A notification is lost, and the provider is asked."""
    payment = site.open()
    site.pay(payment, notify=LOST)
    kill(partial(make_due, payment))
    site.comes_to(payment, PAID)


def expiring(site: Site, kill: Kill) -> None:
    """The time to pay is over."""
    payment = site.open()
    kill(partial(make_due, Duty.objects.get(order=payment.order_id, kind="close")))
    site.comes_to(payment, CANCELLED)


def cancelling(site: Site, kill: Kill) -> None:
    """A shopper cancels an order, and asks again."""
    payment = site.open()
    kill(partial(site.request, f"orders/{payment.order.public_id}/cancel"), again=True)
    site.comes_to(payment, CANCELLED)


def refunding(site: Site, kill: Kill) -> None:
    """Staff refund all of it, and click again."""
    payment = site.paid()
    kill(lambda: in_worker.ask_for_refund.delay(payment.pk, PRICE, ONE), again=True)
    site.comes_to(payment, REFUNDED)
    assert Refund.objects.filter(payment=payment).count() == 1


def following_a_refund(site: Site, kill: Kill) -> None:
    """The provider has accepted, its notification is lost, and it is asked how the refund stands."""
    payment = site.paid()
    site.sandbox.settings(notify="lose")
    refund = refund_requests.request(payment, PRICE, "all of it", actor=ONE)
    eventually(lambda: fresh(refund).state == "processing" and fresh(refund).claim == "", timeout=20)
    eventually(lambda: site.outcome(payment).refunds == ("SUCCESS",))
    kill(partial(make_due, refund))
    site.comes_to(payment, REFUNDED)


def agreeing(site: Site, kill: Kill) -> None:
    """A second person agrees to a refund."""
    payment = site.paid()
    refund = _waits_for_two(site, payment)
    kill(lambda: in_worker.approve.delay(refund.pk, OTHER), again=True)
    site.comes_to(payment, REFUNDED)


def disagreeing(site: Site, kill: Kill) -> None:
    """A second person does not."""
    payment = site.paid()
    refund = _waits_for_two(site, payment)
    kill(lambda: in_worker.refuse.delay(refund.pk, OTHER), again=True)
    eventually(lambda: fresh(refund).state == "refused", timeout=20)
    site.comes_to(payment, PAID)
    assert fresh(payment).refundable == PRICE


def refused_there(site: Site, kill: Kill) -> None:
    """The provider refuses a refund: a person is shown the order, and the books stay as they are."""
    payment = site.paid()
    site.sandbox.settings(refund="user_account_abnormal")
    kill(lambda: refund_requests.request(payment, PART, "part of it", actor=ONE))
    eventually(lambda: Refund.objects.get(payment=payment).state == "failed", timeout=20)
    site.comes_to(payment, PAID)
    assert fresh(payment.order).hold_reason
    assert fresh(payment).refundable == PRICE


def to_a_bank_card(site: Site, kill: Kill) -> None:
    """A refund that could not arrive is sent to the merchant's card. One that did not go is found so, and sent once more."""
    payment = site.paid()
    site.sandbox.settings(refund="abnormal")
    refund = refund_requests.request(payment, PART, "part of it", actor=ONE)
    eventually(lambda: fresh(refund).state == "failed", timeout=20)
    site.sandbox.settings(refund="success")
    send = partial(site.click, "payments.redirecting.redirect", refund, None, actor=ONE)
    kill(send)
    if fresh(refund).state == "processing":
        make_due(refund)
        eventually(lambda: fresh(refund).due_at > clock.now() or fresh(refund).state != "processing", timeout=20)
    if fresh(refund).state == "failed":
        send()
    site.comes_to(payment, Outcome("paid", "succeeded", "REFUND", ("SUCCESS",), ("payment", "refund"), 1))
    assert fresh(payment.order).hold_reason == ""


def settled_otherwise(site: Site, kill: Kill) -> None:
    """A person has seen to a refund that the provider refused: the order is shown no more."""
    payment = site.paid()
    refund = _refused(site, payment)
    kill(partial(site.click, "payments.refund_requests.see_to", refund, actor=ONE, note="paid in cash"), again=True)
    eventually(lambda: fresh(refund).handled_at, timeout=20)
    site.comes_to(payment, PAID)
    assert fresh(payment.order).hold_reason == ""
    noted = JournalEntry.objects.filter(subject=f"refund:{refund.pk}", data__handled=True)
    assert noted.count() == 1


def taken_up_again(site: Site, kill: Kill) -> None:
    """A person has a refund asked about that the provider never took: it is due once more, under its number."""
    payment = site.paid()
    refund = _refused(site, payment)
    site.sandbox.settings(refund="success")
    kill(partial(refund_requests.ask_again, refund, actor=ONE))
    site.comes_to(payment, Outcome("paid", "succeeded", "REFUND", ("SUCCESS",), ("payment", "refund"), 1))
    assert Refund.objects.filter(payment=payment).count() == 1
    assert fresh(payment.order).hold_reason == ""


def held(site: Site, kill: Kill) -> None:
    """What the provider says cannot be: a person is shown the order, looks, and has it asked once more."""
    payment = site.open()
    site.pay(payment, notify=LOST)
    ours = payment.request
    Payment.objects.filter(pk=payment.pk).update(request=ours | {"appid": "another"})
    kill(partial(make_due, payment))
    eventually(lambda: fresh(payment).parked_at, timeout=20)
    assert fresh(payment.order).hold_reason == DOUBT_IDENTITY
    Payment.objects.filter(pk=payment.pk).update(request=ours)
    assert duework.retry(fresh(payment), ONE)
    site.comes_to(payment, PAID)


def certificates(site: Site, kill: Kill) -> None:
    """The platform's certificates are fetched."""
    accounts = WeChatPayAccount.objects.filter(store=site.store)
    accounts.update(certificates={}, certificates_asked_at=None)
    kill(refresh_certificates.delay)
    eventually(lambda: site.merchant.platform_serial in accounts.get().certificates, timeout=30)


def bills(site: Site, kill: Kill) -> None:
    """A day's bill is fetched."""
    at = clock.now() - timedelta(days=2)
    number = secrets.token_hex(8)
    site.sandbox.seed(site.merchant, [{"out_trade_no": number, "total": 100, "paid_at": at.isoformat()}])
    day, into = at.astimezone(BEIJING).date().isoformat(), site.folder / number
    kill(lambda: in_worker.fetch_bill.delay(site.store.pk, day, str(into)), again=True)
    eventually(into.exists, timeout=30)
    assert int(into.read_text()) >= 1


def _refused(site: Site, payment: Payment) -> Refund:
    site.sandbox.settings(refund="user_account_abnormal")
    refund = refund_requests.request(payment, PART, "part of it", actor=ONE)
    eventually(lambda: fresh(refund).state == "failed", timeout=20)
    return Refund.objects.get(pk=refund.pk)


def _waits_for_two(site: Site, payment: Payment) -> Refund:
    Store.objects.filter(pk=site.store.pk).update(refund_approval_from=1)
    refund = refund_requests.request(payment, PRICE, "all of it", actor=ONE)
    Store.objects.filter(pk=site.store.pk).update(refund_approval_from=None)
    assert refund.state == "requested"
    return refund


Flow = Callable[[Site, Kill], Any]

AT_WECHAT_PAY: dict[Flow, tuple[str, ...]] = {
    placing: ("place an order",),
    opening: ("intend a payment", "wechatpay.prepay", "store the prepay answer"),
    at_the_door: ("keep a notification",),
    told: ("apply a notification",),
    found_by_asking: ("wechatpay.query", "settle what was asked about"),
    expiring: ("wechatpay.close", "end an attempt", "close an order"),
    cancelling: ("ask for an order to be closed",),
    refunding: ("request a refund", "wechatpay.refund", "take in a refund's answer"),
    following_a_refund: ("wechatpay.refund_query",),
    agreeing: ("approve a refund",),
    disagreeing: ("refuse a refund",),
    refused_there: ("take in a refund's refusal",),
    settled_otherwise: ("see to a failed refund",),
    taken_up_again: ("take up a failed refund",),
    held: ("hold an order",),
    to_a_bank_card: (
        "send a refund to another account",
        "wechatpay.abnormal_refund",
        "take in the answer about another account",
    ),
    certificates: ("wechatpay.certificates",),
    bills: ("wechatpay.bill", "wechatpay.download"),
}
ELSEWHERE: dict[Flow, tuple[str, ...]] = {**flows_of_stripe.FLOWS, **flows_by_hand.FLOWS, **flows_of_statements.FLOWS}
FLOWS = AT_WECHAT_PAY | ELSEWHERE


def moments(place: str) -> tuple[str, str]:
    """A call and a commit can be preceded by death, and followed by it."""
    what = "the call" if "." in place else "the commit"
    return f"{place}: before {what}", f"{place}: after {what}"


def each(flows: dict[Flow, tuple[str, ...]]) -> list[tuple[Flow, str]]:
    """Every flow with every moment of its places."""
    return [(flow, moment) for flow, places in flows.items() for place in places for moment in moments(place)]
