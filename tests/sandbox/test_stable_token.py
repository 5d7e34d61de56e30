"""Stable access tokens: the same while valid, renewed in the last five minutes, replaced by force within limits; and an
API that is called with one says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.support.sandbox import SandboxClient

APP = "wx0000000000000001"


@pytest.fixture(autouse=True)
def _app(sandbox: SandboxClient) -> None:
    sandbox.app(APP, "app-secret")


def fetch(sandbox: SandboxClient, **changed: Any) -> dict[str, Any]:
    body = {"grant_type": "client_credential", "appid": APP, "secret": "app-secret", **changed}
    content: dict[str, Any] = sandbox.call("POST", "/cgi-bin/stable_token", body)
    return content


def check(sandbox: SandboxClient, token: str) -> int:
    """What /wxa/checksession says to the token; 40003 (no such user) is a token that was accepted."""
    return int(sandbox.call("GET", "/wxa/checksession", access_token=token, openid="o")["errcode"])


ACCEPTED = 40003


def test_the_same_while_valid(sandbox: SandboxClient) -> None:
    first = fetch(sandbox)
    assert first["expires_in"] == 7200
    sandbox.advance_clock(3600)
    second = fetch(sandbox)
    assert second["access_token"] == first["access_token"]
    assert 3590 <= second["expires_in"] <= 3600
    assert check(sandbox, first["access_token"]) == ACCEPTED


def test_renewed_in_the_last_five_minutes_while_the_old_one_works_on(sandbox: SandboxClient) -> None:
    old = fetch(sandbox)["access_token"]
    sandbox.advance_clock(7200 - 299)
    new = fetch(sandbox)
    assert new["access_token"] != old
    assert new["expires_in"] == 7200
    assert check(sandbox, old) == check(sandbox, new["access_token"]) == ACCEPTED
    sandbox.advance_clock(300)
    assert check(sandbox, old) == 42001
    assert check(sandbox, new["access_token"]) == ACCEPTED


def test_by_force_the_old_one_ends_at_once(sandbox: SandboxClient) -> None:
    old = fetch(sandbox)["access_token"]
    new = fetch(sandbox, force_refresh=True)["access_token"]
    assert new != old
    assert check(sandbox, old) == 40001
    assert check(sandbox, new) == ACCEPTED
    assert fetch(sandbox)["access_token"] == new


def test_force_is_limited(sandbox: SandboxClient) -> None:
    """Thirty seconds apart, twenty a day."""
    fetch(sandbox, force_refresh=True)
    assert fetch(sandbox, force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        sandbox.advance_clock(31)
        assert "access_token" in fetch(sandbox, force_refresh=True)
    sandbox.advance_clock(31)
    assert fetch(sandbox, force_refresh=True)["errcode"] == 45009
    assert "access_token" in fetch(sandbox)
    sandbox.advance_clock(86400)
    assert "access_token" in fetch(sandbox, force_refresh=True)


def test_apps_have_their_own(sandbox: SandboxClient) -> None:
    sandbox.app("wx0000000000000002", "s2")
    other = fetch(sandbox, appid="wx0000000000000002", secret="s2")["access_token"]
    assert fetch(sandbox)["access_token"] != other


@pytest.mark.parametrize(("action", "errcode"), [("expire", 42001), ("revoke", 40001)])
def test_spoiled_on_demand(sandbox: SandboxClient, action: str, errcode: int) -> None:
    token = fetch(sandbox)["access_token"]
    sandbox.call("POST", "/sandbox/tokens", {"appid": APP, "action": action})
    assert check(sandbox, token) == errcode
    assert check(sandbox, fetch(sandbox)["access_token"]) == ACCEPTED


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("invented", 40001)])
def test_no_token_and_an_unknown_one(sandbox: SandboxClient, token: str, errcode: int) -> None:
    assert check(sandbox, token) == errcode


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({"appid": "wx9"}, 40013), ({"secret": "x"}, 40125), ({"grant_type": "x"}, 40002), ({"appid": None}, 41002)],
)
def test_bad_bodies(sandbox: SandboxClient, change: dict[str, Any], errcode: int) -> None:
    assert fetch(sandbox, **change)["errcode"] == errcode


def test_not_json_and_not_post(sandbox: SandboxClient) -> None:
    url = sandbox.url + "/cgi-bin/stable_token"
    assert requests.post(url, data=b"{", timeout=5).json()["errcode"] == 47001
    assert requests.post(url, data=b"[]", timeout=5).json()["errcode"] == 47001
    assert requests.get(url, timeout=5).json()["errcode"] == 43002
