"""Money by hand on the boards: what came in (cash, transfers), what was paid back, and parcels that came back unpaid.

Taking money in asks first and shows what it would do; the second click of anything finds what the first has done.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.money import format_minor, parse_major
from core.problems import Problem
from dashboards.access import actor, ops_page, order_or_404
from dashboards.actions import attempt, back_to
from dashboards.awaited import awaited
from dashboards.views import page_context
from payments import by_hand, gateways
from payments.models import Payment, Refund
from payments.verdicts import Doubtful


@ops_page
@require_POST
def received(request: HttpRequest, payment: str) -> HttpResponse:
    """So much came in for this attempt: first what that would do, then, confirmed, the taking in."""
    found = _payment_or_404(payment)
    try:
        amount = parse_major(request.POST.get("amount", ""), found.currency)
    except ValueError:
        messages.error(request, _("Write an amount such as 128.50."))
        return back_to(found.order)
    reference, day = request.POST.get("reference", "").strip(), _day(request.POST.get("received_on", ""))
    if request.POST.get("confirmed") != "yes":
        return _ask(request, found, amount, reference, day)
    attempt(
        request,
        lambda: by_hand.take_in(found.order, found.provider, amount, reference, actor=actor(request), received_on=day),
        _("%(amount)s noted.") % {"amount": format_minor(amount, found.currency)},
    )
    return back_to(found.order)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _ask(request: HttpRequest, payment: Payment, amount: int, reference: str, day: date | None) -> HttpResponse:
    wait = awaited(payment)
    total = wait.received + amount
    return render(
        request,
        "dashboards/received.html",
        page_context(
            request,
            title=_("Money that came in"),
            payment=payment,
            label=gateways.gateway(payment.provider).label,
            amount=amount,
            written=request.POST["amount"],
            reference=reference,
            day=day or timezone.localdate(),
            total=total,
            missing=payment.amount - total,
            surplus=total - payment.amount,
            in_time=wait.is_open,
        ),
    )


@ops_page
@require_POST
def give_back(request: HttpRequest, payment: str) -> HttpResponse:
    """Wait no longer for the rest: what came in is to be paid back."""
    found = _payment_or_404(payment)
    attempt(
        request,
        lambda: by_hand.give_back(found, actor=actor(request)),
        _("It is to be paid back. Say so here when that is done."),
    )
    return back_to(found.order)


@ops_page
@require_POST
def paid_back(request: HttpRequest, refund: int) -> HttpResponse:
    """The money of a refund has gone back."""
    found = _refund_or_404(refund)
    reference = request.POST.get("reference", "")
    _tell(request, lambda: by_hand.paid_back(found, reference, actor=actor(request)), _("Paid back."))
    return back_to(found.payment.order)


@ops_page
@require_POST
def not_paid_back(request: HttpRequest, refund: int) -> HttpResponse:
    """A refund could not be paid back."""
    found = _refund_or_404(refund)
    why = request.POST.get("why", "")
    _tell(
        request, lambda: by_hand.not_paid_back(found, why, actor=actor(request)), _("Noted. The order needs a person.")
    )
    return back_to(found.payment.order)


@ops_page
@require_POST
def came_back(request: HttpRequest, order: str) -> HttpResponse:
    """A parcel that was to be paid on delivery came back unpaid: close its order, without money."""
    found = order_or_404(order)
    restock = request.POST.get("restock") == "yes"
    attempt(
        request,
        lambda: by_hand.came_back(found, restock=restock, actor=actor(request)),
        _("Closed without money."),
    )
    return back_to(found)


def _tell(request: HttpRequest, act: Any, done: str) -> None:
    def act_or_refuse() -> None:
        try:
            act()
        except Doubtful as doubt:
            raise Problem("doubtful", 409, _(str(doubt))) from None

    attempt(request, act_or_refuse, done)


def _payment_or_404(public_id: str) -> Payment:
    rows = Payment.objects.filter(public_id=public_id, provider__in=gateways.by_hand())
    found = rows.select_related("order__store", "store").first()
    if found is None:
        raise Http404
    return found


def _refund_or_404(pk: int) -> Refund:
    rows = Refund.objects.filter(pk=pk, payment__provider__in=gateways.by_hand())
    found = rows.select_related("payment__order__store", "store").first()
    if found is None:
        raise Http404
    return found
