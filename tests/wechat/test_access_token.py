"""The access token: fetched once for all processes, renewed in time, replaced once when refused, never in clear in the database."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from core import clock
from core.models import SharedToken
from tests.support.sandbox import SandboxClient
from tests.wechat.conftest import APP, SECRET
from wechat import tokens
from wechat.client import WeChatClient
from wechat.errors import BadCredentials, TokenRefused

pytestmark = pytest.mark.django_db
FETCHES = "/cgi-bin/stable_token"


def in_parallel(times, work):
    barrier = threading.Barrier(times)

    def one(_index):
        try:
            barrier.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_it_is_fetched_once(sandbox: SandboxClient, wechat: WeChatClient):
    token = wechat.access_token()

    assert WeChatClient(APP, SECRET).access_token() == token
    assert len(sandbox.requests(path=FETCHES)) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_fetch_once(sandbox: SandboxClient, wechat: WeChatClient):
    sandbox.faults("token", {"do": "slow", "seconds": 0.5})

    assert len(set(in_parallel(12, wechat.access_token))) == 1
    assert len(sandbox.requests(path=FETCHES)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_many_fetch(sandbox: SandboxClient, wechat: WeChatClient, monkeypatch: pytest.MonkeyPatch):
    """The negative control of the test above."""
    monkeypatch.setattr(tokens, "_claim", lambda row: True)
    sandbox.faults("token", {"do": "slow", "seconds": 0.5})

    in_parallel(6, wechat.access_token)

    assert len(sandbox.requests(path=FETCHES)) > 1


def test_a_fetch_that_fails_leaves_the_way_free(sandbox: SandboxClient, wechat: WeChatClient):
    with pytest.raises(BadCredentials):
        WeChatClient(APP, "wrong").access_token()

    assert wechat.access_token()


def test_a_process_that_died_over_it_is_relieved(wechat: WeChatClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 3.0)
    SharedToken.objects.create(name=f"wechat:{APP}", renewing_until=clock.now() + timedelta(seconds=0.3))

    assert wechat.access_token()


def test_it_is_renewed_before_its_end(sandbox: SandboxClient, wechat: WeChatClient):
    wechat.access_token()
    SharedToken.objects.update(expires_at=clock.now())
    sandbox.advance_clock(7000)

    assert wechat.access_token() == SharedToken.objects.get().value
    assert len(sandbox.requests(path=FETCHES)) == 2


def test_in_the_database_it_is_encrypted(wechat: WeChatClient):
    token = wechat.access_token()

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM core_sharedtoken")
        assert token not in cursor.fetchone()[0]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_is_replaced_once(code: int, wechat: WeChatClient, monkeypatch: pytest.MonkeyPatch):
    used: list[str] = []

    def ask(method, path, body=None, params=None):
        from wechat.errors import error_for

        if path == FETCHES:
            return original(method, path, body, params)
        used.append(params["access_token"])
        if len(used) == 1:
            raise error_for(code, "invalid credential")
        return {"errcode": 0}

    original = wechat._ask
    monkeypatch.setattr(wechat, "_ask", ask)
    wechat.call("POST", "/wxa/anything", {})

    assert len(used) == 2
    assert used[0] != used[1]


def test_then_it_fails(wechat: WeChatClient, monkeypatch: pytest.MonkeyPatch):
    calls: list[str] = []

    def ask(method, path, body=None, params=None):
        if path == FETCHES:
            return original(method, path, body, params)
        calls.append(path)
        raise TokenRefused("invalid credential", 40001)

    original = wechat._ask
    monkeypatch.setattr(wechat, "_ask", ask)
    with pytest.raises(TokenRefused):
        wechat.call("POST", "/wxa/anything", {})

    assert len(calls) == 2


@pytest.mark.django_db(transaction=True)
def test_no_call_inside_a_transaction(wechat: WeChatClient):
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        wechat.access_token()
