"""Store scoping: a row of a store is only seen inside that store's scope, and asking outside any scope is an error.

django-scopes does the work (it raises ``ScopeError`` outside ``scope(store=...)``); what it cannot see (``_base_manager``,
``bulk_create``, raw SQL) is held by constraints in the database.
"""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django_scopes import ScopedManager

if TYPE_CHECKING:
    from shop.models import Store


class TenantModel(models.Model):
    """A row that belongs to one store. Named by string: this room knows the table, not the module."""

    store: "models.ForeignKey[Store, Store]" = models.ForeignKey(
        "shop.Store", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects: ClassVar[models.Manager[Self]] = ScopedManager(store="store")

    class Meta:
        abstract = True
