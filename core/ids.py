"""Public ids: they name a thing to the outside and tell nothing about it."""

import secrets
from typing import Any

from django.db import models

# Crockford's base 32: no i, l, o, u, so that an id can be read out over the phone.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 16


def public_id() -> str:
    """A new id of 80 random bits, e.g. ``k7qd2m9xpt4a8z3e``."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(value: str) -> str:
    """The id as people read it: ``K7QD-2M9X-PT4A-8Z3E``."""
    return "-".join(value[i : i + 4] for i in range(0, len(value), 4)).upper()


class PublicIdField(models.CharField):
    """A unique column that is filled by itself and never edited."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"max_length": LENGTH, "unique": True, "default": public_id, "editable": False}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs
