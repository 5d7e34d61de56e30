"""Rules that can be switched on or are rarely met: two refunds within a minute, goods that do not add up, a payer whose
account is gone."""

from __future__ import annotations

import pytest

from tests.sandbox.merchant import Merchant
from tests.support.sandbox import SandboxClient

GOODS = {"merchant_goods_id": "tea", "unit_price": 50, "refund_amount": 50, "refund_quantity": 1}


def test_two_within_a_minute(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    sandbox.settings(refund_spacing=60)
    merchant.paid(number)
    merchant.paid(number + "B")
    assert merchant.refund(number, "R1" + number, 10)[0] == 200
    status, content = merchant.refund(number, "R2" + number, 10)
    assert (status, content["code"]) == (429, "FREQUENCY_LIMITED")
    assert merchant.query_refund("R2" + number)[0] == 404
    assert merchant.refund(number, "R1" + number, 10)[0] == 200, "the same number again is no second refund"
    assert merchant.refund(number + "B", "R3" + number, 10)[0] == 200, "another order is not held up"
    sandbox.advance_clock(61)
    assert merchant.refund(number, "R2" + number, 10)[0] == 200


def test_usually_they_may_follow_at_once(merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    assert [merchant.refund(number, f"R{part}{number}", 10)[0] for part in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(("amounts", "status"), [((50, 10), 200), ((60,), 200), ((20,), 200), ((50, 11), 400)])
def test_goods_are_at_most_the_refund(merchant: Merchant, number: str, amounts: tuple[int, ...], status: int) -> None:
    merchant.paid(number)
    goods = [GOODS | {"merchant_goods_id": f"tea{index}", "refund_amount": one} for index, one in enumerate(amounts)]
    assert merchant.refund(number, "R" + number, 60, goods_detail=goods)[0] == status
    assert merchant.query_refund("R" + number)[0] == (200 if status == 200 else 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "green"}, "/goods_detail/0/colour"),
        ({"refund_quantity": 0}, "/goods_detail/0/refund_quantity"),
        ({"refund_amount": -1}, "/goods_detail/0/refund_amount"),
        ({"merchant_goods_id": "x" * 33}, "/goods_detail/0/merchant_goods_id"),
    ],
)
def test_a_bad_field_of_goods_is_named(merchant: Merchant, number: str, change: dict[str, object], field: str) -> None:
    merchant.paid(number)
    status, content = merchant.refund(number, "R" + number, 60, goods_detail=[GOODS | change])
    assert (status, content["detail"]["field"]) == (400, field)


def test_the_payers_account_is_gone(sandbox: SandboxClient, merchant: Merchant, number: str) -> None:
    merchant.paid(number)
    sandbox.settings(refund="user_account_abnormal")
    status, content = merchant.refund(number, "R" + number, 100)
    assert (status, content["code"]) == (403, "USER_ACCOUNT_ABNORMAL")
    assert merchant.query_refund("R" + number)[0] == 404
    sandbox.settings(refund="success")
    assert merchant.refund(number, "R" + number, 100)[0] == 200
