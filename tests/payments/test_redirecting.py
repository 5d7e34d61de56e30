"""A refund that could not arrive is sent to a bank card once, by whoever may; whatever happens on the way, its money is never given twice.

Against the sandbox process.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from core import clock, duework
from core.models import JournalEntry
from core.problems import Problem
from orders.models import Order
from payments import asking, redirecting, refund_requests, refunding
from payments.gateways import BankCard, RefundReport, gateway
from payments.models import Payment, Refund
from payments.opening import open_payment
from payments.verdicts import UNDER_WAY
from shop.models import WeChatPayAccount
from tests.support.sandbox import SandboxClient, SandboxMerchant

CARD = BankCard("ICBC_DEBIT", "6222020200001234567", "王小明")
APPLY = "apply-abnormal-refund"


@pytest.fixture
def refund(order: Order, merchant: SandboxMerchant, sandbox: SandboxClient) -> Refund:
    """100.00 of a paid order, which the payer's card did not take."""
    payment, _ = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")
    sandbox.pay(payment.provider_reference)
    asking.ask(Payment.objects.get(pk=payment.pk))
    sandbox.settings(refund="abnormal", refund_seconds=0)
    made = refund_requests.request(Payment.objects.get(), 10000, "broken", actor="staff:1")
    failed = until(made, "failed", sandbox)
    sandbox.settings(refund="hold")
    assert failed.verdict == "ABNORMAL"
    return failed


def now(refund: Refund) -> Refund:
    return Refund.objects.select_related("payment__order", "store").get(pk=refund.pk)


def until(refund: Refund, state: str, sandbox: SandboxClient) -> Refund:
    """The worker at it, until it is so."""
    for _ in range(20):
        Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
        duework.run_pending(Refund)
        if (found := now(refund)).state == state:
            return found
        sandbox.call("POST", "/sandbox/clock", {"advance": 60})
    raise AssertionError(f"{found.state}, not {state}: {found.last_error}")


def sendings(sandbox: SandboxClient) -> list[dict[str, Any]]:
    asked = sandbox.requests(path="/v3/refund/domestic/refunds")
    return [json.loads(one["body"]) for one in asked if one["path"].endswith(APPLY)]


def mchid() -> str:
    return str(WeChatPayAccount.objects.get().mchid)


def held() -> str:
    return Order.objects.get().hold_reason


def test_to_the_payers_card(refund: Refund, sandbox: SandboxClient) -> None:
    assert held() == "A refund did not succeed."

    assert redirecting.redirect(refund, CARD, actor="staff:7")

    assert (now(refund).state, Payment.objects.get().refund_reserved, held()) == ("processing", 10000, "")
    sandbox.settle_refund(mchid(), refund.number)
    done = until(refund, "succeeded", sandbox)
    assert done.verdict == ""
    assert [one["type"] for one in sendings(sandbox)] == ["USER_BANK_CARD"]


def test_to_the_stores_own_account(refund: Refund, sandbox: SandboxClient) -> None:
    assert redirecting.redirect(refund, None, actor="staff:7")
    [sent] = sendings(sandbox)
    assert sent == {"out_refund_no": refund.number, "type": "MERCHANT_BANK_CARD"}


def test_the_journal_says_who_and_where_but_not_the_card(refund: Refund) -> None:
    redirecting.redirect(refund, CARD, actor="staff:7")

    entry = JournalEntry.objects.get(subject=f"refund:{refund.pk}", from_state="failed")
    assert (entry.actor, entry.to_state, entry.why) == ("staff:7", "processing", "ICBC_DEBIT …4567")
    kept = [str(rows) for model in (Refund, JournalEntry) for rows in model.objects.values()]
    assert not [text for text in kept if CARD.account in text or CARD.holder in text]
    assert CARD.account not in repr(CARD)


def test_the_second_click_is_refused_and_sends_nothing(refund: Refund, sandbox: SandboxClient) -> None:
    redirecting.redirect(refund, CARD, actor="staff:7")
    with pytest.raises(Problem) as refused:
        redirecting.redirect(refund, None, actor="staff:8")
    assert refused.value.kind == "illegal-state"
    assert len(sendings(sandbox)) == 1


