"""Control calls refuse what makes no sense, change nothing then, and say in words why."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually


def test_health(sandbox: SandboxClient) -> None:
    assert sandbox.call("GET", "/sandbox/health") == {"ok": True}


def test_registering_again_changes_and_keeps(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    """A new serial and key replace the old; payments stay; the platform is the same one."""
    merchant.open(number)
    again = sandbox.merchant(mchid=merchant.known.mchid, appid=merchant.known.appid)
    assert again.platform_public_key_id == merchant.known.platform_public_key_id
    assert again.platform_serial == merchant.known.platform_serial
    assert merchant.query(number)[0] == 401
    assert Merchant(sandbox, again, merchant.notify_url).query(number)[0] == 200


def test_the_platforms_two_keys_are_two(merchant: Merchant) -> None:
    assert merchant.known.platform_public_key_id.startswith("PUB_KEY_ID_")
    assert len(merchant.known.platform_serial) == 40
    assert "BEGIN PUBLIC KEY" in merchant.known.platform_public_key_pem
    assert "BEGIN CERTIFICATE" in merchant.known.platform_certificate_pem


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"mchid": ""}, "mchid"),
        ({"mchid": 5}, "mchid"),
        ({"appids": "wx1"}, "appids"),
        ({"appids": [1]}, "appids"),
        ({"serial_no": None}, "serial_no"),
        ({"public_key_pem": "-----BEGIN PUBLIC KEY-----\nnot one\n-----END PUBLIC KEY-----"}, "public_key_pem"),
        ({"api_v3_key": "too short"}, "api_v3_key"),
    ],
)
def test_bad_merchants(sandbox: SandboxClient, change: dict[str, Any], named: str) -> None:
    body = {
        "mchid": "1900000001",
        "appids": ["wx1"],
        "serial_no": "5A",
        "public_key_pem": "x",
        "api_v3_key": "k" * 32,
        **change,
    }
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/merchants", body)
    assert refused.value.status == 400
    assert refused.value.body["message"].startswith(named)
    assert sandbox.call("GET", "/sandbox/merchants") == {"merchants": []}


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"spelling": "new", "notify": "explode"},
        {"speed": -1},
        {"speed": "fast"},
        {"notify_signer": 2},
        {"refund_seconds": None},
        {"refuse_emoji": "no"},
    ],
)
def test_bad_settings_change_nothing(sandbox: SandboxClient, values: dict[str, Any]) -> None:
    before = sandbox.settings()
    with pytest.raises(SandboxRefused) as refused:
        sandbox.settings(**values)
    assert refused.value.status == 400
    assert sandbox.settings() == before


def test_reset_forgets_all_but_the_platform(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.settings(spelling="old", speed=50)
    sandbox.faults("query", "500")
    sandbox.advance_clock(1000)
    sandbox.reset()
    assert merchant.query(number)[0] == 401
    assert sandbox.settings()["spelling"] == "new"
    assert sandbox.settings()["speed"] == 1
    assert sandbox.merchant().platform_public_key_id == merchant.known.platform_public_key_id


def test_errands_can_stand_still(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(speed=0)
    sandbox.pay(merchant.open(number), "pay_late", delay=0.2)
    assert eventually(lambda: merchant.query(number)[1]["trade_state"]) == "NOTPAY"
    sandbox.settings(speed=1)
    eventually(lambda: merchant.query(number)[1]["trade_state"] == "SUCCESS")


@pytest.mark.parametrize("seconds", [-1, "x", None, True])
def test_the_clock_only_goes_forward(sandbox: SandboxClient, seconds: Any) -> None:
    with pytest.raises(SandboxRefused):
        sandbox.call("POST", "/sandbox/clock", {"advance": seconds})


@pytest.mark.parametrize("path", ["/sandbox/nothing", "/page/../state.py", "/page/state.py", "/page/%2e%2e%2fstate.py"])
def test_there_is_nothing_else(sandbox: SandboxClient, path: str) -> None:
    assert requests.get(sandbox.url + path, timeout=5).status_code == 404
