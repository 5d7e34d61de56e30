"""A bill is read exactly or not at all: amounts in whole fen, times in UTC, rows that add up to the summary, names with commas whole."""

import gzip
import io
import time
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from payments.wechatpay import bills
from payments.wechatpay.bills import BadBill, FlowLine, TradeLine
from tests.support.bills import (
    FLOW_HEADER,
    PAYMENT,
    REFUND,
    TRADE_HEADER,
    flow_csv,
    row,
    trade_csv,
    trade_row,
    trade_summary,
)


def read(text: str) -> list[TradeLine]:
    return list(bills.trade_bill(io.BytesIO(text.encode())))


def flows(text: str) -> list[FlowLine]:
    return list(bills.fund_flow(io.BytesIO(text.encode())))


def test_a_payment_and_a_refund() -> None:
    assert read(trade_csv([PAYMENT, REFUND])) == [
        TradeLine(
            kind="payment",
            at=datetime(2026, 11, 21, 16, 0, 5, tzinfo=UTC),
            app_id="wx0000000000000001",
            mchid="1900000001",
            transaction_id="4200002610202611226000000001",
            out_trade_no="pf0xwtqffv7p1s3f-1",
            refund_id="",
            out_refund_no="",
            openid="oAmy",
            state="SUCCESS",
            amount=12800,
            settled=12300,
            fee=74,
            currency="CNY",
        ),
        TradeLine(
            kind="refund",
            at=datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC),
            app_id="wx0000000000000001",
            mchid="1900000001",
            transaction_id="4200002610202611226000000001",
            out_trade_no="pf0xwtqffv7p1s3f-1",
            refund_id="50300806962026112200000001",
            out_refund_no="pf0xwtqffv7p1s3f-1-r1",
            openid="oAmy",
            state="PROCESSING",
            amount=2800,
            settled=2300,
            fee=-14,
            currency="CNY",
        ),
    ]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("zipped", [False, True])
def test_however_it_is_packed(bom: str, ending: str, zipped: bool) -> None:
    content = (bom + trade_csv([PAYMENT, REFUND]).replace("\n", ending)).encode()
    found = bills.trade_bill(io.BytesIO(gzip.compress(content) if zipped else content))

    assert list(found) == read(trade_csv([PAYMENT, REFUND]))
    assert (len(found), len(list(found))) == (2, 2), "as often as wanted"


def test_commas_and_quotes_in_a_name() -> None:
    odd = trade_row(PAYMENT, 商品名称='Tea, "green", 100g', 商户数据包='{"a":1,"b":[2,3]}')
    assert read(trade_csv([odd])) == read(trade_csv([PAYMENT]))


def test_columns_are_found_by_name() -> None:
    """A column more, and another order: as the bills have changed over the years."""
    text = trade_csv([PAYMENT], header=["新的一列", *reversed(TRADE_HEADER)])
    assert read(text) == read(trade_csv([PAYMENT]))


def test_a_day_without_anything() -> None:
    assert read(trade_csv([])) == []
    assert list(bills.empty_trade_bill()) == []
    assert list(bills.empty_fund_flow()) == []


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [("0", 0), ("0.00", 0), ("1", 100), ("0.1", 10), ("0.01", 1), ("-0.01", -1), ("7.79000", 779), ("-12.3", -1230), ("+1.05", 105),
     ("90071992547409.93", 9007199254740993)],
)  # fmt: skip
def test_yuan_are_whole_fen(yuan: str, fen: int) -> None:
    """The last one is the first number that a float would get wrong."""
    assert bills.fen(yuan) == fen


@pytest.mark.parametrize(
    "yuan", ["", "-", ".5", "1.", "0.001", "0.05940", "1e2", "1,000.00", "¥1", "NaN", "１", "1 ", "9" * 15]
)
def test_what_is_no_amount(yuan: str) -> None:
    with pytest.raises(BadBill):
        bills.fen(yuan)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("总交易单数", "3"), ("总交易单数", "two"), ("应结订单总金额", "123.01"), ("退款总金额", "0.00"), ("手续费总金额", "0.61"),
     ("订单总金额", "128.01"), ("申请退款总金额", "-28.00")],
)  # fmt: skip
def test_rows_that_do_not_add_up_to_the_summary(name: str, wrong: str) -> None:
    read(trade_csv([PAYMENT, REFUND]))
    with pytest.raises(BadBill):
        read(trade_csv([PAYMENT, REFUND], summary={name: wrong}))


