"""Money that goes back: asked for under one number however often, followed until it has arrived, booked when it has.

Against the sandbox process. C3, C4, and B19 for refunds.
"""

import json
from typing import Any

import pytest

from core import clock, duework
from orders.models import Duty, Order
from payments.models import LedgerEntry, Notification, Payment, Refund
from payments.opening import open_payment
from payments.wechatpay import client
from shop.models import Store, Variant
from tests.support.orders import sell_out
from tests.support.pay import Platform, impatient, post
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.usefixtures("merchant")


@pytest.fixture
def refund(order: Order, variant: Variant, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> Refund:
    """Cancelled, sold to somebody else, and paid at the same moment: the money has to go back."""
    from payments.wechatpay.gateway import WeChatPay

    payment, _ = open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1")
    monkeypatch.setattr(WeChatPay, "close", lambda self, payment: None)
    Duty.objects.filter(order=order, kind="close").update(due_at=clock.now())
    duework.run_pending(Duty)
    monkeypatch.undo()
    sell_out(variant)
    sandbox.pay(payment.provider_reference)
    from payments import asking

    asking.ask(Payment.objects.get(pk=payment.pk))
    return Refund.objects.get()


@pytest.fixture(autouse=True)
def at_the_sandbox(monkeypatch: pytest.MonkeyPatch, settings: Any, sandbox: SandboxClient) -> None:
    settings.WECHATPAY_API_BASE = sandbox.url


def carry_out(refund: Refund) -> Refund:
    Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
    duework.run_pending(Refund)
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def asked(sandbox: SandboxClient) -> list[dict[str, Any]]:
    return [
        json.loads(request["body"]) for request in sandbox.requests(path="/v3/refund") if request["method"] == "POST"
    ]


def test_accepted_is_not_refunded(refund: Refund, sandbox: SandboxClient) -> None:
    sandbox.settings(refund="hold")

    first = carry_out(refund)

    assert (first.state, first.done_at) == ("processing", None)
    assert first.provider_refund_id
    assert not LedgerEntry.objects.filter(group__startswith="refund").exists()
    assert first.due_at is not None
    assert first.due_at > clock.now()


def test_until_it_has_arrived(refund: Refund, sandbox: SandboxClient) -> None:
    sandbox.settings(refund_seconds=0)
    carry_out(refund)
    sandbox.call("POST", "/sandbox/clock", {"advance": 60})

    done = refund
    for _ in range(20):
        done = carry_out(refund)
        if done.state != "processing":
            break

    assert done.state == "succeeded"
    assert done.succeeded_at is not None
    assert done.done_at is not None
    assert dict(LedgerEntry.objects.filter(group__startswith="refund").values_list("account", "amount")) == {
        "shopper": refund.amount,
        "clearing": -refund.amount,
    }
    assert asked(sandbox) == [asked(sandbox)[0]]
    assert asked(sandbox)[0]["out_refund_no"] == refund.number
    assert asked(sandbox)[0]["amount"] == {"refund": refund.amount, "total": refund.amount, "currency": "CNY"}


@pytest.mark.parametrize("trouble", ["accept_and_lose", "500", "429", "reset", "garbage", "unsigned", "timeout"])
def test_a_provider_in_trouble(
    trouble: str, refund: Refund, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done or not, nobody knows: asked again under the same number, the money goes back once."""
    monkeypatch.setattr(client, "PATIENCE", impatient(1.0))
    fault = {"do": trouble, "seconds": 3} if trouble == "timeout" else trouble
    sandbox.faults("refund", fault, fault)

    first = carry_out(refund)
    assert (first.state, first.done_at, first.parked_at) == ("due", None, None)

    sandbox.call("DELETE", "/sandbox/faults")
    sandbox.settings(refund="hold")
    again = carry_out(refund)
    assert again.state == "processing"
    assert len({body["out_refund_no"] for body in asked(sandbox)}) == 1
    transaction = sandbox.transaction("1900000001", refund.payment.number)
    assert len(transaction["refunds"]) == 1


def settle_there(sandbox: SandboxClient, refund: Refund, outcome: str) -> None:
    sandbox.call(
        "POST", "/sandbox/refunds/settle", {"mchid": "1900000001", "out_refund_no": refund.number, "outcome": outcome}
    )


@pytest.mark.parametrize("outcome", ["ABNORMAL", "CLOSED"])
def test_it_fails_after_it_was_accepted(outcome: str, refund: Refund, sandbox: SandboxClient) -> None:
    """Shown to a person, and not booked as refunded."""
    sandbox.settings(refund=outcome.lower(), refund_seconds=0)
    carry_out(refund)
    sandbox.call("POST", "/sandbox/clock", {"advance": 60})
    failed = refund
    for _ in range(20):
        failed = carry_out(refund)
        if failed.state != "processing":
            break

    assert (failed.state, failed.verdict) == ("failed", outcome)
    assert failed.payment.order.hold_reason == "A refund did not succeed."
    assert not LedgerEntry.objects.filter(group__startswith="refund").exists()


def test_the_balance_of_the_merchant_is_too_low(refund: Refund, sandbox: SandboxClient) -> None:
    """That gets better by itself: tried again."""
    sandbox.settings(refund="not_enough")
    first = carry_out(refund)
    assert (first.state, first.parked_at) == ("due", None)
    assert "NOT_ENOUGH" in first.last_error

    sandbox.settings(refund="hold")
    assert carry_out(refund).state == "processing"


def test_refused_for_good(refund: Refund, sandbox: SandboxClient) -> None:
    sandbox.faults("refund", {"do": "error", "status": 403, "code": "NO_AUTH"})

    failed = carry_out(refund)

    assert failed.state == "failed"
    assert "NO_AUTH" in failed.verdict
    assert failed.payment.order.hold_reason


def told(refund: Refund, status: str, **fields: Any) -> dict[str, Any]:
    return {
        "mchid": "1900000001",
        "out_trade_no": refund.payment.number,
        "transaction_id": refund.payment.transaction_id,
        "out_refund_no": refund.number,
        "refund_id": "50300000000000000001",
        "refund_status": status,
        "success_time": clock.now().isoformat(timespec="seconds"),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": refund.amount,
            "refund": refund.amount,
            "payer_total": refund.amount,
            "payer_refund": refund.amount,
        },
    } | fields


@pytest.fixture
def platform(store: Store, refund: Refund) -> Platform:
    """Refund notifications are told by this one."""
    from tests.support.pay import give_account

    return give_account(store)


def notify(store: Store, platform: Platform, document: dict[str, Any]) -> str:
    body = platform.envelope(f"REFUND.{document['refund_status']}", document)
    assert post(store, body, platform.sign(body)).status_code == 204
    duework.run_pending(Notification)
    return str(Notification.objects.latest("pk").verdict)


def test_told_by_a_notification(store: Store, refund: Refund, platform: Platform) -> None:
    assert notify(store, platform, told(refund, "SUCCESS")) == "Refunded."
    assert notify(store, platform, told(refund, "SUCCESS")) == "Was known already."

    refund.refresh_from_db()
    assert (refund.state, refund.provider_refund_id) == ("succeeded", "50300000000000000001")
    assert LedgerEntry.objects.filter(group__startswith="refund").count() == 2


@pytest.mark.parametrize(
    "fields", [{"mchid": "1900009999"}, {"amount": {"total": 1, "refund": 1}}, {"out_trade_no": "of-another-payment"}]
)
def test_told_something_that_does_not_fit(
    fields: dict[str, Any], store: Store, refund: Refund, platform: Platform
) -> None:
    assert notify(store, platform, told(refund, "SUCCESS", **fields)).startswith("Merchant, number or amount")

    refund.refresh_from_db()
    assert refund.state == "due"


def test_told_of_an_unknown_refund(store: Store, refund: Refund, platform: Platform) -> None:
    fields = {"out_refund_no": "unknown", "out_trade_no": "unknown", "refund_id": "50300000000000000002"}
    verdict = notify(store, platform, told(refund, "SUCCESS", **fields))
    assert verdict == "Nothing in this store has this number."


def test_failure_first_and_success_after_it(store: Store, refund: Refund, platform: Platform) -> None:
    """A merchant puts an abnormal refund right in WeChat's console."""
    assert notify(store, platform, told(refund, "ABNORMAL")) == "A refund did not succeed."
    assert notify(store, platform, told(refund, "SUCCESS")) == "Refunded."

    refund.refresh_from_db()
    assert refund.state == "succeeded"
