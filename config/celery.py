"""The Celery application: ``celery -A config worker`` and ``celery -A config beat``."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The broker of the embedded mode, CELERY_BROKER_URL=database://default (kombu takes no import paths in URLs).
TRANSPORT_ALIASES["database"] = "core.transport:Transport"

if os.environ.get("JISHI_EMBEDDED") == "1":
    # A demo in a container runs as root, and loads no pickles.
    warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("jishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
