"""The fund flow bill has everything that moved on the merchant's account, with the balance after each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.bills import ask, fetch, noon
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually

DAY = 86400
HEADER = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"


def short(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["业务类型"], row["收支类型"], row["收支金额(元)"], row["账户结余(元)"]


def refund_now(sandbox: SandboxClient, merchant: Merchant, number: str, amount: int, total: int) -> None:
    sandbox.settings(refund_seconds=0)
    merchant.refund(number, "R" + number, amount, total, reason="broken, a cup")
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == "SUCCESS")


def test_it_works(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    # Given a payment, a refund of half of it, and the rest taken to the bank
    day = noon(sandbox)
    transaction_id = merchant.paid(number, 10_000)
    refund_now(sandbox, merchant, number, 5000, 10_000)
    assert sandbox.withdraw(merchant.known.mchid) == {"amount": 4970, "balance": 0}
    sandbox.advance_clock(DAY)

    # Then the bill tells each step
    bill = fetch(merchant, day, "BASIC")
    assert bill.text.startswith(HEADER + "\r\n`")
    assert [short(row) for row in bill.rows] == [
        ("交易", "收入", "100.00", "100.00"),
        ("扣除交易手续费", "支出", "0.60", "99.40"),
        ("退回交易手续费", "收入", "0.30", "99.70"),
        ("退款", "支出", "50.00", "49.70"),
        ("提现", "支出", "49.70", "0.00"),
    ]
    paid, _, _, refunded, _ = bill.rows
    assert (paid["微信支付业务单号"], paid["业务凭证号"]) == (transaction_id, number)
    assert refunded["微信支付业务单号"] == merchant.query_refund("R" + number)[1]["refund_id"]
    assert refunded["备注"] == "broken, a cup"
    assert len({row["资金流水单号"] for row in bill.rows}) == 5
    assert bill.totals == {
        "资金流水总笔数": "5",
        "收入笔数": "2",
        "收入金额": "100.30",
        "支出笔数": "3",
        "支出金额": "100.30",
    }
    assert fetch(merchant, day, "BASIC").text == bill.text, "the same whenever it is asked for"


def test_money_that_waits_for_the_shipping(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(settle="shipped")
    first, mchid = noon(sandbox), merchant.known.mchid
    merchant.paid(number, 10_000)
    sandbox.advance_clock(DAY)
    assert sandbox.release(mchid, number) == 9940
    sandbox.advance_clock(DAY)
    assert sandbox.release(mchid, number) == 9940, "again is as good as once"
    assert ask(merchant, first, "BASIC")[1]["code"] == "NO_STATEMENT_EXIST"
    second = first + timedelta(days=1)
    assert [short(row)[0] for row in fetch(merchant, second, "BASIC").rows] == ["交易", "扣除交易手续费"]
    assert [row["交易状态"] for row in fetch(merchant, first).rows] == ["SUCCESS"], "it was paid on the first day"


def test_a_refund_of_frozen_money_never_touches_the_account(
    sandbox: SandboxClient, merchant: Merchant, number: str
) -> None:
    sandbox.settings(settle="shipped")
    day = noon(sandbox)
    merchant.paid(number, 10_000)
    refund_now(sandbox, merchant, number, 4000, 10_000)
    sandbox.release(merchant.known.mchid, number)
    sandbox.advance_clock(DAY)
    assert [short(row) for row in fetch(merchant, day, "BASIC").rows] == [
        ("交易", "收入", "60.00", "60.00"),
        ("扣除交易手续费", "支出", "0.36", "59.64"),
    ]


def test_a_refund_that_failed_moves_nothing(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    merchant.paid(number, 10_000)
    sandbox.settings(refund="closed", refund_seconds=0)
    merchant.refund(number, "R" + number, 4000, 10_000)
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == "CLOSED")
    sandbox.advance_clock(DAY)
    assert [short(row)[0] for row in fetch(merchant, day, "BASIC").rows] == ["交易", "扣除交易手续费"]


@pytest.mark.parametrize("amount", [0, -1, 9941])
def test_no_more_than_there_is(sandbox: SandboxClient, merchant: Merchant, number: str, amount: int) -> None:
    merchant.paid(number, 10_000)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.withdraw(merchant.known.mchid, amount)
    assert refused.value.body["code"] == "BALANCE"
    assert sandbox.withdraw(merchant.known.mchid, 9940)["balance"] == 0


def test_releasing_what_is_not_paid(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.open(number)
    with pytest.raises(SandboxRefused) as refused:
        sandbox.release(merchant.known.mchid, number)
    assert refused.value.status == 404
