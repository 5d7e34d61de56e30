"""The whole site as ``bin/demo`` starts it: web, worker, beat and sandbox as processes of their own, the demo store filled in."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.embedded import committed_db, process_environment  # noqa: F401
from tests.support.sandbox import SandboxClient, free_port
from tests.support.worker import Process


@dataclass(frozen=True)
class Site:
    """A running site: where it is, and its sandbox."""

    url: str
    sandbox: SandboxClient
    process: Process


@pytest.fixture(scope="module")
def site(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, on the test's database, with parcels that travel fast; each test is another shopper."""
    env = process_environment(
        JISHI_VAR=str(tmp_path_factory.mktemp("site")), CELERY_BROKER_URL="database://default", CELERY_TASK_DEFAULT_QUEUE="demo",
        JISHI_SWEEP_SECONDS="1", TRACKING_SECONDS="1",
    )  # fmt: skip
    # The supervisor tells its children where it is and where the providers are.
    del env["PUBLIC_BASE_URL"]
    ports = ("--web-port", str(free_port()), "--sandbox-port", str(free_port()))
    process = Process("up", [sys.executable, "manage.py", "up", "--demo", *ports], env)
    try:
        process.wait_for("Jishi is running", seconds=400)
        yield Site(_address(process, "Storefront"), SandboxClient(_address(process, "Sandbox")), process)
    finally:
        process.stop(15)
        print(process.output())


def _address(process: Process, page: str) -> str:
    found = re.search(rf"{page} +(https?://[^/\s]+)", process.output())
    assert found is not None, process.output()
    return found[1]
