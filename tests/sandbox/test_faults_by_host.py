"""A fault can be meant for one of the sandbox's two names, as when one of the provider's hosts is down."""

from __future__ import annotations

import pytest
import requests

from tests.support.sandbox import SandboxClient, SandboxRefused


def login(sandbox: SandboxClient, host: str) -> int:
    """The status of a call that reaches the sandbox by this name."""
    url = sandbox.url.replace("127.0.0.1", host) + "/sns/jscode2session"
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, params={"appid": "x", "secret": "x", "js_code": "x"}, timeout=5).status_code


def test_one_is_down_and_the_other_answers(sandbox: SandboxClient) -> None:
    sandbox.faults("login", {"do": "500", "host": "127.0.0.1", "times": 2})
    assert [login(sandbox, host) for host in ("localhost", "127.0.0.1", "localhost", "127.0.0.1")] == [
        200,
        500,
        200,
        500,
    ]
    assert login(sandbox, "127.0.0.1") == 200


def test_it_does_not_hold_up_the_faults_behind_it(sandbox: SandboxClient) -> None:
    sandbox.faults("any", {"do": "500", "host": "localhost"})
    sandbox.faults("any", {"do": "error", "status": 503})
    assert login(sandbox, "127.0.0.1") == 503
    assert login(sandbox, "localhost") == 500
    assert sandbox.call("GET", "/sandbox/faults") == {"faults": []}


def test_without_a_host_it_is_for_both(sandbox: SandboxClient) -> None:
    sandbox.faults("login", "500", "500")
    assert [login(sandbox, host) for host in ("localhost", "127.0.0.1")] == [500, 500]


def test_a_bad_host(sandbox: SandboxClient) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.faults("login", {"do": "500", "host": 7})
    assert refused.value.body["code"] == "BAD_FIELD"
