"""The bills of WeChat Pay: what happened on a day, as the provider has it, to compare our books with.

Two kinds: the trade bill (payments and refunds) and the fund flow (every movement on the merchant's account). Each is a CSV of its own
making: a header, rows whose every value begins with a backtick, a header of the summary, one row of sums. Amounts are in yuan. A
product's name may hold commas, and only a comma with a backtick behind it ends a value.

A bill is trusted whole or not at all: its rows must add up to its own summary before the first of them is handed out.
"""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import BinaryIO, Generic, Literal, TypeVar, cast

from payments.gateways import GatewayError, Unavailable

# Of the file as it comes and of what is in it: some 600,000 rows.
SIZE_LIMIT = 200 * 1024 * 1024
# China has had no summer time since 1991; a fixed offset is ten times as fast as the zone.
BEIJING = timezone(timedelta(hours=8))
GZIP_MAGIC = b"\x1f\x8b"
BROKEN_GZIP = (OSError, EOFError, zlib.error)
YUAN = re.compile(r"([+-]?)(\d{1,14})(?:\.(\d{1,2})0*)?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
# Written behind the names of amounts in some layouts.
UNIT = re.compile("[(\uff08]元[)\uff09]$")


class NoBill(GatewayError):
    """Nothing happened on that day."""


class BadBill(GatewayError):
    """A bill that cannot be read, or whose rows do not add up to its summary. Nothing of it can be trusted."""


@dataclass(frozen=True, slots=True)
class TradeLine:
    """One payment or refund. Amounts in fen; ``at`` is the row's time, which for a refund is that of asking for it.

    ``amount`` is what was asked for, ``settled`` what of it counts for the settlement (coupons taken off). ``fee`` is negative where it
    is given back. ``state`` is the provider's word: of the payment, or of the refund.
    """

    kind: Literal["payment", "refund"]
    at: datetime
    app_id: str
    mchid: str
    transaction_id: str
    out_trade_no: str
    refund_id: str
    out_refund_no: str
    openid: str
    state: str
    amount: int
    settled: int
    fee: int
    currency: str


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One movement on the merchant's account. Amounts in fen, never negative; ``kind`` says which way.

    ``business_id`` is the provider's number of what moved the money (a transaction's or refund's id), ``flow_id`` that of the movement,
    ``voucher`` the number it was asked for under, which is often ours.
    """

    kind: Literal["income", "expense"]
    at: datetime
    business: str
    business_type: str
    business_id: str
    flow_id: str
    voucher: str
    amount: int
    balance: int
    note: str


Line = TypeVar("Line", TradeLine, FlowLine)
Cells = dict[str, str]


@dataclass(frozen=True)
class _Layout(Generic[Line]):
    """How one kind of bill is written: the summary's first name, how a row is read, and what of it the summary adds up."""

    summary: str
    read: Callable[[Cells], Line]
    # name in the summary → what a row adds to it
    sums: dict[str, Callable[[Cells], int]]
    counts: tuple[str, ...] = ()


class Bill(Generic[Line]):
    """A day's bill, checked whole: iterate over it, one pass at a time, as often as wanted. ``len`` is the number of its rows."""

    def __init__(self, file: BinaryIO, layout: _Layout[Line]) -> None:
        self._file = file
        self._layout: _Layout[Line] = layout
        self._length = _check(file, layout)

    def __iter__(self) -> Iterator[Line]:
        for cells in _rows(self._file, self._layout):
            yield self._layout.read(cells)

    def __len__(self) -> int:
        return self._length


def trade_bill(file: BinaryIO) -> Bill[TradeLine]:
    """Read a trade bill of the type ALL, plain or in GZIP. Raises BadBill."""
    return Bill(file, TRADE)


def fund_flow(file: BinaryIO) -> Bill[FlowLine]:
    """Read a bill of the fund flow, plain or in GZIP. Raises BadBill."""
    return Bill(file, FLOW)


def empty_trade_bill() -> Bill[TradeLine]:
    """The bill of a day on which nothing was paid."""
    return trade_bill(io.BytesIO(f"交易时间\n{TRADE.summary}\n`0\n".encode()))


def empty_fund_flow() -> Bill[FlowLine]:
    """The bill of a day on which no money moved."""
    return fund_flow(io.BytesIO(f"记账时间\n{FLOW.summary}\n`0\n".encode()))


def digest(file: BinaryIO) -> str:
    """The SHA-1 by which WeChat Pay names a bill: over what is in it, whether it came in GZIP or not.

    Raises Unavailable when it did not come whole, BadBill when it is too large.
    """
    found = hashlib.sha1(usedforsecurity=False)
    size = 0
    plain = _plain(file)
    try:
        while piece := plain.read(1 << 16):
            size += len(piece)
            if size > SIZE_LIMIT:
                raise BadBill(f"more than {SIZE_LIMIT} bytes")
            found.update(piece)
    except BROKEN_GZIP as error:
        raise Unavailable(f"a bill that is no GZIP: {type(error).__name__}") from None
    return found.hexdigest()


def fen(yuan: str) -> int:
    """``"-12.30"`` → −1230. More than two digits behind the point must be noughts. Raises BadBill."""
    return _fen(yuan)


@lru_cache(maxsize=4096)
def _fen(yuan: str) -> int:
    found = YUAN.fullmatch(yuan)
    if found is None:
        raise BadBill(f"{yuan[:40]!r} is no amount in whole fen")
    sign, whole, part = found.groups()
    value = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return -value if sign == "-" else value


def _plain(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    zipped = file.read(2) == GZIP_MAGIC
    file.seek(0)
    # GzipFile reads of any file, and is one.
    return cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb") if zipped else file)


def _rows(file: BinaryIO, layout: _Layout[Line], summary: Cells | None = None) -> Iterator[Cells]:
    """The rows as name → value; those of the summary are put into ``summary`` at the end. Raises BadBill."""
    lines = (line.decode().rstrip("\r\n") for line in _plain(file))
    number = 1
    try:
        names = _names(next(lines, "").removeprefix("\ufeff"))
        for line in lines:
            number += 1
            if line.startswith((layout.summary, f"`{layout.summary}")):
                said = _cells(_names(line), next(lines, ""))
                if summary is not None:
                    summary.update(said)
                if any(rest.strip() for rest in lines):
                    raise BadBill("something follows the summary")
                return
            yield _cells(names, line)
    except (UnicodeDecodeError, BadBill) as error:
        raise BadBill(f"row {number}: {error}") from None
    except BROKEN_GZIP as error:
        raise BadBill(f"no GZIP: {type(error).__name__}") from None
    raise BadBill("no summary: the bill is cut off")


def _names(line: str) -> list[str]:
    return [UNIT.sub("", name.strip().removeprefix("`")) for name in line.split(",")]


def _cells(names: list[str], line: str) -> Cells:
    if not line.startswith("`"):
        raise BadBill("a row without backticks")
    values = line[1:].split(",`")
    if len(values) != len(names):
        raise BadBill(f"{len(values)} values under {len(names)} names")
    return dict(zip(names, values))


def _check(file: BinaryIO, layout: _Layout[Line]) -> int:
    """The number of rows. Raises BadBill when one cannot be read, or all of them are not what the summary says."""
    length, sums, said = 0, dict.fromkeys(layout.sums, 0), Cells()
    for cells in _rows(file, layout, said):
        length += 1
        try:
            layout.read(cells)
            for name, part in layout.sums.items():
                sums[name] += part(cells)
        except KeyError as error:
            raise BadBill(f"no column {error}") from None
        except BadBill as error:
            raise BadBill(f"row {length + 1}: {error}") from None
    counted = {layout.summary: length, **sums}
    for name, found in counted.items():
        if name not in said:
            # A day without rows may have a short summary; a day with rows must say what they add up to.
            if length or name == layout.summary:
                raise BadBill(f"the summary has no {name}")
            continue
        counting = name == layout.summary or name in layout.counts
        if (_count(said[name]) if counting else fen(said[name])) != found:
            raise BadBill(f"{name}: the summary says {said[name]}, the {length} rows {found}")
    return length


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadBill(f"{text[:40]!r} is no number of rows")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        # strptime is ten times as slow; the pattern sees to it that it is this one of the many forms of ISO 8601.
        if MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        pass
    raise BadBill(f"{text[:40]!r} is no time")


def _number(text: str) -> str:
    # A payment's row has 0 where a refund has its numbers.
    return "" if text == "0" else text


def _trade_line(cells: Cells) -> TradeLine:
    try:
        state = cells["交易状态"]
        if state not in ("SUCCESS", "REFUND", "REVOKED"):
            raise BadBill(f"an unknown 交易状态: {state[:40]}")
        payment = state == "SUCCESS"
        line = TradeLine(
            kind="payment" if payment else "refund",
            at=_moment(cells["交易时间"]),
            app_id=cells["公众账号ID"],
            mchid=cells["商户号"],
            transaction_id=cells["微信订单号"],
            out_trade_no=cells["商户订单号"],
            refund_id=_number(cells["微信退款单号"]),
            out_refund_no=_number(cells["商户退款单号"]),
            openid=cells["用户标识"],
            state=state if payment else cells["退款状态"],
            amount=fen(cells["订单金额"] if payment else cells["申请退款金额"]),
            settled=fen(cells["应结订单金额"] if payment else cells["退款金额"]),
            fee=fen(cells["手续费"]),
            currency=cells["货币种类"],
        )
    except KeyError as error:
        raise BadBill(f"no column {error}") from None
    if not line.transaction_id or not line.out_trade_no or not (payment or line.refund_id):
        raise BadBill("a row without its numbers")
    return line


def _flow_line(cells: Cells) -> FlowLine:
    try:
        direction = cells["收支类型"]
        if direction not in ("收入", "支出"):
            raise BadBill(f"an unknown 收支类型: {direction[:40]}")
        line = FlowLine(
            kind="income" if direction == "收入" else "expense",
            at=_moment(cells["记账时间"]),
            business=cells["业务名称"],
            business_type=cells["业务类型"],
            business_id=cells["微信支付业务单号"],
            flow_id=cells["资金流水单号"],
            voucher=cells["业务凭证号"],
            amount=fen(cells["收支金额"]),
            balance=fen(cells["账户结余"]),
            note=cells["备注"],
        )
    except KeyError as error:
        raise BadBill(f"no column {error}") from None
    if line.amount < 0 or not line.flow_id:
        raise BadBill("a movement without its number, or of less than nothing")
    return line


def _column(name: str) -> Callable[[Cells], int]:
    def value(cells: Cells) -> int:
        return fen(cells[name])

    return value


def _directed(direction: str, *, amount: bool) -> Callable[[Cells], int]:
    def value(cells: Cells) -> int:
        if cells["收支类型"] != direction:
            return 0
        return fen(cells["收支金额"]) if amount else 1

    return value


TRADE = _Layout(
    "总交易单数",
    _trade_line,
    {
        "应结订单总金额": _column("应结订单金额"),
        "退款总金额": _column("退款金额"),
        "手续费总金额": _column("手续费"),
        "订单总金额": _column("订单金额"),
        "申请退款总金额": _column("申请退款金额"),
    },
)
FLOW = _Layout(
    "资金流水总笔数",
    _flow_line,
    {
        "收入笔数": _directed("收入", amount=False),
        "收入金额": _directed("收入", amount=True),
        "支出笔数": _directed("支出", amount=False),
        "支出金额": _directed("支出", amount=True),
    },
    ("收入笔数", "支出笔数"),
)
