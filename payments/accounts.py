"""The store's account at a provider: keys, and whom they belong to."""

from typing import TypeVar

from core.models import TenantModel
from payments.gateways import Declined
from shop.models import Store

A = TypeVar("A", bound=TenantModel)


def find(model: type[A], store: Store) -> A | None:
    """The store's account of that kind, if it has one."""
    found: A | None = model.objects.filter(store=store).first()
    return found


def require(model: type[A], store: Store) -> A:
    """The store's account of that kind. Raises Declined when it has none."""
    found = find(model, store)
    if found is None:
        raise Declined(f"this store has no {model._meta.verbose_name_raw}")
    return found
