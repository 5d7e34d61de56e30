"""Secrets at rest: encrypted columns with keys that can be rotated.

``settings.ENCRYPTION_KEYS`` is a list of ``id:key``; the first encrypts, all decrypt. A stored value reads ``<id>:<Fernet token>``,
so that it tells which key it needs. Fernet (AES-128-CBC with HMAC) is cryptography's own recipe.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@lru_cache(maxsize=4)
def _keys(configured: tuple[str, ...]) -> dict[str, Fernet]:
    keys = {}
    for entry in configured:
        key_id, _, key = entry.partition(":")
        try:
            keys[key_id] = Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(f"Encryption key {key_id!r} is not a Fernet key.") from None
    return keys


def encrypt(plain: str) -> str:
    """The text encrypted with the newest key; an empty text stays empty."""
    if not plain:
        return ""
    key_id, fernet = next(iter(_keys(tuple(settings.ENCRYPTION_KEYS)).items()))
    return f"{key_id}:{fernet.encrypt(plain.encode()).decode()}"


def decrypt(stored: str) -> str:
    """The text again. Raises ImproperlyConfigured when its key is not among the keys, InvalidToken when it was changed."""
    if not stored:
        return ""
    key_id, _, token = stored.partition(":")
    try:
        fernet = _keys(tuple(settings.ENCRYPTION_KEYS))[key_id]
    except KeyError:
        raise ImproperlyConfigured(f"Encryption key {key_id!r} is missing.") from None
    return fernet.decrypt(token.encode()).decode()


class EncryptedTextField(models.TextField):
    """A text that is clear in Python and encrypted in the database. It cannot be searched for."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in ("isnull",):
            return super().get_lookup(lookup_name)
        raise TypeError("an encrypted column cannot be searched")
