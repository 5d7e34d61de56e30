"""The Celery application: ``celery -A config worker`` and ``celery -A config beat``."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The broker of the embedded mode, CELERY_BROKER_URL=database://default (kombu takes no import paths in URLs).
TRANSPORT_ALIASES["database"] = "core.transport:Transport"

app = Celery("jishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
