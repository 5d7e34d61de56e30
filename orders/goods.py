"""Variants as carts and orders see them: with their product, picture, choices and stock in two queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from shop.catalogue import spec_prefetch
from shop.models import Picture, Product, Variant


def goods() -> "QuerySet[Variant]":
    """All variants of the store, also those that are not sold (any more)."""
    return with_choices(Variant.objects.select_related(*related()))


def related(prefix: str = "") -> tuple[str, ...]:
    """What to join to a variant, from a row that has one under ``prefix``."""
    return tuple(f"{prefix}{name}" for name in ("product", "product__cover", "picture", "stock"))


def with_choices(rows: "QuerySet[Any]", prefix: str = "") -> "QuerySet[Any]":
    """Those rows with the choices of their variants, in one further query."""
    return rows.prefetch_related(Prefetch(f"{prefix}spec", queryset=spec_prefetch().queryset))


def by_public_id(public_ids: Iterable[str]) -> dict[str, Variant]:
    """The store's variants of those public ids; unknown ones are missing."""
    return {variant.public_id: variant for variant in goods().filter(public_id__in=set(public_ids))}


def is_sold(variant: Variant) -> bool:
    """Whether it may be bought at all, in stock or not."""
    return variant.is_active and variant.product.status == Product.Status.ACTIVE


def available(variant: Variant) -> int:
    """How many can be sold at this moment."""
    return variant.stock.available if hasattr(variant, "stock") else 0


def picture_of(variant: Variant) -> Picture | None:
    """Its own picture, else the product's."""
    return variant.picture or variant.product.cover
