"""Who may see the boards: staff, and of the orders those of the stores they work in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse

from orders.models import Order, Parcel
from payments.models import Payment, Refund

View = Callable[..., HttpResponse]


def ops_page(view: View) -> View:
    """A page for staff with at least one store; others are sent to the login, or told that there is nothing."""

    @staff_member_required(login_url="admin:login")
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(request, "stores", []):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def actor(request: HttpRequest) -> str:
    """How the journal names this member of staff."""
    return f"staff:{request.user.pk}"


def order_or_404(public_id: str) -> Order:
    """The order, if it is one of the stores' in scope."""
    order = Order.objects.select_related("store", "shopper").filter(public_id=public_id).first()
    if order is None:
        raise Http404
    return order


def parcel_or_404(public_id: str) -> Parcel:
    """The parcel, if it is one of the stores' in scope."""
    parcel = Parcel.objects.select_related("order", "store").filter(public_id=public_id).first()
    if parcel is None:
        raise Http404
    return parcel


def payment_or_404(public_id: str) -> Payment:
    """The attempt to pay, if it is of one of the stores' in scope."""
    payment = Payment.objects.select_related("order", "store").filter(public_id=public_id).first()
    if payment is None:
        raise Http404
    return payment


def refund_or_404(number: str) -> Refund:
    """The refund with this number of ours, if it is of one of the stores' in scope."""
    refund = Refund.objects.select_related("payment__order", "payment__store", "store").filter(number=number).first()
    if refund is None:
        raise Http404
    return refund
