"""Paying in tests: a WeChat Pay that signs like the real one, in this process, and ``pay(order)``.

payment = pay(order)                       # opened, notified, applied: the order is paid

platform = give_account(store)             # the store's account, and the platform that signs for it
payment = open_attempt(order)              # as after prepay, without a network
answer = deliver(platform, payment, amount=1)          # POSTs a notification to the site; any field may be another
"""

import base64
import json
import secrets
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client
from django_scopes import scope

from core import clock, duework
from orders.models import Order
from payments import gateways, opening
from payments.models import Notification, Payment
from payments.wechatpay.client import PATIENCE, Patience
from payments.wechatpay.gateway import PREPAY_LIFE
from shop.models import Store, WeChatPayAccount
from tests.support.sandbox import SandboxMerchant

MCHID = "1900000001"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026112200000000000001"
API_V3_KEY = "0123456789abcdef0123456789ABCDEF"


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """One key of each name for the whole run: making one takes a noticeable time."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def impatient(seconds: float) -> dict[str, Patience]:
    """The table of the client's patience, cut: no try takes longer than this, no call longer than twice as much."""
    return {
        name: replace(wait, seconds=min(wait.seconds, seconds), altogether=min(wait.altogether, 2 * seconds))
        for name, wait in PATIENCE.items()
    }


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


class Platform:
    """WeChat Pay's side of the signatures, for one merchant. Shares no code with what it tests."""

    def __init__(self, key: rsa.RSAPrivateKey | None = None, serial: str = PUBLIC_KEY_ID, api_v3_key: str = API_V3_KEY):
        self.key, self.serial, self.api_v3_key = key or _key("platform"), serial, api_v3_key

    def sign(self, body: bytes, *, timestamp: int | None = None, nonce: str = "", serial: str = "") -> dict[str, str]:
        """The signature headers over the body."""
        stamp = str(int(clock.now().timestamp()) if timestamp is None else timestamp)
        nonce = nonce or secrets.token_hex(16)
        signature = self.key.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": serial or self.serial,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def envelope(self, event: str, document: Any, *, event_id: str = "", nonce: str = "") -> bytes:
        """A notification's body with the document encrypted in it."""
        nonce = nonce or secrets.token_hex(6)
        kind = event.partition(".")[0].lower()
        plain = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        sealed = AESGCM(self.api_v3_key.encode()).encrypt(nonce.encode(), plain, kind.encode())
        resource = {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": kind,
            "nonce": nonce,
        }
        content = {
            "id": event_id or secrets.token_hex(18),
            "create_time": "2026-11-22T10:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": resource,
        }
        return json.dumps(content, ensure_ascii=False).encode()


def give_account(store: Store, platform: Platform | None = None) -> Platform:
    """Give the store an account at WeChat Pay whose platform is ``platform``."""
    platform = platform or Platform()
    columns = {
        "mchid": MCHID,
        "serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "private_key": private_pem(_key("merchant")),
        "api_v3_key": platform.api_v3_key,
        "public_key_id": platform.serial,
        "public_key": public_pem(platform.key),
        "certificates": {},
    }
    with scope(store=store):
        WeChatPayAccount.objects.update_or_create(store=store, defaults=columns)
    return platform


def use_sandbox(store: Store, merchant: SandboxMerchant) -> None:
    """Give the store the account and the app of a merchant that is registered at the sandbox."""
    with scope(store=store):
        WeChatPayAccount.objects.update_or_create(
            store=store,
            defaults={
                "mchid": merchant.mchid,
                "serial_no": merchant.serial_no,
                "private_key": merchant.private_key_pem,
                "api_v3_key": merchant.api_v3_key,
                "public_key_id": merchant.platform_public_key_id,
                "public_key": merchant.platform_public_key_pem,
                "certificates": {},
            },
        )
    Store.objects.filter(pk=store.pk).update(wechat_app_id=merchant.appid, wechat_app_secret=merchant.app_secret)
    store.refresh_from_db()


def open_attempt(order: Order, **columns: Any) -> Payment:
    """An attempt as it is after prepay; no provider is called."""
    with scope(store=order.store):
        row = Order.objects.select_related("store").get(pk=order.pk)
        payment, _draft = opening._intend(row, gateways.gateway("wechatpay"), "shopper:1", "")
        columns = {
            "provider_reference": f"wx{payment.number}",
            "reference_expires_at": clock.now() + PREPAY_LIFE,
        } | columns
        Payment.objects.filter(pk=payment.pk).update(**columns)
        payment.refresh_from_db()
    return payment


def transaction(payment: Payment, *, amount: int | None = None, **fields: Any) -> dict[str, Any]:
    """The transaction as WeChat Pay writes it when this payment has been made; ``fields`` replace its members, None drops one."""
    total = payment.amount if amount is None else amount
    document = {
        "mchid": payment.request["mchid"],
        "appid": payment.request["appid"],
        "out_trade_no": payment.number,
        "transaction_id": f"4200{payment.pk:024d}",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": clock.now().isoformat(timespec="seconds"),
        "payer": {"openid": payment.request["payer"]["openid"]},
        "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
    }
    return {name: value for name, value in (document | fields).items() if value is not None}


def post(store: Store, body: bytes, headers: dict[str, str], client: Client | None = None) -> Any:
    """Deliver a notification as WeChat Pay would."""
    answer: Any = (client or Client()).post(
        f"/notify/wechatpay/{store.slug}/", data=body, content_type="application/json", headers=headers
    )
    return answer


def deliver(
    platform: Platform, payment: Payment, *, event_id: str = "", amount: int | None = None, **fields: Any
) -> Any:
    """Sign, encrypt and deliver the notification that this payment has been made."""
    body = platform.envelope("TRANSACTION.SUCCESS", transaction(payment, amount=amount, **fields), event_id=event_id)
    return post(payment.store, body, platform.sign(body))


def pay(order: Order) -> Payment:
    """Pay the order: an attempt, a genuine notification, and its application. The order that was passed is not refreshed."""
    with scope(store=order.store):
        exists = WeChatPayAccount.objects.filter(store=order.store, public_key_id=PUBLIC_KEY_ID).exists()
    platform = Platform() if exists else give_account(order.store)
    payment = open_attempt(order)
    answer = deliver(platform, payment)
    assert answer.status_code == 204, answer.content
    duework.run_pending(Notification)
    with scope(store=order.store):
        payment.refresh_from_db()
    assert payment.settles, payment.verdict
    return payment
