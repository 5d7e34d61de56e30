"""The trade bill has every payment and refund of a day, in the form that WeChat Pay publishes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.bills import fetch, noon
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, eventually

DAY = 86400
BEFORE = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额"
)
REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
HEADERS = {
    "ALL": f"{BEFORE},{REFUND},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "SUCCESS": f"{BEFORE},商品名称,商户数据包,手续费,费率,订单金额,费率备注",
    "REFUND": (
        f"{BEFORE},退款申请时间,退款成功时间,{REFUND},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    ),
}
ATTACH = '{"store":"west lake","lines":[1,2]}'


def test_it_works(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    # Given a payment of 128.50 and a refund of 28.50 on one day
    day = noon(sandbox)
    sandbox.pay(merchant.open(number, 12_850, attach=ATTACH))
    transaction_id = merchant.query(number)[1]["transaction_id"]
    sandbox.settings(refund_seconds=0)
    refund = merchant.refund(number, "R" + number, 2850, 12_850)[1]
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == "SUCCESS")

    # When the day is over
    sandbox.advance_clock(DAY)

    # Then its bill has both, the fee of 0.60% and what comes back of it, each amount in yuan
    bill = fetch(merchant, day)
    paid, refunded = bill.rows
    assert paid["商户数据包"] == ATTACH
    assert paid["交易时间"].startswith(f"{day} ")
    assert {
        name: paid[name] for name in ("交易状态", "商户订单号", "微信订单号", "用户标识", "商户号", "交易类型")
    } == {
        "交易状态": "SUCCESS",
        "商户订单号": number,
        "微信订单号": transaction_id,
        "用户标识": "oBuyer",
        "商户号": merchant.known.mchid,
        "交易类型": "JSAPI",
    }
    money = (
        "应结订单金额",
        "订单金额",
        "退款金额",
        "申请退款金额",
        "充值券退款金额",
        "手续费",
        "费率",
        "微信退款单号",
        "商户退款单号",
    )
    assert [paid[name] for name in money] == [
        "128.50", "128.50", "0.00", "0.00", "0.00", "0.77", "0.60%", "0", "0",
    ]  # fmt: skip
    assert [refunded[name] for name in money] == [
        "0.00", "0.00", "28.50", "28.50", "0.00", "-0.17", "0.60%", refund["refund_id"], "R" + number,
    ]  # fmt: skip
    assert (refunded["交易状态"], refunded["退款类型"], refunded["退款状态"]) == ("REFUND", "ORIGINAL", "SUCCESS")
    assert refunded["微信订单号"] == transaction_id
    assert bill.totals == {
        "总交易单数": "2",
        "应结订单总金额": "128.50",
        "退款总金额": "28.50",
        "充值券退款总金额": "0.00",
        "手续费总金额": "0.60",
        "订单总金额": "128.50",
        "申请退款总金额": "28.50",
    }


@pytest.mark.parametrize(
    ("bill_type", "states"), [("ALL", ["SUCCESS", "REFUND"]), ("SUCCESS", ["SUCCESS"]), ("REFUND", ["REFUND"])]
)
def test_the_columns_of_each_type(
    sandbox: SandboxClient, merchant: Merchant, number: str, bill_type: str, states: list[str]
) -> None:
    day = noon(sandbox)
    merchant.paid(number)
    merchant.refund(number, "R" + number, 40)
    sandbox.advance_clock(DAY)
    bill = fetch(merchant, day, bill_type)
    assert bill.text.startswith(HEADERS[bill_type] + "\r\n`")
    assert [row["交易状态"] for row in bill.rows] == states
    assert bill.totals["总交易单数"] == str(len(states))


def test_every_value_has_its_backtick(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    merchant.paid(number)
    sandbox.advance_clock(DAY)
    header, row, totals_header, totals, end = fetch(merchant, day).text.split("\r\n")
    assert (header.count("`"), totals_header.count("`"), end) == (0, 0, "")
    assert (row.count("`"), totals.count("`")) == (27, 7)


@pytest.mark.parametrize(("outcome", "written"), [("hold", "PROCESSING"), ("abnormal", "CHANGE"), ("closed", "FAIL")])
def test_a_refund_that_is_not_done(
    sandbox: SandboxClient, merchant: Merchant, number: str, outcome: str, written: str
) -> None:
    day = noon(sandbox)
    merchant.paid(number, 1000)
    sandbox.settings(refund=outcome, refund_seconds=0)
    merchant.refund(number, "R" + number, 1000, 1000)
    status = {"hold": "PROCESSING", "abnormal": "ABNORMAL", "closed": "CLOSED"}[outcome]
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == status)
    sandbox.advance_clock(DAY)
    [refunded] = fetch(merchant, day, "REFUND").rows
    assert (refunded["退款状态"], refunded["退款成功时间"]) == (written, "")
    assert refunded["手续费"] == ("0.00" if outcome == "closed" else "-0.06")


def test_a_refund_is_on_the_day_it_was_applied_for(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    first = noon(sandbox)
    merchant.paid(number)
    sandbox.advance_clock(DAY)
    merchant.refund(number, "R" + number, 100)
    sandbox.advance_clock(DAY)
    second = first + timedelta(days=1)
    assert [row["交易状态"] for row in fetch(merchant, first).rows] == ["SUCCESS"]
    [refunded] = fetch(merchant, second, "REFUND").rows
    assert refunded["交易时间"].startswith(str(first))
    assert refunded["退款申请时间"].startswith(str(second))
    assert fetch(merchant, second).rows[0]["交易时间"].startswith(str(second))


def test_the_fee_comes_back_whole_with_the_last_part(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(fee_rate=1)
    day = noon(sandbox)
    merchant.paid(number, 1000)
    for part, amount in enumerate((333, 333, 334)):
        merchant.refund(number, f"R{part}-{number}", amount, 1000)
    sandbox.advance_clock(DAY)
    bill = fetch(merchant, day)
    assert [row["手续费"] for row in bill.rows] == ["0.10", "-0.03", "-0.04", "-0.03"]
    assert bill.rows[0]["费率"] == "1.00%"
    assert bill.totals["手续费总金额"] == "0.00"


def test_half_a_fen_of_fee_is_rounded_up(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    for total in (83, 84, 250, 749, 750):
        merchant.paid(f"{number}-{total}", total)
    sandbox.advance_clock(DAY)
    # 0.498, 0.504, 1.5, 4.494 and 4.5 fen
    assert [row["手续费"] for row in fetch(merchant, day).rows] == ["0.00", "0.01", "0.02", "0.04", "0.05"]


def test_a_coupon(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    merchant.paid(number, 1000, discount=100)
    merchant.refund(number, "R" + number, 500, 1000)
    sandbox.advance_clock(DAY)
    paid, refunded = fetch(merchant, day).rows
    assert (paid["应结订单金额"], paid["代金券金额"]) == ("10.00", "1.00")
    assert (refunded["退款金额"], refunded["充值券退款金额"]) == ("5.00", "0.50")


def test_a_day_is_one_of_beijings(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    moments = [f"{before}T23:59:59", f"{day}T00:00:00", f"{day}T23:59:59", f"{after}T00:00:00"]
    rows = [
        {"out_trade_no": f"{number}-{index}", "total": 100, "paid_at": f"{moment}+08:00"}
        for index, moment in enumerate(moments)
    ]
    sandbox.seed(merchant.known, rows)
    sandbox.advance_clock(2 * DAY)
    for bill in ("ALL", "BASIC"):
        listed = fetch(merchant, day, bill).rows
        assert {next(iter(row.values())) for row in listed} == {f"{day} 00:00:00", f"{day} 23:59:59"}


def test_only_what_was_paid_and_only_ones_own(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    other = Merchant(sandbox, sandbox.merchant("1900000002"), merchant.notify_url)
    day = noon(sandbox)
    merchant.open(number + "A")
    merchant.paid(number + "B")
    other.paid(number + "C")
    sandbox.advance_clock(DAY)
    assert [row["商户订单号"] for row in fetch(merchant, day).rows] == [number + "B"]
    assert [row["商户订单号"] for row in fetch(other, day).rows] == [number + "C"]
