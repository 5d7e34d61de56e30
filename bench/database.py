"""A database for one run of the bench."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "jishi_bench"


@contextmanager
def database() -> Iterator[str]:
    """The URL of a database of its own on the server that the site uses; dropped afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    from tests.support.embedded import database_url

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {NAME}")
    site = connection.settings_dict["NAME"]
    try:
        yield database_url().replace(f"/{site}", f"/{NAME}", 1)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
