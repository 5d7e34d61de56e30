"""The store's page: secrets go in and never come out, money is written in major units, nonsense is named."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shop.models import StaffMembership, Store, WeChatPayAccount
from tests.shop.admin_support import fill, staff_of
from tests.shop.test_admin_tenancy import form_of


def pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: Any) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def save(store: Store, **changes: Any) -> Any:
    client = staff_of(store, name=f"owner-{StaffMembership.objects.count()}")
    url = f"/admin/shop/store/{store.pk}/change/"
    return client.post(url, form_of(client.get(url)) | changes)


def account(**changes: Any) -> dict[str, Any]:
    data = {"mchid": "1900000001", "serial_no": "ABC123", "private_key": pem(KEY), "api_v3_key": "k" * 32}
    return data | changes


def save_with_account(store: Store, **changes: Any) -> Any:
    client = staff_of(store, name=f"owner-{StaffMembership.objects.count()}")
    url = f"/admin/shop/store/{store.pk}/change/"
    page = client.get(url)
    prefix = page.context["inline_admin_formsets"][0].formset.prefix
    data = form_of(page) | {f"{prefix}-TOTAL_FORMS": "1"}
    return client.post(url, data | {f"{prefix}-0-{name}": value for name, value in account(**changes).items()})


def test_secrets_are_never_shown_and_kept_when_left_empty(store: Store) -> None:
    fill(store, "Mine")
    client = staff_of(store)
    url = f"/admin/shop/store/{store.pk}/change/"
    page = client.get(url)
    text = page.content.decode()
    for secret in ("Mine-secret", "Mine-private", "Mine-v3"):
        assert secret not in text
    response = save(store, slogan_en="New slogan")
    assert response.status_code == 302, response.context["adminform"].form.errors
    store.refresh_from_db()
    kept = WeChatPayAccount.objects.get()
    assert (store.slogan_en, store.wechat_app_secret) == ("New slogan", "Mine-secret")
    assert (kept.private_key, kept.api_v3_key) == ("Mine-private", "Mine-v3")


def test_a_new_secret_replaces_the_old_one(store: Store) -> None:
    fill(store, "Mine")
    assert save(store, wechat_app_secret="another").status_code == 302
    store.refresh_from_db()
    assert store.wechat_app_secret == "another"


def test_a_refused_form_does_not_repeat_the_secret(store: Store) -> None:
    response = save_with_account(store, private_key="BEGIN not a key canary-key", api_v3_key="canary-short")
    assert response.status_code == 200
    assert "canary" not in response.content.decode()


def test_a_pay_account_is_made(store: Store) -> None:
    response = save_with_account(store, public_key=public_pem(KEY), public_key_id="PUB_KEY_ID_1")
    assert response.status_code == 302
    made = WeChatPayAccount.objects.get()
    assert made.store == store
    assert made.private_key == pem(KEY).strip()


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"private_key": ""}, "private_key"),
        ({"private_key": "no key"}, "private_key"),
        ({"private_key": pem(ec.generate_private_key(ec.SECP256R1()))}, "private_key"),
        ({"private_key": public_pem(KEY)}, "private_key"),
        ({"api_v3_key": "short"}, "api_v3_key"),
        ({"public_key": "no key", "public_key_id": "x"}, "public_key"),
        ({"public_key": public_pem(KEY)}, "public_key_id"),
        ({"mchid": ""}, "mchid"),
    ],
)
def test_what_is_no_pay_account_is_refused_by_field(store: Store, changes: Any, field: str) -> None:
    response = save_with_account(store, **changes)
    assert response.status_code == 200
    assert field in response.context["inline_admin_formsets"][0].formset.forms[0].errors
    assert not WeChatPayAccount.objects.exists()


def test_money_is_written_as_people_write_it(store: Store) -> None:
    assert save(store, freight="8.5", free_freight_from="99").status_code == 302
    store.refresh_from_db()
    assert (store.freight, store.free_freight_from) == (850, 9900)
    page = staff_of(store).get(f"/admin/shop/store/{store.pk}/change/")
    assert 'value="8.50"' in page.content.decode()
    assert save(store, free_freight_from="").status_code == 302
    store.refresh_from_db()
    assert store.free_freight_from is None


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"freight": "-1"}, "freight"),
        ({"freight": "8.555"}, "freight"),
        ({"freight": "NaN"}, "freight"),
        ({"freight": "1e30"}, "freight"),
        ({"freight": "9999999"}, "freight"),
        ({"freight": "abc"}, "freight"),
        ({"brand_color": "red"}, "brand_color"),
        ({"languages": ["en"], "default_language": "zh-hans"}, "default_language"),
        ({"languages": ["xx"]}, "languages"),
        ({"payment_minutes": "4"}, "payment_minutes"),
        ({"name_zh": "", "name_en": ""}, "__all__"),
    ],
)
def test_nonsense_is_named(store: Store, changes: Any, field: str) -> None:
    response = save(store, **changes)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_the_currency_is_settled_once_there_are_prices(store: Store) -> None:
    assert save(store, currency="USD").status_code == 302
    store.refresh_from_db()
    assert store.currency == "USD"
    fill(store, "Mine")
    save(store, currency="CNY")
    store.refresh_from_db()
    assert store.currency == "USD"


def test_staff_are_added_with_an_account_of_their_own(store: Store) -> None:
    client = staff_of(store)
    data = {"username": "amy", "first_name": "Amy", "password": "gong-fu-cha-2026", "role": "ops"}
    assert client.post("/admin/shop/staffmembership/add/", data).status_code == 302
    member = StaffMembership.objects.get(user__username="amy")
    assert (member.store, member.role, member.user.is_staff, member.user.is_superuser) == (store, "ops", True, False)
    assert member.user.check_password("gong-fu-cha-2026")


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"username": "taken"}, "username"),
        ({"username": "a b"}, "username"),
        ({"password": "123"}, "password"),
        ({"role": "admin"}, "role"),
    ],
)
def test_bad_accounts_are_refused(store: Store, other_store: Store, changes: Any, field: str) -> None:
    staff_of(other_store, name="taken")
    data = {"username": "amy", "password": "gong-fu-cha-2026", "role": "ops"} | changes
    response = staff_of(store).post("/admin/shop/staffmembership/add/", data)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_nobody_changes_their_own_role(store: Store) -> None:
    client = staff_of(store, name="me")
    own = StaffMembership.objects.get(user__username="me")
    assert client.post(f"/admin/shop/staffmembership/{own.pk}/change/", {"role": "ops"}).status_code == 403
    assert client.post(f"/admin/shop/staffmembership/{own.pk}/delete/", {"post": "yes"}).status_code == 403
