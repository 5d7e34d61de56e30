"""Finished payments and refunds of past days are there after one call, by the thousand, and nobody is notified."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.bills import BEIJING, fetch, noon
from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused


def yesterday(hour: int) -> datetime:
    return (datetime.now(BEIJING) - timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def test_it_works(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    paid_at, done_at = yesterday(9), yesterday(15)
    row = {
        "out_trade_no": number,
        "total": 1000,
        "paid_at": paid_at.isoformat(),
        "transaction_id": "4200009999202601010000000001",
        "openid": "oAmy",
        "attach": 'a,"b"',
    }
    refund = {"out_trade_no": number, "out_refund_no": "R" + number, "amount": 250, "done_at": done_at.isoformat()}
    sandbox.seed(merchant.known, [row], [refund])

    found = merchant.query(number)[1]
    assert found["trade_state"] == "REFUND"
    assert (found["transaction_id"], found["payer"], found["attach"]) == (
        row["transaction_id"],
        {"openid": "oAmy"},
        'a,"b"',
    )
    assert found["success_time"] == paid_at.isoformat()
    assert merchant.query_refund("R" + number)[1]["success_time"] == done_at.isoformat()
    assert merchant.refund(number, "S" + number, 751, 1000)[0] == 400, "750 is left"

    rows = fetch(merchant, paid_at.date()).rows
    assert [(one["交易时间"], one["手续费"]) for one in rows] == [
        (f"{paid_at:%Y-%m-%d} 09:00:00", "0.06"),
        (f"{paid_at:%Y-%m-%d} 15:00:00", "-0.02"),
    ]
    assert rows[0]["商户数据包"] == 'a,"b"'
    assert len(fetch(merchant, paid_at.date(), "BASIC").rows) == 4
    assert receiver.received == []
    assert sandbox.notifications() == []


def test_five_thousand(sandbox: SandboxClient, merchant: Merchant) -> None:
    day = yesterday(0)
    rows: list[dict[str, Any]] = [
        {
            "out_trade_no": f"BULK{index:06d}",
            "total": 100 + index,
            "paid_at": (day + timedelta(seconds=index)).isoformat(),
        }
        for index in range(5000)
    ]
    refunds = [
        {"out_trade_no": f"BULK{index:06d}", "out_refund_no": f"RB{index}", "amount": 10, "done_at": (day + timedelta(hours=3)).isoformat()}
        for index in range(0, 5000, 10)
    ]  # fmt: skip
    started = time.monotonic()
    sandbox.seed(merchant.known, rows, refunds)
    bill = fetch(merchant, day.date())
    flow = fetch(merchant, day.date(), "BASIC")
    assert time.monotonic() - started < 20
    assert len(bill.rows) == 5500
    total = sum(row["total"] for row in rows)
    assert bill.totals["订单总金额"] == f"{total / 100:.2f}"
    assert bill.totals["申请退款总金额"] == "50.00"
    assert [row["商户订单号"] for row in bill.rows[:2]] == ["BULK000000", "BULK000001"]
    last = flow.rows[-1]["账户结余(元)"]
    assert sandbox.withdraw(merchant.known.mchid)["amount"] == round(float(last) * 100)


def test_refunds_of_what_is_there(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    day = noon(sandbox)
    merchant.paid(number, 1000)
    refunds: list[dict[str, Any]] = [
        {"out_trade_no": number, "out_refund_no": f"{status}-{number}", "amount": 100, "status": status,
         "done_at": f"{day}T20:00:00+08:00"}
        for status in ("SUCCESS", "PROCESSING", "ABNORMAL", "CLOSED")
    ]  # fmt: skip
    sandbox.seed(merchant.known, [], refunds)
    statuses = [merchant.query_refund(one["out_refund_no"])[1]["status"] for one in refunds]
    assert statuses == ["SUCCESS", "PROCESSING", "ABNORMAL", "CLOSED"]


PAID = {"out_trade_no": "SEEDED01", "total": 100, "paid_at": "2026-01-05T10:00:00+08:00"}
BACK = {"out_trade_no": "SEEDED01", "out_refund_no": "R1", "amount": 60, "done_at": "2026-01-05T11:00:00+08:00"}


@pytest.mark.parametrize(
    ("rows", "refunds", "code"),
    [
        ([PAID, PAID], [], "NUMBER_USED"),
        ([PAID | {"total": 0}], [], "BAD_FIELD"),
        ([PAID | {"total": 1.5}], [], "BAD_FIELD"),
        ([PAID | {"paid_at": "2026-01-05T10:00:00"}], [], "BAD_FIELD"),
        ([PAID], [BACK | {"out_trade_no": "NOTHERE1"}], "TRANSACTION_UNKNOWN"),
        ([PAID], [BACK, BACK | {"out_refund_no": "R2"}], "TOO_MUCH"),
        ([PAID], [BACK | {"status": "DONE"}], "BAD_FIELD"),
        ("all", [], "BAD_FIELD"),
    ],
)
def test_all_or_nothing(sandbox: SandboxClient, merchant: Merchant, rows: Any, refunds: Any, code: str) -> None:
    body = {"mchid": merchant.known.mchid, "appid": merchant.known.appid, "rows": rows, "refunds": refunds}
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/transactions", body)
    assert refused.value.body["code"] == code
    assert merchant.query("SEEDED01")[0] == 404
