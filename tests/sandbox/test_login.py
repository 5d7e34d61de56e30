"""code2session: a code works once, for five minutes, for its own app; the same user is always the same openid."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
import requests

from tests.support.sandbox import SandboxClient, SandboxRefused

APP = "wx0000000000000001"


@pytest.fixture(autouse=True)
def _app(sandbox: SandboxClient) -> None:
    sandbox.app(APP, "app-secret")


def login(sandbox: SandboxClient, code: str, **changed: str) -> dict[str, Any]:
    query = {"appid": APP, "secret": "app-secret", "js_code": code, "grant_type": "authorization_code", **changed}
    answer = requests.get(sandbox.url + "/sns/jscode2session", params=query, timeout=5)
    assert answer.status_code == 200
    content: dict[str, Any] = answer.json()
    return content


def test_it_works(sandbox: SandboxClient) -> None:
    session = login(sandbox, sandbox.login_code(APP, "amy"))
    assert set(session) == {"openid", "session_key"}, "a success has no errcode"
    assert len(session["openid"]) == 28


def test_the_same_user_is_the_same_openid(sandbox: SandboxClient) -> None:
    first, second = (login(sandbox, sandbox.login_code(APP, "amy"))["openid"] for _ in range(2))
    other = login(sandbox, sandbox.login_code(APP, "bob"))["openid"]
    assert first == second != other


def test_a_user_has_another_openid_in_another_app(sandbox: SandboxClient) -> None:
    sandbox.app("wx0000000000000002", "s2")
    here = login(sandbox, sandbox.login_code(APP, "amy"))["openid"]
    code = sandbox.login_code("wx0000000000000002", "amy")
    assert login(sandbox, code, appid="wx0000000000000002", secret="s2")["openid"] != here


def test_a_code_works_once(sandbox: SandboxClient) -> None:
    code = sandbox.login_code(APP, "amy")
    assert "openid" in login(sandbox, code)
    again = login(sandbox, code)
    assert again["errcode"] == 40029
    assert "rid: " in again["errmsg"]


def test_a_code_lives_five_minutes(sandbox: SandboxClient) -> None:
    early, late = sandbox.login_code(APP, "amy"), sandbox.login_code(APP, "bob")
    sandbox.advance_clock(270)
    assert "openid" in login(sandbox, early)
    sandbox.advance_clock(31)
    assert login(sandbox, late)["errcode"] == 40029


def test_a_code_of_another_app(sandbox: SandboxClient) -> None:
    sandbox.app("wx0000000000000002", "s2")
    code = sandbox.login_code("wx0000000000000002", "amy")
    assert login(sandbox, code)["errcode"] == 40029


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": "wx0000000000000009"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"js_code": "invented"}, 40029),
        ({"js_code": ""}, 41008),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "code"}, 40002),
    ],
)
def test_bad_queries(sandbox: SandboxClient, change: dict[str, str], errcode: int) -> None:
    code = sandbox.login_code(APP, "amy")
    assert login(sandbox, code, **change)["errcode"] == errcode
    assert "openid" in login(sandbox, code), "a refused call has not used the code up"


def test_codes_are_for_registered_apps(sandbox: SandboxClient) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.login_code("wx0000000000000009", "amy")
    assert refused.value.body["code"] == "APP_UNKNOWN"


def test_the_session_key_signs(sandbox: SandboxClient) -> None:
    """/wxa/checksession knows the present session key from an old one."""
    old = login(sandbox, sandbox.login_code(APP, "amy"))
    new = login(sandbox, sandbox.login_code(APP, "amy"))
    body = {"grant_type": "client_credential", "appid": APP, "secret": "app-secret"}
    token = sandbox.call("POST", "/cgi-bin/stable_token", body)["access_token"]

    def check(session_key: str) -> int:
        signature = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
        query = {"access_token": token, "openid": new["openid"], "signature": signature, "sig_method": "hmac_sha256"}
        return int(sandbox.call("GET", "/wxa/checksession", **query)["errcode"])

    assert check(new["session_key"]) == 0
    assert check(old["session_key"]) == 87009
