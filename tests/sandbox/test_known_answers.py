"""The sandbox's cryptography agrees with published samples of Tencent and with openssl and node.

Signatures are deterministic (RSASSA-PKCS1-v1_5) and so is AES-GCM with a given nonce: both are compared exactly.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import signing

VECTORS = json.loads((Path(__file__).parents[1] / "fixtures" / "vectors.json").read_text())


def named(kind: str) -> list[Any]:
    return [pytest.param(each, id=each["name"]) for each in VECTORS["signatures"] if each["kind"] == kind]


def public_key(name: str) -> rsa.RSAPublicKey:
    pem = VECTORS["keys"][name]
    if "PRIVATE" not in pem:
        return signing.read_public_key(pem)
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.public_key()


@pytest.mark.parametrize("vector", named("request"))
def test_message_of_a_request(vector: dict[str, Any]) -> None:
    given = vector["input"]
    message = signing.request_message(
        given["method"], given["url"], given["timestamp"], given["nonce_str"], given["body"].encode()
    )
    assert message.decode() == vector["message"]


@pytest.mark.parametrize("vector", named("answer"))
def test_message_of_an_answer(vector: dict[str, Any]) -> None:
    given = vector["input"]
    assert (
        signing.answer_message(given["timestamp"], given["nonce"], given["body"].encode()).decode() == vector["message"]
    )


@pytest.mark.parametrize("vector", named("pay"))
def test_message_of_pay_sign(vector: dict[str, Any]) -> None:
    given = vector["input"]
    message = signing.pay_message(given["appId"], given["timeStamp"], given["nonceStr"], given["package"])
    assert message.decode() == vector["message"]


@pytest.mark.parametrize("vector", [pytest.param(each, id=each["name"]) for each in VECTORS["signatures"]])
def test_signature(vector: dict[str, Any]) -> None:
    message = vector["message"].encode()
    assert signing.verifies(public_key(vector["key"]), message, vector["signature"])
    assert not signing.verifies(public_key(vector["key"]), message + b" ", vector["signature"])
    pem = VECTORS["keys"][vector["key"]]
    if "PRIVATE" in pem:
        key = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        assert signing.sign(key, message) == vector["signature"]


@pytest.mark.parametrize("vector", [pytest.param(each, id=each["name"]) for each in VECTORS["resources"]])
def test_encryption(vector: dict[str, Any]) -> None:
    sealed = signing.encrypt(
        vector["api_v3_key"], vector["nonce"], vector["associated_data"], vector["plaintext"].encode()
    )
    assert sealed == vector["ciphertext"]


@pytest.mark.parametrize("signature", ["", "not base64!", "WECHATPAY/SIGNTEST/abc", "QUJD"])
def test_what_is_no_signature_does_not_verify(signature: str) -> None:
    assert not signing.verifies(public_key("merchant public"), b"message", signature)
