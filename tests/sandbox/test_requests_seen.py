"""Every request to a provider is kept, the last 5,000, and can be read back, filtered and cleared; secrets are never in
the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from sandbox.state import State
from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, SandboxProcess, SandboxRefused


def test_what_is_kept(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.prepay(number)
    [seen] = sandbox.requests()
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/v3/pay/transactions/jsapi", "")
    assert (seen["call"], seen["behaviour"], seen["status"]) == ("prepay", "ok", 200)
    assert seen["headers"]["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")
    assert json.loads(seen["body"])["out_trade_no"] == number
    assert json.loads(seen["answer"])["prepay_id"]
    assert seen["at"].endswith("Z")


def test_control_calls_and_the_page_are_not(sandbox: SandboxClient) -> None:
    sandbox.settings()
    requests.get(sandbox.url + "/", timeout=5)
    assert sandbox.requests() == []


def test_filters(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.prepay(number)
    merchant.query(number)
    merchant.query("NOTHING01")
    merchant.close(number)
    calls = [seen["call"] for seen in sandbox.requests()]
    assert calls == ["prepay", "query", "query", "close"]
    first = sandbox.requests()[0]["seq"]
    assert len(sandbox.requests(since=first)) == 3
    assert len(sandbox.requests(path="/v3/pay/transactions/out-trade-no/")) == 3
    assert len(sandbox.requests(call="query")) == 2
    assert len(sandbox.requests(call="query", status=404)) == 1
    assert len(sandbox.requests(method="GET")) == 2
    assert [seen["call"] for seen in sandbox.requests(limit=1)] == ["close"]


@pytest.mark.parametrize(
    "query", [{"since": "x"}, {"limit": "-1"}, {"status": "ok"}, {"limit": "²"}, {"since": "9" * 30}]
)
def test_bad_filters(sandbox: SandboxClient, query: dict[str, str]) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.requests(**query)
    assert refused.value.body["code"] == "BAD_QUERY"


def test_clearing(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.prepay(number)
    sandbox.forget_requests()
    assert sandbox.requests() == []


def test_a_cut_connection_has_status_0(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.faults("prepay", "reset")
    with pytest.raises(requests.ConnectionError):
        merchant.prepay(number)
    [seen] = sandbox.requests()
    assert (seen["status"], seen["behaviour"]) == (0, "reset")


def test_unknown_paths_are_kept_too(sandbox: SandboxClient) -> None:
    assert requests.get(sandbox.url + "/cgi-bin/nothing", timeout=5).status_code == 404
    [seen] = sandbox.requests()
    assert (seen["call"], seen["status"]) == ("", 404)


@pytest.mark.process
def test_the_last_five_thousand(tmp_path: Path) -> None:
    # Given a sandbox that has seen five thousand requests before
    process = SandboxProcess(tmp_path)
    state = State(process.state_file)
    with state.transaction():
        for index in range(5000):
            state.insert(
                "requests",
                at=float(index),
                method="GET",
                path="/old",
                query=f"n={index}",
                headers="{}",
                body="",
                call="",
                behaviour="",
                status=404,
            )
    state.close()

    # When three more come
    sandbox = process.start()
    for index in range(5000, 5003):
        requests.get(f"{sandbox.url}/new?n={index}", timeout=5)

    # Then the three oldest are gone
    seen = sandbox.requests()
    process.stop()
    assert len(seen) == 5000
    assert (seen[0]["query"], seen[-1]["query"]) == ("n=3", "n=5002")


def test_no_secret_is_in_the_log(
    sandbox: SandboxClient, sandbox_process: SandboxProcess, merchant: Merchant, number: str
) -> None:
    """One readable line for each request, without query, headers or body."""
    sandbox.app("wx0000000000000001", "S3CRET-app")
    query = {"appid": "wx0000000000000001", "secret": "S3CRET-app", "js_code": "C0DE-given"}
    requests.get(sandbox.url + "/sns/jscode2session", params=query, timeout=5)
    merchant.paid(number)
    signature = sandbox.requests(call="prepay")[0]["headers"]["Authorization"].split('signature="')[1][:20]
    log = sandbox_process.log_file.read_text()
    assert "wechat      GET /sns/jscode2session -> 200" in log
    assert "wechatpay   POST /v3/pay/transactions/jsapi -> 200" in log
    for secret in ("S3CRET-app", "C0DE-given", signature, merchant.known.api_v3_key, "PRIVATE KEY"):
        assert secret not in log
