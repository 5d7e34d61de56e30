"""The shopper's client of the orders' part of the API, with paths below the store."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from shop.models import Shopper, Store
from tests.conftest import client_of


class Client:
    """``mine.post("cart/lines", {...})`` at one store."""

    def __init__(self, api: APIClient, store: Store, **headers: str) -> None:
        self.api, self.base, self.headers = api, f"/api/v1/stores/{store.slug}/", headers

    def get(self, path: str, query: dict[str, Any] | None = None, language: str = "en") -> Any:
        return self.api.get(self.base + path, query, headers=self.headers | {"Accept-Language": language})

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        given = self.headers | headers | ({"Idempotency-Key": key} if key else {})
        return self.api.post(self.base + path, {} if body is None else body, format="json", headers=given)

    def patch(self, path: str, body: Any) -> Any:
        return self.api.patch(self.base + path, body, format="json", headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.api.delete(self.base + path, headers=self.headers)


@pytest.fixture
def mine(store: Store, shopper: Shopper) -> Client:
    """The shopper at the store of the test."""
    return Client(client_of(shopper), store)


@pytest.fixture
def theirs(store: Store, other_shopper: Shopper) -> Client:
    """Another shopper at the same store."""
    return Client(client_of(other_shopper), store)
