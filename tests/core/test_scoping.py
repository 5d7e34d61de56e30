"""A row of a store is seen in that store's scope alone, and asking outside any scope is an error."""

import pytest
from django.apps import apps
from django.db import models
from django_scopes import ScopeError, get_scope, scope, scopes_disabled

from core.models import TenantModel
from shop.models import Category, Store

ROOMS = {"core", "shop", "orders", "payments"}
# Not of a store: the stores themselves and the plumbing below them.
SHARED = {"core.BrokerMessage", "core.WorkerHeartbeat", "core.ThrottleCounter", "core.SharedToken", "shop.Store"}


def test_outside_a_scope_asking_is_an_error(db: None) -> None:
    assert not get_scope()
    with pytest.raises(ScopeError):
        Category.objects.all()


def test_inside_a_scope_only_its_rows_are_seen(store: Store, other_store: Store) -> None:
    with scopes_disabled():
        mine = Category.objects.create(store=store, name_en="mine")
        Category.objects.create(store=other_store, name_en="theirs")

    assert list(Category.objects.all()) == [mine]
    with scope(store=[]):
        assert not Category.objects.exists()


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models() if model._meta.app_label in ROOMS],
    ids=lambda model: model._meta.label,
)
def test_every_table_carries_its_store(model: type[models.Model]) -> None:
    if model._meta.auto_created or model._meta.label in SHARED:
        return
    assert issubclass(model, TenantModel), "a table of a room that is not scoped"
    assert not model._meta.get_field("store").null
