"""A client of a mini program that the sandbox knows."""

import pytest
from pytest_django import Settings

from tests.support.sandbox import SandboxClient, sandbox, sandbox_process  # noqa: F401
from wechat.client import WeChatClient

APP, SECRET = "wx0000000000000001", "app-secret"


@pytest.fixture
def wechat(sandbox: SandboxClient, settings: Settings) -> WeChatClient:  # noqa: F811
    """The client, pointed at the sandbox as in development: by base URL alone."""
    sandbox.app(APP, SECRET)
    settings.WECHAT_API_BASE = sandbox.url
    return WeChatClient(APP, SECRET)
