"""Secrets are encrypted in the database, readable in Python, and survive a change of keys."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from core.secrets import decrypt, encrypt
from shop.models import Store

SECRET = "app-secret-0123456789"


def stored_secret(store: Store) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wechat_app_secret FROM shop_store WHERE id = %s", [store.pk])
        return str(cursor.fetchone()[0])


def test_the_column_holds_no_clear_text(store: Store) -> None:
    store.wechat_app_secret = SECRET
    store.save()

    assert SECRET not in stored_secret(store)
    assert stored_secret(store).startswith("k0:gAAAA")
    store.refresh_from_db()
    assert store.wechat_app_secret == SECRET


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key(settings: object) -> None:
    old = encrypt(SECRET)
    settings.ENCRYPTION_KEYS = [f"k1:{Fernet.generate_key().decode()}", *settings.ENCRYPTION_KEYS]  # type: ignore[attr-defined]

    assert decrypt(old) == SECRET
    assert encrypt(SECRET).startswith("k1:")


def test_a_missing_key_is_named(settings: object) -> None:
    old = encrypt(SECRET)
    settings.ENCRYPTION_KEYS = [f"k9:{Fernet.generate_key().decode()}"]  # type: ignore[attr-defined]

    with pytest.raises(ImproperlyConfigured, match="k0"):
        decrypt(old)


def test_it_cannot_be_searched_for(db: None) -> None:
    with pytest.raises(TypeError):
        Store.objects.filter(wechat_app_secret=SECRET).exists()
