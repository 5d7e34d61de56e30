"""A refund that is stuck can be sent to a bank account instead; account and name travel encrypted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.merchant import Merchant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import SandboxClient, SandboxRefused, eventually

ACCOUNT = {"bank_type": "ICBC_DEBIT", "bank_account": "6222020200001234567", "real_name": "王小明"}


@pytest.fixture
def stuck(sandbox: SandboxClient, merchant: Merchant, number: str) -> str:
    """The refund_id of an ABNORMAL refund R<number>."""
    merchant.paid(number)
    sandbox.settings(refund="hold")
    merchant.refund(number, "R" + number, 100)
    sandbox.settle_refund(merchant.known.mchid, "R" + number, "ABNORMAL")
    return str(merchant.query_refund("R" + number)[1]["refund_id"])


def apply(
    merchant: Merchant, refund_id: str, number: str, kind: str = "USER_BANK_CARD", **more: Any
) -> tuple[int, Any]:
    status, text = merchant.sdk.abnormal_refund(refund_id, "R" + number, kind, **more)
    return status, json.loads(text)


def test_to_the_users_bank_card(
    sandbox: SandboxClient, merchant: Merchant, receiver: Receiver, stuck: str, number: str
) -> None:
    status, applied = apply(merchant, stuck, number, **ACCOUNT)
    assert (status, applied["status"], applied["refund_id"]) == (200, "PROCESSING", stuck)
    sandbox.settle_refund(merchant.known.mchid, "R" + number)
    done = merchant.query_refund("R" + number)[1]
    assert (done["status"], done["channel"]) == ("SUCCESS", "OTHER_BANKCARD")
    assert done["user_received_account"].endswith("4567")
    events = [one["event_type"] for one in sandbox.notifications(out_refund_no="R" + number)]
    assert events == ["REFUND.ABNORMAL", "REFUND.SUCCESS"]


def test_to_the_merchants_own(sandbox: SandboxClient, merchant: Merchant, stuck: str, number: str) -> None:
    sandbox.settings(refund="success", refund_seconds=0)
    assert apply(merchant, stuck, number, "MERCHANT_BANK_CARD")[0] == 200
    done = eventually(lambda: merchant.query_refund("R" + number)[1].get("user_received_account") != "支付用户零钱")
    assert done
    eventually(lambda: merchant.query_refund("R" + number)[1]["status"] == "SUCCESS")


def test_the_same_again_is_as_good_as_once(merchant: Merchant, stuck: str, number: str) -> None:
    first = apply(merchant, stuck, number, **ACCOUNT)
    assert apply(merchant, stuck, number, **ACCOUNT) == first, "though each encryption is another"
    assert apply(merchant, stuck, number, "MERCHANT_BANK_CARD")[1]["code"] == "INVALID_REQUEST"


def test_only_one_that_is_stuck(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.settings(refund="hold")
    refund_id = merchant.refund(number, "R" + number, 100)[1]["refund_id"]
    assert apply(merchant, refund_id, number, "MERCHANT_BANK_CARD")[1]["code"] == "INVALID_REQUEST"
    assert apply(merchant, "5030000000000000000000000000", number, "MERCHANT_BANK_CARD")[0] == 404
    assert apply(merchant, refund_id, number + "X", "MERCHANT_BANK_CARD")[0] == 404


def test_it_cannot_be_closed_any_more(sandbox: SandboxClient, merchant: Merchant, stuck: str, number: str) -> None:
    apply(merchant, stuck, number, "MERCHANT_BANK_CARD")
    with pytest.raises(SandboxRefused) as refused:
        sandbox.settle_refund(merchant.known.mchid, "R" + number, "CLOSED")
    assert refused.value.body["code"] == "REFUND_ABNORMAL"


@pytest.mark.parametrize("field", ["bank_type", "bank_account", "real_name"])
def test_a_missing_field_is_named(merchant: Merchant, stuck: str, number: str, field: str) -> None:
    given = {name: value for name, value in ACCOUNT.items() if name != field}
    status, content = apply(merchant, stuck, number, **given)
    assert (status, content["detail"]["field"]) == (400, f"/{field}")


def test_what_is_not_encrypted_for_the_named_key(merchant: Merchant, stuck: str, number: str) -> None:
    path = f"/v3/refund/domestic/refunds/{stuck}/apply-abnormal-refund"
    body = {"out_refund_no": "R" + number, "type": "USER_BANK_CARD", **ACCOUNT}
    named = {"Wechatpay-Serial": merchant.known.platform_public_key_id}
    assert merchant.send("POST", path, body, headers=named).json()["detail"]["field"] == "/bank_account"
    body |= {name: merchant.sdk._core.encrypt(ACCOUNT[name]) for name in ("bank_account", "real_name")}
    assert merchant.send("POST", path, body).json()["code"] == "PARAM_ERROR", "no key is named"
    other = {"Wechatpay-Serial": merchant.known.platform_serial}
    assert merchant.send("POST", path, body, headers=other).json()["detail"]["field"] == "/bank_account"
    assert merchant.send("POST", path, body, headers=named).status_code == 200
