"""The store's account at Stripe in the admin: keys go in and never come out; what cannot be one is named by its field."""

from typing import Any

import pytest

from shop.models import StaffMembership, Store, StripeAccount
from tests.shop.admin_support import staff_of
from tests.shop.test_admin_tenancy import form_of

KEYS = {
    "publishable_key": "pk_test_1",
    "secret_key": "sk_test_canary",
    "webhook_secret": "whsec_canary",
    "methods": ["card", "wechat_pay"],
    "account_country": "hk",
}
CANARIES = ("sk_test_canary", "whsec_canary", "whsec_older_canary")


def save(store: Store, **changes: Any) -> Any:
    """Send the store's page with these fields of the account."""
    client = staff_of(store, name=f"owner-{StaffMembership.objects.count()}")
    url = f"/admin/shop/store/{store.pk}/change/"
    page = client.get(url)
    prefix = formset_of(page).prefix
    data = form_of(page) | {f"{prefix}-TOTAL_FORMS": "1"}
    return client.post(url, data | {f"{prefix}-0-{name}": value for name, value in changes.items()})


def formset_of(page: Any) -> Any:
    return next(
        found.formset for found in page.context["inline_admin_formsets"] if found.formset.model is StripeAccount
    )


def test_an_account_is_made(store: Store) -> None:
    assert save(store, **KEYS).status_code == 302

    made = StripeAccount.objects.get()
    assert (made.store, made.secret_key, made.webhook_secrets) == (store, "sk_test_canary", ("whsec_canary",))
    assert (made.methods, made.account_country, made.is_live) == (["card", "wechat_pay"], "HK", False)


def test_secrets_are_never_shown_and_kept_when_left_empty(store: Store) -> None:
    save(store, **KEYS, previous_webhook_secret="whsec_older_canary")
    page = staff_of(store, name="another").get(f"/admin/shop/store/{store.pk}/change/").content.decode()
    assert "pk_test_1" in page
    assert not any(secret in page for secret in CANARIES)

    empty = {"secret_key": "", "webhook_secret": "", "previous_webhook_secret": ""}
    assert save(store, **(KEYS | empty | {"publishable_key": "pk_test_2"})).status_code == 302
    kept = StripeAccount.objects.get()
    assert (kept.publishable_key, kept.secret_key) == ("pk_test_2", "sk_test_canary")
    assert kept.webhook_secrets == ("whsec_canary", "whsec_older_canary")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"secret_key": ""}, "secret_key"),
        ({"secret_key": "pk_test_canary"}, "secret_key"),
        ({"secret_key": "sk_test_canary x"}, "secret_key"),
        ({"publishable_key": "sk_test_1"}, "publishable_key"),
        ({"publishable_key": "pk_live_1"}, "publishable_key"),
        ({"webhook_secret": ""}, "webhook_secret"),
        ({"webhook_secret": "canary"}, "webhook_secret"),
        ({"previous_webhook_secret": "canary"}, "previous_webhook_secret"),
        ({"methods": ["cash"]}, "methods"),
        ({"account_country": "HKG"}, "account_country"),
        ({"account_country": "1"}, "account_country"),
    ],
)
def test_what_is_no_account_is_refused_by_field(store: Store, changes: Any, field: str) -> None:
    response = save(store, **(KEYS | changes))

    assert response.status_code == 200
    assert field in formset_of(response).forms[0].errors
    assert "canary" not in response.content.decode()
    assert not StripeAccount.objects.exists()
