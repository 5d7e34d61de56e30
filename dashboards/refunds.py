"""Refunds on the boards: asked for from a payment, agreed to by somebody else, followed until they have arrived."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.problems import Problem
from core.showing import names
from dashboards import queues
from dashboards.access import actor, ops_page, payment_or_404, refund_or_404
from dashboards.refund_form import RedirectForm, RefundForm
from dashboards.views import page_context
from payments import redirecting, refund_requests
from payments.models import Refund
from payments.refund_requests import Preview
from shop.models import StaffMembership
from shop.roles import CHANGE, GRANTS, MONEY, ORDERS, may


@ops_page
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, payment: str) -> HttpResponse:
    """Ask for a refund: the form, then what it would do, then, confirmed, the refund's page. A second click finds the same refund."""
    found = payment_or_404(payment)
    _require(request, found.store_id, ORDERS)
    step = request.POST.get("step", "")
    if request.method == "GET":
        failed = Refund.objects.filter(payment=found, state=Refund.State.FAILED, handled_at=None)
        return _form(request, RefundForm(found, failed=failed.filter(number=request.GET.get("instead", "")).first()))
    form = RefundForm(found, request.POST)
    if step == "confirm":
        return _confirm(request, form)
    if not form.is_valid():
        return _form(request, form, status=422)
    if step == "edit":
        return _form(request, form)
    preview = refund_requests.preview(found, form.total)
    if preview.problem:
        return _form(request, form, Problem(preview.problem, 409, preview.refused))
    return _preview(request, form, preview)


def _form(request: HttpRequest, form: RefundForm, problem: Problem | None = None, *, status: int = 200) -> HttpResponse:
    """The form, with all that was typed."""
    payment = form.payment
    nothing = refund_requests.preview(payment, payment.refundable) if not form.is_bound else None
    context = page_context(
        request, title=_("Refund"), form=form, payment=payment, order=payment.order, problem=problem, nothing=nothing,
    )  # fmt: skip
    return render(request, "dashboards/refund_form.html", context, status=problem.status_code if problem else status)


def _preview(request: HttpRequest, form: RefundForm, preview: Preview) -> HttpResponse:
    payment = form.payment
    context = page_context(
        request, title=_("Refund"), form=form, payment=payment, order=payment.order, preview=preview,
        later=preview.due_at is not None and preview.due_at > clock.now(),
        shipped=payment.settles and preview.left == 0 and not preview.stops_order and payment.order.state != "cancelled",
    )  # fmt: skip
    return render(request, "dashboards/refund_preview.html", context)


def _confirm(request: HttpRequest, form: RefundForm) -> HttpResponse:
    try:
        refund = _request(request, form)
    except Problem as problem:
        # A second click comes when nothing, or less, is left: it finds what the first one made.
        known = Refund.objects.filter(payment=form.payment, request_key=form.key()).first()
        if known is None:
            return _form(request, form, problem)
        refund = known
    return redirect("dashboards:refund_page", number=refund.number)


def _request(request: HttpRequest, form: RefundForm) -> Refund:
    """Ask for what the preview showed, and for nothing else. Raises Problem."""
    if not form.is_valid() or request.POST.get("total") != str(form.total):
        raise Problem("refund-changed", 409, _("What can go back has changed meanwhile. Look at it again."))
    instead = Refund.objects.select_related("payment").filter(
        payment=form.payment, number=form.cleaned_data["instead"], handled_at=None
    )
    return refund_requests.request(
        form.payment, form.total, form.cleaned_data["reason"], actor=actor(request), lines=form.parts, key=form.key(),
        stops=request.POST.get("stops") == "yes", instead_of=instead.first(),
    )  # fmt: skip


@ops_page
def queue(request: HttpRequest) -> HttpResponse:
    """Refunds that wait for a second person, or those that went wrong; the oldest first. ``?show=``, ``?after=`` turns the page."""
    tabs = {
        "waiting": (_("To agree to"), Refund.objects.filter(state=Refund.State.REQUESTED)),
        "failed": (_("Went wrong"), queues.failed_refunds()),
    }
    counts = {key: rows.count() for key, (_label, rows) in tabs.items()}
    show = request.GET.get("show") or next((key for key, count in counts.items() if count), "waiting")
    if show not in tabs:
        raise Http404
    rows, text = tabs[show][1], request.GET.get("after", "")
    if text.isdecimal() and len(text) < 19:
        rows = rows.filter(pk__gt=int(text))
    found = list(rows.select_related("payment__order", "store").order_by("pk")[: queues.PAGE + 1])
    people = names(refund.requested_by for refund in found)
    context = page_context(
        request, title=_("Refunds"), show=show, tabs=[(key, label, counts[key]) for key, (label, _rows) in tabs.items()],
        rows=[(refund, people.get(refund.requested_by, "")) for refund in found[: queues.PAGE]],
        go_on=found[queues.PAGE - 1].pk if len(found) > queues.PAGE else None,
    )  # fmt: skip
    return render(request, "dashboards/refund_queue.html", context)


@ops_page
def page(request: HttpRequest, number: str) -> HttpResponse:
    """One refund: how it stands, who asked for it and why, and what can be done."""
    return _page(request, refund_or_404(number))


