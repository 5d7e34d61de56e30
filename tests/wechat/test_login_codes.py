"""code2session: a good code gives openid and nothing secret, whatever else WeChat says is a typed error."""

import pytest

from tests.support.sandbox import SandboxClient
from tests.wechat.conftest import APP
from wechat.client import WeChatClient
from wechat.errors import BadCredentials, BlockedUser, Busy, InvalidCode, RateLimited, WeChatError

pytestmark = pytest.mark.django_db


def test_it_works(sandbox: SandboxClient, wechat: WeChatClient):
    session = wechat.code2session(sandbox.login_code(APP, "amy"))

    assert session.openid.startswith("o")
    assert wechat.code2session(sandbox.login_code(APP, "amy")).openid == session.openid
    assert wechat.code2session(sandbox.login_code(APP, "ben")).openid != session.openid


def test_the_session_key_stays_behind(sandbox: SandboxClient, wechat: WeChatClient):
    session = wechat.code2session(sandbox.login_code(APP, "amy"))

    assert not hasattr(session, "session_key")
    assert "session_key" not in repr(session)


def test_a_code_works_once(sandbox: SandboxClient, wechat: WeChatClient):
    code = sandbox.login_code(APP, "amy")
    wechat.code2session(code)

    with pytest.raises(InvalidCode):
        wechat.code2session(code)


@pytest.mark.parametrize("code", ["forged", "x" * 200, "ü&secret=1"])
def test_a_forged_code(code: str, wechat: WeChatClient):
    with pytest.raises(InvalidCode):
        wechat.code2session(code)


@pytest.mark.parametrize("code", ["", "x" * 5000])
def test_what_cannot_be_a_code_is_not_sent(code: str, sandbox: SandboxClient, wechat: WeChatClient):
    with pytest.raises(InvalidCode):
        wechat.code2session(code)
    assert sandbox.requests(path="/sns/jscode2session") == []


@pytest.mark.parametrize(
    ("errcode", "error"),
    [("40226", BlockedUser), ("45011", RateLimited), ("40125", BadCredentials), ("48001", WeChatError)],
)
def test_refusals_have_types_and_are_not_asked_again(
    errcode: str, error: type[WeChatError], sandbox: SandboxClient, wechat: WeChatClient
):
    sandbox.faults("login", errcode)

    with pytest.raises(error):
        wechat.code2session(sandbox.login_code(APP, "amy"))
    assert len(sandbox.requests(path="/sns/jscode2session")) == 1


def test_a_busy_answer_is_asked_again(sandbox: SandboxClient, wechat: WeChatClient):
    sandbox.faults("login", "-1", "500")

    assert wechat.code2session(sandbox.login_code(APP, "amy")).openid
    assert len(sandbox.requests(path="/sns/jscode2session")) == 3


@pytest.mark.parametrize("trouble", ["-1", "500", "reset", "garbage"])
def test_it_gives_up_in_the_end(trouble: str, sandbox: SandboxClient, wechat: WeChatClient):
    sandbox.faults("login", *[trouble] * 3)

    with pytest.raises(Busy):
        wechat.code2session(sandbox.login_code(APP, "amy"))


def test_no_secret_in_an_error(wechat: WeChatClient, sandbox: SandboxClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    unreachable = WeChatClient(APP, "canary-secret", base="http://127.0.0.1:1")

    with pytest.raises(Busy) as refused:
        unreachable.code2session("canary-code")
    with pytest.raises(WeChatError) as wrong:
        WeChatClient(APP, "canary-secret").code2session("canary-code")

    assert "canary" not in f"{refused.value!r} {wrong.value!r} {unreachable!r} {caplog.text}"
    assert refused.value.__cause__ is None
