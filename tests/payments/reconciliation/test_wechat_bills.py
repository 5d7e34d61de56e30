"""A day at WeChat Pay is closed with its own bills, fetched from the sandbox: lines, fees, what became the store's, and what is wrong.

The days are Beijing's.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum

from core import clock
from orders.models import Order
from payments.gateways import gateway
from payments.models import Difference, LedgerEntry, Payment, Refund
from shop.models import Shopper, Store
from tests.support.pay import open_attempt
from tests.support.sandbox import SandboxClient, SandboxMerchant
from tests.support.statements import kinds, paid_orders, reconcile

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = (clock.now().astimezone(BEIJING) - timedelta(days=2)).date()
# In London it is still the day before.
EARLY = datetime.combine(DAY, time(1), BEIJING)


@pytest.fixture
def payments(
    store: Store, shopper: Shopper, merchant: SandboxMerchant, sandbox: SandboxClient, order: Order
) -> list[Payment]:
    """Three payments of the day that both sides know."""
    found = paid_orders(store, shopper, 3, at=EARLY, apart=timedelta(hours=7), provider="wechatpay")
    Payment.objects.update(request={"mchid": merchant.mchid, "appid": merchant.appid})
    sandbox.seed(
        merchant,
        [
            {
                "out_trade_no": payment.number,
                "transaction_id": payment.transaction_id,
                "total": payment.amount,
                "paid_at": payment.succeeded_at.isoformat(),
            }
            for payment in found
        ],
    )
    return found


def balances() -> dict[str, int]:
    rows = LedgerEntry.objects.order_by().values_list("account").annotate(sum=Sum("amount"))
    return {account: amount for account, amount in rows if amount}


def test_a_day_that_agrees(store: Store, payments: list[Payment]) -> None:
    day = reconcile(store, DAY, "wechatpay")

    assert (day.last_error, day.lines, kinds()) == ("", 3, [])
    assert day.there["CNY"] == {"payments": 3, "paid": 30003, "fees": 180}
    assert balances() == {"settled": 30003 - 180, "fees": 180, "revenue": -30003}
    reconcile(store, DAY, "wechatpay")
    assert balances() == {"settled": 30003 - 180, "fees": 180, "revenue": -30003}


def test_what_is_wrong_in_the_bill(
    store: Store, payments: list[Payment], merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    plant = {"mchid": merchant.mchid, "bill_date": str(DAY)}
    sandbox.plant(**plant, change={"out_trade_no": payments[0].number, "fields": {"订单金额": "1.00"}})
    sandbox.plant(**plant, change={"out_trade_no": payments[1].number, "drop": True})
    sandbox.plant(**plant, extra={"微信订单号": "4200999", "商户订单号": "nobody", "订单金额": "5.00"})

    reconcile(store, DAY, "wechatpay")

    assert kinds() == ["amount", "missing_here", "missing_there"]


def test_a_payment_that_was_lost_is_taken_in(
    store: Store, payments: list[Payment], order: Order, merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    attempt = open_attempt(order)
    row = {"out_trade_no": attempt.number, "total": attempt.amount, "paid_at": EARLY.isoformat()}
    sandbox.seed(merchant, [row | {"openid": attempt.request["payer"]["openid"]}])

    reconcile(store, DAY, "wechatpay")

    order.refresh_from_db()
    assert (order.state, kinds()) == ("paid", [])
    assert Difference.objects.get().state == "resolved"
    assert balances()["settled"] > 30003 - 180


def test_a_refund_made_in_the_console_is_booked(
    store: Store, payments: list[Payment], merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    done_at = (EARLY + timedelta(hours=10)).isoformat()
    back = {"out_trade_no": payments[0].number, "out_refund_no": "by-hand", "amount": 2500, "done_at": done_at}
    sandbox.seed(merchant, [], [back])

    reconcile(store, DAY, "wechatpay")

    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.state) == (payments[0], 2500, "succeeded")
    assert Difference.objects.get().state == "explained"
    # All of it had been settled before: what went back is out of that again, with its share of the fee.
    assert balances() == {"settled": 30003 - 180 - 2500 + 15, "fees": 165, "refunds": 2500, "revenue": -30003}


def test_a_payout_is_no_movement_of_a_payment(
    store: Store, payments: list[Payment], merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    sandbox.withdraw(merchant.mchid, 5000, at=(EARLY + timedelta(hours=20)).isoformat())

    found = {movement.kind: movement for movement in gateway("wechatpay").movements(store, DAY)}

    assert found["payout"].amount == -5000
    reconcile(store, DAY, "wechatpay")
    assert balances()["settled"] == 30003 - 180


def test_a_bill_that_is_not_there_yet(store: Store, payments: list[Payment], sandbox: SandboxClient) -> None:
    sandbox.settings(bills="creating")

    day = reconcile(store, DAY, "wechatpay")

    assert (day.fetched_at, day.attempts, day.parked_at) == (None, 0, None)
    assert kinds() == []


def test_a_day_without_anything(store: Store, merchant: SandboxMerchant) -> None:
    day = reconcile(store, DAY, "wechatpay")

    assert (day.lines, kinds()) == (0, [])
    assert day.done_at is not None


def test_another_app_of_the_merchant_is_no_business_of_this_store(
    store: Store, payments: list[Payment], merchant: SandboxMerchant, sandbox: SandboxClient
) -> None:
    fields = {
        "微信订单号": "4200998",
        "商户订单号": "elsewhere",
        "订单金额": "5.00",
        "公众账号ID": "wx0000000000000099",
    }
    sandbox.plant(mchid=merchant.mchid, bill_date=str(DAY), extra=fields)

    assert reconcile(store, DAY, "wechatpay").lines == 3
    assert kinds() == []
