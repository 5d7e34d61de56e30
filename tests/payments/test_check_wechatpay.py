"""``check_wechatpay`` finds out whether an account works before a shopper does: keys, signatures both ways, certificates, address."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from payments.models import Payment
from payments.wechatpay import certificates
from shop.models import Store, WeChatPayAccount
from tests.support.pay import _key, public_pem
from tests.support.sandbox import SandboxClient, SandboxMerchant

pytestmark = pytest.mark.usefixtures("merchant")


@pytest.fixture(autouse=True)
def public(merchant: SandboxMerchant, settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = "https://shop.example.com"


def checked() -> tuple[str, str]:
    """What it printed, and what it raised."""
    out = StringIO()
    try:
        call_command("check_wechatpay", "tea", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_an_account_that_works(sandbox: SandboxClient) -> None:
    printed, wrong = checked()

    assert wrong == ""
    assert "WRONG" not in printed
    assert "accepts the signature" in printed
    assert "can be verified" in printed
    assert "https://shop.example.com/notify/wechatpay/tea/" in printed
    assert [request["call"] for request in sandbox.requests(path="/v3/")] == ["query", "close"]
    assert not Payment.objects.exists()


def test_in_certificate_mode(merchant: SandboxMerchant) -> None:
    WeChatPayAccount.objects.update(public_key_id="", public_key="")

    printed, wrong = checked()

    assert wrong == ""
    assert "1 platform certificates; the APIv3 key opens them" in printed
    assert list(WeChatPayAccount.objects.get().certificates) == [merchant.platform_serial]


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"private_key": "nonsense"}, "private key cannot be read"),
        ({"serial_no": "0" * 40}, "refuses"),
        ({"serial_no": "not hex"}, "hexadecimal"),
        ({"mchid": "1900009999"}, "refuses"),
        ({"api_v3_key": "short"}, "32 characters"),
        ({"public_key": "nonsense"}, "public key"),
        ({"public_key_id": "PUB_KEY_ID_999"}, "refuses"),
        ({"public_key": public_pem(_key("another"))}, "cannot be verified"),
        ({"public_key_id": "", "public_key": "", "api_v3_key": "z" * 32}, "cannot be fetched"),
    ],
)
def test_what_is_wrong_is_named(columns: dict[str, Any], word: str) -> None:
    WeChatPayAccount.objects.update(**columns)

    printed, wrong = checked()

    assert wrong
    assert any(word in line for line in printed.splitlines() if line.startswith("WRONG")), printed


def test_no_secret_is_printed(merchant: SandboxMerchant) -> None:
    WeChatPayAccount.objects.update(serial_no="0" * 40)
    printed, wrong = checked()

    for secret in (merchant.api_v3_key, merchant.app_secret, merchant.private_key_pem[100:160]):
        assert secret not in printed + wrong


def test_an_address_that_wechat_cannot_reach(settings: Settings) -> None:
    for base in ("http://shop.example.com", "https://127.0.0.1:8000", "https://localhost"):
        settings.PUBLIC_BASE_URL = base
        assert checked()[1]


def test_no_account_and_no_store(store: Store) -> None:
    WeChatPayAccount.objects.all().delete()
    assert "no account" in checked()[0]
    with pytest.raises(CommandError, match="no store"):
        call_command("check_wechatpay", "nowhere")


@pytest.mark.parametrize("answer", ["empty", "absent"])
def test_certificates_that_are_not_given_leave_those_at_hand(
    answer: str, sandbox: SandboxClient, merchant: SandboxMerchant
) -> None:
    """New merchants get none. What the account holds stays."""
    from payments.gateways import GatewayError

    held = {merchant.platform_serial: merchant.platform_certificate_pem}
    WeChatPayAccount.objects.update(certificates=held)
    sandbox.settings(certificates=answer)
    account = WeChatPayAccount.objects.get()

    if answer == "empty":
        certificates.refresh(account)
    else:
        with pytest.raises(GatewayError):
            certificates.refresh(account)

    assert WeChatPayAccount.objects.get().certificates == held
