"""A refund that could not arrive is sent to a bank card from its page: looked at first, by who may change money; no card is kept."""

import re
from typing import Any

import pytest
from django.test import Client

from core.models import JournalEntry
from payments import refund_requests, refunding
from payments.gateways import BankCard, Declined, RefundReport, Unavailable
from payments.models import Refund
from payments.wechatpay.gateway import WeChatPay
from shop.models import Shopper, Store
from tests.conftest import make_store
from tests.dashboards.test_two_people import person
from tests.support import invariants
from tests.support.catalogue import make_product
from tests.support.orders import place_order
from tests.support.pay import pay

CARD = {"to": "card", "bank": "ICBC_DEBIT", "account": "6222 0202 0000 1234", "holder": "王小明"}


@pytest.fixture
def mei(store: Store) -> Client:
    return person(store, "mei", "manager")


@pytest.fixture
def refund(store: Store, shopper: Shopper) -> Refund:
    """20.00 of 50.00, which the payer's card did not take."""
    payment = pay(place_order(shopper, {make_product(store, price=2500).variants.get(): 2}))
    refund = refund_requests.request(payment, 2000, "Damaged on the way", actor="staff:999")
    return told(refund, "failed", "ABNORMAL")


def told(refund: Refund, state: Any, detail: str = "") -> Refund:
    row = Refund.objects.select_related("payment").get(pk=refund.pk)
    refunding.take_in(row, RefundReport(row.number, state, 2000, "5030", detail=detail), actor="provider:wechatpay")
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[BankCard | None]:
    """What was sent to a WeChat Pay that takes it."""
    cards: list[BankCard | None] = []

    def take(self: WeChatPay, refund: Refund, card: BankCard | None) -> RefundReport:
        cards.append(card)
        return RefundReport(refund.number, "processing", 2000, "5030")

    monkeypatch.setattr(WeChatPay, "redirect", take)
    return cards


def path(refund: Refund) -> str:
    return f"/ops/refunds/{refund.number}/elsewhere/"


def confirm(client: Client, refund: Refund, typed: dict[str, str]) -> Any:
    """Look at it, then send what that page holds."""
    page = client.post(path(refund), {**typed, "step": "preview"})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    return client.post(path(refund), {**fields, "step": "confirm"}, follow=True)


def test_typed_looked_at_and_sent(mei: Client, refund: Refund, sent: list[BankCard | None]) -> None:
    assert path(refund) in mei.get(f"/ops/refunds/{refund.number}/").content.decode()
    assert mei.get(path(refund)).status_code == 200

    look = mei.post(path(refund), {**CARD, "step": "preview"})
    for words in ("¥20.00", "6222 0202 0000 1234", "王小明", "ICBC_DEBIT"):
        assert words in look.content.decode()
    assert "no-store" in look["Cache-Control"]
    assert sent == []

    page = confirm(mei, refund, CARD).content.decode()

    assert sent == [BankCard("ICBC_DEBIT", "6222020200001234", "王小明")]
    assert "The provider has taken it." in page
    assert "6222020200001234" not in page
    refund.refresh_from_db()
    assert refund.state == "processing"
    timeline = mei.get(f"/ops/orders/{refund.payment.order.public_id}/").content.decode()
    for words in ("Refund of ¥20.00 sent to the payer&#x27;s bank card", "ICBC_DEBIT …1234", "mei"):
        assert words in timeline
    invariants.check()


def test_to_the_stores_own_account(mei: Client, refund: Refund, sent: list[BankCard | None]) -> None:
    assert "pays the payer itself" in mei.post(path(refund), {"to": "store", "step": "preview"}).content.decode()
    confirm(mei, refund, {"to": "store"})
    assert sent == [None]


def test_the_second_click_sends_nothing(mei: Client, refund: Refund, sent: list[BankCard | None]) -> None:
    confirm(mei, refund, CARD)
    again = mei.post(path(refund), {**CARD, "step": "confirm"})
    assert (again.status_code, again.context["problem"].kind) == (409, "illegal-state")
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"bank": ""}, "bank"),
        ({"bank": "工商银行"}, "bank"),
        ({"account": ""}, "account"),
        ({"account": "6222-x"}, "account"),
        ({"account": "６２２２０２０２００００１２３４"}, "account"),
        ({"holder": " "}, "holder"),
        ({"to": "elsewhere"}, "to"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    mei: Client, refund: Refund, sent: list[BankCard | None], typed: dict[str, str], field: str
) -> None:
    for step in ("preview", "confirm"):
        page = mei.post(path(refund), {**CARD, **typed, "step": step})
        assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
        assert 'role="alert"' in page.content.decode()
    assert sent == []
    assert Refund.objects.get().state == "failed"


def test_what_the_provider_says_no_to_is_told(mei: Client, refund: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: WeChatPay, refund: Refund, card: BankCard | None) -> RefundReport:
        raise Declined("this bank is not served", "PARAM_ERROR")

    monkeypatch.setattr(WeChatPay, "redirect", refuse)
    monkeypatch.setattr(
        WeChatPay,
        "query_refund",
        lambda self, refund: RefundReport(refund.number, "failed", 2000, "5030", detail="ABNORMAL"),
    )
    page = confirm(mei, refund, CARD)
    assert page.status_code == 409
    assert "this bank is not served" in page.content.decode()
    assert path(refund) in page.content.decode(), "it can be tried with another card"
    timeline = mei.get(f"/ops/orders/{refund.payment.order.public_id}/").content.decode()
    assert "The provider does not send the refund of ¥20.00 there" in timeline


def test_without_an_answer_the_page_says_so(mei: Client, refund: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(self: WeChatPay, refund: Refund, card: BankCard | None) -> RefundReport:
        raise Unavailable("no answer")

    monkeypatch.setattr(WeChatPay, "redirect", hang)
    assert "The provider is asked in a moment how it stands." in confirm(mei, refund, CARD).content.decode()


def test_order_staff_do_not_send_money_to_cards(store: Store, refund: Refund, sent: list[BankCard | None]) -> None:
    ops = person(store, "bo", "ops")
    page = ops.get(f"/ops/refunds/{refund.number}/").content.decode()
    assert path(refund) not in page
    assert "Only owners and managers" in page
    assert ops.get(path(refund)).status_code == 403
    assert ops.post(path(refund), {**CARD, "step": "confirm"}).status_code == 403
    assert sent == []


def test_another_stores_refund_does_not_exist(refund: Refund, sent: list[BankCard | None]) -> None:
    outsider = person(make_store("elsewhere"), "wei", "owner")
    before = JournalEntry.objects.count()
    assert outsider.get(path(refund)).status_code == 404
    assert outsider.post(path(refund), {**CARD, "step": "confirm"}).status_code == 404
    assert (sent, JournalEntry.objects.count()) == ([], before)


def test_one_that_was_closed_or_is_of_another_provider_shows_no_such_thing(mei: Client, refund: Refund) -> None:
    """A gateway that has no such thing is not asked for it."""
    for change in ({"verdict": "CLOSED"}, {"verdict": "ABNORMAL", "provider_refund_id": None}):
        Refund.objects.update(**change)
        assert path(refund) not in mei.get(f"/ops/refunds/{refund.number}/").content.decode()
        assert mei.get(path(refund)).status_code == 409
    Refund.objects.update(verdict="ABNORMAL", provider_refund_id="5030")
    type(refund.payment).objects.update(provider="stripe")
    assert mei.get(path(refund)).status_code == 409
