"""Mini programs cannot send PATCH: a POST that says so in its header is one, and nothing else can be asked for like this."""

from __future__ import annotations

from rest_framework.test import APIClient

from shop.models import Store

PATCH = {"X-HTTP-Method-Override": "PATCH"}


def cart(store: Store) -> str:
    return f"/api/v1/stores/{store.slug}/cart"


def test_it_works(api: APIClient, store: Store) -> None:
    answer = api.post(cart(store), {"selected": True}, format="json", headers=PATCH)

    assert answer.status_code == 200
    assert answer.json()["lines"] == []


def test_without_the_header_a_post_stays_a_post(api: APIClient, store: Store) -> None:
    assert api.post(cart(store), {"selected": True}, format="json").status_code == 405


def test_no_other_method_can_be_asked_for(api: APIClient, store: Store) -> None:
    answer = api.post(cart(store), {}, format="json", headers={"X-HTTP-Method-Override": "DELETE"})

    assert answer.status_code == 405
    assert api.get(cart(store), headers=PATCH).status_code == 200


def test_the_body_is_checked_as_that_of_a_patch(api: APIClient, store: Store) -> None:
    answer = api.post(cart(store), {"selected": "perhaps"}, format="json", headers=PATCH)

    assert answer.status_code == 400
    assert "selected" in answer.json()["errors"]
