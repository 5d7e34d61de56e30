"""Platform certificates as WeChat Pay hands them out."""

import base64
import secrets
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from tests.support.pay import API_V3_KEY


def certificate(key: RSAPrivateKey, serial: int, days: float, *, now: datetime) -> tuple[str, str]:
    """Serial number (hexadecimal) and PEM of a certificate that ends so many days from now."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return f"{serial:X}", built.public_bytes(serialization.Encoding.PEM).decode()


def offered(certificates: dict[str, str], api_v3_key: str = API_V3_KEY) -> dict[str, object]:
    """The answer of ``GET /v3/certificates``."""
    return {"data": [_entry(serial, pem, api_v3_key) for serial, pem in certificates.items()]}


def _entry(serial: str, pem: str, api_v3_key: str) -> dict[str, object]:
    nonce = secrets.token_hex(6)
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), pem.encode(), b"certificate")
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": "certificate",
        "ciphertext": base64.b64encode(sealed).decode(),
    }
    return {"serial_no": serial, "encrypt_certificate": resource}
