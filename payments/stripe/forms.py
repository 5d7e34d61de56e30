"""Stripe's forms: nested parameters with bracket keys, ``metadata[order]=1``, ``payment_method_types[]=card``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def encode(form: Mapping[str, Any]) -> str:
    """The form, its keys in order: the same content is always the same text. None leaves a parameter out."""
    return urlencode(list(_pairs(form, "")))


def _pairs(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name in sorted(value):
            yield from _pairs(value[name], f"{at}[{name}]" if at else name)
    elif isinstance(value, bool):
        yield at, "true" if value else "false"
    elif isinstance(value, str | int):
        yield at, str(value)
    elif isinstance(value, Sequence):
        for entry in value:
            yield from _pairs(entry, f"{at}[]")
    elif value is not None:
        raise TypeError(f"{at}: a form holds texts, whole numbers and flags")
