"""Limits on what is dear: one atomic counter a minute and caller, in the database (DRF's own counts are not atomic)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core import clock

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW = timedelta(minutes=1)
_COUNT = """
INSERT INTO core_throttlecounter (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key, "window") DO UPDATE SET count = core_throttlecounter.count + 1 RETURNING count
"""


class Throttle(BaseThrottle):
    """Counts requests to views that name a ``throttle_scope``; the rates are ``settings.THROTTLE_RATES``, a minute."""

    seconds_left = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = getattr(view, "throttle_scope", None)
        if scope is None or request.method in ("GET", "HEAD", "OPTIONS"):
            return True
        now = clock.now()
        window = now.replace(second=0, microsecond=0)
        caller = f"shopper:{request.user.pk}" if request.user else self.get_ident(request)
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [f"{scope}:{view.kwargs.get('store', '')}:{caller}"[:200], window])
            count: int = cursor.fetchone()[0]
        self.seconds_left = (window + WINDOW - now).total_seconds()
        return count <= settings.THROTTLE_RATES[scope]

    def wait(self) -> float:
        return self.seconds_left
