"""The door: a genuine notification is stored once and acknowledged; whatever else comes leaves no trace and costs no call.

B9 to B13 of the fault battery: forged, tampered, replayed, another key, headers missing, probes, odd bodies.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock, outbound
from orders.models import Order
from payments.models import Notification, Payment
from shop.models import Store, WeChatPayAccount
from tests.support.pay import Platform, _key, deliver, give_account, open_attempt, post, transaction

HEADERS = ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature"]


@pytest.fixture(autouse=True)
def no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call to anybody is a failure."""

    def call(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(outbound, "call", call)


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return open_attempt(order)


@pytest.fixture
def body(payment: Payment, platform: Platform) -> bytes:
    """A genuine notification's body."""
    return platform.envelope("TRANSACTION.SUCCESS", transaction(payment))


def refused(store: Store, body: bytes, headers: dict[str, str], status: int = 401) -> None:
    answer = post(store, body, headers)

    assert answer.status_code == status
    assert json.loads(answer.content)["code"] == "FAIL"
    assert not Notification.objects.exists()
    assert Payment.objects.get().state == "opened"


def test_a_genuine_one(store: Store, payment: Payment, platform: Platform, body: bytes) -> None:
    answer = post(store, body, platform.sign(body))

    assert (answer.status_code, answer.content) == (204, b"")
    row = Notification.objects.get()
    assert row.body.encode() == body
    assert (row.event_type, row.event_id) == ("TRANSACTION.SUCCESS", json.loads(body)["id"])
    assert set(row.headers) == set(HEADERS)
    assert row.due_at is not None
    assert row.done_at is None


def test_again_is_acknowledged_and_not_stored_again(platform: Platform, payment: Payment) -> None:
    answers = [deliver(platform, payment, event_id="the same").status_code for _ in range(4)]

    assert answers == [204] * 4
    assert Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_stored_for_good_before_it_is_rung_for_and_once(
    payment: Payment, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in life, where no test holds a transaction open: whoever is called finds the row, also after the same has come again."""
    rung: list[tuple[str, int]] = []

    def ring(label: str, pk: int) -> None:
        assert not connection.in_atomic_block
        assert Notification.objects.filter(pk=pk).exists()
        rung.append((label, pk))

    monkeypatch.setattr("core.bell.ring", ring)
    answers = [deliver(platform, payment, event_id="the same").status_code for _ in range(3)]

    assert answers == [204] * 3
    assert rung == [("payments.notification", Notification.objects.get().pk)]


def test_what_cannot_be_stored_is_not_acknowledged(
    store: Store, platform: Platform, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away for a moment: WeChat Pay has to tell it again."""

    def away(**_columns: Any) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(Notification.objects, "create", away)
        answer = post(store, body, platform.sign(body), Client(raise_request_exception=False))
    assert answer.status_code == 500

    assert post(store, body, platform.sign(body)).status_code == 204
    assert Notification.objects.count() == 1


def test_it_costs_few_queries(store: Store, platform: Platform, body: bytes) -> None:
    """Store, account, one row."""
    headers = platform.sign(body)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        post(store, body, headers)

    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 3


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_missing(name: str, store: Store, platform: Platform, body: bytes) -> None:
    headers = platform.sign(body)
    del headers[name]
    refused(store, body, headers)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", ["", " ", "x", "ü", "9" * 5000])
def test_a_header_is_odd(name: str, value: str, store: Store, platform: Platform, body: bytes) -> None:
    refused(store, body, platform.sign(body) | {name: value})


def test_without_any(store: Store, body: bytes) -> None:
    refused(store, body, {})


def test_a_tampered_body(store: Store, platform: Platform, body: bytes) -> None:
    refused(store, body.replace(b"TRANSACTION", b"TRANSACTI0N"), platform.sign(body))


def test_another_key(store: Store, body: bytes) -> None:
    refused(store, body, Platform(key=_key("forger")).sign(body))


@pytest.mark.parametrize("serial", ["PUB_KEY_ID_999", "7132D72A03E93CDDF8C03BBD1F37EEDF", "../../etc/passwd"])
def test_an_unknown_serial(serial: str, store: Store, platform: Platform, body: bytes) -> None:
    """Nothing is fetched because of it, and a genuine one is accepted after it."""
    refused(store, body, platform.sign(body, serial=serial))

    assert post(store, body, platform.sign(body)).status_code == 204


@pytest.mark.parametrize("seconds", [-301, -360, -30 * 86400, 301, 3600])
def test_a_replay(seconds: int, store: Store, platform: Platform, body: bytes) -> None:
    # A second that passes on a busy machine would bring 301 into the five minutes.
    with time_machine.travel(clock.now(), tick=False):
        stamp = int(clock.now().timestamp()) + seconds
        refused(store, body, platform.sign(body, timestamp=stamp))


@pytest.mark.parametrize("rest", ["", "A", "A" * 300])
def test_a_probe(rest: str, store: Store, platform: Platform, body: bytes) -> None:
    refused(store, body, platform.sign(body) | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + rest})


def test_another_scheme(store: Store, platform: Platform, body: bytes) -> None:
    refused(store, body, platform.sign(body) | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"})


def test_the_scheme_may_be_left_out(store: Store, platform: Platform, body: bytes) -> None:
    headers = platform.sign(body)
    del headers["Wechatpay-Signature-Type"]
    assert post(store, body, headers).status_code == 204


def test_encrypted_with_another_key(store: Store, payment: Payment, platform: Platform) -> None:
    other = Platform(api_v3_key="z" * 32)
    body = other.envelope("TRANSACTION.SUCCESS", transaction(payment))
    refused(store, body, platform.sign(body))


ODD = {
    "empty": b"",
    "no JSON": b"<xml/>",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "no resource": b'{"id": "1", "event_type": "TRANSACTION.SUCCESS"}',
    "resource is a text": b'{"id": "1", "event_type": "T", "resource": "x"}',
    "numbers for texts": b'{"id": 1, "event_type": 2, "resource": {"ciphertext": 3, "nonce": 4}}',
    "UTF-16": '{"id": "1"}'.encode("utf-16"),
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "deep": b'{"resource":' * 20_000 + b"1" + b"}" * 20_000,
    "long id": json.dumps({"id": "x" * 65, "event_type": "T", "resource": {"ciphertext": "", "nonce": ""}}).encode(),
    "NUL": json.dumps({"id": "a\x00b", "event_type": "T", "resource": {"ciphertext": "", "nonce": ""}}).encode(),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_bodies_that_are_signed(name: str, store: Store, payment: Payment, platform: Platform) -> None:
    body = ODD[name]
    answer = post(store, body, platform.sign(body))

    assert answer.status_code in (400, 401, 413)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("word", ["", "x" * 65, "a\x00b", "\ud800", "a\nb"])
@pytest.mark.parametrize("field", ["id", "event_type"])
def test_an_odd_word_in_what_is_genuine_otherwise(
    field: str, word: str, store: Store, payment: Payment, platform: Platform, body: bytes
) -> None:
    body = json.dumps(json.loads(body) | {field: word}).encode()
    refused(store, body, platform.sign(body), status=400)


@pytest.mark.parametrize("document", [b"[]", b"no JSON", b"\xff", b"null"])
def test_odd_contents_that_are_encrypted(document: bytes, store: Store, payment: Payment, platform: Platform) -> None:
    body = platform.envelope("TRANSACTION.SUCCESS", document)
    refused(store, body, platform.sign(body), 400)


def test_a_large_body(store: Store, payment: Payment, platform: Platform) -> None:
    body = b" " * 2_000_000
    assert post(store, body, platform.sign(body)).status_code == 413
    assert not Notification.objects.exists()


@pytest.mark.parametrize("path", ["/notify/wechatpay/nowhere/", "/notify/paypal/tea/", "/notify/"])
def test_nobody_there(path: str, store: Store, platform: Platform, body: bytes) -> None:
    assert Client().post(path, body, content_type="application/json", headers=platform.sign(body)).status_code == 404


def test_only_post(store: Store, platform: Platform) -> None:
    assert Client().get(f"/notify/wechatpay/{store.slug}/").status_code == 405


def test_a_store_without_an_account(other_store: Store, store: Store, platform: Platform, body: bytes) -> None:
    assert post(other_store, body, platform.sign(body)).status_code == 401


def test_no_login_no_cookie_no_csrf(store: Store, platform: Platform, body: bytes) -> None:
    answer = post(store, body, platform.sign(body), Client(enforce_csrf_checks=True))

    assert answer.status_code == 204
    assert not answer.cookies


def certificate(key: rsa.RSAPrivateKey, since: timedelta, until: timedelta) -> tuple[str, str]:
    """A platform certificate: serial number and PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(secrets.token_hex(19), 16) + 1)
        .not_valid_before(now + since)
        .not_valid_after(now + until)
        .sign(key, hashes.SHA256())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    return f"{made.serial_number:X}", made.public_bytes(Encoding.PEM).decode()


@pytest.fixture
def with_certificate(store: Store, platform: Platform) -> Platform:
    """The account holds a certificate beside the public key, as during WeChat's migration."""
    key = _key("certified")
    serial, pem = certificate(key, -timedelta(days=1), timedelta(days=365))
    WeChatPayAccount.objects.update(certificates={serial: pem})
    return Platform(key=key, serial=serial)


def test_either_key_signs_during_the_migration(
    store: Store, payment: Payment, platform: Platform, with_certificate: Platform, body: bytes
) -> None:
    assert post(store, body, with_certificate.sign(body)).status_code == 204
    body = platform.envelope("TRANSACTION.SUCCESS", transaction(payment))
    assert post(store, body, platform.sign(body)).status_code == 204
    assert Notification.objects.count() == 2


def test_the_serial_chooses_the_key(store: Store, platform: Platform, with_certificate: Platform, body: bytes) -> None:
    refused(store, body, with_certificate.sign(body, serial=platform.serial))


@pytest.mark.parametrize("days", [(-10, -1), (1, 10)])
def test_a_certificate_that_is_not_valid_now(
    days: tuple[int, int], store: Store, platform: Platform, body: bytes
) -> None:
    key = _key("certified")
    serial, pem = certificate(key, timedelta(days=days[0]), timedelta(days=days[1]))
    WeChatPayAccount.objects.update(certificates={serial: pem})

    refused(store, body, Platform(key=key, serial=serial).sign(body))


def test_an_account_with_an_unreadable_key(store: Store, platform: Platform, body: bytes) -> None:
    WeChatPayAccount.objects.update(public_key="-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----")
    refused(store, body, platform.sign(body))


def test_a_closed_store_still_listens(store: Store, platform: Platform, body: bytes) -> None:
    Store.objects.update(is_open=False)
    assert post(store, body, platform.sign(body)).status_code == 204


def test_nothing_of_it_in_the_log(
    store: Store, platform: Platform, payment: Payment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    body = platform.envelope("TRANSACTION.SUCCESS", transaction(payment), event_id="e1")
    post(store, body, platform.sign(body) | {"Wechatpay-Serial": "canary-serial"})
    give_account(store)
    post(store, body, platform.sign(body))

    openid = payment.request["payer"]["openid"]
    for secret in ("canary", openid, platform.api_v3_key, json.loads(body)["resource"]["ciphertext"][:40]):
        assert secret not in "\n".join(
            record.getMessage()
            for record in caplog.records
            if "sql" not in record.name.lower() and "db.backends" not in record.name
        )
