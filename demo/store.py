"""The demo's store, the people who work in it, and its accounts at the sandbox."""

import json
import secrets
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.contrib.auth import get_user_model
from django_scopes import scope

from shop.models import OfflineMethod, StaffMembership, Store, StripeAccount, WeChatPayAccount

SLUG = "jishi-tea"
PASSWORD = "jishi-demo"  # noqa: S105  printed for everybody to log in with; the demo is on this machine alone
PEOPLE = (
    ("merchant", "Mei Lan", StaffMembership.Role.OWNER, "the merchant: catalogue, home page, money, settings"),
    ("manager", "Wu Fang", StaffMembership.Role.MANAGER, "the second person that a large refund needs"),
    ("ops", "Chen Wei", StaffMembership.Role.OPS, "order staff: packs and ships"),
)
ROOT = ("admin", "sees every store of the installation")
MCHID = "1900000109"
STRIPE = "acct_jishitea000001"
# Refunds from this amount (fen) need two people.
SECOND_PERSON_FROM = 50000


def open_store() -> Store:
    """The demo store; made when it is not there."""
    store, _made = Store.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name_zh": "集市茶铺",
            "name_en": "Jishi Tea",
            "slogan_zh": "好茶，慢慢喝",
            "slogan_en": "Good tea takes its time",
            "brand_color": "#2f6f4f",
            "currency": "CNY",
            "freight": 800,
            "free_freight_from": 9900,
            "wechat_app_id": "wx5a1e0de305117ea0",
            "wechat_app_secret": secrets.token_hex(16),
            "refund_approval_from": SECOND_PERSON_FROM,
        },
    )
    return store


NOTES = "demo.json"


def is_ready() -> bool:
    """Whether the demo was filled in to the end; half of it is filled in again, which harms nothing."""
    return (settings.VAR_DIR / NOTES).exists() and Store.objects.filter(slug=SLUG).exists()


def note_logins(logins: list[dict[str, str]]) -> None:
    """Write down, last of all, what ``manage.py up`` prints."""
    (settings.VAR_DIR / NOTES).write_text(json.dumps({"store": SLUG, "logins": logins}))


def hire_staff(store: Store) -> list[dict[str, str]]:
    """The people who work in the demo store; returns their logins."""
    users = get_user_model()
    logins = []
    for name, full_name, role, who in PEOPLE:
        first, last = full_name.split()
        user, made = users.objects.get_or_create(
            username=name, defaults={"is_staff": True, "first_name": first, "last_name": last}
        )
        if made:
            user.set_password(PASSWORD)
            user.save()
        StaffMembership.objects.get_or_create(store=store, user=user, defaults={"role": role})
        logins.append({"user": name, "password": PASSWORD, "who": who})
    if not users.objects.filter(username=ROOT[0]).exists():
        users.objects.create_superuser(ROOT[0], password=PASSWORD)
    logins.append({"user": ROOT[0], "password": PASSWORD, "who": ROOT[1]})
    return logins


def register_at_sandbox(store: Store) -> None:
    """Tell the sandbox about the store's app and merchant account, as WeChat would know them; keep its public key.

    Done at each start: a sandbox whose state was deleted learns them again, and the keys stay the same.
    """
    account = WeChatPayAccount.objects.filter(store=store).first()
    if account is None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        account = WeChatPayAccount(
            store=store,
            mchid=MCHID,
            serial_no=secrets.token_hex(20).upper(),
            private_key=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
            api_v3_key=secrets.token_hex(16),
        )
    private = serialization.load_pem_private_key(account.private_key.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    tell("/sandbox/apps", {"appid": store.wechat_app_id, "secret": store.wechat_app_secret})
    merchant = {
        "mchid": account.mchid,
        "appids": [store.wechat_app_id],
        "serial_no": account.serial_no,
        "public_key_pem": public.decode(),
        "api_v3_key": account.api_v3_key,
    }
    platform = tell("/sandbox/merchants", merchant)
    account.public_key_id = platform["platform_public_key_id"]
    account.public_key = platform["platform_public_key_pem"]
    with scope(store=store):
        account.save()


def open_stripe_account(store: Store) -> None:
    """Give the store an account at the sandbox's Stripe, whose WeChat Pay a browser pays by a QR code."""
    account = StripeAccount.objects.filter(store=store).first()
    if account is None:
        word = STRIPE.removeprefix("acct_")
        account = StripeAccount.objects.create(
            store=store,
            publishable_key=f"pk_test_{word}",
            secret_key=f"sk_test_{word}",
            webhook_secret=f"whsec_{secrets.token_hex(16)}",
            methods=[StripeAccount.Method.WECHAT_PAY],
        )
    tell(
        "/sandbox/stripe/accounts",
        {
            "account": STRIPE,
            "secret_key": account.secret_key,
            "publishable_key": account.publishable_key,
            "webhook_url": f"{settings.PUBLIC_BASE_URL}/notify/stripe/{store.slug}/",
            "webhook_secrets": list(account.webhook_secrets),
        },
    )


def take_money_by_hand(store: Store) -> None:
    """Cash on delivery in the neighbourhood, and transfers to the store's bank."""
    for kind, columns in (
        (
            OfflineMethod.Kind.CASH_ON_DELIVERY,
            {"most_amount": 50000, "instructions_zh": "请备好零钱", "instructions_en": "Please have the amount ready"},
        ),
        (
            OfflineMethod.Kind.BANK_TRANSFER,
            {
                "days": 5,
                "instructions_zh": "户名：集市茶铺\n开户行：演示银行杭州分行\n账号：6222 0000 1111 2222",
                "instructions_en": "Name: Jishi Tea\nBank: Demo Bank, Hangzhou\nAccount: 6222 0000 1111 2222",
            },
        ),
    ):
        OfflineMethod.objects.get_or_create(store=store, kind=kind, defaults=columns)


def tell(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A control call of the sandbox. Raises requests.RequestException when it is not there, or refuses."""
    answer = requests.post(settings.SANDBOX_URL + path, json=body, timeout=10)
    answer.raise_for_status()
    return dict(answer.json())
