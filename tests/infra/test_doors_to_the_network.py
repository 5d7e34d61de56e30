"""The site speaks to the world through few doors, and none of them opens while a transaction is: locks never wait for a stranger.

When this fails because of a new module: let it use one of the doors; or make it one, with ``never_in_transaction`` before anything is sent.
"""

import ast

import pytest
from django.db import transaction

from core import outbound
from core.models import Alert
from shop import alerting, strange_hosts
from tests.faults.source import modules

SPEAKING = {
    "requests",
    "urllib3",
    "http.client",
    "urllib.request",
    "smtplib",
    "ftplib",
    "django.core.mail",
    "httpx",
    "aiohttp",
    "websockets",
}
DOORS = {"core/outbound.py", "shop/strange_hosts.py", "shop/alerting.py"}
OTHERS = {
    "core/supervisor.py": "asks its own children, and has no database",
    "shop/fetching.py": "takes what strange_hosts brings",
}


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def speaks(names: set[str]) -> bool:
    return any(name == library or name.startswith(f"{library}.") for name in names for library in SPEAKING)


def test_there_are_no_others() -> None:
    rooms = ("core", "wechat", "shop", "orders", "payments", "dashboards", "config", "miniapp_templates")
    assert {path for path, tree in modules(*rooms) if speaks(imported(tree))} == DOORS | set(OTHERS)


@pytest.mark.django_db(transaction=True)
def test_none_opens_inside_a_transaction() -> None:
    ways_out = [
        lambda: outbound.call("GET", "http://127.0.0.1:9/", call="test.call"),
        lambda: strange_hosts.send("GET", "http://127.0.0.1:9/", seconds=1, headers={}),
        lambda: alerting.deliver(Alert()),
    ]
    for way in ways_out:
        with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
            way()
