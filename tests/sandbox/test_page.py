"""The page to play by hand is served whole from the sandbox, knows every call and behaviour, and speaks two languages."""

from __future__ import annotations

import re

import pytest
import requests

from sandbox import faults, settings
from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, eventually


def fetch(sandbox: SandboxClient, path: str) -> str:
    answer = requests.get(sandbox.url + path, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    return answer.text


def listed(script: str, name: str) -> set[str]:
    """The names in a list of the script."""
    found = re.search(rf"const {name} = \[(.*?)\]", script, re.DOTALL)
    assert found
    return set(re.findall(r"'([^']+)'", found[1]))


def test_everything_comes_from_the_sandbox(sandbox: SandboxClient) -> None:
    page = fetch(sandbox, "/")
    own = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert own
    for path in own:
        assert path.startswith("/page/")
        own += [found for found in re.findall(r"from '([^']+)'", fetch(sandbox, path)) if found not in own]
        assert "//" not in re.sub(r"^\s*//.*$", "", fetch(sandbox, path), flags=re.MULTILINE)


def test_it_knows_every_call_and_behaviour(sandbox: SandboxClient) -> None:
    script = fetch(sandbox, "/page/page.js")
    assert listed(script, "NOTIFY") == set(settings.BEHAVIOURS)
    assert listed(script, "CALLS") == {"any", *faults.PROTOCOL}
    assert listed(script, "BEHAVIOURS") == set(faults.BEHAVIOURS) - {"ok", "error"}


def texts(sandbox: SandboxClient) -> dict[str, tuple[str, str]]:
    """Every text by its name: English and Chinese."""
    lines = fetch(sandbox, "/page/texts.js").splitlines()[2:-1]
    found = [re.fullmatch(r"  '?([\w ]+)'?: \['(.+)', '(.+)'\],", line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if match is None]
    return {match[1]: (match[2], match[3]) for match in found if match}


def test_everything_is_said_in_both_languages(sandbox: SandboxClient) -> None:
    known = texts(sandbox)
    assert len(known) > 50
    shown = set(re.findall(r'data-text="(\w+)"', fetch(sandbox, "/")))
    scripts = "".join(fetch(sandbox, f"/page/{name}.js") for name in ("page", "drawing", "payment", "stripe"))
    called = set(re.findall(r"(?:text|button)\('([\w ]+)'", scripts))
    states = {
        "NOTPAY",
        "SUCCESS",
        "CLOSED",
        "REFUND",
        "PROCESSING",
        "ABNORMAL",
        "waiting",
        "held",
        "acknowledged",
        "lost",
    }
    assert shown | called | states | {*settings.BEHAVIOURS} <= set(known)
    alike = {name for name, (english, chinese) in known.items() if english == chinese}
    assert alike == {"stripe"}, "a text that was not translated"


def test_what_it_shows(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    merchant.paid(number, 1234)
    eventually(lambda: sandbox.notifications(state="acknowledged"))
    merchant.refund(number, "R" + number, 100, 1234)
    sandbox.call("POST", "/carrier/v1/parcels", {"carrier": "sf", "waybill": "SF1"})
    sandbox.faults("close", "500")
    overview = sandbox.call("GET", "/sandbox/overview")
    assert [one["mchid"] for one in overview["merchants"]] == [merchant.known.mchid]
    [payment] = overview["payments"]
    assert (payment["out_trade_no"], payment["total"], payment["state"]) == (number, 1234, "REFUND")
    assert payment["notifications"][0]["state"] == "acknowledged"
    assert payment["refunds"] == [{"out_refund_no": "R" + number, "amount": 100, "status": "PROCESSING"}]
    assert [one["waybill"] for one in overview["parcels"]] == ["SF1"]
    assert overview["requests"][0]["call"] == "parcel_register"
    assert overview["faults"] == [{"call": "close", "do": "500"}]


@pytest.mark.parametrize("secret", ["api_v3_key", "public_key", "Authorization", "secret"])
def test_it_shows_no_secret(sandbox: SandboxClient, merchant: Merchant, number: str, secret: str) -> None:
    merchant.paid(number)
    answer = requests.get(sandbox.url + "/sandbox/overview", timeout=5)
    assert f'"{secret}' not in answer.text.replace('"public_key"', "")
