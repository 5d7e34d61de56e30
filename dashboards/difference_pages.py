"""The page *Differences*: what statements and books do not agree about, side by side, and what can be done about each."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.problems import Problem
from core.showing import names
from dashboards.access import actor, ops_page
from dashboards.exporting import amount, csv_file
from dashboards.money_pages import asked_days, asked_store
from dashboards.views import page_context
from payments import differences, gateways, reconciling
from payments.models import Difference, Payment, Refund
from payments.states import DIFFERENCE

PAGE, MANY, MOST_IN_A_FILE = 50, 200, 20_000
State, Kind = Difference.State, Difference.Kind
TABS = (State.OPEN, State.EXPLAINED, State.RESOLVED)
STATES = {"payment": dict(Payment.State.choices), "refund": dict(Refund.State.choices)}


@dataclass(frozen=True)
class Side:
    """What one side knows. ``differs`` names what the other says otherwise."""

    number: str
    provider_id: str
    payment_number: str
    amount: int
    currency: str
    state: Any
    at: Any
    differs: frozenset[str]


@dataclass(frozen=True)
class Shown:
    """A difference as the page shows it."""

    row: Difference
    provider: Any
    here: Side | None
    there: Side | None
    can_ask: bool
    can_book: bool
    dot: str
    by: str


@ops_page
def differences_page(request: HttpRequest) -> HttpResponse:
    """Open ones first. ``?state=``, ``?kind=``, ``?provider=``, ``?from=&to=`` (days of statements), ``?store=``; ``?format=csv``."""
    state = request.GET.get("state", State.OPEN)
    if state not in (*TABS, "all"):
        raise Http404
    rows = _filtered(request)
    chosen = rows if state == "all" else rows.filter(state=state)
    if request.GET.get("format") == "csv":
        return _file(chosen[:MOST_IN_A_FILE])
    text = request.GET.get("after", "")
    if text.isdecimal() and len(text) < 19:
        chosen = chosen.filter(pk__lt=int(text))
    found = list(chosen[: PAGE + 1])
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    people = names(row.explained_by for row in found)
    query = request.GET.copy()
    for name in ("after", "format", "state"):
        query.pop(name, None)
    context = page_context(
        request,
        title=_("Differences"),
        rows=[_shown(row, people) for row in found[:PAGE]],
        go_on=found[PAGE - 1].pk if len(found) > PAGE else None,
        state=state,
        tabs=[(tab, State(tab).label, counts.get(tab, 0)) for tab in TABS] + [("all", _("All"), sum(counts.values()))],
        kinds=Kind.choices,
        providers=[
            (name, gateways.gateway(name).label) for name in gateways.names() if gateways.gateway(name).has_statements
        ],
        kind=request.GET.get("kind", ""),
        provider=request.GET.get("provider", ""),
        first=request.GET.get("from", ""),
        last=request.GET.get("to", ""),
        store=asked_store(request),
        stores=request.stores,  # type: ignore[attr-defined]
        query=query.urlencode(),
        filtered=any(query.get(name) for name in ("kind", "provider", "from", "to", "store")),
        here=request.get_full_path(),
    )
    return render(request, "dashboards/differences.html", context)


@ops_page
@require_POST
def ask(request: HttpRequest, difference: str) -> HttpResponse:
    """Ask the provider again about one of them; what it confirms is taken in."""
    row = _rows_or_404([difference])[0]
    differences.ask(row)
    reconciling.renew(row.reconciliation)
    row.refresh_from_db()
    if row.state == State.OPEN:
        messages.warning(request, _(row.answer) if row.answer else _("There is nothing here to ask about."))
    else:
        messages.success(request, _(row.explanation))
    return _back(request)


@ops_page
@require_POST
def book(request: HttpRequest, difference: str) -> HttpResponse:
    """Book a refund on the statement's word."""
    row = _rows_or_404([difference])[0]
    try:
        differences.book(row, actor=actor(request))
    except Problem as problem:
        messages.error(request, str(problem.title))
    else:
        reconciling.renew(row.reconciliation)
        messages.success(request, _("Booked."))
    return _back(request)


