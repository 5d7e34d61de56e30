"""Signing, verifying and decrypting agree with published known answers, and with a library that shares no code with ours."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_certificate
from wechatpayv3.utils import aes_decrypt, rsa_verify

from payments.wechatpay import keys, signing
from payments.wechatpay.signing import Seal, Unverified
from tests.support.pay import Platform, private_pem, public_pem

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "fixtures" / "vectors.json").read_text(encoding="utf-8")
)
KEYS: dict[str, str] = VECTORS["keys"]


def vectors(kind: str) -> Any:
    rows = [row for row in VECTORS["signatures"] if row["kind"] == kind]
    assert rows
    return pytest.mark.parametrize("vector", rows, ids=[row["name"] for row in rows])


def public_key(pem: str) -> Any:
    if "CERTIFICATE" in pem:
        return load_pem_x509_certificate(pem.encode()).public_key()
    if "PRIVATE" in pem:
        return signing.private_key(pem).public_key()
    return keys.public_key(pem)


@vectors("request")
def test_a_request(vector: dict[str, Any]) -> None:
    given = vector["input"]

    header = signing.authorization(
        signing.private_key(KEYS[vector["key"]]),
        "1900000001",
        "SERIAL",
        given["method"],
        given["url"],
        given.get("body", ""),
        timestamp=int(given["timestamp"]),
        nonce_str=given["nonce_str"],
    )

    assert header == (
        f'WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="{given["nonce_str"]}",signature="{vector["signature"]}",'
        f'timestamp="{given["timestamp"]}",serial_no="SERIAL"'
    )


@vectors("pay")
def test_what_the_shopper_pays_with(vector: dict[str, Any]) -> None:
    given = vector["input"]

    signature = signing.pay_signature(
        signing.private_key(KEYS[vector["key"]]),
        given["appId"],
        given["timeStamp"],
        given["nonceStr"],
        given["package"],
    )

    assert signature == vector["signature"]


@vectors("answer")
def test_an_answer(vector: dict[str, Any]) -> None:
    given = vector["input"]
    seal = Seal(given["timestamp"], given["nonce"], "", vector["signature"])
    key = public_key(KEYS[vector["key"]])
    body = given.get("body", "").encode()

    seal.check(key, body)
    with pytest.raises(Unverified):
        seal.check(key, body + b" ")


@pytest.mark.parametrize("vector", VECTORS["resources"], ids=[row["name"] for row in VECTORS["resources"]])
def test_what_is_encrypted(vector: dict[str, Any]) -> None:
    def decrypted(**other: str) -> str:
        given = {name: vector[name] for name in ("api_v3_key", "nonce", "associated_data", "ciphertext")} | other
        return signing.decrypt(
            given["api_v3_key"], given["nonce"], given["associated_data"], given["ciphertext"]
        ).decode()

    assert decrypted() == vector["plaintext"]
    for wrong in ({"api_v3_key": "z" * 32}, {"associated_data": "x"}, {"nonce": "another one "}, {"ciphertext": "!"}):
        with pytest.raises(Unverified):
            decrypted(**wrong)


@pytest.mark.parametrize("nonce", ["n" * 8, "n" * 12, "n" * 16, "n" * 32])
def test_a_nonce_of_any_length(nonce: str) -> None:
    """The documentation says 16 characters, the samples have 12."""
    platform = Platform()
    resource = json.loads(platform.envelope("TRANSACTION.SUCCESS", {"a": 1}, nonce=nonce))["resource"]

    plain = signing.decrypt(platform.api_v3_key, nonce, "transaction", resource["ciphertext"])

    assert json.loads(plain) == {"a": 1}
    assert json.loads(aes_decrypt(nonce, resource["ciphertext"], "transaction", platform.api_v3_key)) == {"a": 1}


def test_wechatpayv3_accepts_our_signature() -> None:
    key = Platform().key
    ours = signing.sign(signing.private_key(private_pem(key)), "1554208460", "nonce", '{"body": "测试"}')

    assert rsa_verify("1554208460", "nonce", '{"body": "测试"}', ours, keys.public_key(public_pem(key)))


@pytest.mark.parametrize("seconds", [-300, -301, 300, 3600, -30 * 86400])
def test_five_minutes_and_no_more(seconds: int) -> None:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    Seal(str(int(now.timestamp()) + (299 if seconds > 0 else -299)), "n", "s", "x").check_time(now)

    with pytest.raises(Unverified):
        Seal(str(int((now + timedelta(seconds=seconds)).timestamp())), "n", "s", "x").check_time(now)


@pytest.mark.parametrize("stamp", ["-1", "1e9", "١٢٣", "9" * 400, "now", "1.5"])
def test_a_timestamp_that_is_no_number(stamp: str) -> None:
    with pytest.raises(Unverified):
        Seal(stamp, "n", "s", "x").check_time(datetime.now(UTC))


@pytest.mark.parametrize(
    "signature", ["!", "A", "AAAAA", "WECHATPAY/SIGNTEST/" + "A" * 300, base64.b64encode(b"x").decode()]
)
def test_odd_signatures(signature: str) -> None:
    with pytest.raises(Unverified):
        Seal("1", "n", "s", signature).check(Platform().key.public_key(), b"{}")
