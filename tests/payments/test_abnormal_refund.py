"""A refund that could not be made goes to a bank card; account and name can be read by WeChat Pay alone."""

import base64
import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from pytest_django import Settings
from wechatpayv3.utils import rsa_decrypt

from core import clock
from payments.gateways import Declined
from payments.wechatpay import signing
from payments.wechatpay.client import Client
from tests.support.pay import Platform
from tests.support.pay_host import Host, account, listening, signed
from tests.support.platform_certificates import certificate


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    with listening() as host:
        host.answer = signed({"status": "PROCESSING"})
        settings.WECHATPAY_API_BASE = host.url
        yield host


def opened(text: str) -> str:
    """What WeChat Pay reads."""
    return str(rsa_decrypt(text, Platform().key))


def test_to_the_payers_card(host: Host) -> None:
    Client(account()).apply_abnormal_refund(
        "5030", "r1", "USER_BANK_CARD", bank_type="ICBC_DEBIT", bank_account="6222020200112233", real_name="张三"
    )

    [asked] = host.asked
    body = json.loads(asked.body)
    assert asked.path == "/v3/refund/domestic/refunds/5030/apply-abnormal-refund"
    assert asked.headers["Wechatpay-Serial"] == Platform().serial
    assert (body["out_refund_no"], body["type"], body["bank_type"]) == ("r1", "USER_BANK_CARD", "ICBC_DEBIT")
    assert opened(body["bank_account"]) == "6222020200112233"
    assert opened(body["real_name"]) == "张三"
    assert "6222" not in asked.body


def test_to_the_merchants_own(host: Host) -> None:
    Client(account()).apply_abnormal_refund("5030", "r1", "MERCHANT_BANK_CARD")
    assert json.loads(host.asked[0].body) == {"out_refund_no": "r1", "type": "MERCHANT_BANK_CARD"}


def test_in_certificate_mode_the_one_that_is_valid_longest(host: Host) -> None:
    now = clock.now()
    key = Platform().key
    held = dict(certificate(key, serial, days, now=now) for serial, days in [(0xA1, 10), (0xA2, 400), (0xA3, -1)])
    merchant = account(public_key_id="", public_key="", certificates=held)
    host.answer = signed({"status": "PROCESSING"}, platform=Platform(serial="A1"))

    Client(merchant).apply_abnormal_refund("5030", "r1", "USER_BANK_CARD", real_name="张三")

    assert host.asked[0].headers["Wechatpay-Serial"] == "A2"


def test_without_a_key_nothing_leaves(host: Host) -> None:
    with pytest.raises(Declined, match="cannot be encrypted"):
        Client(account(public_key_id="", public_key="")).apply_abnormal_refund(
            "5030", "r1", "USER_BANK_CARD", real_name="x"
        )
    with pytest.raises(Declined, match="cannot be encrypted"):
        Client(account()).apply_abnormal_refund("5030", "r1", "USER_BANK_CARD", real_name="x" * 500)
    assert host.asked == []


def test_the_padding_is_the_documented_one() -> None:
    key = Platform().key
    sealed = signing.encrypt_field(key.public_key(), "张三")
    padding = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    assert key.decrypt(base64.b64decode(sealed), padding).decode() == "张三"
    assert sealed != signing.encrypt_field(key.public_key(), "张三"), "never the same twice"


def test_a_refund_names_its_goods(host: Host) -> None:
    goods = [{"merchant_goods_id": "tea", "unit_price": 12800, "refund_amount": 12800, "refund_quantity": 1}]
    Client(account()).refund({"out_refund_no": "r1", "goods_detail": goods})
    assert json.loads(host.asked[0].body)["goods_detail"] == goods
