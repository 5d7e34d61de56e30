"""The pages of the boards."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import heartbeat
from dashboards import queues
from dashboards.access import ops_page, order_or_404
from dashboards.money import of_order
from dashboards.timeline import whole_timeline
from orders.carriers import CARRIERS
from orders.models import Order, OrderLine, Parcel, ParcelLine
from orders.states import ORDER
from payments.models import Difference, Payment


def page_context(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """What every page of the boards needs: the admin's frame around it."""
    return {**admin.site.each_context(request), "is_fullwidth": "1", **context}


@ops_page
def board(request: HttpRequest, queue: str = "") -> HttpResponse:
    """The queues with their counts, and the orders of one. ``?q=`` searches all orders, ``?after=`` turns the page."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if queue and queue not in queues.QUEUES:
        raise Http404
    current = queues.QUEUES[queue or ("all" if words else queues.FIRST)]
    after = request.GET.get("after", "")
    orders, go_on = queues.page(current, words, int(after) if after.isdecimal() and len(after) < 19 else None)
    counts = queues.counts()
    context = page_context(
        request,
        title=_("Order board"),
        queue=current,
        tabs=[(entry, counts.get(entry.key)) for entry in queues.QUEUES.values()],
        rows=[{"order": order, "late": queues.late(order), "parcel": _next_parcel(order)} for order in orders],
        words=words,
        after=after,
        go_on=go_on,
        several_stores=len(request.stores) > 1,  # type: ignore[attr-defined]
        worker_alive=heartbeat.is_alive(),
    )
    # The page asks again for itself while it is open; then only the part that changes is sent.
    part = request.headers.get("HX-Request") == "true"
    return render(request, "dashboards/board_rows.html" if part else "dashboards/board.html", context)


def _next_parcel(order: Order) -> Parcel | None:
    """The parcel that waits for a hand, if any."""
    waiting = (Parcel.State.PACKING, Parcel.State.PACKED)
    return next((parcel for parcel in order.parcels.all() if parcel.state in waiting), None)


@ops_page
def order_page(request: HttpRequest, order: str) -> HttpResponse:
    """One order: what to do next, lines, parcels, payments, and its whole timeline."""
    found = order_or_404(order)
    return render(request, "dashboards/order.html", order_context(request, found))


def order_context(request: HttpRequest, order: Order, **more: Any) -> dict[str, Any]:
    """What the page of an order shows."""
    lines = OrderLine.objects.filter(order=order).select_related("picture", "product")
    parcels = Parcel.objects.filter(order=order).prefetch_related(
        Prefetch("lines", ParcelLine.objects.select_related("line")), "events"
    )
    return page_context(
        request,
        title=_("Order %(number)s") % {"number": order.number},
        order=order,
        lines=lines,
        parcels=parcels,
        payments=Payment.objects.filter(order=order).prefetch_related("refunds"),
        whereabouts=of_order(order),
        differences=Difference.objects.filter(payment__order=order),
        timeline=whole_timeline(order),
        carriers=CARRIERS.values(),
        late=queues.late(order),
        may_cancel=ORDER.may(order.state, Order.State.CANCELLED),
        **more,
    )


@ops_page
def slip(request: HttpRequest, order: str) -> HttpResponse:
    """The packing slip of an order, to be printed and put into the parcel."""
    found = order_or_404(order)
    parcels = Parcel.objects.filter(order=found).prefetch_related(
        Prefetch("lines", ParcelLine.objects.select_related("line"))
    )
    pieces = ParcelLine.objects.filter(parcel__order=found).aggregate(pieces=Sum("quantity"))["pieces"]
    return render(request, "dashboards/slip.html", {"order": found, "parcels": parcels, "pieces": pieces})
