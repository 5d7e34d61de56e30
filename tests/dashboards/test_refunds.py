"""Staff refund from the order's page: they see what it would do before it does, twice clicked is once refunded, nothing typed is lost."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scope

from core import clock, duework
from dashboards import queues
from orders import packing, shipping
from orders.models import Duty, Order
from payments import refund_requests
from payments.models import Payment, Refund
from shop.models import Shopper, StaffMembership, Store
from tests.dashboards.test_order_board import board, staff  # noqa: F401  fixtures
from tests.support import invariants
from tests.support.catalogue import make_product
from tests.support.orders import place_order
from tests.support.pay import pay


@pytest.fixture
def payment(store: Store, shopper: Shopper) -> Payment:
    """An order of one cup (20.00) and three teas (10.00 each), paid and allocated."""
    cup, tea = make_product(store, "Cup", price=2000), make_product(store, "Longjing", price=1000)
    order = place_order(shopper, {cup.variants.get(): 1, tea.variants.get(): 3})
    payment = pay(order)
    duework.run_pending(Duty)
    return payment


def path(payment: Payment) -> str:
    return f"/ops/payments/{payment.public_id}/refund/"


def form_of(board: Client, payment: Payment) -> dict[str, str]:  # noqa: F811
    """What the empty form sends when only the reason has been typed."""
    page = board.get(path(payment))
    assert page.status_code == 200
    return {"token": str(page.context["form"]["token"].value()), "how": "all", "reason": "Out of stock", "instead": ""}


def preview(board: Client, payment: Payment, **typed: str) -> Any:  # noqa: F811
    return board.post(path(payment), {**form_of(board, payment), "step": "preview", **typed})


def hidden(page: Any) -> dict[str, str]:
    """The form of the preview as a browser sends it."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    fields.pop("csrfmiddlewaretoken", None)
    return {**fields, "step": "confirm"}


def confirm(board: Client, payment: Payment, **typed: str) -> Any:  # noqa: F811
    return board.post(path(payment), hidden(preview(board, payment, **typed)), follow=True)


def test_the_orders_page_leads_to_the_form(board: Client, payment: Payment) -> None:  # noqa: F811
    page = board.get(f"/ops/orders/{payment.order.public_id}/").content.decode()

    assert path(payment) in page
    assert "¥50.00" in page


def test_looking_changes_nothing_and_says_what_it_would_do(board: Client, payment: Payment) -> None:  # noqa: F811
    page = preview(board, payment).content.decode()

    for words in ("¥50.00 goes back", "WeChat Pay", "Out of stock", "¥0.00 can still go back", "At once"):
        assert words in page
    assert "the order is stopped" in page
    assert not Refund.objects.exists()


def test_confirmed_the_refund_is_due_and_the_order_stopped(board: Client, staff: User, payment: Payment) -> None:  # noqa: F811
    page = confirm(board, payment).content.decode()

    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.requested_by) == ("due", 5000, f"staff:{staff.pk}")
    assert Order.objects.get().state == "cancelled"
    assert "Refund of ¥50.00" in page
    timeline = board.get(f"/ops/orders/{payment.order.public_id}/").content.decode()
    assert "Refund of ¥50.00 due" in timeline
    assert "lan" in timeline
    invariants.check()


@pytest.mark.parametrize("typed", [{}, {"how": "amount", "amount": "20"}], ids=["all", "an amount"])
def test_the_second_click_finds_the_first_refund(board: Client, payment: Payment, typed: dict[str, str]) -> None:  # noqa: F811
    sent = hidden(preview(board, payment, **typed))

    first, second = board.post(path(payment), sent), board.post(path(payment), sent)

    assert first["Location"] == second["Location"]
    assert Refund.objects.count() == 1


def test_looking_again_and_confirming_both_is_one_refund(board: Client, payment: Payment) -> None:  # noqa: F811
    """Back in the browser, and confirmed from the page before: the same form with the same content."""
    typed = {**form_of(board, payment), "how": "amount", "amount": "20", "step": "preview"}
    one, two = (hidden(board.post(path(payment), typed)) for _ in range(2))
    board.post(path(payment), one)
    board.post(path(payment), two)
    assert Refund.objects.count() == 1

    changed = hidden(board.post(path(payment), {**typed, "amount": "10"}))
    board.post(path(payment), changed)
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [1000, 2000]


