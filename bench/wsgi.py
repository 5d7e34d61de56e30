"""The site as it is served in production, with the yardstick beside it."""

from django.conf import settings

from config.wsgi import application as application

settings.ROOT_URLCONF = "bench.urls"
