"""A new platform certificate signs at once, the old one is still listed and still answers whoever names it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from wechatpayv3 import WeChatPay

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Received, Receiver
from tests.support.sandbox import SandboxClient, SandboxProcess, SandboxRefused, eventually

NAMED = "Wechatpay-Serial"


def signed_by(pem: str, message: requests.Response | Received) -> None:
    """Raises InvalidSignature unless this certificate's key signed the answer or notification."""
    headers = message.headers
    body = message.content if isinstance(message, requests.Response) else message.body
    text = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(headers["Wechatpay-Signature"]), text, PKCS1v15(), hashes.SHA256())


def ask(merchant: Merchant, number: str, serial: str = "") -> requests.Response:
    path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={merchant.known.mchid}"
    return merchant.send("GET", path, headers={NAMED: serial} if serial else {})


def listed(merchant: Merchant) -> list[str]:
    return [one["serial_no"] for one in merchant.send("GET", "/v3/certificates").json()["data"]]


def test_both_are_live(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.open(number)
    old, new = merchant.known, sandbox.rotate_certificate()
    assert new["serials"] == [new["platform_serial"], old.platform_serial] == listed(merchant)

    unnamed = ask(merchant, number)
    assert unnamed.headers[NAMED] == new["platform_serial"]
    signed_by(new["platform_certificate_pem"], unnamed)
    by_old = ask(merchant, number, old.platform_serial)
    assert by_old.headers[NAMED] == old.platform_serial
    signed_by(old.platform_certificate_pem, by_old)
    by_key = ask(merchant, number, old.platform_public_key_id)
    assert by_key.headers[NAMED] == old.platform_public_key_id


def test_a_retired_one_is_unknown(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.open(number)
    old, new = merchant.known.platform_serial, sandbox.rotate_certificate()["platform_serial"]
    assert sandbox.retire_certificate(old)["serials"] == [new] == listed(merchant)
    assert ask(merchant, number, old).json()["code"] == "PARAM_ERROR"
    for serial in (new, old):
        with pytest.raises(SandboxRefused) as refused:
            sandbox.retire_certificate(serial)
        assert refused.value.body["code"] == "CERTIFICATE", "the signing one stays"


def test_notifications_are_signed_by_the_newest(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str
) -> None:
    prepay_id = merchant.open(number)
    ask(merchant, number, merchant.known.platform_serial)
    new = sandbox.rotate_certificate()
    sandbox.pay(prepay_id)
    [message] = eventually(lambda: receiver.received)
    assert message.headers[NAMED] == new["platform_serial"]
    signed_by(new["platform_certificate_pem"], message)


def test_an_expired_one(sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, number: str) -> None:
    """It signs all the same, and well: whoever accepts it has not looked at its end."""
    expired = sandbox.rotate_certificate(-3600)
    certificate = x509.load_pem_x509_certificate(expired["platform_certificate_pem"].encode())
    assert certificate.not_valid_before_utc < certificate.not_valid_after_utc < datetime.now(UTC)
    [first, _] = merchant.send("GET", "/v3/certificates").json()["data"]
    assert datetime.fromisoformat(first["expire_time"]) == certificate.not_valid_after_utc
    sandbox.settings(notify_signer="certificate")
    merchant.paid(number)
    [message] = eventually(lambda: receiver.received)
    signed_by(expired["platform_certificate_pem"], message)


def test_one_that_ends_soon(sandbox: SandboxClient) -> None:
    soon = sandbox.rotate_certificate(60)
    certificate = x509.load_pem_x509_certificate(soon["platform_certificate_pem"].encode())
    assert 0 < certificate.not_valid_after_utc.timestamp() - time.time() <= 60


def test_the_library_finds_the_new_one(
    sandbox: SandboxClient, merchant: Merchant, certificate_mode: Callable[[], WeChatPay], number: str
) -> None:
    merchant.open(number)
    library = certificate_mode()
    assert library.query(out_trade_no=number)[0] == 200
    sandbox.rotate_certificate()
    assert json.loads(library.query(out_trade_no=number)[1])["trade_state"] == "NOTPAY"
    assert len(library._core._certificates) == 2


def test_the_library_does_not_take_an_expired_one(
    sandbox: SandboxClient, merchant: Merchant, certificate_mode: Callable[[], WeChatPay], number: str
) -> None:
    merchant.open(number)
    sandbox.rotate_certificate(-60)
    with pytest.raises(Exception, match="signature"):
        certificate_mode().query(out_trade_no=number)


def test_rotation_survives_a_restart_and_ends_with_a_reset(sandbox_process: SandboxProcess) -> None:
    client = SandboxClient(sandbox_process.url)
    client.reset()
    first = client.merchant().platform_serial
    rotated = client.rotate_certificate()["serials"]
    sandbox_process.kill()
    client = sandbox_process.start()
    assert client.merchant().platform_serial == rotated[0]
    client.reset()
    assert client.merchant().platform_serial == first


@pytest.mark.parametrize("life", ["soon", True, 1e12])
def test_a_bad_life(sandbox: SandboxClient, life: object) -> None:
    with pytest.raises(SandboxRefused) as refused:
        sandbox.call("POST", "/sandbox/certificates/rotate", {"not_after_seconds": life})
    assert refused.value.body["code"] == "BAD_FIELD"
