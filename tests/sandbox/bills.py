"""A bill as a test reads it: asked for and fetched by the independent client, checked against its hash, split."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

BEIJING = timezone(timedelta(hours=8))


@dataclass
class ReadBill:
    text: str
    columns: list[str]
    rows: list[dict[str, str]]
    totals: dict[str, str]


def noon(sandbox: SandboxClient) -> date:
    """Moves the sandbox on to the next noon in Beijing, far from any midnight; the day."""
    now = datetime.fromisoformat(sandbox.call("GET", "/sandbox/clock")["wall"]).astimezone(BEIJING)
    then = now.replace(hour=12, minute=0, second=0, microsecond=0)
    then += timedelta(days=now >= then)
    sandbox.advance_clock((then - now).total_seconds())
    return then.date()


def ask(merchant: Merchant, day: date, bill: str = "ALL", tar_type: str = "GZIP") -> tuple[int, dict[str, Any]]:
    """Status and JSON of asking for a trade bill (ALL, SUCCESS, REFUND) or a fund flow bill (BASIC ...)."""
    if bill in ("BASIC", "OPERATION", "FEES"):
        status, text = merchant.sdk.fundflow_bill(str(day), bill, tar_type)
    else:
        status, text = merchant.sdk.trade_bill(str(day), bill, tar_type)
    return status, json.loads(text)


def fetch(merchant: Merchant, day: date, bill: str = "ALL") -> ReadBill:
    """Asks, fetches, unpacks, checks the hash."""
    status, asked = ask(merchant, day, bill)
    assert status == 200, asked
    status, packed = merchant.sdk.download_bill(asked["download_url"])
    assert status == 200, packed
    content = gzip.decompress(packed)
    assert (asked["hash_type"], asked["hash_value"]) == ("SHA1", hashlib.sha1(content).hexdigest())
    return read(content)


def read(content: bytes) -> ReadBill:
    text = content.decode()
    lines = text.split("\r\n")
    assert lines.pop() == ""
    columns, names = lines[0].split(","), lines[-2].split(",")
    return ReadBill(
        text,
        columns,
        [dict(zip(columns, _values(line), strict=True)) for line in lines[1:-2]],
        dict(zip(names, _values(lines[-1]), strict=True)),
    )


def _values(line: str) -> list[str]:
    assert line.startswith("`")
    return line[1:].split(",`")
