"""Under production settings the deployment check is silent, and a site without its secrets does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgres://jishi@db.example.com/jishi",
    "CELERY_BROKER_URL": "amqp://jishi@broker.example.com//",
    "JISHI_SECRET_KEY": "s7" * 40 + "%-a_b=c$d",
    "JISHI_ENCRYPTION_KEYS": f"k1:{Fernet.generate_key().decode()}",
    "JISHI_ALLOWED_HOSTS": "shop.example.com",
    "PUBLIC_BASE_URL": "https://shop.example.com",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command as on a server: nothing of this test run's settings in the environment."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JISHI_", "DJANGO_", "DATABASE", "CELERY_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=inherited | variables, capture_output=True, text=True, check=False
    )  # fmt: skip


def test_the_deployment_check_has_nothing_to_say() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", ["JISHI_SECRET_KEY", "JISHI_ENCRYPTION_KEYS"])
def test_without_a_secret_it_does_not_start(name: str) -> None:
    done = manage("check", **{key: value for key, value in PRODUCTION.items() if key != name})

    assert done.returncode != 0
    assert f"Set {name} in the environment." in done.stderr


def test_keys_can_be_made_before_there_are_any() -> None:
    done = manage("new_encryption_key", DATABASE_URL=PRODUCTION["DATABASE_URL"])

    name, _, key = done.stdout.strip().partition(":")
    assert name
    assert Fernet(key)


def test_a_site_that_a_test_may_kill_does_not_start() -> None:
    done = manage("check", **PRODUCTION, JISHI_CRASH_FILE="var/crash")

    assert done.returncode != 0
    assert "JISHI_CRASH_FILE is set" in done.stderr


def test_a_site_that_can_be_paid_at_the_sandbox_does_not_start() -> None:
    done = manage("check", **PRODUCTION, SANDBOX_URL="http://127.0.0.1:8090")

    assert done.returncode != 0
    assert "SANDBOX_URL is set" in done.stderr
