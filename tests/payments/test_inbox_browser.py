"""Staff look at what providers told: find it, read it, apply it again without harm, look inside when they may; refused ones are counted."""

from typing import Any

import pytest
from django.test import Client

from core import duework
from core.models import JournalEntry
from orders.models import Order
from payments import revealing
from payments.models import LedgerEntry, Notification, Payment, Refund, RefusedNotification
from shop.models import Store
from tests.payments.test_admin import staff_of
from tests.support.pay import Platform, _key, deliver, open_attempt, pay, post

INBOX = "/admin/payments/notification/"


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    """Paid, by one notification."""
    return pay(order)


@pytest.fixture
def row(payment: Payment) -> Notification:
    return Notification.objects.get()


def press(client: Client, row: Notification, button: str) -> str:
    """The page after the button, and the yes to what it says."""
    url = f"{INBOX}{row.pk}/{button}/"
    assert client.get(url).status_code == 200
    return client.post(url, {"confirmed": "yes"}, follow=True).content.decode()


def facts() -> tuple[Any, ...]:
    return (
        list(LedgerEntry.objects.values_list("group", "account", "amount")),
        list(Payment.objects.values_list("state", "paid_amount", "refund_reserved", "verdict")),
        list(Order.objects.values_list("state", "hold_reason")),
        Refund.objects.count(),
    )


@pytest.mark.parametrize("words", ["{number}", "{transaction}", "{event}"])
def test_found_by_its_numbers(store: Store, row: Notification, payment: Payment, words: str) -> None:
    query = words.format(number=payment.number, transaction=payment.transaction_id, event=row.event_id)
    client = staff_of(store)

    assert row.event_id in client.get(INBOX, {"q": query}).content.decode()
    assert row.event_id not in client.get(INBOX, {"q": "NOTHING-LIKE-IT"}).content.decode()


def test_states(store: Store, row: Notification, platform: Platform, payment: Payment) -> None:
    deliver(platform, payment, out_trade_no="UNKNOWN0001")
    duework.run_pending(Notification)
    deliver(platform, payment)
    parked, new = Notification.objects.order_by("pk")[1:]
    client = staff_of(store, role="ops")

    for state, found in (("done", row), ("parked", parked), ("due", new)):
        page = client.get(INBOX, {"work": state}).content.decode()
        assert [one.event_id in page for one in (row, parked, new)] == [one == found for one in (row, parked, new)]
    assert parked.number == "UNKNOWN0001", "what does not fit is found by its number as well"


def test_the_page_shows_it_and_leads_to_what_it_changed(store: Store, row: Notification, payment: Payment) -> None:
    page = staff_of(store, role="ops").get(f"{INBOX}{row.pk}/change/").content.decode()

    for words in ("TRANSACTION.SUCCESS", "Paid the order.", "ciphertext", "Wechatpay-Serial"):
        assert words in page
    assert f"/admin/payments/payment/{payment.pk}/change/" in page


def test_applied_again_nothing_changes(store: Store, row: Notification) -> None:
    before = facts()
    client = staff_of(store, role="manager")

    assert "It is applied again" in press(client, row, "replay")
    duework.run_pending(Notification)

    row.refresh_from_db()
    assert (row.verdict, row.parked_at) == ("Was known already.", None)
    assert row.done_at is not None
    assert facts() == before
    entry = JournalEntry.objects.get(subject=f"payments.notification:{row.pk}")
    assert (entry.from_state, entry.to_state, entry.why) == ("done", "due", "Paid the order.")
    assert entry.actor.startswith("staff:")


def test_looking_at_the_question_applies_nothing(store: Store, row: Notification) -> None:
    page = staff_of(store).get(f"{INBOX}{row.pk}/replay/").content.decode()

    assert "nothing is paid, booked or refunded a second time" in page
    row.refresh_from_db()
    assert row.done_at is not None


