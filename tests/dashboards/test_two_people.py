"""From the store's limit on a second person agrees to a refund: an owner or a manager, never who asked; everything is told afterwards."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core import clock
from core.models import JournalEntry
from orders.models import Order
from payments import refund_requests, refunding
from payments.gateways import RefundReport
from payments.models import Payment, Refund
from shop.models import Shopper, StaffMembership, Store
from tests.support import invariants
from tests.support.catalogue import make_product
from tests.support.orders import place_order
from tests.support.pay import pay


def person(store: Store, name: str, role: str) -> Client:
    """Somebody with that role in the store, logged in."""
    user = User.objects.create_user(name, is_staff=True)
    StaffMembership.objects.create(store=store, user=user, role=role)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def actor(name: str) -> str:
    return f"staff:{User.objects.get(username=name).pk}"


@pytest.fixture
def lan(store: Store) -> Client:
    """Order staff."""
    return person(store, "lan", "ops")


@pytest.fixture
def mei(store: Store) -> Client:
    """The owner."""
    return person(store, "mei", "owner")


@pytest.fixture
def payment(store: Store, shopper: Shopper) -> Payment:
    Store.objects.update(refund_approval_from=3000)
    return pay(place_order(shopper, {make_product(store, price=2500).variants.get(): 2}))


@pytest.fixture
def refund(payment: Payment, lan: Client) -> Refund:
    """Lan asked for all 50.00 to go back; somebody has to agree."""
    refund_requests.request(payment, 5000, "Damaged on the way", actor=actor("lan"))
    return Refund.objects.select_related("payment").get()


def state(refund: Refund) -> str:
    return str(Refund.objects.values_list("state", flat=True).get(pk=refund.pk))


@pytest.mark.parametrize(("amount", "waits"), [(2999, False), (3000, True), (5000, True)])
def test_from_the_limit_on_it_waits(payment: Payment, amount: int, waits: bool) -> None:
    assert refund_requests.preview(payment, amount).needs_second_person is waits
    refund = refund_requests.request(payment, amount, "x", actor="staff:1")
    assert (refund.state == "requested", refund.due_at is None) == (waits, waits)


def test_while_it_waits_its_money_is_set_aside_and_the_order_goes_on(refund: Refund) -> None:
    assert Payment.objects.get().refundable == 0
    assert Order.objects.get().state == "paid"


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_an_owner_or_a_manager_agrees(role: str, store: Store, refund: Refund) -> None:
    client = person(store, "wen", role)
    page = client.get(f"/ops/refunds/{refund.number}/").content.decode()
    for words in ("lan", "Damaged on the way", "¥50.00", "Agree", "the order is stopped"):
        assert words in page

    answer = client.post(f"/ops/refunds/{refund.number}/agree/", {"stops": "yes"})

    assert answer.status_code == 302
    refund.refresh_from_db()
    assert (refund.state, refund.decided_by) == ("due", actor("wen"))
    assert refund.due_at is not None
    assert refund.due_at <= clock.now()
    assert Order.objects.get().state == "cancelled"
    assert client.post(f"/ops/refunds/{refund.number}/agree/").status_code == 409, "the second click"
    invariants.check()


def test_the_page_says_who_is_awaited(store: Store, refund: Refund, lan: Client) -> None:
    """Those who may agree, without who asked; and that there is nobody, where it is so."""
    page = lan.get(f"/ops/refunds/{refund.number}/").content.decode()
    assert "The store has nobody else who may agree" in page
    mei, bo = person(store, "mei", "owner"), person(store, "bo", "ops")
    person(store, "wen", "manager")
    for client in (lan, bo):
        assert "It waits for one of: mei, wen." in client.get(f"/ops/refunds/{refund.number}/").content.decode()
    User.objects.filter(username="wen").update(is_active=False)
    assert "It waits for one of: mei." in lan.get(f"/ops/refunds/{refund.number}/").content.decode()
    assert "It waits for" not in mei.get(f"/ops/refunds/{refund.number}/").content.decode()


def test_order_staff_do_not_agree(store: Store, refund: Refund) -> None:
    other = person(store, "bo", "ops")

    for action in ("agree", "refuse"):
        answer = other.post(f"/ops/refunds/{refund.number}/{action}/", {"why": "no"})
        assert answer.status_code == 403
        assert "Only owners and managers" in answer.content.decode()
    assert state(refund) == "requested"


def test_who_asked_does_not_agree_but_may_withdraw(payment: Payment, mei: Client) -> None:
    """Not even the owner agrees to what the owner asked for."""
    refund = refund_requests.request(payment, 5000, "x", actor=actor("mei"))
    page = mei.get(f"/ops/refunds/{refund.number}/").content.decode()
    assert "somebody else has to agree" in page
    assert "/agree/" not in page

    answer = mei.post(f"/ops/refunds/{refund.number}/agree/")
    assert answer.status_code == 403
    assert "Somebody else has to agree to a refund of this amount." in answer.content.decode()
    assert state(refund) == "requested"

    mei.post(f"/ops/refunds/{refund.number}/refuse/")
    assert state(refund) == "refused"
    assert Payment.objects.get().refundable == 5000
    invariants.check()


def test_order_staff_withdraw_their_own(lan: Client, refund: Refund) -> None:
    assert "Withdrawn." in lan.post(f"/ops/refunds/{refund.number}/refuse/", follow=True).content.decode()
    assert state(refund) == "refused"


def test_refused_with_a_word(mei: Client, refund: Refund) -> None:
    assert mei.post(f"/ops/refunds/{refund.number}/refuse/", {"why": " "}).status_code == 409
    assert state(refund) == "requested"

    page = mei.post(f"/ops/refunds/{refund.number}/refuse/", {"why": "Send a new one"}, follow=True).content.decode()

    assert "Send a new one" in page
    assert state(refund) == "refused"
    assert Payment.objects.get().refundable == 5000
    assert Order.objects.get().state == "paid"


def test_the_queue_and_its_number(lan: Client, mei: Client, refund: Refund) -> None:
    queue = mei.get("/ops/refunds/").content.decode()
    for words in (refund.number, "lan", "Damaged on the way", "¥50.00", refund.payment.order.number):
        assert words in queue
    numbers = {str(number.label): number.count for number in mei.get("/admin/").context["work"]}
    assert numbers["Refunds to agree to"] == 1


def test_two_that_wait_stop_the_order_with_the_last(payment: Payment, mei: Client) -> None:
    """30.00 waits, 20.00 is due at once: the order is not stopped for money that may yet stay."""
    waiting = refund_requests.request(payment, 3000, "x", actor="staff:999")
    assert not refund_requests.preview(payment, 2000).stops_order
    refund_requests.request(payment, 2000, "x", actor="staff:999")
    assert Order.objects.get().state == "paid"

    mei.post(f"/ops/refunds/{waiting.number}/agree/", {"stops": "yes"})

    assert Order.objects.get().state == "cancelled"


def test_the_timeline_tells_who_did_what(mei: Client, refund: Refund) -> None:
    mei.post(f"/ops/refunds/{refund.number}/agree/", {"stops": "yes"})
    for result in ("processing", "succeeded"):
        report = RefundReport(refund.number, result, 5000, "5030")  # type: ignore[arg-type]
        refunding.take_in(Refund.objects.select_related("payment").get(), report, actor="provider:wechatpay")

    timeline = mei.get(f"/ops/orders/{refund.payment.order.public_id}/").context["timeline"]

    told = [(entry.text, entry.actor) for entry in reversed(timeline) if entry.kind == "refund"]
    assert told == [
        ("Refund of ¥50.00 asked for; somebody else has to agree", "lan"),
        ("Refund of ¥50.00 agreed to", "mei"),
        ("Refund of ¥50.00 accepted by the provider", ""),
        ("¥50.00 refunded", ""),
    ]
    assert JournalEntry.objects.filter(subject=f"refund:{refund.pk}", actor=actor("lan")).exists()


def test_the_limit_is_an_amount_on_the_stores_page(store: Store, mei: Client) -> None:
    Store.objects.update(refund_approval_from=300000)
    page = mei.get(f"/admin/shop/store/{store.pk}/change/").content.decode()
    assert 'name="refund_approval_from" value="3000.00"' in page
