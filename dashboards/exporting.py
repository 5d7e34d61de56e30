"""Tables as CSV files that a spreadsheet opens as they are meant."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from core.money import exponent

# A spreadsheet takes a cell that begins so for a formula, and carries it out.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The rows as a download, in UTF-8 with the mark by which Excel knows it. Texts cannot become formulas."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([cell(value) for value in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return response


class Amount(str):
    """A number as it is to stand in a cell; the one text that may begin with a minus."""

    __slots__ = ()


def amount(minor: int, currency: str) -> Amount:
    """``amount(-12800, "CNY")`` → ``-128.00``: no sign of the currency, no commas, so that the spreadsheet can add it up."""
    digits = exponent(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    text = f"{whole}.{rest:0{digits}d}" if digits else str(whole)
    return Amount(f"-{text}" if minor < 0 else text)


def cell(value: object) -> str:
    """How a value stands in a file: moments in the site's time zone, nothing for None, and no text as a formula."""
    if value is None:
        return ""
    if isinstance(value, Amount):
        return value
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    text = str(value)
    # Also behind a blank, which some programs skip.
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text
