"""The settings of the tests: those of the site, embedded, beside the demo's data and not on top of it.

``DATABASE_URL`` and ``CELERY_BROKER_URL`` are taken as they come, so that the same tests run on real servers.
"""

import os
from pathlib import Path

os.environ.setdefault("JISHI_EMBEDDED", "1")
os.environ.setdefault("JISHI_EMBEDDED_FSYNC", "off")
os.environ.setdefault("JISHI_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
# Runs that share a broker must not take each other's messages.
os.environ["CELERY_TASK_DEFAULT_QUEUE"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# Every test client builds the middleware anew; looking all static files up each time would cost more than most tests.
WHITENOISE_AUTOREFRESH = True
