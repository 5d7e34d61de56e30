"""How a bill is written: CSV whose every value begins with a backtick, CRLF, amounts in yuan, times in Beijing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.clock import BEIJING


@dataclass
class BillRow:
    """A row by column name, and which payment and refund it is about (empty: none)."""

    out_trade_no: str
    out_refund_no: str
    values: dict[str, str]


@dataclass(frozen=True)
class Bill:
    """A bill's table and the line of totals below it."""

    columns: Sequence[str]
    rows: Sequence[BillRow]
    totals: Mapping[str, str]

    def content(self) -> bytes:
        """The file, in UTF-8."""
        lines = [",".join(self.columns)]
        lines += [_line(row.values[name] for name in self.columns) for row in self.rows]
        lines += [",".join(self.totals), _line(self.totals.values())]
        return "".join(f"{line}\r\n" for line in lines).encode()


def _line(values: Iterable[str]) -> str:
    # Commas and quotes stay as they are: a reader splits at comma and backtick. A line break would end the row.
    return ",".join("`" + value.replace("\r", " ").replace("\n", " ") for value in values)


def yuan(fen: int) -> str:
    """12850 is 128.50, -8 is -0.08."""
    return f"{Decimal(fen) / 100:.2f}"


def local(moment: float) -> str:
    """A time as bills write it: Beijing, no zone, whole seconds."""
    return datetime.fromtimestamp(int(moment), BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def day_of(moment: float) -> date:
    """The day in Beijing."""
    return datetime.fromtimestamp(moment, BEIJING).date()


def bounds(day: date) -> tuple[float, float]:
    """A day in Beijing as seconds since 1970: from its first moment to, not including, the next day's."""
    start = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return start.timestamp(), (start + timedelta(days=1)).timestamp()
