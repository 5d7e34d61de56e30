"""The door for Stripe's webhooks: a genuine event is stored once and acknowledged; whatever else comes leaves no trace and costs no call.

B9, B10 and B13 of the fault battery: forged, tampered, stale, from the future, another secret, another account, odd headers and bodies.
"""

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from core import clock, outbound
from payments.models import Notification
from shop.models import Store, StripeAccount
from tests.support.stripe import SECRET, post, post_event, signature

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}
BODY = json.dumps(EVENT).encode()
OLD = "whsec_the_one_before"

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture(autouse=True)
def no_calls(account: StripeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call to anybody is a failure."""

    def call(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(outbound, "call", call)


def refused(store: Store, body: bytes, header: str | None, status: int = 401) -> None:
    answer = post(store, body, header)

    assert answer.status_code == status
    assert json.loads(answer.content)["code"] == "FAIL"
    assert not Notification.objects.exists()


def test_a_genuine_one(store: Store) -> None:
    header = signature(BODY, SECRET)
    assert post(store, BODY, header).status_code == 204

    row = Notification.objects.get()
    assert (row.event_id, row.event_type, row.body.encode()) == ("evt_1", "payment_intent.succeeded", BODY)
    assert row.headers == {"Stripe-Signature": header}
    assert row.due_at is not None


def test_again_is_acknowledged_and_not_stored_again(store: Store) -> None:
    assert [post_event(store, EVENT).status_code for _ in range(4)] == [204] * 4
    assert Notification.objects.count() == 1


def test_either_secret_while_one_is_rolled(store: Store) -> None:
    """Stripe then signs with both; what was signed with one alone is as good."""
    StripeAccount.objects.update(previous_webhook_secret=OLD)
    for number, secrets in enumerate([(SECRET, OLD), (OLD, SECRET), (SECRET,), (OLD,)]):
        assert post_event(store, EVENT | {"id": f"evt_{number}"}, *secrets).status_code == 204
    assert Notification.objects.count() == 4


def test_a_secret_that_is_no_longer_live(store: Store) -> None:
    refused(store, BODY, signature(BODY, OLD))


def test_one_signature_of_several_fits(store: Store) -> None:
    assert post(store, BODY, signature(BODY, "whsec_x", OLD, SECRET)).status_code == 204


def test_the_raw_bytes_are_what_was_signed(store: Store) -> None:
    """The same content written otherwise is another body."""
    respelled = json.dumps(EVENT, indent=1).encode()
    assert json.loads(respelled) == EVENT
    refused(store, respelled, signature(BODY, SECRET))


def test_tampered(store: Store) -> None:
    refused(store, BODY.replace(b"pi_1", b"pi_2"), signature(BODY, SECRET))


def test_another_moment_than_the_signed_one(store: Store) -> None:
    header = signature(BODY, SECRET, at=int(clock.now().timestamp()) - 400)
    moment = header.partition(",")[0]
    refused(store, BODY, header.replace(moment, f"t={int(clock.now().timestamp())}"))


@pytest.mark.parametrize("seconds", [-301, -3600, -30 * 86400, 301, 3600])
def test_stale_or_from_the_future(seconds: int, store: Store) -> None:
    with time_machine.travel(clock.now(), tick=False):
        refused(store, BODY, signature(BODY, SECRET, at=int(clock.now().timestamp()) + seconds))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_within_five_minutes(seconds: int, store: Store) -> None:
    with time_machine.travel(int(clock.now().timestamp()), tick=False):
        header = signature(BODY, SECRET, at=int(clock.now().timestamp()) + seconds)
        assert post(store, BODY, header).status_code == 204


def odd_headers() -> dict[str, str | None]:
    at = int(clock.now().timestamp())
    good = signature(BODY, SECRET, at=at)
    digest = good.partition("v1=")[2]
    return {
        "none": None,
        "empty": "",
        "no moment": f"v1={digest}",
        "two moments": f"t={at},t={at},v1={digest}",
        "a moment with a sign": f"t=+{at},v1={digest}",
        "a moment with spaces": f"t= {at},v1={digest}",
        "a moment in other digits": f"t={str(at).translate(str.maketrans('0123456789', '٠١٢٣٤٥٦٧٨٩'))},v1={digest}",
        "a moment with a point": f"t={at}.0,v1={digest}",
        "an endless moment": f"t={'9' * 400},v1={digest}",
        "no signature": f"t={at}",
        "an empty signature": f"t={at},v1=",
        "another scheme alone": f"t={at},v0={digest}",
        "capital letters": f"t={at},v1={digest.upper()}",
        "not hexadecimal": f"t={at},v1={'z' * 64}",
        "cut off": f"t={at},v1={digest[:-1]}",
        "an odd one beside the good one": f"{good},v1=x",
        "very long": good + ",v1=" + "0" * 64 + ",v1=" * 2000,
        "semicolons": good.replace(",", ";"),
    }


@pytest.mark.parametrize("name", list(odd_headers()))
def test_odd_headers(name: str, store: Store) -> None:
    refused(store, BODY, odd_headers()[name])


def test_an_unknown_scheme_beside_the_good_one(store: Store) -> None:
    assert post(store, BODY, signature(BODY, SECRET) + ",v0=abc,v2=def").status_code == 204


ODD: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"<xml/>",
    "a list": b"[]",
    "null": b"null",
    "no id": json.dumps({**EVENT, "id": None}).encode(),
    "an empty id": json.dumps({**EVENT, "id": ""}).encode(),
    "a long id": json.dumps({**EVENT, "id": "e" * 65}).encode(),
    "a long type": json.dumps({**EVENT, "type": "t" * 61}).encode(),
    "a number for an id": json.dumps({**EVENT, "id": 1}).encode(),
    "a lone surrogate": json.dumps({**EVENT, "id": "evt\ud800"}).encode(),
    "a surrogate for an object": json.dumps({**EVENT, "data": {"object": {"id": "pi\ud800"}}}).encode(),
    "NUL": json.dumps({**EVENT, "id": "evt\x00"}).encode(),
    "no object": json.dumps({**EVENT, "data": {}}).encode(),
    "an object that is a text": json.dumps({**EVENT, "data": {"object": "pi_1"}}).encode(),
    "no mode": json.dumps({name: value for name, value in EVENT.items() if name != "livemode"}).encode(),
    "a mode that is a text": json.dumps({**EVENT, "livemode": "false"}).encode(),
    "the other mode": json.dumps({**EVENT, "livemode": True}).encode(),
    "a connected account": json.dumps({**EVENT, "account": "acct_another"}).encode(),
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": json.dumps(EVENT).encode("utf-16"),
    "deep": b'{"data":' * 3_000 + b"1" + b"}" * 3_000,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_bodies_that_are_signed(name: str, store: Store) -> None:
    refused(store, ODD[name], signature(ODD[name], SECRET), 400)


def test_a_live_account_takes_no_test_events(store: Store) -> None:
    StripeAccount.objects.update(secret_key="sk_live_1")
    refused(store, BODY, signature(BODY, SECRET), 400)
    live = json.dumps({**EVENT, "livemode": True}).encode()
    assert post(store, live, signature(live, SECRET)).status_code == 204


def test_a_large_body(store: Store) -> None:
    body = b" " * 2_000_000
    assert post(store, body, signature(body, SECRET)).status_code == 413
    assert not Notification.objects.exists()


def test_another_stores_door(store: Store, other_store: Store) -> None:
    assert post(other_store, BODY, signature(BODY, SECRET)).status_code == 401


def test_no_login_no_cookie_no_csrf(store: Store) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        f"/notify/stripe/{store.slug}/",
        BODY,
        content_type="application/json",
        headers={"Stripe-Signature": signature(BODY, SECRET)},
    )
    assert answer.status_code == 204
    assert not answer.cookies