def _page(request: HttpRequest, refund: Refund, problem: Problem | None = None) -> HttpResponse:
    people = names({refund.requested_by, refund.decided_by})
    waits = refund.state == Refund.State.REQUESTED
    mine = refund.requested_by == actor(request)
    context = page_context(
        request, title=_("Refund"), refund=refund, payment=refund.payment, order=refund.payment.order, problem=problem,
        asked_by=people.get(refund.requested_by, ""), decided_by=people.get(refund.decided_by, ""),
        besides=refund.amount - sum(entry["amount"] for entry in refund.goods),
        waits=waits, mine=mine, awaited=_who_may_agree(refund) if waits else [], stops=waits and refund_requests.stops_order(refund),
        may_agree=not mine and may(request, refund.store_id, MONEY, CHANGE),
        may_ask=may(request, refund.store_id, ORDERS, CHANGE), may_redirect=redirecting.may_redirect(refund),
        may_change_money=may(request, refund.store_id, MONEY, CHANGE),
        went_wrong=refund.state == Refund.State.FAILED and refund.handled_at is None,
    )  # fmt: skip
    return render(request, "dashboards/refund_page.html", context, status=problem.status_code if problem else 200)


def _who_may_agree(refund: Refund) -> list[str]:
    """The people of the store, by name, of whom one has to agree."""
    roles = [role for role, grants in GRANTS.items() if grants.get(MONEY, 0) >= CHANGE]
    members = StaffMembership.objects.filter(store=refund.store_id, role__in=roles, user__is_active=True)
    people = names(f"staff:{pk}" for pk in members.values_list("user", flat=True))
    return sorted(name for who, name in people.items() if who != refund.requested_by)


@ops_page
@require_POST
def agree(request: HttpRequest, number: str) -> HttpResponse:
    """Agree to a refund that somebody else asked for."""
    refund = refund_or_404(number)
    if refund.requested_by != actor(request) and not may(request, refund.store_id, MONEY, CHANGE):
        return _page(request, refund, _not_yours())
    stops = request.POST.get("stops") == "yes"
    return _do(
        request, refund, lambda: refund_requests.approve(refund, actor=actor(request), stops=stops), _("Agreed to.")
    )


@ops_page
@require_POST
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    """Say no to a refund, with a word; who asked for it withdraws it so."""
    refund = refund_or_404(number)
    mine = refund.requested_by == actor(request)
    if not mine and not may(request, refund.store_id, MONEY, CHANGE):
        return _page(request, refund, _not_yours())
    why = request.POST.get("why", "").replace("\x00", "").strip()
    if not mine and not why:
        return _page(request, refund, Problem("refund-invalid", 409, _("Say why it is refused.")))
    return _do(
        request,
        refund,
        lambda: refund_requests.refuse(refund, actor=actor(request), why=why),
        _("Withdrawn.") if mine else _("Refused."),
    )


@ops_page
@require_POST
def ask_again(request: HttpRequest, number: str) -> HttpResponse:
    """Have the provider asked how a failed refund stands."""
    refund = refund_or_404(number)
    _require(request, refund.store_id, ORDERS)
    return _do(
        request,
        refund,
        lambda: refund_requests.ask_again(refund, actor=actor(request)),
        _("The provider is asked once more; this takes a moment."),
    )


@ops_page
@require_POST
def see_to(request: HttpRequest, number: str) -> HttpResponse:
    """A person has seen to a failed refund otherwise."""
    refund = refund_or_404(number)
    _require(request, refund.store_id, ORDERS)
    note = request.POST.get("note", "").replace("\x00", "")[:200]
    return _do(request, refund, lambda: refund_requests.see_to(refund, actor=actor(request), note=note), _("Settled."))


@ops_page
@never_cache
@sensitive_post_parameters("account", "holder")
@require_http_methods(["GET", "POST"])
def redirect_refund(request: HttpRequest, number: str) -> HttpResponse:
    """Send a refund that could not arrive to a bank card: the form, then what was typed to compare, then, confirmed, the refund's page."""
    refund = refund_or_404(number)
    _require(request, refund.store_id, MONEY)
    if not redirecting.may_redirect(refund):
        return _page(request, refund, Problem("illegal-state", 409, _("This is no longer possible.")))
    step = request.POST.get("step", "")
    form = RedirectForm(request.POST if step else None)
    context = page_context(
        request, title=_("Refund"), form=form, refund=refund, payment=refund.payment, order=refund.payment.order
    )
    if not step or not form.is_valid() or step == "edit":
        status = 422 if step and form.errors else 200
        return render(request, "dashboards/redirect_form.html", context, status=status)
    if step != "confirm":
        return render(request, "dashboards/redirect_preview.html", context)
    try:
        heard = redirecting.redirect(refund, form.card(), actor=actor(request))
    except Problem as problem:
        return _page(request, refund_or_404(number), problem)
    if heard:
        messages.success(request, _("The provider has taken it."))
    else:
        messages.warning(request, _("No answer yet. The provider is asked in a moment how it stands."))
    return redirect("dashboards:refund_page", number=number)


def _do(request: HttpRequest, refund: Refund, act: Callable[[], Any], done: str) -> HttpResponse:
    """Carry it out, and lead to the refund's page; what it refuses is said there."""
    try:
        act()
    except Problem as problem:
        return _page(request, refund_or_404(refund.number), problem)
    messages.success(request, done)
    return redirect("dashboards:refund_page", number=refund.number)


def _require(request: HttpRequest, store_pk: int, area: str) -> None:
    if not may(request, store_pk, area, CHANGE):
        raise PermissionDenied


def _not_yours() -> Problem:
    return Problem("forbidden", 403, _("Only owners and managers of the store agree to refunds or refuse them."))
