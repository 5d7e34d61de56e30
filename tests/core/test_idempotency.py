"""The same key and body get the same answer; another body is refused; the first that still runs is said so; a failure leaves nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core import clock
from core.idempotency import LOCK, once
from core.models import IdempotencyKey
from core.problems import Problem
from shop.models import Store


def request_with(key: str | None, body: dict[str, Any]) -> Request:
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key is not None else {}
    raw = APIRequestFactory().post("/api/orders", body, format="json", **headers)
    return Request(raw, parsers=[JSONParser()])


@pytest.fixture
def ask(store: Store) -> Callable[..., Any]:
    """Sends a body under a key to an endpoint that counts how often it really worked."""
    effects: list[int] = []

    def send(key: str | None, body: dict[str, Any], owner: str = "shopper:1", fail: bool = False) -> tuple[Any, int]:
        with once(request_with(key, body), store=store, owner=owner) as attempt:
            if attempt.answer is not None:
                return attempt.answer.data, len(effects)
            with transaction.atomic():
                effects.append(1)
                if fail:
                    raise ValueError
                return attempt.store(201, {"order": len(effects)}).data, len(effects)

    return send


def test_the_second_request_gets_the_first_ones_answer(ask: Callable[..., Any]) -> None:
    first = ask("key-00000001", {"a": 1})
    second = ask("key-00000001", {"a": 1})

    assert first == second == ({"order": 1}, 1)


def test_another_body_under_the_same_key_is_refused(ask: Callable[..., Any]) -> None:
    ask("key-00000001", {"a": 1})
    with pytest.raises(Problem) as refused:
        ask("key-00000001", {"a": 2})
    assert refused.value.status_code == 422


def test_two_owners_may_use_the_same_key(ask: Callable[..., Any]) -> None:
    ask("key-00000001", {"a": 1})
    assert ask("key-00000001", {"a": 1}, owner="shopper:2") == ({"order": 2}, 2)


def test_a_request_that_failed_may_be_sent_again(ask: Callable[..., Any]) -> None:
    with pytest.raises(ValueError):
        ask("key-00000001", {"a": 1}, fail=True)

    assert ask("key-00000001", {"a": 1})[0] == {"order": 2}


def test_while_the_first_is_running_the_second_is_told_so(ask: Callable[..., Any], store: Store) -> None:
    with once(request_with("key-00000001", {"a": 1}), store=store, owner="shopper:1"):
        with pytest.raises(Problem) as refused:
            ask("key-00000001", {"a": 1})
        assert refused.value.status_code == 409


def test_a_request_whose_process_died_is_taken_over(ask: Callable[..., Any], store: Store) -> None:
    with once(request_with("key-00000001", {"a": 1}), store=store, owner="shopper:1"):
        IdempotencyKey.objects.update(locked_until=clock.now() - LOCK - timedelta(seconds=1))
        assert ask("key-00000001", {"a": 1})[0] == {"order": 1}


@pytest.mark.parametrize("key", [None, "", "short", "x" * 201, "kéy-00000001"])
def test_a_key_is_needed_and_must_be_plain(ask: Callable[..., Any], key: str | None) -> None:
    with pytest.raises(Problem) as refused:
        ask(key, {"a": 1})
    assert refused.value.status_code == 400