def test_one_under_way_is_left_alone(store: Store, platform: Platform, payment: Payment) -> None:
    deliver(platform, payment)
    new = Notification.objects.latest("pk")

    assert "It is being applied at this moment." in press(staff_of(store), new, "replay")
    assert not JournalEntry.objects.filter(subject=f"payments.notification:{new.pk}").exists()


def test_many_applied_again(store: Store, platform: Platform, payment: Payment) -> None:
    for _ in range(3):
        deliver(platform, payment)
    duework.run_pending(Notification)
    before = facts()
    client = staff_of(store)
    chosen = {"action": "replay_many", "_selected_action": list(Notification.objects.values_list("pk", flat=True))}

    assert "Apply 4 notifications again?" in client.post(INBOX, chosen).content.decode()
    assert not Notification.objects.filter(done_at=None).exists()
    page = client.post(INBOX, {**chosen, "confirmed": "yes"}, follow=True).content.decode()

    assert "4 notifications are applied again." in page
    duework.run_pending(Notification)
    assert set(Notification.objects.values_list("verdict", flat=True)) == {"Was known already."}
    assert facts() == before


def test_looking_inside_is_journalled_and_tells_nothing_of_the_payer(
    store: Store, row: Notification, payment: Payment
) -> None:
    openid = payment.request["payer"]["openid"]

    page = press(staff_of(store), row, "inside")

    assert payment.transaction_id is not None
    assert payment.transaction_id in page
    assert openid not in page
    assert f"{openid[:2]}…{openid[-2:]}" in page
    assert JournalEntry.objects.filter(subject=f"payments.notification:{row.pk}", to_state="looked into").count() == 1


@pytest.mark.parametrize("button", ["replay", "inside"])
def test_not_by_order_staff_and_not_by_another_stores(
    button: str, store: Store, other_store: Store, row: Notification
) -> None:
    before = Notification.objects.values().get()
    for client, status in ((staff_of(store, role="ops"), 403), (staff_of(other_store), 404)):
        for method in (client.get, client.post):
            assert method(f"{INBOX}{row.pk}/{button}/", {"confirmed": "yes"}).status_code in (status, 403)
    data = {"action": "replay_many", "_selected_action": [row.pk], "confirmed": "yes"}
    staff_of(other_store, role="manager").post(INBOX, data)
    assert Notification.objects.values().get() == before
    assert not JournalEntry.objects.filter(subject=f"payments.notification:{row.pk}").exists()


def test_refused_ones_are_counted_by_day_and_reason(
    store: Store, other_store: Store, order: Order, platform: Platform
) -> None:
    payment = open_attempt(order)
    stranger = Platform(_key("stranger"))
    for _ in range(3):
        assert deliver(stranger, payment).status_code == 401
    assert post(store, b"{", platform.sign(b"{")).status_code == 400

    counted = dict(RefusedNotification.objects.values_list("reason", "count"))
    assert counted == {"the signature is wrong": 3, "not what the provider's notifications are": 1}
    page = staff_of(store).get(INBOX).content.decode()
    assert "the signature is wrong" in page
    assert "the signature is wrong" not in staff_of(other_store).get(INBOX).content.decode()
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}, {"payer": {"openid": "oU…6o"}}),
        ([{"email": "short"}], [{"email": "…"}]),
        ({"address": {"line1": "x"}, "phone": None}, {"address": "…", "phone": None}),
        ({"amount": {"total": 1}}, {"amount": {"total": 1}}),
    ],
)
def test_masking(document: Any, shown: Any) -> None:
    assert revealing.masked(document) == shown


def test_a_document_without_end(store: Store) -> None:
    document: Any = {}
    for _ in range(500):
        document = {"a": document}
    assert "…" in revealing.pretty(document)


def test_the_list_costs_the_same_for_many(
    store: Store, platform: Platform, payment: Payment, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        deliver(platform, payment)
    duework.run_pending(Notification)
    client = staff_of(store)
    with django_assert_max_num_queries(14):
        client.get(INBOX)