def test_goods_go_back_at_what_was_paid_for_them(board: Client, payment: Payment) -> None:  # noqa: F811
    tea = payment.order.lines.get(title_en="Longjing")
    quantity = f"quantity_{tea.public_id}"

    shown = preview(board, payment, how="goods", besides="0.50", **{quantity: "2"}).content.decode()
    assert "¥20.50 goes back" in shown
    assert "2 × Longjing" in shown
    confirm(board, payment, how="goods", besides="0.50", **{quantity: "2"})

    refund = Refund.objects.get()
    assert refund.amount == 2050
    assert [(entry["line"], entry["quantity"], entry["amount"]) for entry in refund.goods] == [(tea.public_id, 2, 2000)]
    again = preview(board, payment, how="goods", **{quantity: "2"})
    assert again.status_code == 422, "one is left of three"


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"how": "amount", "amount": "50.01"}, 409, "Only ¥50.00 of this payment can still go back."),
        ({"how": "amount", "amount": "0"}, 409, "at least the smallest unit"),
        ({"how": "amount", "amount": "1.005"}, 422, "Write an amount such as"),
        ({"how": "amount", "amount": "-5"}, 422, "Write an amount such as"),
        ({"how": "amount", "amount": ""}, 422, "How much?"),
        ({"how": "goods"}, 422, "Say how many pieces go back."),
        ({"how": "everything"}, 422, "not one of the available choices"),
        ({"reason": " "}, 422, "Say why the money goes back"),
    ],
)
def test_what_cannot_be_is_said_on_the_form(
    board: Client,  # noqa: F811
    payment: Payment,
    typed: dict[str, str],
    status: int,
    words: str,
) -> None:
    page = preview(board, payment, **typed)

    assert page.status_code == status
    assert words in page.content.decode()
    assert page.context["form"]["reason"].value() == typed.get("reason", "Out of stock"), "what was typed stays"
    assert not Refund.objects.exists()


def test_another_refund_meanwhile_is_noticed(board: Client, payment: Payment) -> None:  # noqa: F811
    sent = hidden(preview(board, payment))
    refund_requests.request(payment, 1000, "Somebody else was quicker", actor="staff:999")

    page = board.post(path(payment), sent)

    assert (page.status_code, page.context["problem"].kind) == (409, "refund-changed")
    assert Refund.objects.count() == 1


def test_shipped_meanwhile_is_noticed(board: Client, payment: Payment) -> None:  # noqa: F811
    """The page said that the order would be stopped."""
    sent = hidden(preview(board, payment))
    parcel = payment.order.parcels.get()
    packing.pack(parcel, actor="staff:999")
    shipping.ship(parcel, "SF", "SF1234567890123", actor="staff:999")

    page = board.post(path(payment), sent)

    assert (page.status_code, page.context["problem"].kind) == (409, "refund-shipped")
    assert not Refund.objects.exists()
    assert "the order goes on as it is" in preview(board, payment).content.decode()


def test_the_second_within_a_minute_says_when(board: Client, payment: Payment) -> None:  # noqa: F811
    refund_requests.request(payment, 1000, "The first", actor="staff:999")

    assert (
        "the provider wants refunds of a payment apart"
        in preview(board, payment, how="amount", amount="10").content.decode()
    )


@pytest.fixture
def failed(payment: Payment) -> Refund:
    """A refund that the provider said no to."""
    refund = refund_requests.request(payment, 2000, "Damaged on the way", actor="staff:999")
    from payments import refunding
    from payments.gateways import RefundReport

    report = RefundReport(refund.number, "failed", 2000, "5030", detail="ABNORMAL")
    refunding.take_in(Refund.objects.select_related("payment").get(), report, actor="provider:wechatpay")
    return Refund.objects.select_related("payment").get()


def test_a_failed_refund_says_the_providers_word_and_what_can_be_done(board: Client, failed: Refund) -> None:  # noqa: F811
    page = board.get(f"/ops/refunds/{failed.number}/").content.decode()

    for words in ("ABNORMAL", "Ask again", "New refund", "Settled"):
        assert words in page
    assert failed.number in board.get("/ops/refunds/").content.decode()