@ops_page
@require_POST
def explain(request: HttpRequest) -> HttpResponse:
    """Close the ticked ones with a word why: all of them, or none when one is not there."""
    chosen = request.POST.getlist("difference")
    if not chosen:
        messages.error(request, _("Tick what the word is for."))
        return _back(request)
    rows = _rows_or_404(chosen)
    try:
        count = differences.explain(rows, request.POST.get("word", ""), actor=actor(request))
    except Problem as problem:
        messages.error(request, str(problem.title))
        return _back(request)
    for day in {row.reconciliation_id: row.reconciliation for row in rows}.values():
        reconciling.renew(day)
    text = ngettext("%(count)s difference explained.", "%(count)s differences explained.", count)
    messages.success(request, text % {"count": count})
    return _back(request)


def _rows_or_404(public_ids: list[str]) -> list[Difference]:
    """Those differences, if all of them are there and of the stores in scope."""
    wanted = set(public_ids)
    rows = Difference.objects.filter(public_id__in=wanted).select_related(
        "reconciliation__store", "payment__order", "payment__store", "refund__payment"
    )
    found = list(rows) if len(wanted) <= MANY else []
    if len(found) != len(wanted):
        raise Http404
    return found


def _back(request: HttpRequest) -> HttpResponse:
    here = request.POST.get("here", "")
    own = url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(here if own else "dashboards:differences")


def _filtered(request: HttpRequest) -> QuerySet[Difference]:
    rows = Difference.objects.select_related("reconciliation", "store", "payment__order").order_by("-pk")
    if store := asked_store(request):
        rows = rows.filter(store=store)
    if (kind := request.GET.get("kind", "")) in Kind:
        rows = rows.filter(kind=kind)
    if (provider := request.GET.get("provider", "")) in gateways.names():
        rows = rows.filter(provider=provider)
    if request.GET.get("from") or request.GET.get("to"):
        first, last = asked_days(request)
        rows = rows.filter(reconciliation__day__gte=first, reconciliation__day__lte=last)
    return rows


def _shown(row: Difference, names: dict[str, str]) -> Shown:
    here, there = row.expected, row.found
    differs = frozenset(
        name for name in ("number", "provider_id", "payment_number", "amount", "currency", "state")
        if here and there and name in here and name in there and here[name] != there[name]
    )  # fmt: skip
    return Shown(
        row=row,
        provider=provider_label(row.provider),
        here=_side(row, here, differs),
        there=_side(row, there, differs),
        can_ask=row.state == State.OPEN and differences.can_be_asked(row),
        can_book=differences.can_be_booked(row),
        dot=DIFFERENCE.tones[row.state],
        by=names.get(row.explained_by, ""),
    )


def provider_label(name: str) -> Any:
    """What people call the provider; its name when it is no longer there."""
    return gateways.gateway(name).label if name in gateways.names() else name


def _side(row: Difference, told: dict[str, Any] | None, differs: frozenset[str]) -> Side | None:
    if not told:
        return None
    return Side(
        number=told.get("number") or "",
        provider_id=told.get("provider_id") or "",
        payment_number=told.get("payment_number") or "",
        amount=told.get("amount") or 0,
        currency=told["currency"],
        state=_state(row, told["state"]),
        at=timezone.localtime(parse_datetime(told["at"])) if told.get("at") else None,
        differs=differs,
    )


def _state(row: Difference, state: str) -> Any:
    """The state in words: of a payment or a refund, whichever it is about."""
    return STATES[row.subject.partition(":")[0]].get(state, state)


def _file(rows: QuerySet[Difference]) -> HttpResponse:
    header = [
        _("Day"), _("Store"), _("Provider"), _("Kind"), _("State"), _("Order"), _("About"),
        _("Number here"), _("Amount here"), _("State here"), _("Number there"), _("Amount there"), _("State there"), _("Currency"),
        _("Since"), _("Closed"), _("Closed by"), _("Explanation"),
    ]  # fmt: skip
    found = list(rows)
    people = names(row.explained_by for row in found)
    return csv_file("differences", header, (_cells(row, people) for row in found))


def _cells(row: Difference, names: dict[str, str]) -> list[object]:
    here, there = row.expected or {}, row.found or {}
    either = there or here
    return [
        row.reconciliation.day, row.store, provider_label(row.provider), row.get_kind_display(), row.get_state_display(),
        row.payment.order.number if row.payment else "", row.subject,
        *(cell for side in (here, there) for cell in (
            side.get("number"),
            amount(side["amount"], side["currency"]) if side.get("amount") is not None else "",
            _state(row, side.get("state", "")),
        )),
        either.get("currency"), row.opened_at, row.explained_at, names.get(row.explained_by, row.explained_by),
        _(row.explanation) if row.explanation else "",
    ]  # fmt: skip
