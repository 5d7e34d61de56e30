"""Form bodies and queries with bracket keys: `metadata[order]=1`, `payment_method_types[]=card`, `created[gte]=0`.

A call says which parameters it takes; anything else is refused by name, as Stripe does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.fields import Field, Fields, Flag, Group, Text, Whole
from sandbox.stripe.errors import Invalid, missing

MOST_METADATA, MOST_METADATA_KEY, MOST_METADATA_VALUE = 50, 40, 500
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Texts(Field):
    """A list of strings."""


@dataclass(frozen=True)
class Metadata(Field):
    """Keys and values of the caller's own."""


@dataclass(frozen=True)
class Range(Field):
    """An exact moment, or gt, gte, lt, lte."""


RANGE: Fields = {name: Whole() for name in ("gt", "gte", "lt", "lte")}


def read(encoded: bytes, content_type: str) -> dict[str, Any]:
    """The nested parameters of a form body. Raises Invalid for another content type or a key that makes no sense."""
    kind = content_type.partition(";")[0].strip().lower()
    if encoded and kind != "application/x-www-form-urlencoded":
        raise Invalid(
            400,
            "Invalid request. The body must be application/x-www-form-urlencoded, with brackets for nested parameters; "
            f"got {kind or 'no content type'}.",
        )
    try:
        text = encoded.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(400, "Invalid request: the body is not UTF-8.") from None
    return nest(parse_qsl(text, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b]=1&c[]=2` as {"a": {"b": "1"}, "c": ["2"]}; lists may be numbered."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None:
            raise Invalid(400, f"Invalid request: {key!r} is not a parameter's name.")
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        inside = content
        for name in path[:-1]:
            inside = inside.setdefault(name, {})
            if not isinstance(inside, dict):
                raise Invalid(400, f"Invalid {path[0]}: it is given as a value and as a hash.", param=path[0])
        # Lists without numbers count up.
        name = path[-1] or str(len(inside))
        if isinstance(inside.get(name), dict):
            raise Invalid(400, f"Invalid {path[0]}: it is given as a value and as a hash.", param=path[0])
        inside[name] = value
    return content


def check(content: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """The parameters as numbers, flags, lists and groups. Raises Invalid at the first that is not in order."""
    return _group(content, fields, "")


def _group(content: Mapping[str, Any], fields: Fields, at: str) -> dict[str, Any]:
    checked = {}
    for name, value in content.items():
        path = f"{at}[{name}]" if at else name
        if name not in fields:
            raise Invalid(400, f"Received unknown parameter: {path}", "parameter_unknown", path)
        checked[name] = _value(value, fields[name], path)
    for name, field in fields.items():
        if field.required and name not in checked:
            raise missing(f"{at}[{name}]" if at else name)
    return checked


def _value(value: Any, field: Field, path: str) -> Any:
    if isinstance(field, Group):
        return _group(_hash(value, path), field.fields, path)
    if isinstance(field, Range):
        return _group(value, RANGE, path) if isinstance(value, dict) else _value(value, Whole(), path)
    if isinstance(field, Metadata):
        return {} if value == "" else _metadata(_hash(value, path), path)
    if isinstance(field, Texts):
        return [_text(entry, Text(), path) for entry in _hash(value, path).values()]
    if isinstance(field, Flag):
        if value not in ("true", "false"):
            raise Invalid(400, f"Invalid boolean: {value}", "parameter_invalid_boolean", path)
        return value == "true"
    if isinstance(field, Whole):
        return _whole(value, field, path)
    if isinstance(field, Text):
        return _text(value, field, path)
    raise TypeError(field)


def _hash(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(400, f"Invalid {path}: must be a hash or an array", "parameter_invalid", path)
    return value


def _text(value: Any, field: Text, path: str) -> str:
    if not isinstance(value, str):
        raise Invalid(400, f"Invalid string: {path} is a hash", "parameter_invalid_string", path)
    if value == "":
        raise Invalid(400, f"You passed an empty string for '{path}'.", "parameter_invalid_empty", path)
    if len(value) > field.most:
        raise Invalid(400, f"Invalid string: at most {field.most} characters", "parameter_invalid_string", path)
    if field.allowed and value not in field.allowed:
        raise Invalid(400, f"Invalid {path}: must be one of {', '.join(field.allowed)}", param=path)
    return value


def _whole(value: Any, field: Whole, path: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise Invalid(400, f"Invalid integer: {value}", "parameter_invalid_integer", path)
    number = int(value)
    if number < field.least:
        raise Invalid(400, f"Invalid {path}: must be at least {field.least}", "parameter_invalid_integer", path)
    if number > field.most:
        raise Invalid(400, f"Invalid {path}: must be at most {field.most}", "parameter_invalid_integer", path)
    return number


def _metadata(content: dict[str, Any], path: str) -> dict[str, str]:
    if len(content) > MOST_METADATA:
        raise Invalid(400, f"{path}: at most {MOST_METADATA} keys", "parameter_invalid", path)
    for name, value in content.items():
        inside = f"{path}[{name}]"
        if not isinstance(value, str) or len(value) > MOST_METADATA_VALUE or len(name) > MOST_METADATA_KEY:
            raise Invalid(
                400,
                f"{inside}: keys have at most {MOST_METADATA_KEY} characters, values are strings of at most "
                f"{MOST_METADATA_VALUE}",
                "parameter_invalid",
                inside,
            )
    return {name: value for name, value in content.items() if value != ""}
