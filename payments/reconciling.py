"""Closing a day: its statement is fetched and compared with the books, and what nobody here knew is asked about and taken in.

A day is due once the provider has drawn up its statement. It is closed when nothing differs any more, or every difference was explained
by a person; until then an alert is open. Carrying it out again changes nothing.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop
from django_scopes import scope, scopes_disabled

from core import clock, duework
from core.alerts import raise_alert, resolve_alert, subject_of
from core.crashing import step
from core.duework import handles
from payments import differences, ledger, statements
from payments.comparing import compare
from payments.gateways import NotReady, gateway, names
from payments.models import Difference, Payment, Reconciliation, Refund
from shop.models import Store

log = logging.getLogger(__name__)

# How far back a day that was never compared is looked for.
DAYS = 7
ASK_AGAIN = timedelta(hours=1)
# A day on which the provider lacks more than this is no matter of single payments: a person looks before anything is asked.
MOST_ASKED = 200
ALERT = "difference"
DIFFERS = gettext_noop("%(provider)s, %(day)s: the statement and the books differ (%(count)s)")
LOOK = gettext_noop("Each difference waits to be taken in or explained.")
NOT_DRAWN_UP = gettext_noop("The provider has not drawn up this day's statement yet.")


def plan(now: datetime | None = None) -> int:
    """Enter the days that are lacking: of each store and provider with statements the last seven that are over. Returns how many.

    Of a provider that a store no longer offers, those on which it still had money there.
    """
    now = now or clock.now()
    lacking: list[Reconciliation] = []
    with scopes_disabled():
        for name in names():
            provider = gateway(name)
            if not provider.has_statements:
                continue
            zone = ZoneInfo(provider.calendar)
            today = now.astimezone(zone).date()
            days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
            rows = Reconciliation.objects.filter(provider=name, day__gte=days[0])
            known = set(rows.values_list("store_id", "day"))
            for store in Store.objects.order_by("pk"):
                opened = store.created_at.astimezone(zone).date()
                wanted = [day for day in days if day >= opened and (store.pk, day) not in known]
                if wanted and not provider.offered(store):
                    # Given up meanwhile, perhaps; what was paid there before is compared all the same.
                    wanted = sorted(_days_of_money(store, name, days[0], zone).intersection(wanted))
                if wanted:
                    lacking += [
                        Reconciliation(store=store, provider=name, day=day, due_at=ready_at(name, day))
                        for day in wanted
                    ]
        Reconciliation.objects.bulk_create(lacking, ignore_conflicts=True)
    return len(lacking)


def _days_of_money(store: Store, provider: str, since: date, zone: ZoneInfo) -> set[date]:
    """On which days since then something was paid or refunded there."""
    own = {"store": store, "succeeded_at__gte": datetime.combine(since, time(), zone)}
    both: tuple[QuerySet[Any], ...] = (
        Payment.objects.filter(**own, provider=provider),
        Refund.objects.filter(**own, payment__provider=provider),
    )
    day = TruncDate("succeeded_at", tzinfo=zone)
    return {found for rows in both for found in rows.order_by().values_list(day, flat=True).distinct()}


def ready_at(provider: str, day: date) -> datetime:
    """When that day's statement is drawn up: some time on the next day, by the provider's clock."""
    found = gateway(provider)
    return datetime.combine(day + timedelta(days=1), found.statement_from, ZoneInfo(found.calendar))


@handles(Reconciliation, lease=600, max_attempts=20)
def carry_out(reconciliation: Reconciliation) -> None:
    """Fetch the day's statement and compare it; what is missing here is asked about at once."""
    try:
        lines, movements = statements.fetch(reconciliation)
    except NotReady:
        reconciliation.postpone(clock.now() + ASK_AGAIN, NOT_DRAWN_UP)
        return
    with step("keep a statement"):
        statements.keep(reconciliation, lines, movements)
    statements.refresh_statistics(len(lines))
    with step("compare a day"):
        found = compare(reconciliation)
    if found.count() <= MOST_ASKED:
        for difference in found:
            differences.ask(difference)
    with step("close a day"):
        _close(reconciliation)
        reconciliation.finish()


def recheck() -> int:
    """Compare again the days that have open differences: a late notification may have closed them. No provider is asked.

    Returns how many days were compared.
    """
    with scopes_disabled():
        open_days = Difference.objects.filter(state=Difference.State.OPEN).values("reconciliation")
        days = list(Reconciliation.objects.filter(pk__in=open_days).select_related("store").order_by("pk"))
    for reconciliation in days:
        try:
            with scope(store=reconciliation.store):
                renew(reconciliation)
        except Exception:
            # One day's trouble must not keep the others waiting; it is looked at again a quarter of an hour later.
            log.exception("%s could not be compared again", reconciliation)
    return len(days)


def renew(reconciliation: Reconciliation) -> None:
    """Compare this day again with what is kept of its statement, in a transaction of its own. No provider is asked."""
    with step("compare a day again"):
        _close(reconciliation)


def fetch_again(rows: Iterable[Reconciliation]) -> int:
    """Have the statements of these days fetched once more, soon; days that are under way stay so. Returns how many."""
    count = 0
    for row in rows:
        done = Reconciliation.objects.filter(pk=row.pk, done_at__isnull=False)
        if done.update(done_at=None, due_at=clock.now(), attempts=0, last_error=""):
            duework.ring(row)
            count += 1
    return count


def _close(reconciliation: Reconciliation) -> None:
    """Compare, book, and tell of what differs; inside the caller's transaction."""
    ledger.book_movements(reconciliation)
    count = compare(reconciliation).count()
    if count:
        day = f"{reconciliation.day:%Y-%m-%d}"
        with translation.override(None):
            # Each reader gets it in their own language.
            provider = str(gateway(reconciliation.provider).label)
        raise_alert(
            reconciliation.store_id,
            ALERT,
            subject_of(reconciliation),
            DIFFERS,
            LOOK,
            params={"provider": provider, "day": day, "count": count},
            link=f"{reverse('dashboards:differences')}?from={day}&to={day}",
        )
    else:
        resolve_alert(ALERT, subject_of(reconciliation), store=reconciliation.store_id)
