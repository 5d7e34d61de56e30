"""What a provider's call says about the fields of its body; each protocol reads and refuses them in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Field:
    required: bool = False


Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Text(Field):
    most: int = 5000
    least: int = 1
    pattern: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole(Field):
    """A whole number; the largest is the largest of JSON."""

    least: int = 0
    most: int = 2**53 - 1


@dataclass(frozen=True)
class Flag(Field):
    """True or false."""


@dataclass(frozen=True)
class Group(Field):
    fields: Fields


@dataclass(frozen=True)
class Many(Field):
    """A list of groups."""

    fields: Fields
