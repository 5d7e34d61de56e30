"""What else a worker of these tests does: requests and clicks, which are a web process's work, so that they can be killed like a task.

A worker that was killed over one gets it again, as a shopper's program asks again, and WeChat Pay tells again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from celery import shared_task
from django.apps import apps
from django.test import Client
from django.utils.module_loading import import_string
from django_scopes import scope, scopes_disabled

from core.problems import Problem
from payments import differences, refund_requests
from payments.models import Difference, Payment, Refund
from payments.stripe import checking
from payments.wechatpay.client import Client as WeChatPayClient
from shop.models import Store, WeChatPayAccount

log = logging.getLogger(__name__)


@shared_task
def request(path: str, body: dict[str, Any], token: str, key: str) -> None:
    """A request of a shopper's program."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = Client(SERVER_NAME="127.0.0.1").post(path, body, content_type="application/json", headers=headers)
    log.info("%s: %s", path, answer.status_code)


@shared_task
def tell(path: str, body: str, headers: dict[str, str]) -> None:
    """A notification, as it came from the provider."""
    answer = Client(SERVER_NAME="127.0.0.1").post(path, body, content_type="application/json", headers=headers)
    log.info("%s: %s", path, answer.status_code)


@shared_task
def ask_for_refund(payment: int, amount: int, actor: str) -> None:
    """A person of the staff asks for a refund."""
    with _click():
        row = Payment.objects.get(pk=payment)
        with scope(store=row.store):
            refund_requests.request(row, amount, "asked for", actor=actor)


@shared_task
def approve(refund: int, actor: str) -> None:
    """Another one agrees to it."""
    with _click():
        row = Refund.objects.select_related("payment", "store").get(pk=refund)
        with scope(store=row.store):
            refund_requests.approve(row, actor=actor)


@shared_task
def refuse(refund: int, actor: str) -> None:
    """Another one does not."""
    with _click():
        row = Refund.objects.select_related("payment", "store").get(pk=refund)
        with scope(store=row.store):
            refund_requests.refuse(row, actor=actor, why="not agreed to")


@shared_task
def click(what: str, label: str, row: int, *words: Any, **more: Any) -> None:
    """A person does ``what`` (a function, named with its module) to a row."""
    with _click():
        found = apps.get_model(label)._base_manager.select_related("store").get(pk=row)
        with scope(store=found.store):
            import_string(what)(found, *words, **more)


@shared_task
def explain(difference: int, word: str, actor: str) -> None:
    """A person says why a statement differs."""
    with _click():
        row = Difference.objects.select_related("store").get(pk=difference)
        with scope(store=row.store):
            differences.explain([row], word, actor=actor)


@shared_task
def check_stripe(store: int, into: str) -> None:
    """Somebody looks whether the account at Stripe works; what was found is left in a file."""
    with scopes_disabled():
        findings = list(checking.check(Store.objects.get(pk=store)))
    Path(into).write_text("\n".join(finding.text for finding in findings))


@shared_task
def fetch_bill(store: int, day: str, into: str) -> None:
    """Somebody fetches the bill of a day; how many lines it has is left in a file."""
    with scopes_disabled():
        account = WeChatPayAccount.objects.get(store=Store.objects.get(pk=store))
    lines = list(WeChatPayClient(account).trade_bill(date.fromisoformat(day)))
    Path(into).write_text(str(len(lines)))


@contextmanager
def _click() -> Iterator[None]:
    """What was done before the kill is refused the second time, and shown to who clicked."""
    with scopes_disabled():
        try:
            yield
        except Problem as problem:
            log.info("refused: %s", problem.kind)
