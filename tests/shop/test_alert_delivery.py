"""Alerts reach people: by mail in the store's language, and signed by POST; each channel once, whatever becomes of the other.

The receiver of the posts is a real server on this machine; mails go to Django's outbox.
"""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from core import alerts, duework
from core.models import Alert
from shop import alerting
from shop.models import Store
from tests.core.test_due_work import START, due_picture

SECRET = "a secret of sixteen or more"


class Receiver:
    """A store's own system: keeps what it is sent and answers with ``status``."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((dict(self.headers), body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"


@pytest.fixture
def receiver(store: Store, settings: Any) -> Iterator[Receiver]:
    settings.ALERT_HOSTS = ["127.0.0.1"]
    receiver = Receiver()
    Store.objects.filter(pk=store.pk).update(alert_url=receiver.url, alert_secret=SECRET)
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def mailed(store: Store) -> None:
    store.alert_emails, store.default_language = ["mei@example.com", "lan@example.com"], "en"
    store.save()


def trouble(store: Store, **more: Any) -> Alert:
    picture = due_picture(store, claim="me", due_at=None, alt_en="Cup", alt_zh="杯子")
    picture.park("the worker died each time")
    return Alert.objects.get()


def deliver() -> Alert:
    duework.run_pending(Alert)
    return Alert.objects.get()


def test_the_people_of_the_store_get_a_mail(store: Store, mailed: None, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://shop.example.com"
    trouble(store)

    alert = deliver()

    (message,) = mail.outbox
    assert message.to == ["mei@example.com", "lan@example.com"]
    assert message.subject == "[Tea] Set aside: picture Cup"
    assert "The worker died each time. Nothing more happens" in message.body
    assert f"https://shop.example.com{alert.link}" in message.body
    assert alert.mailed_at is not None
    assert alert.done_at is not None


def test_in_the_language_of_the_store(store: Store, mailed: None) -> None:
    store.default_language = "zh-hans"
    store.save()
    trouble(store)

    deliver()

    assert mail.outbox[0].subject == "[茶铺] 已搁置：图片 杯子"
    assert "后台进程每次都意外终止。" in mail.outbox[0].body


def test_an_urgent_one_says_so_and_no_line_break_gets_into_the_subject(store: Store, mailed: None) -> None:
    alerts.raise_alert(store, "dispute", "x:1", "%(name)s", params={"name": "a\nBcc: b@example.com"}, severity="urgent")

    deliver()

    assert mail.outbox[0].subject == "[Tea] Urgent: A Bcc: b@example.com"
    assert mail.outbox[0].to == ["mei@example.com", "lan@example.com"]


def test_operators_get_what_a_store_names_nobody_for(store: Store, settings: Any) -> None:
    settings.ALERT_EMAILS = ["operators@example.com"]
    trouble(store)

    deliver()

    assert mail.outbox[0].to == ["operators@example.com"]


def test_where_nobody_is_named_it_is_shown_and_nothing_breaks(store: Store) -> None:
    trouble(store)

    alert = deliver()

    assert mail.outbox == []
    assert (alert.mailed_at, alert.posted_at, alert.parked_at) == (None, None, None)
    assert alert.done_at is not None
    assert alert.resolved_at is None


def test_the_store_own_system_gets_it_signed(store: Store, receiver: Receiver) -> None:
    trouble(store)

    with time_machine.travel(START, tick=False):
        Alert.objects.update(due_at=START)
        alert = deliver()

    ((headers, body),) = receiver.received
    at, signed = headers["Jishi-Signature"].split(",")
    assert at == f"t={int(START.timestamp())}"
    assert signed == "v1=" + hmac.new(SECRET.encode(), at[2:].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Content-Type"] == "application/json"
    document = json.loads(body)
    assert (document["id"], document["kind"], document["store"], document["times"]) == (alert.pk, "parked", "tea", 1)
    assert document["title"] == "已搁置：图片 杯子"
    assert document["link"].endswith(alert.link)
    assert alert.posted_at == START


def test_a_post_that_fails_is_repeated_alone(store: Store, mailed: None, receiver: Receiver) -> None:
    receiver.status = 500
    with time_machine.travel(START, tick=False) as traveller:
        trouble(store)
        alert = deliver()
        assert (alert.done_at, alert.posted_at) == (None, None)
        assert "500" in alert.last_error

        receiver.status = 200
        traveller.shift(timedelta(seconds=5))
        alert = deliver()

    assert alert.done_at is not None
    assert len(receiver.received) == 2
    assert len(mail.outbox) == 1


def test_a_mail_that_fails_is_repeated_alone(
    store: Store, mailed: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Any) -> int:
        raise ConnectionRefusedError("mail.example.com")

    with time_machine.travel(START, tick=False) as traveller:
        trouble(store)
        with monkeypatch.context() as patch:
            patch.setattr("django.core.mail.EmailMessage.send", away)
            alert = deliver()
        assert (alert.mailed_at, alert.posted_at) == (None, START)
        traveller.shift(timedelta(seconds=5))
        alert = deliver()

    assert alert.done_at is not None
    assert len(mail.outbox) == len(receiver.received) == 1


def test_what_never_arrives_is_given_up_and_shown_but_raises_no_alert(store: Store, receiver: Receiver) -> None:
    receiver.status = 500
    with time_machine.travel(START, tick=False) as traveller:
        trouble(store)
        for _ in range(30):
            deliver()
            traveller.shift(timedelta(hours=1))

    alert = Alert.objects.get()
    assert alert.parked_at is not None
    assert len(receiver.received) == 20


def test_after_an_hour_the_same_trouble_is_sent_again(store: Store, mailed: None) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        for _ in range(3):
            alerts.raise_alert(store, "difference", "x:1", "Alerts")
            deliver()
            traveller.shift(timedelta(minutes=40))

    assert len(mail.outbox) == 2
    assert "Seen 3 times." in mail.outbox[1].body
    assert mail.outbox[0].extra_headers["Message-ID"] != mail.outbox[1].extra_headers["Message-ID"]


def test_what_is_over_already_is_sent_to_nobody(store: Store, mailed: None) -> None:
    alert = trouble(store)
    alerts.resolve_alert(alert.kind, alert.subject)

    assert deliver().done_at is not None
    assert mail.outbox == []


def test_a_redirect_is_not_followed(store: Store, receiver: Receiver) -> None:
    receiver.status = 302
    trouble(store)

    assert "302" in deliver().last_error
    assert len(receiver.received) == 1


def test_without_a_secret_nothing_is_posted(store: Store, receiver: Receiver) -> None:
    Store.objects.update(alert_secret="")
    trouble(store)

    assert deliver().posted_at is None
    assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "http://example.com/"],
)
def test_addresses_inside_and_in_clear_are_refused(store: Store, url: str) -> None:
    """Without the setting; the host of a store is a stranger's."""
    Store.objects.update(alert_url=url, alert_secret=SECRET)
    trouble(store)

    alert = deliver()

    assert alert.posted_at is None
    assert "public" in alert.last_error or "公" in alert.last_error or "https" in alert.last_error


def test_this_machine_is_reached_only_where_the_setting_names_it(
    store: Store, receiver: Receiver, settings: Any
) -> None:
    settings.ALERT_HOSTS = []
    trouble(store)
    deliver()

    assert receiver.received == []


def test_nothing_is_sent_inside_a_transaction(store: Store, mailed: None) -> None:
    alert = trouble(store)
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        alerting.deliver(alert)
    assert mail.outbox == []


def test_a_test_alert_is_sent_each_time_and_is_settled_by_arriving(store: Store, mailed: None) -> None:
    store.refresh_from_db()
    for _ in range(2):
        alerting.send_test(store)
        duework.run_pending(Alert)

    assert len(mail.outbox) == 2
    assert "Test" in mail.outbox[0].subject
    assert not Alert.objects.filter(resolved_at=None).exists()
