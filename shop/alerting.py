"""Bringing alerts to people: by mail, and by POST to a system of the store's own.

Each channel is noted by itself as soon as it has worked, so that one that fails is tried again alone. What arrives may arrive twice
(a worker may die between sending and noting it): mails then have the same Message-ID, and posts the same ``id`` and ``times``.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from smtplib import SMTPException
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.utils import DNS_NAME
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import alerts, clock, outbound
from core.duework import handles
from core.models import Alert
from core.texts import text
from shop import strange_hosts
from shop.models import Store
from shop.strange_hosts import NotReached

SECONDS = 10.0
TEST = "test"


class Undelivered(Exception):
    """Some channel did not take the alert; the text says which, and why."""


# Patient: a mail server may be away for hours. About five hours in all.
@handles(Alert, lease=120, max_attempts=20)
def deliver(alert: Alert) -> None:
    """Send the alert by every channel that has not had it yet. An alert that is resolved meanwhile is sent to nobody."""
    outbound.never_in_transaction("an alert is sent")
    store: Store = alert.store
    troubles = []
    if alert.resolved_at is None:
        with translation.override(store.default_language):
            for column, send in _channels(store, alert):
                try:
                    send()
                except (SMTPException, OSError, NotReached) as error:
                    troubles.append(f"{column.removesuffix('ed_at')}: {error}")
                else:
                    # At once and by itself: whatever happens to the other channel, this one is not asked again.
                    Alert.objects.filter(pk=alert.pk).update(**{column: clock.now()})
    if troubles:
        raise Undelivered("; ".join(troubles))
    alert.finish()
    if alert.kind == TEST:
        # It has told what it was to tell.
        alerts.resolve_alert(TEST, alert.subject, store=store)


def is_configured(store: Store) -> bool:
    """Whether anybody at all is told of this store's alerts."""
    return bool(recipients(store) or store.alert_url)


def recipients(store: Store) -> list[str]:
    """Who gets the store's mails: the people it names, or those who run the installation."""
    return list(store.alert_emails or settings.ALERT_EMAILS)


def send_test(store: Store) -> int:
    """Raise an alert that says that alerts arrive. Returns its primary key."""
    subject = alerts.subject_of(store)
    # A new one each time: it must not be kept back because the last was just now.
    alerts.resolve_alert(TEST, subject, store=store)
    return alerts.raise_alert(
        store,
        TEST,
        subject,
        gettext_noop("Test: alerts of %(store)s arrive"),
        gettext_noop("Nothing is wrong. Somebody pressed the button on the store's page."),
        params={"store": text(store, "name", store.default_language)},
        link=reverse("admin:shop_store_change", args=[store.pk]),
    )


def _channels(store: Store, alert: Alert) -> list[tuple[str, Callable[[], None]]]:
    channels: list[tuple[str, Callable[[], None]]] = []
    if recipients(store) and alert.mailed_at is None:
        channels.append(("mailed_at", lambda: _mail(store, alert)))
    if store.alert_url and alert.posted_at is None:
        channels.append(("posted_at", lambda: _post(store, alert)))
    return channels


def _mail(store: Store, alert: Alert) -> None:
    urgent = alert.severity == Alert.Severity.URGENT
    subject = f"[{store}] {_('Urgent: ') if urgent else ''}{alert.shown_title}"
    lines = [alert.shown_text, "", _("See: %(address)s") % {"address": address_of(alert)}]
    if alert.times > 1:
        lines.insert(1, _("Seen %(times)s times.") % {"times": alert.times})
    EmailMessage(
        # A line break in a subject would be a header of somebody else's making.
        " ".join(subject.split()),
        "\n".join(lines),
        to=recipients(store),
        headers={"Message-ID": f"<alert-{alert.pk}-{int(alert.due_at.timestamp()) if alert.due_at else 0}@{DNS_NAME}>"},
    ).send()


def _post(store: Store, alert: Alert) -> None:
    if not store.alert_secret:
        raise NotReached(_("There is no secret to sign with."))
    body = json.dumps(document(store, alert), ensure_ascii=False).encode()
    at = int(clock.now().timestamp())
    with strange_hosts.send(
        "POST",
        store.alert_url,
        seconds=SECONDS,
        schemes=("https",),
        trusted_hosts=settings.ALERT_HOSTS,
        headers={
            "Content-Type": "application/json",
            "User-Agent": outbound.USER_AGENT,
            "Jishi-Signature": f"t={at},v1={signature(store.alert_secret, at, body)}",
        },
        body=body,
    ) as answer:
        if not 200 <= answer.status_code < 300:
            raise NotReached(_("The address answers %(status)d.") % {"status": answer.status_code})


def signature(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 of ``<seconds>.<body>`` with the store's secret, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def document(store: Store, alert: Alert) -> dict[str, object]:
    """What is posted, in the active language."""
    return {
        "id": alert.pk,
        "store": store.slug,
        "kind": alert.kind,
        "severity": alert.severity,
        "subject": alert.subject,
        "title": alert.shown_title,
        "text": alert.shown_text,
        "link": address_of(alert),
        "at": clock.utc_text(alert.at),
        "times": alert.times,
    }


def address_of(alert: Alert) -> str:
    """Where a person goes on: the page of the subject, or that of the alert itself."""
    path = alert.link or reverse("admin:core_alert_change", args=[alert.pk])
    return urljoin(settings.PUBLIC_BASE_URL, path)
