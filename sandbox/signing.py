"""The cryptography of WeChat Pay v3, from the platform's side: RSA signatures, AES-256-GCM resources, its keys."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from sandbox.state import State

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SIGNTEST = "WECHATPAY/SIGNTEST/"
FIVE_MINUTES = 300
_FIELD = re.compile(r'\s*(\w+)="([^"]*)"\s*')


def request_message(method: str, path_with_query: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a merchant signs for a request: five lines, each ended by a line feed."""
    return f"{method}\n{path_with_query}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What the platform signs for an answer or a notification; an empty body keeps its line."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def pay_message(appid: str, timestamp: str, nonce: str, package: str) -> bytes:
    """What `paySign` is made over."""
    return f"{appid}\n{timestamp}\n{nonce}\n{package}\n".encode()


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    """RSASSA-PKCS1-v1_5 with SHA-256, in base64."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the base64 signature fits; False for anything that is not base64."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def encrypt(api_v3_key: str, nonce: str, associated_data: str, plaintext: bytes) -> str:
    """AES-256-GCM (the key's length decides) as the platform does: ciphertext and tag together in base64."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plaintext, associated_data.encode())
    return base64.b64encode(sealed).decode()


def decrypt_field(key: rsa.RSAPrivateKey, ciphertext: str) -> str:
    """A field that a merchant encrypted for the platform: RSA-OAEP with SHA-1, in base64. ValueError when it was not
    encrypted for this key."""
    sha1 = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    return key.decrypt(base64.b64decode(ciphertext, validate=True), sha1).decode()


@lru_cache(maxsize=256)
def read_public_key(pem: str) -> rsa.RSAPublicKey:
    """The RSA public key of a PEM public key or certificate. ValueError when it is neither."""
    if "BEGIN CERTIFICATE" in pem:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    else:
        loaded = serialization.load_pem_public_key(pem.encode())
        key = loaded if isinstance(loaded, rsa.RSAPublicKey) else None  # type: ignore[assignment]
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def read_authorization(header: str) -> dict[str, str] | None:
    """The fields of an Authorization header, in any order; None when it is of another scheme or malformed."""
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        return None
    fields: dict[str, str] = {}
    for part in rest.split(","):
        match = _FIELD.fullmatch(part)
        if match is None:
            return None
        fields[match[1]] = match[2]
    return fields


@dataclass(frozen=True)
class PlatformCertificate:
    """A platform certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def serial(self) -> str:
        return format(self.certificate.serial_number, "X")

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True)
class PlatformKeys:
    """The platform's two identities: a public key with an id, and a certificate with a serial. Two key pairs, so
    that a receiver which mixes them up notices; and a stranger's, for forgeries. While certificates are rotated there
    is more than one, the newest first: that one signs, the others are still good for whoever names them."""

    public_key_id: str
    public_key: rsa.RSAPrivateKey
    certificates: tuple[PlatformCertificate, ...]
    stranger: rsa.RSAPrivateKey

    @property
    def serial(self) -> str:
        return self.certificates[0].serial

    @property
    def public_key_pem(self) -> str:
        return _public_pem(self.public_key)

    @property
    def certificate_pem(self) -> str:
        return self.certificates[0].pem

    def key_of(self, serial: str) -> rsa.RSAPrivateKey | None:
        """The key that a Wechatpay-Serial names, or None."""
        return {self.public_key_id: self.public_key, **{one.serial: one.key for one in self.certificates}}.get(serial)

    def headers(self, serial: str, timestamp: str, body: bytes) -> dict[str, str]:
        """The five signature headers of an answer or notification, signed by the key that `serial` names."""
        key = self.key_of(serial)
        if key is None:
            raise ValueError(f"no platform key {serial}")
        nonce = secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature": sign(key, answer_message(timestamp, nonce, body)),
            "Wechatpay-Signature-Type": SCHEME,
        }


def platform_keys(state: State) -> PlatformKeys:
    """The keys of this state file; made at its first opening."""
    kept = state.recall("platform_keys")
    if kept is None:
        certificate_key = _new_key()
        kept = {
            "public_key_id": f"PUB_KEY_ID_{secrets.randbelow(10**28):028d}",
            "public_key": _private_pem(_new_key()),
            "certificate_key": _private_pem(certificate_key),
            "certificate": _certificate(certificate_key).public_bytes(serialization.Encoding.PEM).decode(),
            "stranger": _private_pem(_new_key()),
        }
        state.note("platform_keys", kept)
    rotated = state.recall("certificates") or [{"pem": kept["certificate"], "key": kept["certificate_key"]}]
    return PlatformKeys(
        public_key_id=kept["public_key_id"],
        public_key=_read_private(kept["public_key"]),
        certificates=tuple(
            PlatformCertificate(x509.load_pem_x509_certificate(one["pem"].encode()), _read_private(one["key"]))
            for one in rotated
        ),
        stranger=_read_private(kept["stranger"]),
    )


def first_keys(state: State) -> PlatformKeys:
    """The keys as they were before any rotation, for good."""
    state.note("certificates", None)
    return platform_keys(state)


def rotate(state: State, keys: PlatformKeys, life: float) -> PlatformKeys:
    """A new certificate with a key of its own signs from now on; it is good for `life` seconds of the real time,
    which may be over already. The earlier ones stay."""
    key = _new_key()
    return _with(state, keys, (PlatformCertificate(_certificate(key, life), key), *keys.certificates))


def retire(state: State, keys: PlatformKeys, serial: str) -> PlatformKeys:
    """Without this certificate. ValueError when it is not there or signs."""
    if serial not in [one.serial for one in keys.certificates[1:]]:
        raise ValueError("serial must be an earlier certificate's, not the signing one's")
    return _with(state, keys, tuple(one for one in keys.certificates if one.serial != serial))


def _with(state: State, keys: PlatformKeys, certificates: tuple[PlatformCertificate, ...]) -> PlatformKeys:
    state.note("certificates", [{"pem": one.pem, "key": _private_pem(one.key)} for one in certificates])
    return replace(keys, certificates=certificates)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(key: rsa.RSAPrivateKey, life: float = 5 * 365 * 86400) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox (not a real certificate)")])
    now = datetime.now(UTC)
    until = now + timedelta(seconds=life)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        # 20 bytes with the first bit of the top byte set: always 40 hexadecimal digits, as the real serials have.
        .serial_number(int.from_bytes(b"\x5a" + secrets.token_bytes(19), "big"))
        .not_valid_before(min(now, until) - timedelta(days=1))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_pem(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def _read_private(pem: str) -> rsa.RSAPrivateKey:
    """A key that this program made: it is not checked again, which would double the time of a start."""
    key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key
