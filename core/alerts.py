"""Alerts: nothing goes wrong, and nothing is set aside, without a person being told.

::

    with transaction.atomic():
        ...                                               # what shows the trouble
        raise_alert(store, "difference", f"payments.statement:{pk}", gettext_noop("…"), params={…}, severity="urgent")

An alert commits with what it tells of. The same trouble of the same subject is one open alert that counts how often it was seen.
Alerts are due work: ``shop.alerting`` delivers them, after the commit.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext_noop
from django_scopes import scopes_disabled

from core import bell, clock
from core.models import Alert, DueWork

if TYPE_CHECKING:
    from shop.models import Store

PARKED = "parked"
# A trouble that goes on is sent again after this time, not before.
QUIET = timedelta(hours=1)

# One statement, so that many workers who see the same trouble at once leave one row, and none of them fails.
_UPSERT = """
INSERT INTO core_alert AS alert
    (store_id, kind, subject, severity, title, text, params, link, at, last_at, times, due_at, attempts, claim, last_error,
     looked_by, resolved_by)
VALUES (%(store)s, %(kind)s, %(subject)s, %(severity)s, %(title)s, %(text)s, %(params)s, %(link)s, %(now)s, %(now)s, 1, %(now)s,
        0, '', '', '', '')
ON CONFLICT (store_id, kind, subject) WHERE resolved_at IS NULL DO UPDATE SET
    severity = excluded.severity, title = excluded.title, text = excluded.text, params = excluded.params, link = excluded.link,
    last_at = excluded.last_at, times = alert.times + 1, looked_at = NULL, looked_by = '',
    due_at = CASE WHEN {again} THEN excluded.due_at ELSE alert.due_at END,
    attempts = CASE WHEN {again} THEN 0 ELSE alert.attempts END,
    mailed_at = CASE WHEN {again} THEN NULL ELSE alert.mailed_at END,
    posted_at = CASE WHEN {again} THEN NULL ELSE alert.posted_at END,
    parked_at = CASE WHEN {again} THEN NULL ELSE alert.parked_at END,
    done_at = CASE WHEN {again} THEN NULL ELSE alert.done_at END
RETURNING id
""".format(again="coalesce(alert.done_at, alert.parked_at) < %(quiet)s")

_UNTOLD = f"""
SELECT '{{label}}:' || w.id FROM {{table}} w WHERE w.parked_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM core_alert a
    WHERE a.kind = '{PARKED}' AND a.subject = '{{label}}:' || w.id AND a.store_id = w.store_id
        AND (a.resolved_at IS NULL OR a.resolved_at >= w.parked_at))
"""  # noqa: S608  names of models


def raise_alert(
    store: "Store | int",
    kind: str,
    subject: str,
    title: str,
    text: str = "",
    *,
    params: Mapping[str, Any] | None = None,
    severity: str = Alert.Severity.WARNING,
    link: str = "",
) -> int:
    """Tell the store's people of a trouble, with the caller's transaction. Returns the alert's primary key.

    ``title`` and ``text`` are untranslated messages (mark them with ``gettext_noop``) in which ``params`` stand as ``%(name)s``;
    ``subject`` names the row, as ``app.model:pk``. While such an alert is open, this counts it and shows the newest words; it is
    sent again only when the last sending is over an hour ago.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "store": store if isinstance(store, int) else store.pk,
                "kind": kind,
                "subject": subject[:100],
                "severity": str(severity),
                "title": title[:200],
                "text": text,
                "params": json.dumps(dict(params or {}), default=str),
                "link": link[:300],
                "now": now,
                "quiet": now - QUIET,
            },
        )
        pk: int = cursor.fetchone()[0]
    transaction.on_commit(partial(bell.ring, Alert._meta.label_lower, pk))
    return pk


def resolve_alert(kind: str, subject: str, *, store: "Store | int | None" = None, by: str = "system") -> int:
    """The trouble is over: close the open alert (of every store, unless one is given). Returns how many were open."""
    rows = Alert._base_manager.filter(kind=kind, subject=subject, resolved_at__isnull=True)
    return (rows if store is None else rows.filter(store=store)).update(resolved_at=clock.now(), resolved_by=by)


