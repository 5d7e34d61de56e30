"""What each kind of staff may see and change, store by store. Django's own permissions play no part: memberships decide."""

from typing import Any

from django.http import HttpRequest

from shop.models import StaffMembership, Store

STORE, STAFF, CATALOGUE, STOCK, ORDERS, SHOPPERS = "store", "staff", "catalogue", "stock", "orders", "shoppers"
# To change money: agree to refunds that somebody else asked for, send one to a bank card, look into notifications, apply them again.
# Asking for a refund is part of the work on orders.
MONEY = "money"
VIEW, CHANGE = 1, 2

_Role = StaffMembership.Role
# What is not listed is not allowed.
GRANTS: dict[str, dict[str, int]] = {
    _Role.OWNER: {
        STORE: CHANGE,
        STAFF: CHANGE,
        CATALOGUE: CHANGE,
        STOCK: CHANGE,
        ORDERS: CHANGE,
        MONEY: CHANGE,
        SHOPPERS: VIEW,
    },
    _Role.MANAGER: {CATALOGUE: CHANGE, STOCK: CHANGE, ORDERS: CHANGE, MONEY: CHANGE, SHOPPERS: VIEW},
    _Role.OPS: {STOCK: CHANGE, ORDERS: CHANGE, MONEY: VIEW, SHOPPERS: VIEW},
}


def roles_of(user: Any, stores: list[Store]) -> dict[int, str]:
    """The user's role by primary key of the store. A superuser owns every store."""
    if getattr(user, "is_superuser", False):
        return {store.pk: _Role.OWNER.value for store in stores}
    return dict(StaffMembership._base_manager.filter(user=user, store__in=stores).values_list("store_id", "role"))


def stores_where(request: HttpRequest, area: str, level: int) -> list[Store]:
    """The stores in which the caller may do that much in that area. None at all where nobody has looked who calls."""
    roles: dict[int, str] = getattr(request, "roles", {})
    stores: list[Store] = getattr(request, "stores", [])
    return [store for store in stores if GRANTS.get(roles.get(store.pk, ""), {}).get(area, 0) >= level]


def may(request: HttpRequest, store_pk: int, area: str, level: int) -> bool:
    """Whether the caller may do that much in that area of this store."""
    return any(store.pk == store_pk for store in stores_where(request, area, level))
