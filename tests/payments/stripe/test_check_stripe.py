"""``check_stripe`` finds out whether an account works before a shopper does: keys, mode, webhook secret, address."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from shop.models import Store, StripeAccount
from tests.support.sandbox import SandboxClient


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = "https://shop.example.com"


def checked() -> tuple[str, str]:
    """What it printed, and what it raised."""
    out = StringIO()
    try:
        call_command("check_stripe", "tea", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_an_account_that_works(account: StripeAccount, sandbox: SandboxClient) -> None:
    printed, wrong = checked()

    assert wrong == ""
    assert "WRONG" not in printed
    assert "accepts the secret key" in printed
    assert "https://shop.example.com/notify/stripe/tea/" in printed
    assert [request["call"] for request in sandbox.requests(path="/v1/")] == ["stripe_balance"]


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"secret_key": "nonsense"}, "begins with sk_"),
        ({"secret_key": "sk_test_another"}, "Stripe refuses"),
        ({"publishable_key": "pk_live_1"}, "same mode"),
        ({"webhook_secret": "nonsense"}, "whsec_"),
        ({"account_country": "CN"}, "WeChat Pay over Stripe"),
    ],
)
def test_what_is_wrong_is_named(columns: dict[str, Any], word: str, account: StripeAccount) -> None:
    StripeAccount.objects.update(**columns)
    printed, wrong = checked()

    assert wrong
    assert any(line.startswith("WRONG") and word in line for line in printed.splitlines())
    for secret in (account.secret_key, account.webhook_secret, *columns.values()):
        assert secret == "CN" or not secret.startswith("sk_") or secret not in printed


def test_no_account(store: Store) -> None:
    assert "no account at Stripe" in checked()[0]


def test_an_address_that_stripe_cannot_reach(account: StripeAccount, settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    assert "public host" in checked()[0]


def test_stripe_does_not_answer(account: StripeAccount, settings: Settings) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert "does not answer" in checked()[0]
