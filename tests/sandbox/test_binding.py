"""The sandbox is for this machine alone, one process to a state file, and not for web pages of others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.sandbox import PROJECT, SandboxClient, SandboxProcess


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options], cwd=PROJECT, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_it_binds_to_loopback_alone(tmp_path: Path, host: str) -> None:
    done = run("--host", host, "--port", "18000", "--state", str(tmp_path / "s.sqlite3"))
    assert done.returncode == 2
    assert "loopback addresses alone" in done.stderr


@pytest.mark.process
def test_one_process_to_a_state_file(sandbox_process: SandboxProcess) -> None:
    done = run("--port", "18000", "--state", str(sandbox_process.state_file))
    assert done.returncode == 2
    assert "another sandbox is using" in done.stderr


def test_a_state_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite3").write_text("this is no database, and long enough not to be taken for an empty one\n" * 20)
    done = run("--port", "18000", "--state", str(tmp_path / "s.sqlite3"))
    assert done.returncode == 2
    assert "cannot use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.process
def test_a_port_that_is_taken(sandbox_process: SandboxProcess, tmp_path: Path) -> None:
    done = run("--port", str(sandbox_process.port), "--state", str(tmp_path / "s.sqlite3"))
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{sandbox_process.port}" in done.stderr


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1:abc"])
def test_another_name_for_this_machine(sandbox: SandboxClient, host: str) -> None:
    """A page can reach 127.0.0.1 by a name of its own that resolves to it."""
    answer = requests.get(sandbox.url + "/sandbox/requests", headers={"Host": host}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "HOST")


@pytest.mark.parametrize(
    "path", ["/v3/certificates", "/v1/balance", "/carrier/v1/parcels/sf/SF1", "/sns/jscode2session", "/"]
)
def test_another_name_reaches_no_provider_either(sandbox: SandboxClient, path: str) -> None:
    answer = requests.get(sandbox.url + path, headers={"Host": "evil.example"}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "HOST")


ANOTHER_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    # Browsers of before 2023 do not say more than this.
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("said", ANOTHER_SITE)
@pytest.mark.parametrize("path", ["/sandbox/reset", "/carrier/v1/parcels"])
def test_a_page_of_another_site(sandbox: SandboxClient, path: str, said: dict[str, str]) -> None:
    """It could send a form or plain text without asking; it gets nothing done, and may not even look."""
    answer = requests.post(sandbox.url + path, json={"carrier": "sf", "waybill": "SF1"}, headers=said, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")
    assert sandbox.call("GET", "/sandbox/overview")["parcels"] == []


def test_the_page_itself_is_not_another_site(sandbox: SandboxClient) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Origin": sandbox.url}
    assert requests.post(sandbox.url + "/sandbox/reset", headers=own, timeout=5).status_code == 200


def test_a_link_leads_to_the_page_but_no_frame_shows_it(sandbox: SandboxClient) -> None:
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = requests.get(sandbox.url + "/", headers=linked, timeout=5)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    framed = {**linked, "Sec-Fetch-Dest": "iframe"}
    assert requests.get(sandbox.url + "/", headers=framed, timeout=5).status_code == 403
    assert requests.get(sandbox.url + "/sandbox/overview", headers=linked, timeout=5).status_code == 403


@pytest.mark.process
def test_its_memory_is_for_its_owner_alone(sandbox_process: SandboxProcess) -> None:
    """Private keys and secrets are in it."""
    there = sandbox_process.state_file.parent.glob(sandbox_process.state_file.name + "*")
    assert {oct(file.stat().st_mode & 0o777) for file in there} == {"0o600"}


def test_it_imports_nothing_of_the_site() -> None:
    """Nor Django; import-linter holds the rest."""
    code = (
        "import sys, sandbox.__main__\n"
        "rooms = {'config', 'core', 'dashboards', 'demo', 'miniapp_templates', 'orders', 'payments', 'shop', 'wechat'}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & (rooms | {'django', 'requests'})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
