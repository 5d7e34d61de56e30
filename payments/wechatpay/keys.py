"""Which key of WeChat Pay a signature must fit: the public key, or one of the platform certificates, or either during a migration.

``Wechatpay-Serial`` chooses among those that the merchant's account holds. Nothing is ever fetched because of it: a forged serial
number costs no call and empties no store. New certificates come by ``payments.wechatpay.certificates``.
"""

from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.translation import gettext_noop

from payments.wechatpay.signing import Unverified
from shop.models import WeChatPayAccount


@lru_cache(maxsize=256)
def public_key(pem: str) -> RSAPublicKey:
    """Raises ValueError when it is no RSA public key."""
    key = load_pem_public_key(pem.strip().encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


@lru_cache(maxsize=256)
def certificate(pem: str) -> x509.Certificate:
    """Raises ValueError when it is no certificate."""
    return x509.load_pem_x509_certificate(pem.strip().encode())


def key_for(
    account: WeChatPayAccount, serial: str, now: datetime, fetched: dict[str, str] | None = None
) -> RSAPublicKey:
    """The key with that serial number or id, among the account's and certificates just ``fetched``.

    Raises Unverified when there is no such key, or it is not valid now.
    """
    try:
        if account.public_key_id and serial == account.public_key_id:
            return public_key(account.public_key)
        certificates = {**account.certificates, **(fetched or {})}
        pem = {name.upper(): pem for name, pem in certificates.items()}.get(serial.upper())
        if pem is None:
            raise Unverified(gettext_noop("Wechatpay-Serial is not one of this merchant's keys"))
        found = certificate(pem)
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise Unverified(gettext_noop("the platform certificate is not valid now"))
        key = found.public_key()
    except ValueError:
        raise Unverified(gettext_noop("the key with this Wechatpay-Serial cannot be read: check the account")) from None
    if not isinstance(key, RSAPublicKey):
        raise Unverified("the platform certificate holds no RSA key")
    return key


def encryption_key(account: WeChatPayAccount, now: datetime) -> tuple[str, RSAPublicKey]:
    """The key under which sensitive fields are sent, with the serial number or id that names it: the public key, else the certificate
    that is valid longest. Raises Unverified when the account has neither.
    """
    if account.public_key_id:
        return account.public_key_id, key_for(account, account.public_key_id, now)
    valid = {serial: expires(pem) for serial, pem in account.certificates.items() if expires(pem) > now}
    if not valid:
        raise Unverified("the account has no key of WeChat Pay")
    serial = max(valid, key=lambda name: valid[name])
    return serial, key_for(account, serial, now)


def expires(pem: str) -> datetime:
    """When a certificate ends; long ago when it cannot be read."""
    try:
        return certificate(pem).not_valid_after_utc
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
