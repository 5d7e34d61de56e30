"""The merchant's account: when the money of a payment becomes its own, what leaves it, and the bill of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.bill_text import Bill, BillRow, bounds, day_of, local, yuan
from sandbox.errors import Refused
from sandbox.world import World

AMOUNT, BALANCE = "收支金额(元)", "账户结余(元)"
COLUMNS = (
    "记账时间",
    "微信支付业务单号",
    "资金流水单号",
    "业务名称",
    "业务类型",
    "收支类型",
    AMOUNT,
    BALANCE,
    "资金变更提交申请人",
    "备注",
    "业务凭证号",
)
INCOME, EXPENSE = "收入", "支出"
PAID, FEE, REFUNDED, FEE_BACK, WITHDRAWN = "交易", "扣除交易手续费", "退款", "退回交易手续费", "提现"


@dataclass
class Flow:
    """Money in (amount above 0) or out of the account, in fen."""

    at: float
    kind: str
    amount: int
    business_no: str
    voucher: str
    out_trade_no: str = ""
    out_refund_no: str = ""
    remark: str = ""
    balance: int = 0


def flows(world: World, mchid: str) -> list[Flow]:
    """Everything that ever moved on the account, in the order of time, with the balance after each.

    A refund made while the payment's money was still frozen never touches the account: so much less becomes available.
    """
    found: list[Flow] = []
    frozen: dict[str, tuple[int, int]] = {}
    refunds = world.state.all(
        "SELECT r.*, t.transaction_id, t.available_at FROM refunds r JOIN transactions t USING (mchid, out_trade_no) "
        "WHERE r.mchid = ? AND r.booked_at IS NOT NULL",
        mchid,
    )
    for one in refunds:
        number = one["out_trade_no"]
        if one["available_at"] is None or one["booked_at"] < one["available_at"]:
            amount, fee = frozen.get(number, (0, 0))
            frozen[number] = amount + one["amount"], fee + one["fee"]
            continue
        about: dict[str, Any] = {"out_trade_no": number, "out_refund_no": one["out_refund_no"]}
        reason, voucher = json.loads(one["request"]).get("reason", ""), f"REF{one['transaction_id']}"
        at, identifier = one["booked_at"], one["refund_id"]
        found.append(Flow(at, REFUNDED, -one["amount"], identifier, voucher, remark=reason, **about))
        found.append(Flow(at, FEE_BACK, one["fee"], identifier, voucher, **about))
    sql = "SELECT * FROM transactions WHERE mchid = ? AND available_at IS NOT NULL"
    for trade in world.state.all(sql, mchid):
        number, at, identifier = trade["out_trade_no"], trade["available_at"], trade["transaction_id"]
        less, fee_less = frozen.get(number, (0, 0))
        found.append(Flow(at, PAID, trade["total"] - less, identifier, number, number))
        found.append(Flow(at, FEE, fee_less - trade["fee"], identifier, number, number))
    for out in world.state.all("SELECT * FROM withdrawals WHERE mchid = ?", mchid):
        found.append(Flow(out["at"], WITHDRAWN, -out["amount"], out["withdrawal_id"], out["withdrawal_id"]))
    found = sorted((flow for flow in found if flow.amount), key=lambda flow: (flow.at, flow.business_no, -flow.amount))
    balance = 0
    for flow in found:
        balance += flow.amount
        flow.balance = balance
    return found


def balance(world: World, mchid: str) -> int:
    """What the merchant could take out now, in fen."""
    moved = flows(world, mchid)
    return moved[-1].balance if moved else 0


def rows(world: World, mchid: str, day: date) -> list[BillRow]:
    """The rows of a day, without what is planted."""
    start, end = bounds(day)
    return [_row(mchid, flow) for flow in flows(world, mchid) if start <= flow.at < end]


def bill(listed: Sequence[BillRow]) -> Bill:
    """The bill of these rows; its totals are theirs."""
    sums = {INCOME: [0, 0], EXPENSE: [0, 0]}
    for row in listed:
        entry = sums[row.values["收支类型"]]
        entry[0] += 1
        entry[1] += int(Decimal(row.values[AMOUNT]) * 100)
    totals = {"资金流水总笔数": str(len(listed))}
    for name, (count, amount) in sums.items():
        totals |= {f"{name}笔数": str(count), f"{name}金额": yuan(amount)}
    return Bill(COLUMNS, listed, totals)


def blank(mchid: str, day: date) -> dict[str, str]:
    """The columns of a row about nothing in particular, at noon."""
    values = ("12:00:00", "", "", PAID, PAID, INCOME, "0.00", "0.00", "system", "", "")
    return {**dict(zip(COLUMNS, values)), COLUMNS[0]: f"{day} 12:00:00"}


def _row(mchid: str, flow: Flow) -> BillRow:
    # Made from what the row is about, so that the same row has the same number whenever it is asked for.
    tail = int(hashlib.sha256(f"{flow.kind}{flow.business_no}".encode()).hexdigest(), 16) % 10**10
    values = (
        local(flow.at),
        flow.business_no,
        f"{mchid}{day_of(flow.at):%Y%m%d}{tail:010d}",
        flow.kind,
        flow.kind,
        INCOME if flow.amount > 0 else EXPENSE,
        yuan(abs(flow.amount)),
        yuan(flow.balance),
        "system",
        flow.remark,
        flow.voucher,
    )
    return BillRow(flow.out_trade_no, flow.out_refund_no, dict(zip(COLUMNS, values)))


def release(world: World, mchid: str, out_trade_no: str) -> None:
    """Makes a frozen payment's money available, as reporting the shipping does; again is as good as once. Raises
    Refused."""
    sql = "SELECT * FROM transactions WHERE mchid = ? AND out_trade_no = ?"
    trade = world.state.one(sql, mchid, out_trade_no)
    if trade is None or trade["paid_at"] is None:
        raise Refused(404, "TRANSACTION_UNKNOWN", "there is no such payment, or it is not paid")
    world.state.run(
        "UPDATE transactions SET available_at = coalesce(available_at, ?) WHERE mchid = ? AND out_trade_no = ?",
        world.clock.wall(),
        mchid,
        out_trade_no,
    )


def withdraw(world: World, mchid: str, amount: int | None, at: float) -> int:
    """Pays `amount` fen (None: all there is) out to the merchant's bank; the amount. Raises Refused."""
    there = balance(world, mchid)
    taken = there if amount is None else amount
    if not 0 < taken <= there:
        raise Refused(409, "BALANCE", f"there are {yuan(there)} yuan on the account")
    day = f"{day_of(at):%Y%m%d}"
    made = world.state.insert("withdrawals", withdrawal_id="", mchid=mchid, amount=taken, at=at)
    world.state.run("UPDATE withdrawals SET withdrawal_id = ? WHERE seq = ?", f"1700{day}{made:010d}", made)
    return taken
