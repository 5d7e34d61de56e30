"""The test database as processes see it that a test starts, and what must be let go before it is dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from kombu import pools
from pytest_django import DjangoDbBlocker


def database_url() -> str:
    """URL of the database that this test run uses."""
    database = connection.settings_dict
    options = database.get("OPTIONS", {})
    host, socket_folder = database["HOST"], options.get("host", "")
    if host.startswith("/"):
        host, socket_folder = "", host
    user = quote(database["USER"] or "postgres") + (f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else "")
    address = f"{host}:{database['PORT']}" if database["PORT"] else host
    query = f"?{urlencode({'host': socket_folder})}" if socket_folder else ""
    return f"postgres://{user}@{address}/{database['NAME']}{query}"


def process_environment(**more: str) -> dict[str, str]:
    """Variables for a process of the site that works on the test's database, queue and files."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "JISHI_EMBEDDED": "1",
        "JISHI_VAR": str(settings.VAR_DIR),
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "CELERY_TASK_DEFAULT_QUEUE": settings.CELERY_TASK_DEFAULT_QUEUE,
        "PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL,
        "WECHAT_API_BASE": settings.WECHAT_API_BASE,
        "WECHATPAY_API_BASE": settings.WECHATPAY_API_BASE,
        "STRIPE_API_BASE": settings.STRIPE_API_BASE,
        "CARRIER_API_BASE": settings.CARRIER_API_BASE,
        "SANDBOX_URL": settings.SANDBOX_URL,
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def release_broker() -> None:
    """Close what this process keeps open towards the broker, which may be the test's database."""
    current_app._pool = None
    current_app.amqp._producer_pool = None
    pools.reset()


@contextmanager
def other_broker(url: str, **options: Any) -> Iterator[None]:
    """This process sends its messages there for a while; ``options`` are those of the transport."""
    conf = current_app.conf
    before = {"broker_url": conf.broker_url, "broker_transport_options": conf.broker_transport_options}
    conf.update(broker_url=url, broker_transport_options=options)
    release_broker()
    yield
    conf.update(before)
    release_broker()


# What every database has from its migrations on.
_STAYS = {"django_content_type", "auth_permission"}
_APPEND_ONLY = "payments_ledgerentry"


def empty() -> None:
    """Delete the rows that a test has committed, and nothing else.

    Django's own way truncates every table, empty or not, and then makes all permissions anew: a third of a second each time.
    """
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - _STAYS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables))
        filled = {table for (table,) in cursor.fetchall()}
        # Foreign keys are asked at the end of the transaction. Of the ledger no row can be deleted, but all of them can.
        for table in sorted(filled, key=_APPEND_ONLY.__ne__):
            cursor.execute(f'TRUNCATE "{table}"' if table == _APPEND_ONLY else f'DELETE FROM "{table}"')


# Under this name pytest-django sees that such a test needs a database, even where it runs alone.
@pytest.fixture(scope="module", name="transactional_db")
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database for a whole module: rows are committed, stand side by side, and are deleted when the module ends."""
    with django_db_blocker.unblock():
        yield
        empty()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database; before it is dropped, this process lets go of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty())
        yield
    release_broker()
