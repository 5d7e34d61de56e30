"""A bill is asked for by the day and fetched from a link of five minutes; the answer with the file is not signed."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest

from tests.sandbox.bills import ask, noon
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

DAY = 86400


@pytest.fixture
def day(sandbox: SandboxClient, merchant: Merchant, number: str) -> date:
    """A day that is over and had a payment."""
    then = noon(sandbox)
    merchant.paid(number)
    sandbox.advance_clock(DAY)
    return then


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def refusal(merchant: Merchant, day: object, bill: str = "ALL", tar_type: str = "GZIP") -> tuple[int, str]:
    status, content = ask(merchant, day, bill, tar_type)  # type: ignore[arg-type]
    return status, content["code"]


@pytest.mark.parametrize("bill", ["ALL", "BASIC"])
def test_packed_and_plain_are_the_same_file(sandbox: SandboxClient, merchant: Merchant, day: date, bill: str) -> None:
    packed = ask(merchant, day, bill)[1]
    kind = "tradebill?bill_type=ALL" if bill == "ALL" else "fundflowbill?account_type=BASIC"
    asked = merchant.send("GET", f"/v3/bill/{kind}&bill_date={day}")
    assert asked.headers["Wechatpay-Signature"]
    plain = asked.json()
    assert plain["hash_value"] == packed["hash_value"]
    file = merchant.send("GET", path_of(plain["download_url"]))
    assert hashlib.sha1(file.content).hexdigest() == plain["hash_value"]
    zipped = merchant.send("GET", path_of(packed["download_url"]))
    assert gzip.decompress(zipped.content) == file.content
    assert "Content-Encoding" not in zipped.headers, "the file is packed, not the transfer"


def test_the_file_is_not_signed(sandbox: SandboxClient, merchant: Merchant, day: date) -> None:
    link = ask(merchant, day)[1]["download_url"]
    assert link.startswith(sandbox.url + "/v3/billdownload/file?token=")
    file = merchant.send("GET", path_of(link))
    assert file.status_code == 200
    assert not [name for name in file.headers if name.startswith("Wechatpay-")]


def test_the_request_for_the_file_is_signed_over_its_query(merchant: Merchant, day: date) -> None:
    link = path_of(ask(merchant, day)[1]["download_url"])
    assert merchant.send("GET", link, changed={"signature": "QUJD"}).status_code == 401
    without_query = merchant.authorization("GET", link.partition("?")[0])
    assert merchant.send("GET", link, headers={"Authorization": without_query}).json()["code"] == "SIGN_ERROR"


def test_the_link_lives_five_minutes(sandbox: SandboxClient, merchant: Merchant, day: date) -> None:
    link = path_of(ask(merchant, day)[1]["download_url"])
    sandbox.advance_clock(270)
    assert merchant.send("GET", link).status_code == 200
    sandbox.advance_clock(31)
    late = merchant.send("GET", link)
    assert (late.status_code, late.json()["code"]) == (400, "INVALID_REQUEST")


def test_a_link_is_for_the_merchant_who_asked(sandbox: SandboxClient, merchant: Merchant, day: date) -> None:
    link = path_of(ask(merchant, day)[1]["download_url"])
    other = Merchant(sandbox, sandbox.merchant("1900000002"), merchant.notify_url)
    assert other.send("GET", link).json()["code"] == "NO_AUTH"
    assert merchant.send("GET", "/v3/billdownload/file?token=x").json()["code"] == "INVALID_REQUEST"


def test_the_file_is_the_one_of_the_hash(sandbox: SandboxClient, merchant: Merchant, day: date, number: str) -> None:
    """What changes between asking and fetching is in the next bill only."""
    asked = ask(merchant, day)[1]
    change = {"out_trade_no": number, "fields": {"订单金额": "9.99"}}
    sandbox.plant(merchant.known.mchid, str(day), change=change)
    file = gzip.decompress(merchant.send("GET", path_of(asked["download_url"])).content)
    assert hashlib.sha1(file).hexdigest() == asked["hash_value"]
    assert ask(merchant, day)[1]["hash_value"] != asked["hash_value"]


@pytest.mark.parametrize("bill", ["ALL", "BASIC"])
def test_a_day_without_anything(sandbox: SandboxClient, merchant: Merchant, day: date, bill: str) -> None:
    before = day - timedelta(days=1)
    assert refusal(merchant, before, bill) == (400, "NO_STATEMENT_EXIST")
    sandbox.settings(no_bill="404")
    assert refusal(merchant, before, bill) == (404, "NO_STATEMENT_EXIST")


@pytest.mark.parametrize("bill", ["REFUND", "OPERATION", "FEES"])
def test_a_bill_that_has_no_row(merchant: Merchant, day: date, bill: str) -> None:
    assert refusal(merchant, day, bill) == (400, "NO_STATEMENT_EXIST")


def test_a_day_that_is_not_over(merchant: Merchant, day: date) -> None:
    assert refusal(merchant, day + timedelta(days=1)) == (400, "STATEMENT_CREATING")
    assert refusal(merchant, day + timedelta(days=2)) == (400, "STATEMENT_CREATING")


def test_while_bills_are_made(sandbox: SandboxClient, merchant: Merchant, day: date) -> None:
    sandbox.settings(bills="creating")
    assert refusal(merchant, day) == (400, "STATEMENT_CREATING")
    sandbox.settings(bills="ready")
    assert ask(merchant, day)[0] == 200


def test_at_ten_in_the_morning(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(bills="at_ten")
    then = noon(sandbox)
    merchant.paid(number)
    sandbox.advance_clock(21.5 * 3600)
    assert refusal(merchant, then) == (400, "STATEMENT_CREATING")
    sandbox.advance_clock(3600)
    assert ask(merchant, then)[0] == 200


def test_only_the_last_three_months(sandbox: SandboxClient, merchant: Merchant, day: date) -> None:
    sandbox.advance_clock(88 * DAY)
    assert ask(merchant, day)[0] == 200
    sandbox.advance_clock(5 * DAY)
    assert refusal(merchant, day) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "query",
    [
        "bill_date=20260101",
        "bill_date=2026-13-01",
        "bill_type=ALL",
        "bill_date=2026-01-01&bill_type=NONE",
        "bill_date=2026-01-01&tar_type=ZIP",
    ],
)
def test_a_bad_parameter(merchant: Merchant, day: date, query: str) -> None:
    answer = merchant.send("GET", "/v3/bill/tradebill?" + query.replace("2026-01-01", str(day)))
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["location"] == "query"