def test_a_new_refund_sees_to_the_failed_one(board: Client, failed: Refund) -> None:  # noqa: F811
    order = failed.payment.order
    assert Order.objects.get().hold_reason == "A refund did not succeed."
    page = board.get(f"{path(failed.payment)}?instead={failed.number}")
    form = page.context["form"]
    assert (form["amount"].value(), form["reason"].value()) == ("20.00", "Damaged on the way")
    typed = {
        "token": form["token"].value(),
        "how": "amount",
        "amount": "20.00",
        "reason": "Damaged",
        "instead": failed.number,
    }

    board.post(path(failed.payment), hidden(board.post(path(failed.payment), {**typed, "step": "preview"})))

    failed.refresh_from_db()
    assert failed.handled_at is not None
    assert Refund.objects.exclude(pk=failed.pk).get().amount == 2000
    assert Order.objects.get().hold_reason == ""
    assert not queues.page(queues.QUEUES["problems"])[0]
    assert "was seen to" in board.get(f"/ops/orders/{order.public_id}/").content.decode()
    invariants.check()


def test_a_failed_refund_is_settled_with_a_note(board: Client, failed: Refund) -> None:  # noqa: F811
    assert board.post(f"/ops/refunds/{failed.number}/handled/", {"note": " "}).status_code == 409
    assert Order.objects.get().hold_reason

    page = board.post(f"/ops/refunds/{failed.number}/handled/", {"note": "Sent by bank transfer"}, follow=True)

    assert page.status_code == 200
    assert Order.objects.get().hold_reason == ""
    timeline = board.get(f"/ops/orders/{failed.payment.order.public_id}/").content.decode()
    assert "Sent by bank transfer" in timeline
    assert board.post(f"/ops/refunds/{failed.number}/handled/", {"note": "again"}).status_code == 409


def test_settled_on_the_orders_page_it_is_seen_to_as_well(board: Client, failed: Refund) -> None:  # noqa: F811
    board.post(f"/ops/orders/{failed.payment.order.public_id}/settle/", {"note": "Sent by bank transfer"})

    failed.refresh_from_db()
    assert failed.handled_at is not None
    assert not queues.page(queues.QUEUES["problems"])[0]


def test_a_failed_refund_is_asked_about_again_once(board: Client, failed: Refund) -> None:  # noqa: F811
    for status in (302, 409):
        assert board.post(f"/ops/refunds/{failed.number}/again/").status_code == status
    failed.refresh_from_db()
    assert failed.done_at is None
    assert failed.due_at is not None
    assert failed.due_at <= clock.now()


def test_another_stores_payments_and_refunds_do_not_exist(failed: Refund, other_store: Store) -> None:
    user = User.objects.create_user("wei", is_staff=True)
    with scope(store=other_store):
        StaffMembership.objects.create(store=other_store, user=user, role="owner")
    outsider = Client()
    outsider.force_login(user)
    before = Refund.objects.values().get(), Payment.objects.values().get()

    assert outsider.get(path(failed.payment)).status_code == 404
    sent = {"token": "t", "how": "all", "reason": "x", "step": "confirm", "total": "3000", "stops": "no"}
    assert outsider.post(path(failed.payment), sent).status_code == 404
    base = f"/ops/refunds/{failed.number}/"
    assert outsider.get(base).status_code == 404
    for action in ("agree", "refuse", "again", "handled"):
        assert outsider.post(f"{base}{action}/", {"note": "x", "why": "x"}).status_code == 404
    assert failed.number not in outsider.get("/ops/refunds/").content.decode()
    assert (Refund.objects.values().get(), Payment.objects.values().get()) == before


def test_the_queue_is_paged_and_its_numbers_are_true(
    board: Client,  # noqa: F811
    store: Store,
    payment: Payment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each refund stands on one page, the oldest first; first what waits, then what went wrong."""
    monkeypatch.setattr(queues, "PAGE", 2)
    Store.objects.update(refund_approval_from=100)
    for amount in (500, 600, 700, 800, 900):
        refund_requests.request(payment, amount, "x", actor="staff:999")

    seen, path = [], "/ops/refunds/"
    while path:
        page = board.get(path)
        assert [(key, count) for key, _label, count in page.context["tabs"]] == [("waiting", 5), ("failed", 0)]
        seen.append([refund.amount for refund, _asked_by in page.context["rows"]])
        go_on = page.context["go_on"]
        path = f"/ops/refunds/?show=waiting&after={go_on}" if go_on else ""
    assert seen == [[500, 600], [700, 800], [900]]
    assert "Every refund went as it should." in board.get("/ops/refunds/?show=failed").content.decode()
    assert board.get("/ops/refunds/?show=x").status_code == 404