def test_money_that_has_gone_back_otherwise_is_not_sent(refund: Refund, sandbox: SandboxClient) -> None:
    """Of 256.00 all has been asked for once more under another number."""
    refund_requests.request(refund.payment, refund.payment.refundable, "all of it", actor="staff:1")

    with pytest.raises(Problem) as refused:
        redirecting.redirect(refund, CARD, actor="staff:7")

    assert refused.value.kind == "refund-too-much"
    assert now(refund).state == "failed"
    assert sendings(sandbox) == []


@pytest.mark.parametrize("handled", ["closed", "seen to", "asked about"])
def test_only_one_that_could_not_arrive(refund: Refund, handled: str) -> None:
    if handled == "closed":
        Refund.objects.filter(pk=refund.pk).update(verdict="CLOSED")
    elif handled == "seen to":
        refund_requests.see_to(refund, actor="staff:1", note="in cash")
    else:
        refund_requests.ask_again(refund, actor="staff:1")
    with pytest.raises(Problem):
        redirecting.redirect(now(refund), CARD, actor="staff:7")


def test_what_the_provider_refuses_is_told_and_can_be_mended(refund: Refund) -> None:
    """An account it cannot read, say: the refund is as it was, and another card can be given."""
    with pytest.raises(Problem) as refused:
        redirecting.redirect(refund, replace(CARD, holder="x" * 500), actor="staff:7")
    assert refused.value.kind == "refund-refused"

    after = now(refund)
    assert (after.state, after.verdict, Payment.objects.get().refund_reserved) == ("failed", "ABNORMAL", 0)
    assert held() == "A refund did not succeed."
    assert JournalEntry.objects.get(data__redirected="refused").actor == "staff:7"
    assert redirecting.redirect(after, CARD, actor="staff:7")


@pytest.mark.parametrize(("fault", "comes_to"), [("accept_and_lose", "processing"), ("reset", "failed")])
def test_without_an_answer_it_is_asked_how_it_stands(
    refund: Refund, sandbox: SandboxClient, fault: str, comes_to: str
) -> None:
    """Nothing is sent again by itself; until it is known, its money stays set aside."""
    sandbox.faults("abnormal_refund", *[fault] * 2)

    assert not redirecting.redirect(refund, CARD, actor="staff:7")

    waits = now(refund)
    assert (waits.state, Payment.objects.get().refund_reserved) == ("processing", 10000)
    assert waits.due_at is not None
    assert waits.due_at > clock.now()
    Refund.objects.update(due_at=clock.now())
    duework.run_pending(Refund)
    assert now(refund).state == comes_to
    assert Payment.objects.get().refund_reserved == (10000 if comes_to == "processing" else 0)


def test_sent_already_by_somebody_whose_answer_was_lost(refund: Refund, sandbox: SandboxClient) -> None:
    """The provider refuses a second card. How it stands is what counts: under way."""
    gateway("wechatpay").redirect(refund, CARD)
    assert redirecting.redirect(refund, None, actor="staff:7")
    assert now(refund).state == "processing"


def test_the_old_failure_told_late_does_not_undo_it(refund: Refund) -> None:
    """It was found by asking and sent to a card; then the notification of the failure arrives. Its money stays set aside."""
    redirecting.redirect(refund, CARD, actor="staff:7")
    told_late(refund)
    duework.run_pending(Refund)

    assert (now(refund).state, Payment.objects.get().refund_reserved, held()) == ("processing", 10000, "")


def test_a_failure_told_late_that_is_a_new_one_is_found_at_once(refund: Refund, sandbox: SandboxClient) -> None:
    redirecting.redirect(refund, CARD, actor="staff:7")
    sandbox.settle_refund(mchid(), refund.number, "ABNORMAL")
    told_late(refund)
    duework.run_pending(Refund)

    assert (now(refund).state, Payment.objects.get().refund_reserved) == ("failed", 0)
    assert redirecting.may_redirect(now(refund))


def told_late(refund: Refund) -> None:
    """The notification of a failure arrives."""
    report = RefundReport(refund.number, "failed", refund.amount, refund.provider_refund_id or "", detail="ABNORMAL")
    with transaction.atomic():
        assert refunding.take_in_told("wechatpay", report, actor="provider:wechatpay") == UNDER_WAY
