"""Fixtures for every test: two stores, their shoppers, the API's client."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from core import breaker
from shop import tokens
from shop.models import Shopper, Store
from tests.support.browser import chromium  # noqa: F401
from tests.support.embedded import django_db_setup  # noqa: F401
from tests.support.worker import workers  # noqa: F401

# A busy machine is slow at everything; that says nothing about what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def no_host_is_left_alone() -> None:
    """What one test does to a provider is not held against it in the next."""
    breaker.forget()


def make_store(slug: str, **columns: Any) -> Store:
    """A store that sells in yuan and speaks both languages."""
    defaults = {
        "name_zh": "茶铺",
        "name_en": slug.title(),
        "wechat_app_id": f"wx{slug:0<16}"[:18],
        "wechat_app_secret": f"{slug}-secret",
    }
    return Store.objects.create(slug=slug, **defaults | columns)


@pytest.fixture(autouse=True)
def language() -> None:
    """Each test begins in the site's language: a request leaves that of its reader behind."""
    translation.deactivate()


@pytest.fixture
def store(db: None) -> Iterator[Store]:
    """The store of the test; the test runs in its scope."""
    store = make_store("tea")
    with scope(store=store):
        yield store


@pytest.fixture
def other_store(db: None) -> Store:
    """Another merchant's store on the same installation."""
    return make_store("books")


def make_shopper(store: Store, openid: str = "") -> Shopper:
    """A shopper of that store."""
    with scopes_disabled():
        count = Shopper.objects.filter(store=store).count()
        return Shopper.objects.create(store=store, openid=openid or f"openid-{store.slug}-{count}")


@pytest.fixture
def shopper(store: Store) -> Shopper:
    return make_shopper(store)


@pytest.fixture
def other_shopper(store: Store) -> Shopper:
    """Another shopper of the same store."""
    return make_shopper(store)


def client_of(shopper: Shopper) -> APIClient:
    """An API client that is logged in as the shopper."""
    with scope(store=shopper.store):
        token, _ = tokens.issue(shopper)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def api(shopper: Shopper) -> APIClient:
    """The shopper's client."""
    return client_of(shopper)


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient(HTTP_ACCEPT_LANGUAGE="en")
