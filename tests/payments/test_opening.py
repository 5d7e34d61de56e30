"""Opening a payment: the intent is committed before the provider hears of it, an open attempt is used again, and a new number is
taken only after the old one can no longer be paid. Against the sandbox process."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from core import clock
from core.problems import Problem
from orders.models import Duty, Order
from payments import gateways
from payments.models import Payment
from payments.opening import open_payment
from payments.wechatpay import client
from shop.models import Shopper, Store, WeChatPayAccount
from tests.support.pay import impatient, open_attempt
from tests.support.sandbox import SandboxClient, SandboxMerchant

pytestmark = pytest.mark.usefixtures("merchant")
PREPAY = "/v3/pay/transactions/jsapi"


def opened(order: Order, **options: Any) -> tuple[Payment, dict[str, str]]:
    return open_payment(Order.objects.select_related("store").get(pk=order.pk), actor="shopper:1", **options)


def problem_of(order: Order) -> tuple[str, int]:
    with pytest.raises(Problem) as raised:
        opened(order)
    return raised.value.kind, raised.value.status_code


def prepays(sandbox: SandboxClient) -> list[dict[str, Any]]:
    return [request for request in sandbox.requests(path=PREPAY) if request["path"] == PREPAY]


def test_it_works(order: Order, shopper: Shopper, store: Store, sandbox: SandboxClient) -> None:
    """The parameters are such that the cashier takes them, signature and all."""
    payment, params = opened(order, client_ip="203.0.113.7")

    shown = sandbox.open_cashier({"appId": store.wechat_app_id, **params})
    assert (shown["amount"], shown["currency"], shown["state"]) == (order.total, "CNY", "NOTPAY")
    assert set(params) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert params["package"] == f"prepay_id={payment.provider_reference}"
    assert (payment.state, payment.amount, payment.currency) == ("opened", order.total, "CNY")
    assert payment.due_at is not None

    sent = json.loads(prepays(sandbox)[0]["body"])
    assert sent == payment.request
    assert sent["payer"] == {"openid": shopper.openid}
    assert sent["notify_url"] == f"http://127.0.0.1:9/notify/wechatpay/{store.slug}/"
    assert sent["scene_info"] == {"payer_client_ip": "203.0.113.7"}
    assert "+08:00" in sent["time_expire"]


def test_again_is_the_same_attempt(order: Order, sandbox: SandboxClient) -> None:
    """Two tabs, a double click: one number, one call."""
    first, _ = opened(order, client_ip="203.0.113.7")
    second, params = opened(order, client_ip="203.0.113.8")

    assert second.pk == first.pk
    assert params["package"].endswith(first.provider_reference)
    assert len(prepays(sandbox)) == 1


def test_who_died_before_the_answer_is_followed_by_the_same_number(order: Order, sandbox: SandboxClient) -> None:
    left = open_attempt(order, provider_reference="", reference_expires_at=None)

    payment, _ = opened(order)

    assert payment.pk == left.pk
    assert sandbox.transaction("1900000001", left.number)["prepay_id"] == payment.provider_reference


def test_an_answer_that_is_lost(order: Order, sandbox: SandboxClient) -> None:
    """Asked again with the same number, the provider gives what it gave."""
    sandbox.faults("prepay", "accept_and_lose", "accept_and_lose")
    assert problem_of(order) == ("payment-unavailable", 503)

    payment, _ = opened(order)

    assert Payment.objects.count() == 1
    assert len({request["body"] for request in prepays(sandbox)}) == 1
    assert payment.provider_reference


def test_one_lost_answer_is_got_over_at_once(order: Order, sandbox: SandboxClient) -> None:
    sandbox.faults("prepay", "reset")
    assert opened(order)[0].provider_reference


def test_a_prepay_id_near_its_end_is_renewed(order: Order, sandbox: SandboxClient) -> None:
    """Under the same number: WeChat Pay has another id for it once the first has ended."""
    Order.objects.update(expires_at=clock.now() + timedelta(hours=5))
    first, _ = opened(order)
    Payment.objects.update(reference_expires_at=clock.now() + timedelta(minutes=4))
    sandbox.advance_clock(7201)

    second, _ = opened(order)

    assert (second.pk, second.number) == (first.pk, first.number)
    assert second.provider_reference != first.provider_reference
    assert second.reference_expires_at is not None
    assert second.reference_expires_at > clock.now() + timedelta(hours=1)
    assert len(prepays(sandbox)) == 2


def test_asked_for_again_the_same_prepay_id_lives_no_longer(order: Order, sandbox: SandboxClient) -> None:
    """Else the shopper is given one that has ended, for as long as it is thought to live."""
    opened(order)
    ends = clock.now() + timedelta(minutes=4)
    Payment.objects.update(reference_expires_at=ends)

    payment, _ = opened(order)

    assert payment.reference_expires_at == ends
    opened(order)
    assert len(prepays(sandbox)) == 3, "asked each time, until there is another"


def test_a_prepay_id_whose_first_answer_was_lost_is_as_old_as_the_attempt(order: Order) -> None:
    opened(order)
    since = clock.now() - timedelta(minutes=100)
    Payment.objects.update(opened_at=since, provider_reference="", reference_expires_at=None)

    assert opened(order)[0].reference_expires_at == since + timedelta(hours=2)


def test_closed_there_a_new_number_is_taken(order: Order, sandbox: SandboxClient) -> None:
    first, _ = opened(order)
    Payment.objects.update(provider_reference="")
    gateways.gateway("wechatpay").close(first)

    second, _ = opened(order)

    assert second.number != first.number
    first.refresh_from_db()
    assert (first.state, second.state) == ("closed", "opened")


def test_opened_with_other_details_the_old_one_is_closed_first(
    order: Order, sandbox: SandboxClient, settings: Settings
) -> None:
    first, _ = opened(order)
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:10"

    second, params = opened(order)

    assert second.number != first.number
    assert sandbox.transaction("1900000001", first.number)["trade_state"] == "CLOSED"
    assert params["package"].endswith(second.provider_reference)


def test_paid_meanwhile(order: Order, sandbox: SandboxClient) -> None:
    """The notification has not come yet, but the provider says that it is paid: so it is."""
    payment, _ = opened(order)
    Payment.objects.update(provider_reference="")
    sandbox.pay(payment.provider_reference)

    assert problem_of(order) == ("already-paid", 409)
    order.refresh_from_db()
    assert order.state == "paid"


def test_an_order_that_does_not_wait_for_money(order: Order) -> None:
    open_attempt(order)
    from tests.support.pay import pay

    account = WeChatPayAccount.objects.get()
    pay(order)
    account.save()

    assert problem_of(order) == ("not-payable", 409)


def test_an_order_whose_time_is_over(order: Order) -> None:
    Order.objects.update(expires_at=clock.now())
    assert problem_of(order) == ("not-payable", 409)
    assert not Payment.objects.exists()


def test_an_order_that_is_being_closed(order: Order) -> None:
    Duty.objects.filter(order=order, kind="close").update(cause="shopper")
    assert problem_of(order) == ("not-payable", 409)


def test_a_store_without_an_account(order: Order) -> None:
    WeChatPayAccount.objects.all().delete()
    assert problem_of(order) == ("not-payable", 409)


def test_a_currency_that_wechat_does_not_take(order: Order) -> None:
    Store.objects.update(currency="EUR")
    assert problem_of(order) == ("not-payable", 409)


def test_a_provider_that_is_not_offered(order: Order) -> None:
    with pytest.raises(Problem) as raised:
        opened(order, provider="paypal")
    assert (raised.value.kind, raised.value.status_code) == ("not-payable", 409)


@pytest.mark.parametrize("spelling", ["new", "old"])
def test_refused_for_good(spelling: str, order: Order, sandbox: SandboxClient) -> None:
    """What will not get better by itself ends the attempt, and says why; put right, a new number is taken."""
    sandbox.settings(spelling=spelling)
    sandbox.faults("prepay", {"do": "error", "status": 403, "code": "NO_AUTH", "message": "no right"})

    assert problem_of(order) == ("payment-refused", 502)
    first = Payment.objects.get()
    assert first.state == "failed"
    assert "NOAUTH" in first.verdict.replace("_", "")
    assert opened(order)[0].number != first.number


def test_refused_when_the_shopper_has_been_given_an_id(order: Order, sandbox: SandboxClient) -> None:
    """It is closed there: a new number is taken only when nobody can pay by the old one."""
    first, _ = opened(order)
    Payment.objects.update(reference_expires_at=clock.now())
    sandbox.faults("prepay", {"do": "error", "status": 403, "code": "RULE_LIMIT", "message": "no"})

    assert problem_of(order) == ("payment-refused", 502)
    assert sandbox.transaction("1900000001", first.number)["trade_state"] == "CLOSED"
    assert Payment.objects.get().state == "closed"
    assert opened(order)[0].number != first.number


def test_a_number_that_they_know_with_other_details(order: Order, sandbox: SandboxClient) -> None:
    """Whichever of their words for it they use: the old one is closed, and a new one is taken at once."""
    first, _ = opened(order)
    Payment.objects.update(reference_expires_at=clock.now())
    sandbox.faults("prepay", {"do": "error", "status": 403, "code": "OUT_TRADE_NO_USED", "message": "商户订单号重复"})

    second, _ = opened(order)

    assert second.number != first.number
    assert sandbox.transaction("1900000001", first.number)["trade_state"] == "CLOSED"


def test_a_wrong_key(order: Order, sandbox: SandboxClient) -> None:
    WeChatPayAccount.objects.update(serial_no="0" * 40)
    assert problem_of(order) == ("payment-refused", 502)
    assert "SIGN_ERROR" in Payment.objects.get().verdict


@pytest.mark.parametrize("trouble", ["500", "429", "reset", "garbage", "unsigned", "bad_signature", "timeout", "slow"])
def test_a_provider_in_trouble(
    trouble: str, order: Order, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shopper is told to try again; the attempt stays open under its number, and the next try succeeds."""
    monkeypatch.setattr(client, "PATIENCE", impatient(1.0))
    fault = {"do": trouble, "seconds": 3} if trouble in ("timeout", "slow") else trouble
    sandbox.faults("prepay", fault, fault)

    assert problem_of(order) == ("payment-unavailable", 503)
    left = Payment.objects.get()
    assert (left.state, left.provider_reference) == ("opened", "")

    sandbox.call("DELETE", "/sandbox/faults")
    payment, _ = opened(order)
    assert payment.pk == left.pk


