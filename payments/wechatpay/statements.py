"""WeChat Pay's bills in the words of the house: the trade bill as lines, the fund flow as movements."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from payments.gateways import Movement, StatementLine
from payments.wechatpay.bills import FlowLine
from payments.wechatpay.client import Client

# The bill's own words for how a refund stands; one that is under way has others (PROCESSING).
REFUND_STATES: dict[str, Literal["succeeded", "failed"]] = {
    "SUCCESS": "succeeded",
    "FAIL": "failed",
    "CHANGE": "failed",
    "CLOSED": "failed",
    "ABNORMAL": "failed",
}
TRADE, REFUND, PAYOUT, FEE = "交易", "退款", "提现", "手续费"


def lines(client: Client, app_id: str, day: date) -> Iterator[StatementLine]:
    """The trade bill's rows that are this app's; other apps of the same merchant are no business of the store's. Raises GatewayError."""
    for row in client.trade_bill(day):
        if row.app_id not in ("", app_id):
            continue
        refund = row.kind == "refund"
        yield StatementLine(
            kind=row.kind,
            number=row.out_refund_no if refund else row.out_trade_no,
            provider_id=row.refund_id if refund else row.transaction_id,
            payment_number=row.out_trade_no,
            amount=row.amount,
            currency=row.currency,
            state=REFUND_STATES.get(row.state, "processing") if refund else "succeeded",
            fee=row.fee,
            at=row.at,
        )


def movements(client: Client, day: date) -> Iterator[Movement]:
    """The fund flow's rows, each with its fee, which the bill lists by itself under the same business number. Raises GatewayError."""
    bill = client.fund_flow(day)
    fees: dict[str, int] = {}
    for row in bill:
        if FEE in row.business_type:
            fees[row.business_id] = fees.get(row.business_id, 0) - _signed(row)
    # The fee goes with the first row of its number; what is left was charged without one.
    for row in bill:
        if FEE not in row.business_type:
            yield _movement(row, fees.pop(row.business_id, 0))
    for row in bill:
        if row.business_id in fees:
            yield _movement(row, fees.pop(row.business_id), amount=0)


def _movement(row: FlowLine, fee: int, amount: int | None = None) -> Movement:
    kind: Literal["payment", "refund", "payout", "other"] = "other"
    business = row.business_type
    if TRADE in business and row.kind == "income":
        kind = "payment"
    elif REFUND in business:
        kind = "refund"
    elif PAYOUT in business:
        kind = "payout"
    return Movement(
        kind=kind,
        provider_id="" if kind == "payout" else row.business_id,
        movement_id=row.flow_id,
        amount=_signed(row) if amount is None else amount,
        fee=fee,
        currency="CNY",
        at=row.at,
    )


def _signed(row: FlowLine) -> int:
    return row.amount if row.kind == "income" else -row.amount
