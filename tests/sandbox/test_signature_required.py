"""WeChat Pay answers nobody who did not sign exactly this request with a known key, lately: 401 SIGN_ERROR."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

QUERY = "/v3/pay/transactions/out-trade-no/NOTHING01?mchid=1900000001"
JSAPI = "/v3/pay/transactions/jsapi"


def refused(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 401
    content: dict[str, Any] = answer.json()
    assert content["code"] == "SIGN_ERROR"
    assert answer.headers["Request-ID"].endswith("-268443699")
    assert "Wechatpay-Signature" not in answer.headers
    return content


def test_a_well_signed_request_is_answered(merchant: Merchant) -> None:
    assert merchant.send("GET", QUERY).json()["code"] == "ORDER_NOT_EXIST"


def test_without_authorization(sandbox: SandboxClient) -> None:
    refused(requests.get(sandbox.url + QUERY, timeout=5))


@pytest.mark.parametrize("scheme", ["Bearer abc", 'WECHATPAY2-SM2-WITH-SM3 mchid="1"', "WECHATPAY2-SHA256-RSA2048"])
def test_another_scheme(merchant: Merchant, scheme: str) -> None:
    refused(merchant.send("GET", QUERY, headers={"Authorization": scheme}))


@pytest.mark.parametrize("field", ["mchid", "nonce_str", "timestamp", "serial_no", "signature"])
def test_a_field_missing(merchant: Merchant, field: str) -> None:
    refused(merchant.send("GET", QUERY, changed={field: ""}))


@pytest.mark.parametrize(
    ("field", "value"), [("mchid", "1999999999"), ("serial_no", "5A" * 20), ("nonce_str", "other")]
)
def test_a_field_changed(merchant: Merchant, field: str, value: str) -> None:
    refused(merchant.send("GET", QUERY, changed={field: value}))


def test_fields_in_another_order(merchant: Merchant) -> None:
    scheme, _, fields = merchant.authorization("GET", QUERY).partition(" ")
    turned = scheme + " " + ",".join(reversed(fields.split(",")))
    assert merchant.send("GET", QUERY, headers={"Authorization": turned}).status_code == 404


@pytest.mark.parametrize("age", [301, 3600, -310])
def test_a_time_too_far_from_now(merchant: Merchant, age: int) -> None:
    refused(merchant.send("GET", QUERY, changed={"signed_timestamp": str(int(time.time()) - age)}))


@pytest.mark.parametrize("age", [280, -280])
def test_a_time_within_five_minutes(merchant: Merchant, age: int) -> None:
    assert merchant.send("GET", QUERY, changed={"signed_timestamp": str(int(time.time()) - age)}).status_code == 404


@pytest.mark.parametrize("stamp", ["²", "12a", "-5"])
def test_a_time_that_is_no_number(merchant: Merchant, stamp: str) -> None:
    refused(merchant.send("GET", QUERY, changed={"signed_timestamp": stamp}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", None),
        ("Accept", "text/html"),
        ("User-Agent", ""),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ],
)
def test_headers_that_every_request_must_have(merchant: Merchant, number: str, name: str, value: str | None) -> None:
    """Right signature or not: nothing is done, and the header is named."""
    body = json.dumps(merchant.prepay_body(number)).encode()
    prepared = requests.Request("POST", merchant.sandbox.url + JSAPI, data=body).prepare()
    prepared.headers.update(
        {
            "Authorization": merchant.authorization("POST", JSAPI, body),
            "Accept": "application/json",
            "User-Agent": "tests",
            "Content-Type": "application/json",
        }
    )
    if value is None:
        del prepared.headers[name]
    else:
        prepared.headers[name] = value
    with requests.Session() as session:
        answer = session.send(prepared, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert (answer.json()["detail"]["field"], answer.json()["detail"]["location"]) == (name, "header")
    assert merchant.query(number)[0] == 404


def test_another_key(merchant: Merchant) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    known = merchant.sandbox.merchant(mchid="1900000002", private_key=stranger)
    forger = Merchant(merchant.sandbox, known, merchant.notify_url)
    refused(forger.send("GET", QUERY, changed={"mchid": merchant.known.mchid, "serial_no": merchant.known.serial_no}))


def test_the_body_is_signed_to_the_byte(merchant: Merchant, number: str) -> None:
    body = json.dumps(merchant.prepay_body(number)).encode()
    signed = merchant.authorization("POST", JSAPI, body)
    content = refused(merchant.send("POST", JSAPI, body + b" ", headers={"Authorization": signed}))
    assert content["detail"]["field"] == "signature"
    assert content["detail"]["sign_information"]["method"] == "POST"
    assert content["detail"]["sign_information"]["url"] == JSAPI
    assert content["detail"]["sign_information"]["truncated_sign_message"].startswith(f"POST\n{JSAPI}\n")
    assert merchant.query(number)[0] == 404


def test_the_path_is_signed_as_it_was_sent(merchant: Merchant, number: str) -> None:
    """`|` and `*` are allowed in order numbers; some clients send them encoded, and sign them so."""
    odd = number + "|a*b"
    assert merchant.prepay(odd)[0] == 200
    encoded = f"/v3/pay/transactions/out-trade-no/{number}%7Ca%2Ab?mchid={merchant.known.mchid}"
    assert merchant.send("GET", encoded).status_code == 200
    plain = f"/v3/pay/transactions/out-trade-no/{odd}?mchid={merchant.known.mchid}"
    refused(merchant.send("GET", encoded, headers={"Authorization": merchant.authorization("GET", plain)}))


def test_the_query_string_is_signed(merchant: Merchant) -> None:
    signed = merchant.authorization("GET", QUERY.partition("?")[0])
    refused(merchant.send("GET", QUERY, headers={"Authorization": signed}))