def test_closed_while_the_provider_was_opening_it(
    order: Order, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is cancelled between the intent and the provider's answer: nobody is given parameters, and nobody can pay."""
    from payments.wechatpay.gateway import WeChatPay

    real = WeChatPay.prepay

    def prepay(self: WeChatPay, payment: Payment) -> Any:
        answer = real(self, payment)
        Duty.objects.filter(order=order, kind="close").update(cause="shopper", due_at=clock.now())
        from core import duework

        duework.run_pending(Duty)
        return answer

    monkeypatch.setattr(WeChatPay, "prepay", prepay)

    assert problem_of(order) == ("not-payable", 409)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert sandbox.transaction("1900000001", Payment.objects.get().number)["trade_state"] == "CLOSED"


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_asked(
    order: Order, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import outbound

    seen = []
    real = outbound.call

    def call(*args: Any, **kwargs: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return real(*args, **kwargs)

    monkeypatch.setattr(outbound, "call", call)
    opened(order)

    assert seen == [False]


def test_old_and_new_spelling(order: Order, sandbox: SandboxClient) -> None:
    sandbox.settings(spelling="old")
    payment, _ = opened(order)
    Payment.objects.update(provider_reference="")
    sandbox.pay(payment.provider_reference)

    assert problem_of(order) == ("already-paid", 409)


def test_a_name_with_emoji(order: Order, store: Store, sandbox: SandboxClient, merchant: SandboxMerchant) -> None:
    """WeChat Pay refuses characters of four bytes, and texts that are too long."""
    Store.objects.update(name_zh="茶铺😀" * 8, name_en="")

    opened(order)

    sent = json.loads(prepays(sandbox)[0]["body"])["description"]
    assert "😀" not in sent
    assert sent.startswith("茶铺茶铺")
    assert len(sent.encode()) <= 127
