"""The pages *Where is my money* and the orders behind its numbers, and the same as files."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dashboards import money
from dashboards.access import ops_page
from dashboards.exporting import amount, csv_file
from dashboards.money import Money, Range
from dashboards.views import page_context
from payments.models import Difference, Reconciliation
from shop.models import Store

DAYS, MOST_DAYS, PAGE = 14, 366, 50
MOST_IN_A_FILE = 20_000


@dataclass(frozen=True)
class Column:
    """A column of numbers; ``rare`` ones are left out while they are empty."""

    name: str
    label: Promise
    help: Promise
    rare: bool = False


COLUMNS = (
    Column("expected", gettext_lazy("Expected"), gettext_lazy("Totals of the orders that were paid")),
    Column("received", pgettext_lazy("money", "Received"), gettext_lazy("What shoppers paid, also what paid no order"), rare=True),
    Column("provider", pgettext_lazy("money", "At the provider"), gettext_lazy("Not yet the store's: frozen, or not yet settled")),
    Column("frozen", gettext_lazy("Frozen"), gettext_lazy("Part of what is at the provider: kept until shipping is reported")),
    Column("settled", pgettext_lazy("money", "Settled"), gettext_lazy("Became the store's, as statements say, fees taken off")),
    Column("fees", gettext_lazy("Fees"), gettext_lazy("Charged by the provider")),
    Column("refunded", gettext_lazy("Refunded"), gettext_lazy("Went back to shoppers")),
    Column("disputed", gettext_lazy("Taken back"), gettext_lazy("Taken back by shoppers' banks"), rare=True),
    Column("kept", gettext_lazy("Kept"), gettext_lazy("Received, less what went back, was taken back, and fees")),
)  # fmt: skip


@dataclass(frozen=True)
class DayState:
    """How far the reconciliation of a day is: ``kind`` of a dot, and how many differences are open."""

    kind: str
    label: str
    open: int = 0


@ops_page
def where_is_my_money(request: HttpRequest) -> HttpResponse:
    """By day. ``?from=``, ``?to=``, ``?store=``; ``?format=csv``."""
    asked, store = _asked(request)
    found = money.by_day(asked)
    states = _states(asked)
    if request.GET.get("format") == "csv":
        return _file_of_days(asked, found, states)
    names = {one.pk: one for one in _stores(request)}
    sections = [
        {
            "code": currency.code,
            "total": currency.total,
            "columns": _columns(currency.total, *currency.days.values()),
            "days": [(day, currency.days.get(day, Money())) for day in asked.days],
            "stores": [(names[pk], sums) for pk, sums in currency.stores.items()]
            if len(names) > 1 and not store
            else [],
            "no_order": currency.no_order if currency.no_order != Money() else None,
            "frozen_days": _days_since(currency.total),
        }
        for currency in found
    ]
    context = page_context(
        request, title=_("Where is my money"), sections=sections, states=states,
        open_differences=Difference.objects.filter(state="open", store__in=asked.stores).count(),
        **_filters(request, asked, store),
    )  # fmt: skip
    return render(request, "dashboards/money.html", context)


@ops_page
def money_of_orders(request: HttpRequest) -> HttpResponse:
    """The orders behind one number: ``?currency=``, ``?what=`` and the same filters."""
    asked, store = _asked(request)
    what, currency = request.GET.get("what", "orders"), request.GET.get("currency", "")
    if what not in money.WHAT or not currency:
        raise Http404
    if request.GET.get("format") == "csv":
        return _file_of_orders(money.by_order(asked, currency, what, limit=MOST_IN_A_FILE), currency)
    text = request.GET.get("after", "")
    after = int(text) if text.isdecimal() and len(text) < 19 else None
    rows = money.by_order(asked, currency, what, after, PAGE + 1)
    shown = rows[:PAGE]
    column = next((column for column in COLUMNS if column.name == what), None)
    context = page_context(
        request,
        title=_("Money of orders"),
        rows=shown,
        columns=_columns(*(sums for _order, _day, sums in shown)),
        currency=currency,
        what=what,
        column=column,
        go_on=shown[-1][0].pk if len(rows) > PAGE else None,
        several_stores=len(asked.stores) > 1,
        **_filters(request, asked, store),
    )
    return render(request, "dashboards/money_orders.html", context)


def asked_days(request: HttpRequest, days: int = DAYS) -> tuple[date, date]:
    """The first and the last day of ``?from=&to=``; the last ``days`` unless said otherwise. Nonsense is as good as nothing."""
    today = timezone.localdate()
    last = _day(request.GET.get("to", "")) or today
    first = _day(request.GET.get("from", "")) or last - timedelta(days=days - 1)
    first, last = min(first, last), max(first, last)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def asked_store(request: HttpRequest) -> Store | None:
    """The one of the caller's stores that ``?store=`` names. Raises Http404 when it names another."""
    slug = request.GET.get("store", "")
    if not slug:
        return None
    found = next((store for store in _stores(request) if store.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest) -> tuple[Range, Store | None]:
    store = asked_store(request)
    stores = (store.pk,) if store else tuple(one.pk for one in _stores(request))
    return Range(*asked_days(request), stores), store


def _stores(request: HttpRequest) -> list[Store]:
    stores: list[Store] = request.stores  # type: ignore[attr-defined]
    return stores


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # Dates far off overflow the arithmetic.
    return day if day and 2000 <= day.year < 2200 else None


def _filters(request: HttpRequest, asked: Range, store: Store | None) -> dict[str, Any]:
    query = request.GET.copy()
    for name in ("after", "format"):
        query.pop(name, None)
    return {
        "first": asked.first,
        "last": asked.last,
        "store": store,
        "stores": _stores(request),
        "query": query.urlencode(),
    }


def _columns(*sums: Money) -> list[Column]:
    """Those that have something to say; the received money only where it is not what was expected."""
    uneven = any(one.received != one.expected for one in sums)
    shown = {"received": uneven, "disputed": any(one.disputed for one in sums)}
    return [column for column in COLUMNS if shown.get(column.name, True)]


def _days_since(total: Money) -> int | None:
    return (timezone.now() - total.frozen_since).days if total.frozen_since else None


def _states(asked: Range) -> dict[date, DayState]:
    """How each day's statements and books agree, of all providers and stores together."""
    rows = (
        Reconciliation.objects.filter(store__in=asked.stores, day__gte=asked.first, day__lte=asked.last)
        .order_by()
        .values("day")
        .annotate(
            waiting=Count("pk", filter=Q(fetched_at=None), distinct=True),
            parked=Count("pk", filter=Q(parked_at__isnull=False), distinct=True),
            open=Count("differences", filter=Q(differences__state="open")),
        )
    )
    states: dict[date, DayState] = defaultdict(lambda: DayState("quiet", "–"))
    for row in rows:
        states[row["day"]] = _state(row["waiting"], row["parked"], row["open"])
    return states


def _state(waiting: int, parked: int, differences: int) -> DayState:
    if differences:
        return DayState("bad", _("%(count)s open") % {"count": differences}, differences)
    if parked:
        return DayState("bad", _("could not be fetched"))
    return DayState("waiting", _("not yet")) if waiting else DayState("good", _("agreed"))


def _file_of_days(asked: Range, found: list[money.Currency], states: dict[date, DayState]) -> HttpResponse:
    header = [_("Currency"), _("Day"), _("Orders"), *(column.label for column in COLUMNS), _("Statement")]
    rows: list[list[object]] = []
    for currency in found:
        for day in reversed(asked.days):
            sums = currency.days.get(day, Money())
            rows.append([currency.code, day, sums.orders, *_amounts(sums, currency.code), states[day].label])
        if currency.no_order != Money():
            rows.append([currency.code, _("Of no order"), 0, *_amounts(currency.no_order, currency.code), ""])
        rows.append([currency.code, _("Total"), currency.total.orders, *_amounts(currency.total, currency.code), ""])
    return csv_file(f"money-{asked.first}-{asked.last}", header, rows)


def _file_of_orders(found: list[Any], currency: str) -> HttpResponse:
    header = [_("Order"), _("Store"), _("Paid on"), _("State"), _("Currency"), *(column.label for column in COLUMNS)]
    rows = [
        [order.number, order.store, day, order.get_state_display(), currency, *_amounts(sums, currency)]
        for order, day, sums in found
    ]
    return csv_file("money-orders", header, rows)


def _amounts(sums: Money, currency: str) -> list[object]:
    return [amount(getattr(sums, column.name), currency) for column in COLUMNS]
