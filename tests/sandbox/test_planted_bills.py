"""What is planted in a bill is there, nothing else is touched, and the totals and the hash are those of the wrong bill."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.sandbox.bills import ask, fetch, noon
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, SandboxRefused


@pytest.fixture
def day(sandbox: SandboxClient, merchant: Merchant, number: str) -> date:
    """A day that is over: two payments (A, B) of 10.00, and a refund of 4.00 of A."""
    then = noon(sandbox)
    for tail in "AB":
        merchant.paid(number + tail, 1000)
    merchant.refund(number + "A", "R" + number, 400, 1000)
    sandbox.advance_clock(86_400)
    return then


def test_a_payment_left_out(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    sandbox.plant(merchant.known.mchid, str(day), change={"out_trade_no": number + "A", "drop": True})
    bill = fetch(merchant, day)
    assert [(row["商户订单号"][-1], row["交易状态"]) for row in bill.rows] == [("B", "SUCCESS"), ("A", "REFUND")]
    assert (bill.totals["总交易单数"], bill.totals["订单总金额"], bill.totals["退款总金额"]) == ("2", "10.00", "4.00")


def test_a_refund_left_out(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    sandbox.plant(merchant.known.mchid, str(day), change={"out_refund_no": "R" + number, "drop": True})
    assert [row["交易状态"] for row in fetch(merchant, day).rows] == ["SUCCESS", "SUCCESS"]
    assert ask(merchant, day, "REFUND")[1]["code"] == "NO_STATEMENT_EXIST"


def test_another_amount(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    change = {"out_trade_no": number + "B", "fields": {"订单金额": "10.01", "应结订单金额": "10.01"}}
    sandbox.plant(merchant.known.mchid, str(day), change=change)
    for bill_type in ("ALL", "SUCCESS"):
        bill = fetch(merchant, day, bill_type)
        assert {row["商户订单号"][-1]: row["订单金额"] for row in bill.rows if row["交易状态"] == "SUCCESS"} == {
            "A": "10.00",
            "B": "10.01",
        }
        assert bill.totals["订单总金额"] == "20.01"


def test_rows_about_nothing(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    mchid = merchant.known.mchid
    paid = {"商户订单号": "NOBODY", "微信订单号": "4200000000202601010000000000", "订单金额": "7.00"}
    sandbox.plant(mchid, str(day), extra=paid)
    refund = {"商户订单号": number + "B", "商户退款单号": "STRANGE", "退款金额": "1.00", "申请退款金额": "1.00"}
    sandbox.plant(mchid, str(day), extra=refund)
    bill = fetch(merchant, day)
    assert len(bill.rows) == 5
    assert bill.rows[3] == bill.rows[3] | paid | {"交易状态": "SUCCESS", "商户号": mchid, "商户退款单号": "0"}
    assert bill.rows[4] == bill.rows[4] | refund | {"交易状态": "REFUND", "订单金额": "0.00"}
    assert [row["商户退款单号"] for row in fetch(merchant, day, "REFUND").rows] == ["R" + number, "STRANGE"]
    assert len(fetch(merchant, day, "SUCCESS").rows) == 3


def test_the_fund_flow_bill(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    mchid = merchant.known.mchid
    fee = {"out_trade_no": number + "A", "type": "扣除交易手续费", "fields": {"收支金额(元)": "0.07"}}
    sandbox.plant(mchid, str(day), bill="fund_flow", change=fee)
    drop = {"out_trade_no": number + "B", "drop": True}
    sandbox.plant(mchid, str(day), bill="fund_flow", change=drop)
    extra = {"业务类型": "提现", "收支类型": "支出", "收支金额(元)": "1.00"}
    sandbox.plant(mchid, str(day), bill="fund_flow", extra=extra)
    rows = fetch(merchant, day, "BASIC").rows
    assert [(row["业务类型"], row["收支金额(元)"]) for row in rows] == [
        ("交易", "10.00"),
        ("扣除交易手续费", "0.07"),
        ("提现", "1.00"),
    ]
    assert len(fetch(merchant, day).rows) == 3, "the trade bill is right"


def test_another_day_and_another_merchant_are_right(
    sandbox: SandboxClient, merchant: Merchant, day: date, number: str
) -> None:
    other = Merchant(sandbox, sandbox.merchant("1900000002"), merchant.notify_url)
    merchant.paid(number + "C")
    other.paid(number + "A")
    sandbox.plant(merchant.known.mchid, str(day), change={"out_trade_no": number + "A", "drop": True})
    next_day = date.fromordinal(day.toordinal() + 1)
    sandbox.advance_clock(86_400)
    assert [row["商户订单号"][-1] for row in fetch(merchant, next_day).rows] == ["C"]
    assert [row["商户订单号"][-1] for row in fetch(other, next_day).rows] == ["A"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, "BAD_FIELD"),
        ({"change": {"out_trade_no": "NEVER", "drop": True}}, "ROW_UNKNOWN"),
        ({"change": {"drop": True}}, "BAD_FIELD"),
        ({"change": {"out_trade_no": "X"}}, "BAD_FIELD"),
        ({"change": {"out_trade_no": "X", "fields": {"价格": "1.00"}}}, "BAD_FIELD"),
        ({"change": {"out_trade_no": "X", "fields": {"订单金额": "much"}}}, "BAD_FIELD"),
        ({"change": {"out_trade_no": "X", "drop": True}, "extra": {"商户订单号": "Y"}}, "BAD_FIELD"),
        ({"extra": {}}, "BAD_FIELD"),
        ({"extra": {"商户订单号": "Y"}, "bill": "other"}, "BAD_FIELD"),
    ],
)
def test_what_cannot_be_planted(
    sandbox: SandboxClient, merchant: Merchant, day: date, wrong: dict[str, Any], code: str
) -> None:
    right = fetch(merchant, day).text
    with pytest.raises(SandboxRefused) as refused:
        sandbox.plant(merchant.known.mchid, str(day), **wrong)
    assert refused.value.body["code"] == code
    assert fetch(merchant, day).text == right