def subject_of(row: Any) -> str:
    """How alerts name a row: ``payments.refund:12``."""
    return f"{row._meta.label_lower}:{row.pk}"


def parked(row: Any, reason: str) -> None:
    """The row has just been set aside: raise its alert, in the same transaction. ``reason`` leaves the house with the message."""
    if isinstance(row, Alert):
        # An alert that does not arrive stands on the page of alerts; another one would not arrive either.
        return
    with translation.override(row.store.default_language):
        name = str(row)[:100]
    raise_alert(
        row.store_id,
        PARKED,
        subject_of(row),
        gettext_noop("Set aside: %(what)s %(row)s"),
        gettext_noop("%(reason)s. Nothing more happens to it until somebody takes it back to work."),
        params={"what": row._meta.verbose_name_raw, "row": name, "reason": reason.strip()[:500]},
        severity=row.alert_severity,
        # What has no page of its own can be taken back to work on the page of parked work.
        link=page_of(row) or reverse("dashboards:parked"),
    )


def page_of(row: Any) -> str:
    """The path of the row's page in the admin; empty where it has none."""
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""


def looked_at(row: DueWork, by: str) -> None:
    """Somebody has taken the parked row back to work: say so on its alert, which stays open until the row is through."""
    Alert._base_manager.filter(kind=PARKED, subject=subject_of(row), resolved_at__isnull=True).update(
        looked_at=clock.now(), looked_by=by
    )


def models_of_work() -> list[type[Any]]:
    """Every model whose rows are due work, alerts themselves left out."""
    return [model for model in apps.get_models() if issubclass(model, DueWork) and model is not Alert]


def untold() -> str:
    """The question for parked rows of all models of which nobody was told, as ``app.model:pk``. It must find nothing at any moment.

    An alert that was resolved before the row was parked is one of an earlier trouble, and does not count.
    """
    return " UNION ALL ".join(
        _UNTOLD.format(label=model._meta.label_lower, table=model._meta.db_table) for model in models_of_work()
    )


def parked_without_alert() -> list[str]:
    """What ``untold`` finds."""
    with connection.cursor() as cursor:
        cursor.execute(untold())
        return [subject for (subject,) in cursor.fetchall()]


def tell_of_untold() -> int:
    """Raise what ``untold`` finds: rows that were parked before there were alerts, or by hand. Returns how many."""
    count = 0
    with scopes_disabled():
        for subject in parked_without_alert():
            label, _, pk = subject.partition(":")
            # Somebody may have taken it back to work in between.
            row = apps.get_model(label)._base_manager.filter(pk=pk, parked_at__isnull=False).first()
            if row is not None:
                parked(row, row.last_error)
                count += 1
    return count


def settle() -> int:
    """Resolve alerts of parked rows that are no longer so: done, gone, or put right by another way than a worker's ``finish``.

    Returns how many alerts were resolved.
    """
    with scopes_disabled():
        rows = Alert._base_manager.filter(kind=PARKED, resolved_at__isnull=True)
        alerts: dict[str, dict[int, Alert]] = {}
        for alert in rows.only("subject", "times"):
            label, _, pk = alert.subject.partition(":")
            alerts.setdefault(label, {})[int(pk)] = alert
        over: list[Alert] = []
        for label, by_pk in alerts.items():
            waiting = Q(parked_at__isnull=False) | (Q(done_at__isnull=True) & ~Q(last_error=""))
            still = apps.get_model(label)._base_manager.filter(waiting, pk__in=by_pk).values_list("pk", flat=True)
            over += [by_pk[pk] for pk in by_pk.keys() - set(still)]
        # A row that was parked again in between has been counted: its alert stays.
        return sum(
            rows.filter(pk=alert.pk, times=alert.times).update(resolved_at=clock.now(), resolved_by="system")
            for alert in over
        )
