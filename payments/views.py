"""The door for providers: verify, store once, acknowledge. Applying is the inbox's work, and nothing is asked of anybody here."""

import logging

from django.db import IntegrityError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django_scopes import scope

from core import clock, duework
from core.crashing import step
from payments.gateways import Event, Forged, Malformed, gateway
from payments.models import Notification
from shop.models import Store

log = logging.getLogger(__name__)

MALFORMED = gettext_noop("not what the provider's notifications are")
_COUNT = """
INSERT INTO payments_refusednotification (store_id, provider, day, reason, count) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (store_id, provider, day, reason) DO UPDATE SET count = payments_refusednotification.count + 1
"""


@csrf_exempt
@require_POST
def notify(request: HttpRequest, provider: str, store: str) -> HttpResponse:
    """204 once the notification is stored (also when it had been); 401, 400 or 404 and no trace when it is not the provider's."""
    found = Store.objects.filter(slug=store).first()
    try:
        if found is None:
            raise KeyError(store)
        receiver = gateway(provider)
        body = request.body
        with scope(store=found):
            event = receiver.receive(found, request.headers, body, clock.now())
            _keep(found, provider, event, body.decode())
    except KeyError:
        return _refuse(404, "nobody here")
    except Forged as trouble:
        log.warning("notify %s %s: refused, %s", provider, store, trouble)
        _count_refused(found, provider, str(trouble))
        return _refuse(401, str(trouble))
    except (Malformed, UnicodeDecodeError, UnreadablePostError, RawPostDataException) as trouble:
        log.warning("notify %s %s: malformed, %s", provider, store, type(trouble).__name__)
        _count_refused(found, provider, MALFORMED)
        return _refuse(400, "malformed")
    return HttpResponse(status=204)


def _keep(store: Store, provider: str, event: Event, body: str) -> None:
    try:
        with step("keep a notification"):
            row = Notification.objects.create(
                store=store,
                provider=provider,
                event_id=event.event_id,
                event_type=event.event_type,
                body=body,
                headers=event.headers,
                due_at=clock.now(),
            )
            duework.ring(row)
    except IntegrityError:
        log.info("notify %s %s: %s came again", provider, store.slug, event.event_id)


def _count_refused(store: Store | None, provider: str, reason: str) -> None:
    """One more for this reason today, so that a wrong key is noticed. Reasons are few: they repeat nothing of what came."""
    if store is not None:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [store.pk, provider, timezone.localdate(), reason[:120]])


def _refuse(status: int, message: str) -> JsonResponse:
    return JsonResponse({"code": "FAIL", "message": message}, status=status)
