"""Does a store's account at WeChat Pay work? Found out before the first shopper does, without moving any money."""

from collections.abc import Iterator

from core.ids import public_id
from payments import accounts
from payments.findings import Finding, look_at
from payments.gateways import Declined, GatewayError, NumberUnknown, gateway
from payments.wechatpay import certificates, keys, signing
from payments.wechatpay.client import Client
from shop.models import Store, WeChatPayAccount


def check(store: Store) -> Iterator[Finding]:
    """Look at its keys, and ask WeChat Pay what it makes of them."""
    account = accounts.find(WeChatPayAccount, store)
    return look_at(gateway("wechatpay"), store, account, _written, _at_the_provider)


def _written(store: Store, account: WeChatPayAccount) -> Iterator[Finding]:
    yield Finding(store.currency == "CNY", f"The store sells in {store.currency}; WeChat Pay takes CNY.")
    yield Finding(bool(store.wechat_app_id), f"AppID of the mini program: {store.wechat_app_id or 'missing'}.")
    try:
        signing.private_key(account.private_key)
        yield Finding(True, "The merchant's private key can be read.")
    except (ValueError, TypeError):
        yield Finding(False, "The merchant's private key cannot be read: paste the whole of apiclient_key.pem.")
    serial = account.serial_no
    yield Finding(
        bool(serial) and all(letter in "0123456789ABCDEFabcdef" for letter in serial),
        "The serial number of the merchant certificate is hexadecimal.",
    )
    yield Finding(len(account.api_v3_key.encode()) == 32, "The APIv3 key has 32 characters.")
    if account.public_key_id or account.public_key:
        try:
            keys.public_key(account.public_key)
            good = account.public_key_id.startswith("PUB_KEY_ID_")
        except (ValueError, TypeError):
            good = False
        yield Finding(good, "The WeChat Pay public key can be read, and its id begins with PUB_KEY_ID_.")


def _at_the_provider(account: WeChatPayAccount) -> Iterator[Finding]:
    client = Client(account)
    if not account.public_key_id:
        try:
            found = certificates.refresh(account)
        except GatewayError as error:
            yield Finding(False, f"The platform certificates cannot be fetched: {error}")
            return
        yield Finding(bool(found), f"{len(found)} platform certificates; the APIv3 key opens them.")
    number = f"check-{public_id()}"
    try:
        client.query(number)
        yield Finding(None, "WeChat Pay knows a number that was just made up.")
    except NumberUnknown:
        yield Finding(True, "WeChat Pay accepts the signature of this merchant.")
    except Declined as error:
        yield Finding(
            False,
            f"WeChat Pay refuses: {error}. Merchant number, serial number, private key and public key id belong together.",
        )
        return
    except GatewayError as error:
        yield Finding(False, f"WeChat Pay does not answer: {error}")
        return
    try:
        # Closing what never was changes nothing, and its answer is signed.
        client.close(number)
        yield Finding(True, "Answers of WeChat Pay can be verified.")
    except NumberUnknown:
        yield Finding(None, "No signed answer to verify: WeChat Pay refused a number that was just made up.")
    except GatewayError as error:
        yield Finding(False, f"Answers of WeChat Pay cannot be verified: {error}")
