"""Staff see the stores they work in: every page of the admin and of the boards runs in the scope of those."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django_scopes import scope

from shop.models import Store
from shop.roles import roles_of

PATHS = ("/admin/", "/ops/", "/preview/")


def stores_of(user: object) -> list[Store]:
    """The stores that this user works in; all of them for a superuser, none for a stranger."""
    if not getattr(user, "is_active", False) or not getattr(user, "is_staff", False):
        return []
    if getattr(user, "is_superuser", False):
        return list(Store.objects.order_by("slug"))
    # Membership rows are read by hand: there is no scope yet, this is what makes it.
    return list(Store.objects.filter(pk__in=_memberships(user)).order_by("slug"))


def _memberships(user: Any) -> list[int]:
    from shop.models import StaffMembership

    return list(StaffMembership._base_manager.filter(user=user).values_list("store_id", flat=True))


class StaffScope:
    """Middleware that enters the scope of the user's stores; ``request.stores`` lists them, ``request.roles`` says as what."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PATHS):
            return self.get_response(request)
        stores = stores_of(request.user)
        request.stores = stores  # type: ignore[attr-defined]
        request.roles = roles_of(request.user, stores) if stores else {}  # type: ignore[attr-defined]
        with scope(store=stores):
            response = self.get_response(request)
            # A page that is rendered late (the admin's) must still be inside the scope.
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response
