"""The site as processes, one for each module of tests."""

from collections.abc import Iterator

import pytest

from tests.faults.site import Site, standing
from tests.support.embedded import committed_db  # noqa: F401
from tests.support.sandbox import SandboxProcess, sandbox_process  # noqa: F401


@pytest.fixture(scope="module")
def site(
    transactional_db: None,
    sandbox_process: SandboxProcess,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The site; its rows are those of the whole module."""
    with standing(sandbox_process, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def as_ever(site: Site) -> Site:
    """The sandbox does what it should."""
    site.sandbox.settings(notify="normal", refund="success", refund_seconds=0, stripe_refund="success")
    return site


@pytest.fixture
def running(site: Site) -> Iterator[Site]:
    """Worker and beat run, and the sandbox does what it should; in the end both sides' books agree."""
    site.sandbox.settings(notify="normal", refund="success", refund_seconds=0, refund_spacing=0)
    site.start_pool("--concurrency", "4")
    yield site
    site.sandbox.call("DELETE", "/sandbox/faults")
    site.rests()
    site.same_books()
