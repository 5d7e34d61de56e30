"""What staff do on the boards. Each action is one call of the orders room; what it refuses is told, and nothing has changed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import states
from core.problems import Problem
from dashboards.access import actor, ops_page, order_or_404, parcel_or_404
from dashboards.views import page_context
from orders import closing, holding, packing, shipping
from orders.carriers import CARRIERS
from orders.models import Order, Parcel
from orders.states import TO_SHIP
from payments import refund_requests
from payments.models import Refund
from payments.verdicts import REFUND_FAILED

MANY = 100


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Carry it out; tell what became of it."""
    try:
        act()
    except Problem as problem:
        messages.error(request, _what_is_wrong(problem))
        return False
    messages.success(request, done)
    return True


def _what_is_wrong(problem: Problem) -> str:
    errors = problem.members.get("errors", {})
    first = next(iter(errors.values()), None) if isinstance(errors, dict) else None
    return str(first[0] if first else problem.title)


def back_to(order: Order) -> HttpResponse:
    """To the page of the order, which tells what became of the action."""
    return redirect("dashboards:order", order=order.public_id)


@ops_page
@require_POST
def pack(request: HttpRequest, parcel: str) -> HttpResponse:
    """Everything of this parcel is in the box."""
    found = parcel_or_404(parcel)
    attempt(request, lambda: packing.pack(found, actor=actor(request)), _("Packed."))
    return back_to(found.order)


@ops_page
@require_POST
def unpack(request: HttpRequest, parcel: str) -> HttpResponse:
    """Open the box again, as long as it has not left."""
    found = parcel_or_404(parcel)
    attempt(request, lambda: packing.unpack(found, actor=actor(request)), _("Unpacked."))
    return back_to(found.order)


@ops_page
@require_POST
def split(request: HttpRequest, parcel: str) -> HttpResponse:
    """Move the given quantities (``line_<id>``) into a parcel of their own."""
    found = parcel_or_404(parcel)
    quantities: dict[int, int] = {}
    for name, value in request.POST.items():
        line = name.removeprefix("line_")
        if name != line and line.isdecimal() and str(value).isdecimal() and 0 < int(str(value)) < 10**6:
            quantities[int(line)] = int(str(value))
    attempt(request, lambda: packing.split(found, quantities, actor=actor(request)), _("Split into two parcels."))
    return back_to(found.order)


@ops_page
@require_POST
def ship(request: HttpRequest, parcel: str) -> HttpResponse:
    """The carrier has taken the parcel under this waybill."""
    found = parcel_or_404(parcel)
    carrier, waybill = _label(request)
    attempt(request, lambda: shipping.ship(found, carrier, waybill, actor=actor(request)), _("Shipped."))
    return back_to(found.order)


@ops_page
@require_POST
def correct(request: HttpRequest, parcel: str) -> HttpResponse:
    """The waybill was mistyped: put it right."""
    found = parcel_or_404(parcel)
    carrier, waybill = _label(request)
    attempt(request, lambda: shipping.correct(found, carrier, waybill, actor=actor(request)), _("Waybill corrected."))
    return back_to(found.order)


def _label(request: HttpRequest, prefix: str = "") -> tuple[str, str]:
    return request.POST.get(f"carrier{prefix}", ""), request.POST.get(f"waybill{prefix}", "").strip().upper()


@ops_page
@require_POST
def cancel(request: HttpRequest, order: str) -> HttpResponse:
    """Cancel an order that is not paid yet. The provider is asked first, so it takes a moment."""
    found = order_or_404(order)
    attempt(
        request,
        lambda: closing.request_close(found, Order.CancelCause.STAFF, actor=actor(request)),
        _("The order is being cancelled. If it turns out to be paid, it stays."),
    )
    return back_to(found)


@ops_page
@require_POST
def settle_problem(request: HttpRequest, order: str) -> HttpResponse:
    """A person has seen to the problem: take it off the order, with a note in the journal."""
    found = order_or_404(order)
    note = request.POST.get("note", "").strip()[:200]
    if not note:
        messages.error(request, _("Write what was done about it."))
    elif holding.release(found.pk, found.hold_reason, by=actor(request)):
        states.record(
            found,
            "order",
            actor=actor(request),
            was=found.state,
            to=found.state,
            why=note,
            data={"problem": found.hold_reason},
        )
        if found.hold_reason == REFUND_FAILED:
            for refund in Refund.objects.select_related("payment").filter(
                payment__order=found, state=Refund.State.FAILED, handled_at=None
            ):
                refund_requests.see_to(refund, actor=actor(request), note=note)
        messages.success(request, _("Settled."))
    return back_to(found)


def _chosen(request: HttpRequest, state: str) -> list[Parcel]:
    """The parcels in that state of the orders that were ticked."""
    ids = request.POST.getlist("order")[:MANY]
    rows = Parcel.objects.filter(order__public_id__in=ids, state=state, order__state__in=TO_SHIP)
    return list(rows.select_related("order", "store").prefetch_related("lines__line").order_by("order_id", "pk"))


@ops_page
@require_POST
def pack_many(request: HttpRequest) -> HttpResponse:
    """Pack the parcels of the ticked orders: first what it would do, then, confirmed, a result by row."""
    parcels = _chosen(request, Parcel.State.PACKING)
    if request.POST.get("confirmed") != "yes":
        return _ask(request, parcels, "dashboards/pack_many.html", _("Pack"))
    return _report(request, parcels, lambda parcel: packing.pack(parcel, actor=actor(request)))


@ops_page
@require_POST
def ship_many(request: HttpRequest) -> HttpResponse:
    """Ship the packed parcels of the ticked orders; a waybill is asked for each."""
    parcels = _chosen(request, Parcel.State.PACKED)
    if request.POST.get("confirmed") != "yes":
        return _ask(request, parcels, "dashboards/ship_many.html", _("Ship"))
    labelled = [parcel for parcel in parcels if _label(request, f"_{parcel.public_id}")[1]]
    return _report(
        request,
        labelled,
        lambda parcel: shipping.ship(parcel, *_label(request, f"_{parcel.public_id}"), actor=actor(request)),
    )


def _ask(request: HttpRequest, parcels: list[Parcel], template: str, title: str) -> HttpResponse:
    if not parcels:
        messages.warning(request, _("None of the chosen orders has a parcel for that."))
        return redirect("dashboards:home")
    return render(request, template, page_context(request, title=title, parcels=parcels, carriers=CARRIERS.values()))


def _report(request: HttpRequest, parcels: list[Parcel], act: Callable[[Parcel], object]) -> HttpResponse:
    """Carry out the action row by row; one that fails does not stop the others."""
    if not parcels:
        raise Http404
    results = []
    for parcel in parcels:
        try:
            act(parcel)
            results.append((parcel, ""))
        except Problem as problem:
            results.append((parcel, _what_is_wrong(problem)))
    good = sum(not wrong for _parcel, wrong in results)
    title = ngettext("%(count)d parcel done", "%(count)d parcels done", good) % {"count": good}
    return render(request, "dashboards/result.html", page_context(request, title=title, results=results))
