"""A bill is fetched by a link that WeChat Pay signed, and is the file whose sum was signed; a day without anything is an empty bill."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import Settings

from payments.gateways import Declined, GatewayError, NotReady, Unavailable
from payments.wechatpay import bills
from payments.wechatpay.client import Client
from tests.support.bills import PAYMENT, REFUND, flow_csv, trade_csv
from tests.support.pay_host import Answer, Asked, Host, Reply, account, listening, plain, refusal, signed

DAY = date(2026, 11, 22)
CSV = trade_csv([PAYMENT, REFUND]).encode()


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    with listening() as host:
        settings.WECHATPAY_API_BASE = host.url
        yield host


def gives(
    host: Host, content: bytes, *, download: Answer | None = None, link: str = "/v3/billdownload/file?token=a%2Bb", sha1: str = ""
) -> None:  # fmt: skip
    """The host has this bill, and hands it out in GZIP unless ``download`` says otherwise."""

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/v3/bill/"):
            proof = sha1 or hashlib.sha1(content, usedforsecurity=False).hexdigest()
            found = {
                "hash_type": "SHA1",
                "hash_value": proof,
                "download_url": host.url + link if link[0] == "/" else link,
            }
            return signed(found)(asked)
        return (download or plain(gzip.compress(content)))(asked)

    host.answer = answer


def test_a_trade_bill(host: Host) -> None:
    gives(host, CSV)

    bill = Client(account()).trade_bill(DAY)

    assert [line.kind for line in bill] == ["payment", "refund"]
    link, file = host.asked
    assert link.path == "/v3/bill/tradebill?bill_date=2026-11-22&bill_type=ALL&tar_type=GZIP"
    assert file.path == "/v3/billdownload/file?token=a%2Bb"
    assert file.headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")


def test_a_fund_flow(host: Host) -> None:
    row = ["2026-11-22 10:00:00", "4200001", "flow1", "交易", "交易", "收入", "128.00", "128.00", "", "", "number-1"]
    gives(host, flow_csv([row]).encode())

    [line] = Client(account()).fund_flow(DAY, "OPERATION")

    assert (line.kind, line.amount, line.voucher) == ("income", 12800, "number-1")
    assert host.asked[0].path == "/v3/bill/fundflowbill?bill_date=2026-11-22&account_type=OPERATION&tar_type=GZIP"


def test_a_bill_that_comes_plain_or_packed_on_the_way(host: Host) -> None:
    gives(host, CSV, download=plain(CSV))
    assert len(Client(account()).trade_bill(DAY)) == 2
    gives(host, CSV, download=lambda asked: (200, {"Content-Encoding": "gzip"}, gzip.compress(CSV)))
    assert len(Client(account()).trade_bill(DAY)) == 2


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("code", ["NO_STATEMENT_EXIST", "NOSTATEMENTEXIST"])
def test_a_day_without_anything(status: int, code: str, host: Host) -> None:
    host.answer = refusal(status, code)
    assert list(Client(account()).trade_bill(DAY)) == []
    assert list(Client(account()).fund_flow(DAY)) == []


def test_a_bill_that_is_still_being_made(host: Host) -> None:
    host.answer = refusal(400, "STATEMENT_CREATING")
    with pytest.raises(NotReady):
        Client(account()).trade_bill(DAY)


def test_no_right_to_it(host: Host) -> None:
    host.answer = refusal(403, "NO_AUTH")
    with pytest.raises(Declined):
        Client(account()).trade_bill(DAY)


@pytest.mark.parametrize(
    "download",
    [
        plain(gzip.compress(CSV.replace(b"128.00", b"129.00"))),
        plain(gzip.compress(CSV)[:-20]),
        plain(b""),
        plain(b"", 500),
    ],
    ids=["another", "cut off", "nothing", "500"],
)
def test_a_file_that_is_not_the_one_that_was_announced(download: Answer, host: Host) -> None:
    gives(host, CSV, download=download)
    with pytest.raises(Unavailable):
        Client(account()).trade_bill(DAY)


def test_a_link_that_nobody_signed(host: Host) -> None:
    host.answer = plain(b'{"hash_type": "SHA1", "hash_value": "0", "download_url": "http://127.0.0.1/"}')
    with pytest.raises(Unavailable):
        Client(account()).trade_bill(DAY)
    assert len(host.asked) == 1


def test_a_link_to_somewhere_else_is_not_followed_there(host: Host) -> None:
    """A signed request goes to WeChat Pay's hosts and nowhere else."""
    gives(host, CSV, link="http://169.254.169.254/v3/billdownload/file?token=x")
    assert len(Client(account()).trade_bill(DAY)) == 2
    assert host.asked[1].path == "/v3/billdownload/file?token=x"


def test_a_file_that_is_too_large(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bills, "SIZE_LIMIT", len(CSV) - 1)
    gives(host, CSV)
    with pytest.raises(GatewayError, match=f"more than {len(CSV) - 1} bytes"):
        Client(account()).trade_bill(DAY)


def test_rows_that_do_not_add_up(host: Host) -> None:
    gives(host, trade_csv([PAYMENT], summary={"订单总金额": "1.00"}).encode())
    with pytest.raises(bills.BadBill):
        Client(account()).trade_bill(DAY)
