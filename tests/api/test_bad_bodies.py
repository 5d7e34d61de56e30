"""A body that is oversized, malformed or no object at all gets a problem document that says so, and changes nothing."""

from typing import Any

import pytest
from django.test import Client

from orders.models import CartLine
from shop.models import Shopper, Store
from shop.tokens import issue

BODIES: dict[str, tuple[bytes, str, int]] = {
    "oversized": (b'{"variant_id": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    "not JSON": (b"{variant_id: 1", "application/json", 400),
    "an array": (b"[1, 2]", "application/json", 400),
    "a number": (b"1", "application/json", 400),
    "nothing": (b"", "application/json", 400),
    "endlessly nested": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "application/json", 400),
    "not UTF-8": (b'{"variant_id": "\xff\xfe"}', "application/json", 400),
    "UTF-16": ('{"variant_id": "x"}'.encode("utf-16"), "application/json", 400),
    "NaN": (b'{"variant_id": "x", "quantity": NaN}', "application/json", 400),
    "a lone surrogate": (b'{"variant_id": "\\ud800", "quantity": 1}', "application/json", 400),
    "a NUL": (b'{"variant_id": "\\u0000", "quantity": 1}', "application/json", 400),
    "a form": (b"variant_id=x&quantity=1", "application/x-www-form-urlencoded", 415),
    "XML": (b"<variant/>", "application/xml", 415),
}


@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES.keys())
def test_it_is_refused_in_words(
    store: Store, shopper: Shopper, client: Client, body: bytes, kind: str, status: int
) -> None:
    token, _until = issue(shopper)

    answer: Any = client.post(
        f"/api/v1/stores/{store.slug}/cart/lines", body, content_type=kind, headers={"authorization": f"Bearer {token}"}
    )

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not CartLine.objects.exists()
