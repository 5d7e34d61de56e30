"""Somebody who works in a store, at a browser; and a provider whose statements say what the test wants."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_scopes import scopes_disabled

from shop.models import StaffMembership, Store
from tests.support.statements import Counter, registered


@pytest.fixture
def counter() -> Iterator[Counter]:
    with registered(Counter()) as found:
        yield found


def owner_of(*stores: Store, name: str = "mei") -> Client:
    """An owner of these stores, logged in; the pages are English."""
    user = User.objects.create_user(name, password="x", is_staff=True, first_name=name.title())
    with scopes_disabled():
        for store in stores:
            StaffMembership.objects.create(store=store, user=user, role=StaffMembership.Role.OWNER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client
