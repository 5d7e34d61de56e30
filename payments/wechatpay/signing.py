"""The cryptography of WeChat Pay v3: what is signed, how it is verified, how notifications are encrypted.

RSASSA-PKCS1-v1_5 with SHA-256 both ways; AES-256-GCM under the merchant's APIv3 key. Nothing here knows of the network or the database.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils.translation import gettext_noop

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW = timedelta(minutes=5)
# WeChat now and then sends a signature that is wrong on purpose, to see whether anybody looks.
PROBE = "WECHATPAY/SIGNTEST/"


class Unverified(Exception):
    """What claims to come from WeChat Pay cannot be taken for it. The text says what is wrong and repeats nothing of it."""


@lru_cache(maxsize=64)
def private_key(pem: str) -> RSAPrivateKey:
    """The merchant's key (apiclient_key.pem), parsed once. Raises ValueError when it is no RSA key."""
    key = load_pem_private_key(pem.strip().encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def sign(key: RSAPrivateKey, *lines: str) -> str:
    """The signature (base64) over the lines, each ended by a newline."""
    return base64.b64encode(key.sign(_message(*lines), PKCS1v15(), hashes.SHA256())).decode()


def _message(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def nonce() -> str:
    """32 random characters."""
    return secrets.token_hex(16).upper()


def authorization(
    key: RSAPrivateKey,
    mchid: str,
    serial_no: str,
    method: str,
    target: str,
    body: str,
    *,
    timestamp: int,
    nonce_str: str,
) -> str:
    """The Authorization header of a request. ``target`` is the path with its query; ``body`` exactly what is sent."""
    signature = sign(key, method, target, str(timestamp), nonce_str, body)
    fields = {
        "mchid": mchid,
        "nonce_str": nonce_str,
        "signature": signature,
        "timestamp": str(timestamp),
        "serial_no": serial_no,
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())


def pay_signature(key: RSAPrivateKey, app_id: str, timestamp: str, nonce_str: str, package: str) -> str:
    """``paySign`` of wx.requestPayment; ``package`` is ``prepay_id=…``."""
    return sign(key, app_id, timestamp, nonce_str, package)


@dataclass(frozen=True)
class Seal:
    """The signature headers of an answer or a notification."""

    timestamp: str
    nonce: str
    serial: str
    signature: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Seal":
        """Read the headers (names in any case). Raises Unverified when one is missing or the scheme is another."""
        by_name = {name.lower(): value for name, value in headers.items()}
        found = {}
        for field in ("timestamp", "nonce", "serial", "signature"):
            value = by_name.get(f"wechatpay-{field}", "").strip()
            if not value or len(value) > 2048:
                raise Unverified(f"no Wechatpay-{field.title()}")
            found[field] = value
        if by_name.get("wechatpay-signature-type", SCHEME).strip() != SCHEME:
            raise Unverified(gettext_noop("another Wechatpay-Signature-Type"))
        return cls(**found)

    def check_time(self, now: datetime) -> None:
        """Raises Unverified when it was made five minutes or more before or after ``now``: a replay, or a clock that is wrong."""
        if not (self.timestamp.isascii() and self.timestamp.isdigit() and len(self.timestamp) <= 12):
            raise Unverified(gettext_noop("Wechatpay-Timestamp is no number"))
        if abs(now.timestamp() - int(self.timestamp)) >= WINDOW.total_seconds():
            raise Unverified(gettext_noop("made more than five minutes ago, or later than now"))

    def check(self, key: RSAPublicKey, body: bytes) -> None:
        """Raises Unverified unless WeChat Pay signed this body with that key."""
        if self.signature.startswith(PROBE):
            raise Unverified(gettext_noop("a probe of WeChat Pay"))
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError):
            raise Unverified(gettext_noop("Wechatpay-Signature is no base64")) from None
        message = f"{self.timestamp}\n{self.nonce}\n".encode() + body + b"\n"
        try:
            key.verify(signature, message, PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Unverified(gettext_noop("the signature is wrong")) from None


def decrypt(api_v3_key: str, nonce_str: str, associated_data: str, ciphertext: str) -> bytes:
    """What is inside a notification's ``resource``. Raises Unverified when key or content are not right."""
    try:
        data = base64.b64decode(ciphertext, validate=True)
        return AESGCM(api_v3_key.encode()).decrypt(nonce_str.encode(), data, associated_data.encode())
    except (binascii.Error, ValueError, InvalidTag, OverflowError):
        raise Unverified(gettext_noop("cannot be decrypted with the APIv3 key")) from None


def encrypt_field(key: RSAPublicKey, text: str) -> str:
    """A name or an account number for WeChat Pay's eyes alone (base64): RSA-OAEP with SHA-1, as its documentation asks.

    Raises ValueError when the text is too long for the key (214 bytes for 2048 bits).
    """
    # SHA-1 inside OAEP needs no resistance to collisions, and WeChat Pay takes nothing else.
    padding = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
    return base64.b64encode(key.encrypt(text.encode(), padding)).decode()
