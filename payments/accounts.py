"""The store's account at a provider: keys, and whom they belong to."""

from typing import TypeVar

from core.models import TenantModel
from payments.gateways import Declined
from shop.models import Store

A = TypeVar("A", bound=TenantModel)


def find(model: type[A], store: Store | int, *related: str) -> A | None:
    """The account of that kind of a store (or of the one with that key), if it has one; with what is ``related`` to it."""
    found: A | None = model.objects.select_related(*related).filter(store=store).order_by().first()
    return found


def require(model: type[A], store: Store | int, *related: str) -> A:
    """The same. Raises Declined when the store has none."""
    found = find(model, store, *related)
    if found is None:
        raise Declined(f"this store has no {model._meta.verbose_name_raw}")
    return found
