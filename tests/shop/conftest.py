"""Pictures that need no file, and the address of the test store's API."""

from typing import Any

import pytest
from django.conf import settings as site
from rest_framework.test import APIClient

from shop.models import Picture, Store


@pytest.fixture(autouse=True)
def media(tmp_path: Any, settings: Any) -> Any:
    """Uploaded files of a test go where nobody else's are."""
    assert site is not None
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def make_picture(store: Store, **columns: Any) -> Picture:
    """A picture whose renditions are said to be there."""
    renditions = [
        {"width": width, "height": width, "webp": f"p/{width}.webp", "jpeg": f"p/{width}.jpg"} for width in (320, 640)
    ]
    defaults = {
        "state": "ready",
        "width": 700,
        "height": 700,
        "tint": "#aabbcc",
        "renditions": renditions,
        "alt_en": "A pot",
    }
    return Picture.objects.create(store=store, **defaults | columns)


class StoreClient:
    """The API of one store: ``get("products")`` asks ``/api/v1/stores/tea/products``."""

    def __init__(self, client: APIClient, slug: str = "tea") -> None:
        self.client, self.base = client, f"/api/v1/stores/{slug}/"

    def get(self, path: str, query: Any = None, **headers: Any) -> Any:
        return self.client.get(self.base + path, query or {}, **headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(self.base + path, body, format="json")

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(self.base + path, body, format="json")

    def delete(self, path: str) -> Any:
        return self.client.delete(self.base + path)


@pytest.fixture
def public(anonymous: APIClient) -> StoreClient:
    """The store's API without a token."""
    return StoreClient(anonymous)


@pytest.fixture
def mine(api: APIClient) -> StoreClient:
    """The store's API as the shopper."""
    return StoreClient(api)