def without(header: Iterable[str], name: str) -> list[str]:
    return [column for column in header if column != name]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no summary"),
        (row(PAYMENT), "no summary"),
        (trade_csv([PAYMENT]).split("总交易单数")[0], "no summary"),
        (trade_csv([PAYMENT]).rpartition("`1,")[0], "backticks"),
        (trade_csv([PAYMENT]) + row(PAYMENT), "follows the summary"),
        (trade_csv([PAYMENT]).replace("`CNY,", ""), "26 values under 27 names"),
        (trade_csv([PAYMENT]).replace("`2026", "2026"), "row 2: a row without backticks"),
        (trade_csv([trade_row(PAYMENT, 交易状态="SOLD")]), "row 2: an unknown 交易状态"),
        (trade_csv([trade_row(PAYMENT, 交易时间="2026-11-22T00:00:05")]), "no time"),
        (trade_csv([trade_row(PAYMENT, 交易时间="2026-02-30 00:00:05")]), "no time"),
        (trade_csv([trade_row(PAYMENT, 手续费="free")]), "no amount"),
        (trade_csv([trade_row(PAYMENT, 商户订单号="")]), "without its numbers"),
        (trade_csv([PAYMENT, trade_row(REFUND, 微信退款单号="0")]), "row 3: a row without its numbers"),
        (trade_csv([PAYMENT], header=without(TRADE_HEADER, "申请退款金额")), "no column '申请退款金额'"),
        ("<html>504 Gateway Time-out</html>\n", "no summary"),
    ],
)
def test_what_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(BadBill, match=says):
        read(text)


def test_bytes_that_are_no_text_and_no_gzip() -> None:
    whole = gzip.compress(trade_csv([PAYMENT] * 50).encode())
    for content in (b"\xff\xfe" * 50, whole[:-30], whole[:40] + b"\x00" * 40 + whole[80:]):
        with pytest.raises(BadBill):
            bills.trade_bill(io.BytesIO(content))


def test_the_proof_is_over_what_is_in_the_file() -> None:
    plain = trade_csv([PAYMENT]).encode()
    assert bills.digest(io.BytesIO(plain)) == bills.digest(io.BytesIO(gzip.compress(plain)))
    assert bills.digest(io.BytesIO(b"abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d"


def test_a_file_that_swells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand times as large as it came: found before it is all there."""
    monkeypatch.setattr(bills, "SIZE_LIMIT", 1_000_000)
    with pytest.raises(BadBill, match="more than 1000000 bytes"):
        bills.digest(io.BytesIO(gzip.compress(b"0" * 50_000_000)))


def test_the_fund_flow() -> None:
    income = ["2026-11-22 10:00:00", "4200001", "flow1", "交易", "交易", "收入", "128.00", "128.00", "", "", "no-1"]
    fee = [
        "2026-11-22 10:00:00",
        "4200001",
        "flow2",
        "扣除交易手续费",
        "交易",
        "支出",
        "0.74",
        "127.26",
        "",
        "结算单号,合并",
        "no-1",
    ]

    found = flows(flow_csv([income, fee]))

    assert found[1] == FlowLine(
        kind="expense",
        at=datetime(2026, 11, 22, 2, tzinfo=UTC),
        business="扣除交易手续费",
        business_type="交易",
        business_id="4200001",
        flow_id="flow2",
        voucher="no-1",
        amount=74,
        balance=12726,
        note="结算单号,合并",
    )
    assert [(line.kind, line.amount) for line in found] == [("income", 12800), ("expense", 74)]
    assert flows(flow_csv([income, fee]).replace("(元)", "（元）")) == found
    for name, wrong in {
        "资金流水总笔数": "1",
        "收入笔数": "2",
        "收入金额": "128.01",
        "支出笔数": "0",
        "支出金额": "0",
    }.items():
        with pytest.raises(BadBill, match=name):
            flows(flow_csv([income, fee], summary={name: wrong}))
    for column, wrong in {"收支类型": "借", "收支金额": "-1.00", "资金流水单号": ""}.items():
        broken = [wrong if name == column else value for name, value in zip(FLOW_HEADER, income)]
        with pytest.raises(BadBill):
            flows(flow_csv([broken]))


def many(count: int) -> io.BytesIO:
    """A zipped bill of so many payments."""
    rows = (row(trade_row(PAYMENT, 商户订单号=f"order-{number}")) for number in range(count))
    text = ",".join(TRADE_HEADER) + "\n" + "".join(rows) + trade_summary([PAYMENT], times=count)
    return io.BytesIO(gzip.compress(text.encode(), 1))


def test_a_hundred_thousand_rows_in_a_few_seconds() -> None:
    file = many(100_000)
    began = time.process_time()
    last = ""
    for line in bills.trade_bill(file):
        last = line.out_trade_no
    assert last == "order-99999"
    assert time.process_time() - began < 8


def test_they_are_never_all_in_memory() -> None:
    file = many(20_000)
    tracemalloc.start()
    for _ in bills.trade_bill(file):
        pass
    streamed = tracemalloc.get_traced_memory()[1]
    held = list(bills.trade_bill(file))
    together = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(held) == 20_000
    assert streamed < 2_000_000 < 8_000_000 < together
