"""How the site is put together: settings, URLs, Celery, WSGI. No other room imports this one."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
