"""What WeChat Pay's refusals mean: ask later and how much later, a wrong clock, or words that are not WeChat Pay's at all."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from pytest_django import Settings

from core import breaker, clock
from payments.gateways import Declined, GatewayError, Unavailable
from payments.wechatpay.client import Client
from tests.support.pay_host import Host, account, listening, plain, refusal

NOT_MINUTES = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    with listening() as host:
        settings.WECHATPAY_API_BASE = host.url
        yield host


def refused() -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        Client(account()).query("number-1")
    return raised.value


@pytest.mark.parametrize(
    ("header", "seconds"), [({"Retry_After": "7"}, 7.0), ({}, None), ({"Retry_After": "soon"}, None)]
)
@pytest.mark.parametrize("code", ["FREQUENCY_LIMITED", "FREQUENCYLIMITED", "RATELIMIT_EXCEEDED", ""])
def test_too_many_requests(code: str, header: dict[str, str], seconds: float | None, host: Host) -> None:
    host.answer = refusal(429, code, **header)
    error = refused()
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds
    assert len(host.asked) == 1


def test_our_clock_is_wrong(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """WeChat Pay says only that the signature is; the operator must learn that it is the clock."""
    theirs = format_datetime(clock.now() - timedelta(seconds=400))
    host.answer = refusal(401, "SIGN_ERROR", Date=theirs)

    error = refused()

    assert isinstance(error, Declined)
    assert "the clock of this server is wrong: 40" in str(error)
    assert "ahead of theirs" in str(error)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_they_say_that_the_time_is_off(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.answer = refusal(401, "SIGN_ERROR", NOT_MINUTES)
    assert "the clock of this server is wrong" in str(refused())
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_another_wrong_signature_is_not_the_clocks_fault(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.answer = refusal(401, "SIGN_ERROR", "错误的签名，导致验签失败", Date=format_datetime(clock.now()))
    error = refused()
    assert isinstance(error, Declined)
    assert "clock" not in str(error)
    assert caplog.records == []


@pytest.mark.parametrize("code", ["OPENID_MISMATCH", "OPENIDMISMATCH", "INVALID_TRANSACTIONID"])
def test_a_refusal_that_comes_as_an_error_of_theirs(code: str, host: Host) -> None:
    """It gets no better by asking again, and the host is well: other merchants go on."""
    host.answer = refusal(500, code)
    assert type(refused()) is Declined
    assert len(host.asked) == 1
    assert [state.failures for state in breaker.states()] == [0]


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 413])
def test_a_machine_on_the_way_is_not_wechat_pay(status: int, host: Host) -> None:
    """A firewall's page must not make a refund fail for good."""
    host.answer = plain(b"<html>Forbidden</html>", status)
    assert isinstance(refused(), Unavailable)
