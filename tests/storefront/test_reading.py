"""Amounts, times and texts with blanks are read right: minor units become money by the currency's exponent, without arithmetic."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node

WXS = Path(node.PREVIEW).parent / "storefront" / "wxs"
# WXS has these two in place of RegExp and Date.
RUN = """
global.getRegExp = (source, flags) => new RegExp(source, flags)
global.getDate = (...args) => new Date(...args)
const fs = require('fs'), vm = require('vm')
const module_ = { exports: {} }
vm.runInThisContext('(function (module) {' + fs.readFileSync(process.argv[1], 'utf8') + '})')(module_)
const calls = JSON.parse(fs.readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(calls.map(([name, ...args]) => module_.exports[name](...args))))
"""


def wxs(module: str, *calls: list[Any], zone: str = "Asia/Shanghai") -> list[Any]:
    done = subprocess.run(
        [str(node.folder() / "node"), "-e", RUN, str(WXS / module)],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=False,
        env={"TZ": zone},
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize(
    "amount, currency, read",
    [
        (0, "CNY", "¥0.00"),
        (5, "CNY", "¥0.05"),
        (19900, "CNY", "¥199.00"),
        (123456789, "CNY", "¥1,234,567.89"),
        (-500, "CNY", "−¥5.00"),
        (1200, "JPY", "¥1,200"),
        (1234567, "KWD", "KWD 1,234.567"),
        (1, "KWD", "KWD 0.001"),
        (9007199254740991, "USD", "$90,071,992,547,409.91"),
    ],
)
def test_money(amount: int, currency: str, read: str) -> None:
    assert wxs("money.wxs", ["text", amount, currency]) == [read]


def test_no_amount_is_no_text() -> None:
    assert wxs("money.wxs", ["parts", None, "CNY"])[0]["whole"] == ""


def test_sign_and_decimals_apart() -> None:
    assert wxs("money.wxs", ["parts", 6850, "CNY"]) == [{"minus": "", "sign": "¥", "whole": "68", "decimals": ".50"}]


@pytest.mark.parametrize(
    "zone, read",
    [("Asia/Shanghai", "2026-11-23 01:05"), ("UTC", "2026-11-22 17:05"), ("America/New_York", "2026-11-22 12:05")],
)
def test_times_are_those_of_the_phone(zone: str, read: str) -> None:
    assert wxs("text.wxs", ["time", "2026-11-22T17:05:09Z"], zone=zone) == [read]


def test_countdown() -> None:
    calls = [["left", seconds] for seconds in (899, 3723, 0, -4)]
    assert wxs("text.wxs", *calls) == ["14:59", "1:02:03", "00:00", "00:00"]


def test_blanks_are_filled_and_unknown_ones_stay() -> None:
    assert wxs("text.wxs", ["fill", "{a} of {b}, {c}", {"a": 1, "b": "x"}]) == ["1 of x, {c}"]
    assert wxs("text.wxs", ["count", "{n} item", "{n} items", 1], ["count", "{n} item", "{n} items", 3]) == [
        "1 item",
        "3 items",
    ]


def test_a_phone_number_is_half_hidden() -> None:
    assert wxs("text.wxs", ["phone", "13800138000"], ["phone", "12345"]) == ["138****8000", "12345"]


def test_a_city_that_is_its_own_province_is_said_once() -> None:
    shanghai = {"province": "上海市", "city": "上海市", "district": "静安区", "street": "1266"}
    assert wxs("text.wxs", ["place", shanghai]) == ["上海市 静安区 1266"]
