"""Every 2xx answer is signed, by the key which the request's Wechatpay-Serial names; errors are not signed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from wechatpayv3 import WeChatPay

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxMerchant, eventually


def check(answer: requests.Response, key: object) -> None:
    """Raises InvalidSignature unless the key signed this answer."""
    assert isinstance(key, rsa.RSAPublicKey)
    headers = answer.headers
    assert headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    assert abs(time.time() - int(headers["Wechatpay-Timestamp"])) < 60
    message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + answer.content + b"\n"
    key.verify(base64.b64decode(headers["Wechatpay-Signature"]), message, PKCS1v15(), hashes.SHA256())


def public_key(known: SandboxMerchant) -> object:
    return serialization.load_pem_public_key(known.platform_public_key_pem.encode())


def certificate_key(known: SandboxMerchant) -> object:
    return x509.load_pem_x509_certificate(known.platform_certificate_pem.encode()).public_key()


def query(merchant: Merchant, number: str, **headers: str) -> requests.Response:
    path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={merchant.known.mchid}"
    return merchant.send("GET", path, headers=headers)


def test_by_the_public_key_when_it_is_named(merchant: Merchant, number: str) -> None:
    merchant.open(number)
    answer = query(merchant, number, **{"Wechatpay-Serial": merchant.known.platform_public_key_id})
    assert answer.headers["Wechatpay-Serial"] == merchant.known.platform_public_key_id
    assert answer.headers["Request-ID"].endswith("-0")
    check(answer, public_key(merchant.known))


@pytest.mark.parametrize("named", [True, False])
def test_by_the_certificate_when_it_or_nothing_is_named(merchant: Merchant, number: str, named: bool) -> None:
    merchant.open(number)
    headers = {"Wechatpay-Serial": merchant.known.platform_serial} if named else {}
    answer = query(merchant, number, **headers)
    assert answer.headers["Wechatpay-Serial"] == merchant.known.platform_serial
    check(answer, certificate_key(merchant.known))


def test_a_serial_that_is_not_the_platforms(merchant: Merchant) -> None:
    answer = query(merchant, "NOTHING01", **{"Wechatpay-Serial": "PUB_KEY_ID_1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_a_204_is_signed_over_its_empty_body(merchant: Merchant, number: str) -> None:
    merchant.open(number)
    path = f"/v3/pay/transactions/out-trade-no/{number}/close"
    answer = merchant.send("POST", path, {"mchid": merchant.known.mchid})
    assert (answer.status_code, answer.content) == (204, b"")
    check(answer, certificate_key(merchant.known))


def test_errors_are_not_signed(merchant: Merchant) -> None:
    answer = query(merchant, "NOTHING01")
    assert answer.status_code == 404
    assert answer.headers["Request-ID"].endswith("-268512771")
    assert "Wechatpay-Signature" not in answer.headers


def test_the_library_in_certificate_mode(
    sandbox: SandboxClient, certificate_mode: Callable[[], WeChatPay], receiver: Receiver, number: str
) -> None:
    """It decrypts /v3/certificates, verifies answers and accepts a notification, signed by the certificate as well."""
    library = certificate_mode()
    status, text = library.pay(description="龙井", out_trade_no=number, amount={"total": 5}, payer={"openid": "oBuyer"})
    assert status == 200
    sandbox.pay(json.loads(text)["prepay_id"])
    [message] = eventually(lambda: receiver.received)
    assert library.callback(message.headers, message.body)["resource"]["out_trade_no"] == number


@pytest.mark.parametrize(("mode", "status"), [("empty", 200), ("absent", 404)])
def test_merchants_without_certificates(sandbox: SandboxClient, merchant: Merchant, mode: str, status: int) -> None:
    sandbox.settings(certificates=mode)
    answer = merchant.send("GET", "/v3/certificates")
    assert answer.status_code == status
    assert answer.json() == {"data": []} if mode == "empty" else answer.json()["code"] == "RESOURCE_NOT_EXISTS"


@pytest.mark.parametrize(("signer", "kind"), [("public_key", "id"), ("certificate", "hex"), (1, "id"), (0, "hex")])
def test_notifications_by_either_key(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str, signer: object, kind: str
) -> None:
    """As while WeChat moves a merchant from certificates to the public key."""
    sandbox.settings(notify_signer=signer)
    merchant.paid(number)
    [message] = eventually(lambda: receiver.received)
    known = merchant.known
    serial = known.platform_public_key_id if kind == "id" else known.platform_serial
    assert message.headers["Wechatpay-Serial"] == serial
