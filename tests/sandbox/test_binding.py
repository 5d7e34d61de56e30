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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site(sandbox: SandboxClient, site: str) -> None:
    answer = requests.post(sandbox.url + "/sandbox/reset", headers={"Sec-Fetch-Site": site}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")


def test_it_imports_nothing_of_the_site() -> None:
    """Nor Django; import-linter holds the rest."""
    code = (
        "import sys, sandbox.__main__\n"
        "rooms = {'config', 'core', 'dashboards', 'demo', 'miniapp_templates', 'orders', 'payments', 'shop', 'wechat'}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & (rooms | {'django', 'requests'})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
